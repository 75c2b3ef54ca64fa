"""What a reader can choose to see in the page's tables: metrics, with the decimals they deserve, and points.

Plain values for JSON out; must not know any table.
"""

from collections.abc import Sequence
from typing import Any

from dropout_lab.metrics import metric_name, metric_title
from dropout_lab.report.contents import Contents
from dropout_lab.report.numbers import decimals_for
from dropout_lab.results import POINT_NAMES, POINTS

FIRST_METRIC, FIRST_POINT = "val_loss", "last"
"""What the tables show first: the metric that chooses, at the point that the verdict and `run` speak of."""


def metric_decimals(contents: Contents, metric: str) -> int:
    """Return with how many decimals a metric's means and differences are written."""
    there = [one for row in contents.conditions for key, one in row.numbers.items() if key.metric == metric]
    means = [one.mean for one in there if one.mean]
    return decimals_for([*means, *(one.effect.estimate for one in there if one.effect)])


def metric_choices(contents: Contents, metrics: Sequence[str]) -> list[dict[str, Any]]:
    """Return id, name, title, unit and decimals of metrics."""
    return [
        {
            "id": name,
            "name": metric_name(name),
            "title": metric_title(name),
            "unit": contents.results.unit(name),
            "decimals": metric_decimals(contents, name),
        }
        for name in metrics
    ]


def point_choices() -> list[dict[str, str]]:
    """Return id and name of every point."""
    return [{"id": point, "name": POINT_NAMES[point]} for point in POINTS]
