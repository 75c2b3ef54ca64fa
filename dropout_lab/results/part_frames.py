"""Frames of a finished cohort, brought into the order and form in which its part writes them.

Owns the order of rows within a trial, and which cells of a frame do not apply.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import curve_metrics
from dropout_lab.results.columns import METHODS, POINTS, SPLITS, Column, Layout

_ORDERS: dict[str, tuple[str, ...]] = {"split": SPLITS, "point": POINTS, "method": METHODS}
_SORTED_BY = ("split", "point", "epoch", "method", "n_samples", "bin")


def as_written(name: str, frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Return the rows of the table `name` in their order, with empty cells where nothing applies.

    Raises:
        ValueError: a split, point or method is none of the lab's.
    """
    if name == "trials":
        frame = _without_absent_points(frame, layout)
    if name == "curves":
        frame = frame.assign(**{rate: None for rate in layout.learnt_rates if rate not in frame})
    return _ordered(frame, getattr(layout, name))


def _ordered(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    names = {column.name for column in columns}
    sorted_by = [name for name in _SORTED_BY if name in names]
    keys = [_ranks(frame[name]) for name in reversed(sorted_by)]
    return frame.iloc[np.lexsort([*keys, frame["trial"].to_numpy(dtype=str)])]


def _ranks(values: "pd.Series[Any]") -> npt.NDArray[Any]:
    order = _ORDERS.get(str(values.name))
    if order is None:
        return values.to_numpy()
    unknown = set(values) - set(order)
    if unknown:
        raise ValueError(f"column {values.name} must hold {', '.join(order)}, got {sorted(map(str, unknown))}")
    return np.array([order.index(value) for value in values])


def _without_absent_points(trials: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Empty the metrics of points that a trial does not have, so that a `nan` there is always a measured value."""
    emptied: dict[str, list[Any]] = {}
    for point in POINTS:
        is_there = trials[f"{point}_epoch"].notna().tolist()
        if all(is_there):
            continue
        for name in [f"{point}_{metric}" for metric in curve_metrics(layout.task)]:
            emptied[name] = [value if there else None for value, there in zip(trials[name], is_there, strict=True)]
    return trials.assign(**{name: pd.Series(values, trials.index, dtype=object) for name, values in emptied.items()})
