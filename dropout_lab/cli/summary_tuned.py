"""The tuned comparison of one metric as a plain table, beside the untuned one: what `summary` and `run` print of it.

Owns its columns, which of them a narrow page does without, and what is said of them.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.document.terminal import aligned, bare, line_width
from dropout_lab.phrases import glossary
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.document import Table
    from dropout_lab.findings import StudyView, TunedRow


def tuned_text(study: "StudyView", metric: str, point: str) -> str:
    """Set the tuned comparison of a metric at a point as wide as stdout, with what its numbers are.

    Args:
        study: the study.
        metric: its name in the text.
        point: ``last``, ``best`` or ``stop``.

    Returns:
        A table with two lines a condition, untuned and tuned. Empty for a study that tunes nothing, and for a metric of
        the test split, which tuning does not look at.
    """
    from dropout_lab.findings import read_tuned
    from dropout_lab.report.tables import tuned_rows

    there = read_tuned(study.results, metric, point)
    if not there:
        return ""
    budget = plural(max(row.budget for row in there), "candidate")
    at = glossary.POINTS[point].label
    about = f"With and without tuning: {metric} at the {at}. {glossary.TUNED.sentence.format(candidates=budget)}"
    table = _table(tuned_rows(study, metric, point), streams.table_width())
    return "\n".join([_filled(about), "", table, "", *map(_filled, _legend(there))])


def _legend(rows: "Sequence[TunedRow]") -> list[str]:
    tested = [row for row in rows if row.choice == "tuned" and row.effect and row.effect.p_holm is not None]
    lines = [glossary.SELECTION_FREQUENCY]
    if not tested:
        return lines
    methods = ", ".join(dict.fromkeys(row.test_method for row in tested if row.test_method))
    compared = f"{plural(len(tested), 'tuned comparison')}, the untuned apart"
    lines.append(glossary.HOLM.sentence.format(comparisons=compared, methods=methods))
    return [*lines, *([glossary.JACKKNIFED.sentence] if "jackknife" in methods else [])]


def _table(table: "Table", width: int) -> str:
    """Set the table; too narrow a page has the means without their intervals."""
    if line_width(table.columns) > width:
        narrow = [bare(column) if column.name == "mean" else column for column in table.columns]
        return aligned(narrow, width=width)
    return aligned(table.columns, width=width)


def _filled(text: str) -> str:
    return fill(text, streams.PAGE)
