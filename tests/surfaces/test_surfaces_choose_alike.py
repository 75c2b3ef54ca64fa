"""Every surface names and marks the same choice: one condition of a group, chosen by val loss at the best epochs.

A sentence that speaks of a best, a lowest or a chosen condition says at which point of the training.
"""

import re

import pytest
from test_surfaces_agree import KEPT, MADE, NAMES, study_of
from thinned import thinned

from dropout_lab.cli.summary_rows import Asked, find
from dropout_lab.cli.summary_text import summary_text
from dropout_lab.findings import StudyView
from dropout_lab.phrases.names import condition_name
from dropout_lab.report import markdown_report
from dropout_lab.report.contents import gather
from dropout_lab.report.page_tables import conditions
from dropout_lab.verdict import Verdict

_NAMES_ONE = re.compile(r"\b(best|lowest|chose|helps most)\b")
_NAMES_A_POINT = re.compile(r"best epoch|last epoch|epoch \d|lowest after|[Tt]uning chose|chosen by val")
_OF_ALL_CHOICES = re.compile(r"^(All choices were made|Tuned: every condition)")  # of none in particular


def picked(view: StudyView) -> set[str]:
    return {choice.label for choice in view.choices.values() if choice.is_of_several}


@pytest.mark.parametrize("name", thinned([*NAMES, *MADE], kept=KEPT))
def test_every_surface_marks_the_same_choice(name: str) -> None:
    told = study_of(name)
    view, task_metrics = told.view, ("val_loss", "loss_gap")
    best = {label for label in view.conditions if view.may_be_best(label)}
    for metric, point in ((metric, point) for metric in task_metrics for point in ("last", "best")):
        marks = _marks_in_the_summary(told, metric, point)
        shown = set(view.reported)
        assert {label for label, mark in marks.items() if "#" in mark} == picked(view) & shown, (metric, point)
        assert {label for label, mark in marks.items() if "+" in mark} == best & shown, (metric, point)
        table = {
            column.name: column.cells
            for column in conditions(gather(view.results, verdict=told), metric, point).columns
        }
        if "chosen" in table:
            assert {label for label, cell in zip(view.conditions, table["chosen"], strict=True) if cell} == picked(view)
    chosen = [condition_name(view.conditions[choice.label]) for choice in view.choices.values() if choice.is_of_several]
    for text in (told.study, *told.conditions.values()):
        assert all(found in chosen for found in re.findall(r"Val chose ([^;]+?) of \d", text))
    of_conditions, _, _ = markdown_report(view.results, verdict=told).partition("Bold: chosen by val")
    strong = {
        re.sub(r"[\\`]", "", cell) for cell in re.findall(r"^\| \*\*([^|]+?)\*\* \|", of_conditions, re.MULTILINE)
    }
    assert strong <= {choice.label for choice in view.choices.values()}


def _marks_in_the_summary(told: Verdict, metric: str, point: str) -> dict[str, str]:
    results = told.view.results
    asked = Asked(metric, point, "split", None, point)
    lines = summary_text(results, asked, find(results, asked)).partition("Does it overfit?")[0].splitlines()
    found = {}
    for label in told.view.conditions:
        at = re.compile(rf"{re.escape(label)}(?: ([#+]+))?(?:  |$)")
        marks = [match[1] for line in lines if (match := at.match(line)) and match[1]]
        found[label] = "".join(marks)
    return found


@pytest.mark.parametrize("name", thinned([*NAMES, *MADE], kept=KEPT))
def test_a_sentence_on_a_best_one_says_at_which_point(name: str) -> None:
    told = study_of(name)
    paragraphs = [told.headline, *told.answers.values(), *told.conditions.values(), *told.notes]
    for sentence in (one for text in paragraphs for one in re.split(r"(?<=\.) (?=[A-Z])", text)):
        if _NAMES_ONE.search(sentence) and not _OF_ALL_CHOICES.match(sentence):
            assert _NAMES_A_POINT.search(sentence), sentence
