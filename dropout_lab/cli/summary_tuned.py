"""The tuned comparison of one metric as a plain table, beside the untuned one: what `summary` and `run` print of it.

Owns its columns, which of them a narrow page does without, and what is said of them; must not know where
the numbers come from.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.summary_table import bracketed_column, plain
from dropout_lab.cli.table import Column, aligned, line_width
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.findings import TunedRow
    from dropout_lab.results import Results


def tuned_text(results: "Results", metric: str, point: str) -> str:
    """Set the tuned comparison of a metric at a point as wide as stdout, with what its numbers are.

    Args:
        results: the study.
        metric: its name in the text.
        point: ``last``, ``best`` or ``stop``.

    Returns:
        A table with two lines a condition, untuned and tuned. Empty for a study that tunes nothing, and for a metric of
        the test split, which tuning does not look at.
    """
    from dropout_lab.findings import read_tuned
    from dropout_lab.results import POINT_NAMES

    there = read_tuned(results, metric, point)
    if not there:
        return ""
    budget = plural(max(row.budget for row in there), "candidate")
    about = (
        f"With and without tuning: {metric} at the {POINT_NAMES[point]}. Tuned: every condition, the baseline too, at "
        f"what val chose for it among the same {budget}; each seed is measured at what the other seeds chose."
    )
    table = _table(there, list(results.study["tune"]), streams.table_width())
    return "\n".join([_filled(about), "", table, "", *map(_filled, _legend(there))])


def _legend(rows: "Sequence[TunedRow]") -> list[str]:
    tested = [row for row in rows if row.choice == "tuned" and row.effect and row.effect.p_holm is not None]
    lines = ["agreed: share of the choices with a seed left out that fell on the one named."]
    if not tested:
        return lines
    methods = ", ".join(dict.fromkeys(row.test_method for row in tested if row.test_method))
    compared = plural(len(tested), "tuned comparison")
    lines.append(f"p: two-sided, corrected by Holm over {compared}, the untuned apart; method: {methods}.")
    if "jackknife" in methods:
        lines.append(
            "The jackknife counts that the choices themselves hang on the seeds, so its intervals may be wider than "
            "those at fixed settings."
        )
    return lines


def _table(rows: "Sequence[TunedRow]", paths: Sequence[str], width: int) -> str:
    """Return the table; too narrow a page has the means without their intervals."""
    columns, narrow = (_columns(rows, paths, has_intervals=has_intervals) for has_intervals in (True, False))
    return aligned(columns if line_width(columns) <= width else narrow, width=width)


def _columns(rows: "Sequence[TunedRow]", paths: Sequence[str], *, has_intervals: bool) -> list[Column]:
    from dropout_lab.report.numbers import NOTHING, p_value

    agreed = [NOTHING if row.share is None else f"{100 * row.share:.0f}%" for row in rows]
    means = bracketed_column("mean\n[95% CI]", [row.mean for row in rows])
    if not has_intervals:
        means = Column("mean", [cell.partition(" ")[0] for cell in means.cells])
    effects = [row.effect for row in rows]
    return [
        Column("condition", [f"{row.condition} {row.choice}" for row in rows], is_number=False),
        *(
            Column(
                "\n".join(path.rpartition(".")[2].split("_")), [plain(row.settings.get(path, NOTHING)) for row in rows]
            )
            for path in paths
        ),
        Column("agreed", [plain(text) for text in agreed]),
        means,
        bracketed_column("- baseline's\n[95% CI]", [one.estimate if one else None for one in effects]),
        Column("p\nHolm", [plain(p_value(one.p_holm if one else None)).replace(" ", "") for one in effects]),
    ]


def _filled(text: str) -> str:
    return fill(text, streams.PAGE)
