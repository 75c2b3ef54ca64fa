"""The tuned comparison of one metric as a plain table, beside the untuned one.

Floor 5, cli. Owns its columns, and which of them a narrow page does without; must not know where the numbers come from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dropout_lab.cli import streams
from dropout_lab.cli.summary_table import bracketed_column, plain
from dropout_lab.cli.table import Column, aligned, line_width
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.report.estimates import Bounded
    from dropout_lab.results import Results

_SPARE = {
    "untuned\nmean [95% CI]": "untuned mean",
    "tuned\nmean [95% CI]": "tuned mean",
    "agreed": "agreed",
}
"""Columns that a narrow page does without, the first one first; title -> what the legend calls it."""


@dataclass(frozen=True)
class TunedText:
    """The table, what its numbers are, and which of them the page had no room for."""

    about: str
    table: str
    left_out: tuple[str, ...]


def tuned_text(results: "Results", metric: str, point: str) -> TunedText | None:
    """Set the tuned comparison of a metric at a point as wide as stdout.

    Args:
        results: the study.
        metric: its name in the columns.
        point: ``last``, ``best`` or ``stop``.

    Returns:
        None for a study that tunes nothing, and for a metric of the test split, which tuning does not look at.
    """
    there = results.tuned[(results.tuned["metric"] == metric) & (results.tuned["point"] == point)]
    if there.empty:
        return None
    untuned, tuned = (there[there["choice"] == choice].to_dict("records") for choice in ("untuned", "tuned"))
    budget = plural(int(there["budget"].max()), "candidate")
    columns = _columns(untuned, tuned)
    width = streams.table_width()
    n_spared = 0
    while n_spared < len(_SPARE) and line_width(_without(columns, n_spared)) > width:
        n_spared += 1
    left_out = tuple(_SPARE.values())[:n_spared]
    agreed = "" if "agreed" in left_out else " (agreed: share of these choices that fell on the one named)"
    about = (
        f"tuned: every condition, the baseline too, at what val chose for it among the same {budget}; each seed is "
        f"measured at what the other seeds chose{agreed}."
    )
    return TunedText(about, aligned(_without(columns, n_spared), width=width), left_out)


def _without(columns: Sequence[Column], n_spared: int) -> list[Column]:
    spared = list(_SPARE)[:n_spared]
    return [column for column in columns if column.title not in spared]


def _columns(untuned: Sequence[dict[Any, Any]], tuned: Sequence[dict[Any, Any]]) -> list[Column]:
    from dropout_lab.report.numbers import NOTHING, p_value

    chosen = [row["chosen"] if isinstance(row["chosen"], str) else NOTHING for row in tuned]
    agreed = [NOTHING if math.isnan(row["chosen_share"]) else f"{100 * row['chosen_share']:.0f}%" for row in tuned]
    names = [part.rpartition("=")[0].rpartition(".")[2] for part in next(filter(None, chosen), "").split(" ")]
    values = [" ".join(part.rpartition("=")[2] for part in text.split(" ")) for text in chosen]
    return [
        Column("condition", [str(row["condition"]) for row in tuned], is_number=False),
        bracketed_column("untuned\nmean [95% CI]", [_bounded(row, "mean", "ci95") for row in untuned]),
        bracketed_column("untuned -\nbaseline's [95% CI]", [_difference(row) for row in untuned]),
        Column(f"chosen\n{' '.join(names)}", [plain(text) for text in values]),
        Column("agreed", [plain(text) for text in agreed]),
        bracketed_column("tuned\nmean [95% CI]", [_bounded(row, "mean", "ci95") for row in tuned]),
        bracketed_column("tuned -\nbaseline's [95% CI]", [_difference(row) for row in tuned]),
        Column("p\nHolm", [plain(p_value(row["p_holm"])).replace(" ", "") for row in tuned]),
    ]


def _difference(row: dict[Any, Any]) -> "Bounded | None":
    return _bounded(row, "difference", "difference_ci95")


def _bounded(row: dict[Any, Any], value: str, edges: str) -> "Bounded | None":
    from dropout_lab.report.estimates import Bounded

    if math.isnan(row[value]):
        return None
    return Bounded(row[value], row[f"{edges}_low"], row[f"{edges}_high"])
