"""The numbers of a figure as a tidy frame: one row for each mean that is drawn.

Conditions and curves in, a frame out; knows no axes. It exists so that whoever sees a figure can have
its numbers, in the words of the results folder.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.grid import Condition, Grid
from dropout_lab.drawing.setting_words import ABSENT

Marks = Mapping[int, str]


def epoch_rows(
    grid: Grid, condition: Condition, metric: str, curve: Curve, *, marks: Marks | None = None
) -> pd.DataFrame:
    """Return the rows of a condition's line over epochs.

    Args:
        grid: names the settings.
        condition: whose line it is.
        metric: a column of curves.csv, such as `val_loss`.
        curve: the line.
        marks: what is marked at which index of the curve.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `epoch`, `metric`, `n`, `mean`, `ci95_low`,
        `ci95_high`, `interval_method`, `mark`. The interval is NaN where n is 1, and `mark` is empty where nothing is
        marked.
    """
    head = {**settings_of(grid, [condition] * len(curve.x)), "epoch": curve.x.astype(np.int64)}
    return pd.DataFrame(head | _measured(metric, curve, marks))


def point_rows(
    grid: Grid, conditions: Sequence[Condition], metric: str, curve: Curve, *, point: str, marks: Marks | None = None
) -> pd.DataFrame:
    """Return the rows of a line whose points are conditions.

    Args:
        grid: names the settings.
        conditions: one for every point.
        metric: as `epoch_rows` takes it.
        curve: the line.
        point: `last`, `best` or `stop`.
        marks: what is marked at which index of the curve.

    Returns:
        The columns of `epoch_rows`, with `point` for `epoch`.
    """
    head = {**settings_of(grid, conditions), "point": [point] * len(conditions)}
    return pd.DataFrame(head | _measured(metric, curve, marks))


def _measured(metric: str, curve: Curve, marks: Marks | None) -> dict[str, object]:
    n = len(curve.x)
    return {
        "metric": [metric] * n,
        "n": curve.n,
        "mean": curve.mean,
        "ci95_low": curve.low,
        "ci95_high": curve.high,
        "interval_method": curve.method,
        "mark": [(marks or {}).get(i, "") for i in range(n)],
    }


def settings_of(grid: Grid, conditions: Sequence[Condition]) -> dict[str, object]:
    """Return names and settings as columns, a cell for each condition; a setting that one has not is None."""
    paths = (*grid.dropout_paths, *grid.group_paths)
    cells = [(*one.dropout, *one.group) for one in conditions]
    columns = {path: [None if row[i] == ABSENT else row[i] for row in cells] for i, path in enumerate(paths)}
    return {"condition": [one.name for one in conditions], **columns}


def stack(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of equal columns below each other."""
    return pd.concat(list(frames), ignore_index=True)
