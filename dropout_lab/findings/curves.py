"""Means over seeds with their 95 % intervals, along epochs or any other axis: what a figure draws as a line."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.findings.effects import Floats
from dropout_lab.statistics import estimate_mean, mean_interval


@dataclass(frozen=True)
class Curve:
    """A mean over seeds with its 95 % interval at every point.

    Args:
        x: epochs or rates, ascending, shape [points].
        mean, low, high: the mean and its interval, shape [points]; low and high are NaN where a point has one seed.
        median: the median over the same seeds, which one exploding trial does not move, shape [points].
        n: seeds behind every point, shape [points].
        method: how each interval was made, `t` for one; empty where there is none, shape [points].
        unsettled: leading points, of early training; they do not set the limits of an axis.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    median: Floats
    n: npt.NDArray[np.int64]
    method: npt.NDArray[np.str_]
    unsettled: int = 0

    def settled(self) -> "Curve":
        """Return the curve without its unsettled points."""
        return self.take(np.arange(self.unsettled, len(self.x)))

    def take(self, points: npt.NDArray[np.int64]) -> "Curve":
        """Return some of the points, by their index, as a curve."""
        parts = (self.x, self.mean, self.low, self.high, self.median)
        x, mean, low, high, median = (part[points] for part in parts)
        return Curve(x, mean, low, high, median, self.n[points], self.method[points])


def over_epochs(rows: pd.DataFrame, column: str) -> Curve:
    """Average a column of `curves` rows over trials, at each epoch; the first half is unsettled.

    Args:
        rows: the rows of one condition's complete trials, as in curves.csv.
        column: a metric's column.
    """
    curve = over(rows, "epoch", column)
    return replace(curve, unsettled=len(curve.x) // 2)


def over(rows: pd.DataFrame, x: str, column: str) -> Curve:
    """Average a column over trials at each value of another one, with t intervals.

    Args:
        rows: a row for each trial and value of `x`.
        x: the column along the axis.
        column: the column to average.
    """
    table = rows.pivot(index="trial", columns=x, values=column).sort_index(axis="columns")
    return over_seeds(table.columns.to_numpy(dtype=np.float64), table.to_numpy(dtype=np.float64))


def over_seeds(x: Floats, values: Floats) -> Curve:
    """Average values over seeds, with t intervals.

    Args:
        x: the points, ascending.
        values: shape [seeds, points].
    """
    interval = mean_interval(values)
    return Curve(
        x=x,
        mean=interval.mean,
        low=interval.low,
        high=interval.high,
        median=np.median(values, axis=0),
        n=interval.n,
        method=np.where(interval.n > 1, "t", ""),
    )


def over_points(x: list[float], samples: list[Floats]) -> Curve:
    """Average one sample of seeds for each point of `x`.

    Args:
        x: the points, ascending.
        samples: for each point the values of its trials, shape [seeds]; the number of seeds may differ between points.

    Returns:
        Means and intervals as `summary.csv` has them for the estimand `split`.
    """
    intervals = [estimate_mean(sample) for sample in samples]
    return Curve(
        x=np.array(x, dtype=np.float64),
        mean=np.array([one.mean for one in intervals], dtype=np.float64),
        low=np.array([one.low for one in intervals], dtype=np.float64),
        high=np.array([one.high for one in intervals], dtype=np.float64),
        median=np.array([np.median(sample) for sample in samples], dtype=np.float64),
        n=np.array([one.n for one in intervals], dtype=np.int64),
        method=np.array([str(one.method) if one.n > 1 else "" for one in intervals]),
    )
