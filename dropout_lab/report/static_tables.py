"""Tables that no script touches: all metrics at all points, and the printed gap beside the honest one.

Contents in, texts out; must not know HTML.
"""

import math
from typing import NamedTuple

from dropout_lab.report.contents import Contents
from dropout_lab.report.estimates import Bounded
from dropout_lab.report.metric_choices import metric_decimals
from dropout_lab.report.numbers import NOTHING, bracketed, decimals_for, number
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
            estimates = [(row.estimate(metric, point), decimals[metric]) for metric in contents.metrics]
            cells = [bracketed(estimate.mean, places) if estimate else NOTHING for estimate, places in estimates]
            rows.append(Row(row.label, point, cells))
    return rows


def gap_rows(contents: Contents) -> list[Row]:
    """Write val loss, objective loss, the gap as printed, train loss and the honest gap, at the last epoch."""
    losses = [Bounded(gap.val_loss, math.nan, math.nan) for gap in contents.gaps]
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
