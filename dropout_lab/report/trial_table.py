"""The table of trials: every condition with every seed, at one of three points.

Owns which columns stand in which order; must not know HTML. The script gets the numbers of all trials,
readers without one a thousand rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dropout_lab.metrics import TASKS, curve_metrics
from dropout_lab.report.contents import Contents
from dropout_lab.report.embedding import pack
from dropout_lab.report.metric_choices import FIRST_POINT, metric_choices, metric_decimals, point_choices
from dropout_lab.report.numbers import number, rounded
from dropout_lab.results import POINT_NAMES, POINTS

MOST_ROWS = 1000
"""Rows for readers without a script."""

_CAPTION = "Every trial at the {point}. Losses in {unit}; seconds: the time of its cohort, shared out evenly."
_POINT = "{point}"  # the script puts a point's name in its place
_SECONDS_DECIMALS = 2


def column_groups(contents: Contents) -> list[tuple[str, list[str]]]:
    """Return the headings of the metrics, each with its parts."""
    task, parts = TASKS[contents.task], ["train", "val", "gap"]
    return [(task.loss.text, ["objective", *parts]), *((metric.text, parts) for metric in task.others)]


def caption(contents: Contents, point: str = POINT_NAMES[FIRST_POINT]) -> str:
    """Say what the table shows at a point, given by its name."""
    return _CAPTION.format(point=point, unit=contents.results.unit("val_loss"))


def rows(contents: Contents) -> list[list[str]]:
    """Write the first rows as the table shows first: condition, seed, status, epoch, metrics, seconds."""
    metrics = curve_metrics(contents.task)
    decimals = [*_decimals(contents), _SECONDS_DECIMALS]
    columns = [f"{FIRST_POINT}_epoch", *(f"{FIRST_POINT}_{metric}" for metric in metrics), "wall_time_s"]
    trials = contents.results.trials.head(MOST_ROWS)
    cells = trials[columns].to_numpy(dtype=np.float64)
    return [
        [label, str(seed), status, *map(number, values, decimals)]
        for label, seed, status, values in zip(
            trials["condition"], trials["seed"], trials["status"], cells.tolist(), strict=True
        )
    ]


def data(contents: Contents) -> dict[str, Any]:
    """Return what the script needs to show every trial at any point."""
    trials, metrics = contents.results.trials, curve_metrics(contents.task)
    labels = [row.label for row in contents.conditions]
    place = {label: i for i, label in enumerate(labels)}
    decimals = _decimals(contents)
    columns = {point: [f"{point}_epoch", *(f"{point}_{metric}" for metric in metrics)] for point in POINTS}

    def shown(names: list[str], places: Sequence[int]) -> str:
        cells = trials[names].to_numpy(dtype=np.float64).tolist()
        return pack([list(map(rounded, values, places)) for values in cells])

    return {
        "first": {"point": FIRST_POINT},
        "caption": caption(contents, _POINT),
        "metrics": metric_choices(contents, metrics),
        "points": point_choices(),
        "conditions": labels,
        "condition": [place[label] for label in trials["condition"]],
        "seed": [int(seed) for seed in trials["seed"]],
        "status": trials["status"].tolist(),
        "seconds": shown(["wall_time_s"], [_SECONDS_DECIMALS]),
        "values": {point: shown(names, decimals) for point, names in columns.items()},
    }


def _decimals(contents: Contents) -> list[int]:
    """Return the decimals of the epoch and of every metric."""
    return [0, *(metric_decimals(contents, metric) for metric in curve_metrics(contents.task))]
