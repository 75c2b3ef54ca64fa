"""A picture: a figure with what a reader needs beside it, and the rows of its numbers.

Plain data; it exists so that whatever shows a figure, a file, a report or a notebook, has its caption
and its numbers too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dropout_lab.drawing.grid import Condition, Grid
from dropout_lab.findings import Curve
from dropout_lab.metrics import LOSS
from dropout_lab.phrases.names import ABSENT

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


@dataclass(frozen=True)
class Picture:
    """One figure of a study.

    Args:
        name: the file stem, such as `gap_curves`.
        title: what is shown, in a few words, such as `digits: loss gap against epoch`.
        figure: the drawing.
        caption: plain words for someone new to this: what is shown, how to read it, what to look for.
        data: exactly the numbers drawn, a row a point; see docs/figures.md for the columns.
    """

    name: str
    title: str
    figure: Figure
    caption: str
    data: pd.DataFrame


def name_of(kind: str, metric: str) -> str:
    """Return the file stem of a kind of figure: the metric leads it, unless it is the loss; it always leads `curves`.

    >>> name_of("gap_curves", "loss"), name_of("gap_curves", "accuracy"), name_of("curves", "loss")
    ('gap_curves', 'accuracy_gap_curves', 'loss_curves')
    """
    return kind if metric == LOSS and kind != "curves" else f"{metric}_{kind}"
