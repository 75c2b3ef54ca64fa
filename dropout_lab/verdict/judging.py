"""The one call: results in, verdict out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from textwrap import fill
from typing import Any

from dropout_lab.findings import Margin, StudyFacts, StudyView, read_facts
from dropout_lab.results import Results
from dropout_lab.verdict import words

_PAGE = 80  # columns


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a study says, in words, and the numbers behind the words. All texts are plain, without markup.

    Attributes:
        headline: one sentence.
        answers: what the study says, by question; a sentence or more each, in reading order.
        conditions: a paragraph for every condition, by label, in table order.
        notes: what is missing, mixed or to be kept in mind; a sentence or two each.
        facts: the numbers.
        view: the study that they were read from, for whoever says more of it.
    """

    headline: str
    answers: Mapping[str, str]
    conditions: Mapping[str, str]
    notes: tuple[str, ...]
    facts: StudyFacts
    view: StudyView = field(repr=False, compare=False)

    @property
    def study(self) -> str:
        """The answers as one paragraph."""
        return " ".join(self.answers.values())

    def __str__(self) -> str:
        """Return what `text` does."""
        return self.text()

    def __repr__(self) -> str:
        """Return what `text` does: what a notebook shows."""
        return self.text()

    def text(self, width: int = _PAGE) -> str:
        """Return answers and notes, set for reading: every question on a line, what belongs to it below.

        Args:
            width: columns of the page.
        """
        answers = "\n".join(f"{question}\n{_indented(text, '  ', width)}" for question, text in self.answers.items())
        notes = "\n".join(_indented(note, "- ", width) for note in self.notes)
        return "\n\n".join(filter(None, (answers, notes)))

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain dicts, lists, numbers and text, for JSON; what is missing is None."""
        facts = asdict(self.facts)
        del facts["decimals"]  # of the texts, not of the study
        texts = {"headline": self.headline, "answers": dict(self.answers), "conditions": dict(self.conditions)}
        return {**texts, "notes": self.notes, "facts": facts, "study": self.study}


def _indented(text: str, first: str, width: int) -> str:
    return fill(text, width, initial_indent=first, subsequent_indent="  ")


def verdict(results: Results, *, margin: Margin | None = None, best_over: Sequence[str] | None = None) -> Verdict:
    """Judge a study from its tables.

    Does the baseline overfit, does dropout close the gap, and how; does it help at the last epoch, and against the
    baseline stopped at its best epoch; is that distinguishable from zero, and on new rows too; which rate, at which
    cost; what would make it surer.

    Args:
        results: the study. Conditions, or all of it, may lack complete trials: the verdict then says so.
        margin: the smallest difference that matters; adds whether dropout is no worse, or equivalent, within it.
        best_over: swept settings that each side of a comparison may choose for itself, by the other seeds: best
            against best comes before group by group. None: learning rate, its schedule and the batch size, where they
            are swept; empty: none, for a study of such a setting itself.

    Raises:
        UserError: the study does not measure the margin's metric, or does not sweep a setting of `best_over`.

    See `findings.overfitting` for how a turn of val loss is told from a wobble, and `findings.effects` for when a
    difference counts as distinguishable from zero.
    """
    study = StudyView(results, best_over=best_over)
    facts = read_facts(study, margin)
    return Verdict(
        headline=words.headline(facts),
        answers=words.study_answers(facts),
        conditions={label: words.condition_paragraph(facts, one) for label, one in facts.conditions.items()},
        notes=words.notes(facts),
        facts=facts,
        view=study,
    )
