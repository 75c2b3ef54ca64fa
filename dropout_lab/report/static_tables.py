"""Tables that no script touches: all metrics at all points, and the printed gap beside the honest one.

Contents in, texts out; must not know HTML.
"""

from typing import NamedTuple

from dropout_lab.findings import Estimate
from dropout_lab.report.contents import Contents
from dropout_lab.report.metric_choices import metric_decimals
from dropout_lab.report.numbers import bracketed, decimals_for, number
from dropout_lab.results import POINTS

_MOST_ROWS = 400
"""Beyond, readers without a script are sent to `summary.csv`: the page would double for them."""


class Row(NamedTuple):
    """A condition, a point where there are several, and the cells."""

    condition: str
    point: str
    cells: list[str]


def all_numbers(contents: Contents) -> list[Row]:
    """Write mean and interval (split) of every metric, a row a condition and point; none where they are too many."""
    if len(contents.conditions) * len(POINTS) > _MOST_ROWS:
        return []
    decimals = {metric: metric_decimals(contents, metric) for metric in contents.metrics}
    rows = []
    for row in contents.conditions:
        for point in POINTS:
            found = [(row.found(metric, point), decimals[metric]) for metric in contents.metrics]
            cells = [bracketed(one.mean if one else None, places) for one, places in found]
            rows.append(Row(row.label, point, cells))
    return rows


def gap_rows(contents: Contents) -> list[Row]:
    """Write val loss, objective loss, the gap as printed, train loss and the honest gap, at the last epoch."""
    losses = [Estimate(0, gap.val_loss, None, None) for gap in contents.gaps]
    decimals = decimals_for(losses)
    return [
        Row(
            gap.condition,
            "last",
            [
                number(value, decimals)
                for value in (gap.val_loss, gap.objective_loss, gap.printed, gap.train_loss, gap.honest)
            ],
        )
        for gap in contents.gaps
    ]
