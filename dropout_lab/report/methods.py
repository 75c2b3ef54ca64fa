"""How the numbers were measured, in words for every reader and with this study's own numbers.

Owns the order of the explanations, and those that nobody else gives; what others say too stands in the glossary, and
what a kind of noise does on its record. It exists so that a reader who meets a study in a report alone can judge it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dropout_lab.findings import Form, StudyView, read_tuned, too_few_pairs
from dropout_lab.metrics import TASKS
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import setting_name
from dropout_lab.statistics import ESTIMANDS
from dropout_lab.wording import plural

_NAMED = 10  # missing trials beyond this are counted


@dataclass(frozen=True)
class Paragraph:
    """A heading and its text."""

    heading: str
    text: str


def how_it_was_measured(study: StudyView) -> tuple[Paragraph, ...]:
    """Explain the study's numbers: the gap, the points, the intervals, the tests, and what is missing."""
    has_intervals = study.has_intervals(*ESTIMANDS)
    paragraphs = (
        Paragraph("The honest gap, and why fit prints something else", _gap(study)),
        Paragraph("Last, best and stop", _points(study)),
        Paragraph("What the intervals speak of", _intervals(study) if has_intervals else ""),
        Paragraph("Why there are no intervals", "" if has_intervals else glossary.NO_INTERVALS.sentence),
        Paragraph("How conditions were compared", _tests(study) if study.has_tests else ""),
        Paragraph("How settings were tuned", _tuning(study)),
        Paragraph("What the noise does", _noise(study)),
        Paragraph("Trials", _trials(study)),
    )
    return tuple(one for one in paragraphs if one.text)


def _gap(study: StudyView) -> str:
    noise = glossary.LABEL_NOISE.sentence if study.has_label_noise else ""
    text = (
        f"{glossary.HONEST_GAP.sentence} A positive gap means worse on rows the net was not trained on. "
        "Most training programs print another train loss beside val loss: the objective loss, averaged while the "
        "weights were still moving and with dropout on. Dropout makes that loss larger, so the printed difference is "
        "smaller than the gap, and can be negative, whether or not the net overfits."
    )
    loss = TASKS[study.task].loss
    overfits = glossary.OVERFITS.format(margin=loss.small_gap, unit=loss.unit)
    return " ".join(filter(None, [text, TASKS[study.task].loss_definition, overfits, noise]))


def _points(study: StudyView) -> str:
    patience = study.results.study["training"].get("patience")
    points = " ".join(point.sentence.format(patience=patience) for point in glossary.POINTS.values())
    return (
        f"Each trial is read at three points. {points} The best epoch and the best rate are chosen on val, which "
        "flatters val a little. Test rows choose nothing: they are shown for the baseline and for the condition that "
        "val chose."
    )


def _intervals(study: StudyView) -> str:
    split, population = (
        glossary.estimand(name, has_own_splits=study.has_own_splits).sentence for name in ("split", "population")
    )
    parts = [
        "Every interval is a 95 % interval of a mean over seeds. Two kinds are told apart.",
        split,
        population if study.has_new_rows else "",
        glossary.no_new_rows(study.why_no_new_rows) if study.why_no_new_rows is not None else "",
        f"Methods: {_named(study, 'interval_method', glossary.INTERVALS)}.",
    ]
    return " ".join(filter(None, parts))


def _tests(study: StudyView) -> str:
    effects = (study.effect(label, "val_loss", "last") for label in study.conditions)
    fewest = too_few_pairs(effect for effect in effects if effect is not None)
    limit = glossary.SIGN_FLIP.sentence.format(n=fewest.estimate.n, p=fewest.smallest_p) if fewest else ""
    return (
        "A condition and its baseline share every seed, and a seed gives both the same initial weights, order and "
        f"random draws. {glossary.PAIRED.sentence} That removes what the seed does to both. "
        f"{glossary.RELATIVE_EFFICIENCY} Methods: {_named(study, 'test_method', glossary.TESTS)}. "
        "p is two-sided; "
        f"p (Holm) is corrected for all comparisons of the study with the same metric, point and estimand. {limit}"
    ).strip()


def _tuning(study: StudyView) -> str:
    """Explain the tuned comparison of a study; empty where there is none."""
    tuned = [row for row in read_tuned(study.results, "val_loss", "best") if row.choice == "tuned" and row.mean]
    if not tuned:
        return ""
    named = "; ".join(f"{setting_name(path)} ({', '.join(texts)})" for path, texts in study.candidates.items())
    parts = [
        f"Candidates were: {named}.",
        glossary.TUNED.sentence.format(candidates=plural(max(row.budget for row in tuned), "candidate")),
        "A choice is the candidate of lowest mean val loss at the best epochs.",
        glossary.TUNED_DIFFERENCES,
        "p (Holm) is corrected over the tuned comparisons alone.",
        glossary.UNTUNED.format(settings="values"),
    ]
    return " ".join([*parts, *([glossary.JACKKNIFED.sentence] if study.is_jackknifed else [])])


def _noise(study: StudyView) -> str:
    """Explain the kinds, scalings and schedules of a study; empty where it knows only plain dropout."""
    forms = [one.form for one in study.conditions.values() if not one.is_baseline]
    kinds, schedules = (list(dict.fromkeys(getattr(one, name) for one in forms)) for name in ("kind", "schedule"))
    scalings = list(dict.fromkeys(one.scaling for one in forms if KINDS[one.kind].is_scaled))
    if (kinds, scalings, schedules) == ([Form.kind], [Form.scaling], [Form.schedule]) or not forms:
        return ""
    parts = [KINDS[kind].sentence for kind in kinds]
    if scalings != [Form.scaling]:
        parts += [SCALINGS[scaling].sentence for scaling in scalings]
    return " ".join(filter(None, [*parts, *(SCHEDULES[name].sentence for name in schedules)]))


def _trials(study: StudyView) -> str:
    trials = study.planned
    said = ", ".join(f"{count:,} {status}" for status, count in trials.counts.items())
    text = (
        f"Planned: {trials.planned:,} trials, a condition with a seed each; {said}. {glossary.COMPLETE_TRIALS.sentence}"
    )
    missing = study.unfinished
    if not missing:
        return text
    named = [
        f"{one.condition}, seed {one.seed} ({': '.join(filter(None, [one.status, one.why]))})"
        for one in missing[:_NAMED]
    ]
    more = f"; and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
    return f"{text} Left out: {'; '.join(named)}{more}."


def _named(study: StudyView, column: str, of: Mapping[str, glossary.Method]) -> str:
    """Name the methods in a column of the summary, by estimand."""
    named = {name: glossary.methods(methods, of) for name, methods in study.methods(column).items()}
    return "; ".join(f"{name}: {', '.join(one.words for one in methods)}" for name, methods in named.items())
