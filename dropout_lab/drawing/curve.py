"""A mean line with its interval: plain arrays, and how to draw them, so that no interval ends in silence.

Knows the rows of one condition and one axes; not which conditions exist, nor the page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import CARETDOWN, CARETUP, MarkerStyle

from dropout_lab.drawing.style import LineStyle, sizes
from dropout_lab.statistics import estimate_mean, mean_interval

Array = npt.NDArray[np.float64]
_DOWN, _UP = MarkerStyle(CARETDOWN), MarkerStyle(CARETUP)  # their tip is on the point


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

    x: Array
    mean: Array
    low: Array
    high: Array
    median: Array
    n: npt.NDArray[np.int64]
    method: npt.NDArray[np.str_]
    unsettled: int = 0

    def draw(
        self, axes: Axes, *, color: str, linestyle: LineStyle = "-", band: tuple[float, float] | None = None
    ) -> None:
        """Draw the mean as a line, and the interval as a band where there are two seeds or more.

        Args:
            axes: where to draw.
            color: of line and band.
            linestyle: of the line.
            band: the ends of the y axis; where the mean lies beyond them, its interval would only tint the whole axes
                and is left out. None: no band at all.
        """
        if band:
            is_drawn = (self.n > 1) & (self.mean >= band[0]) & (self.mean <= band[1])
            axes.fill_between(
                self.x, self.low, self.high, where=is_drawn, color=color, alpha=0.18, linewidth=0, zorder=1
            )
        axes.plot(self.x, self.mean, color=color, linestyle=linestyle, zorder=3)

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


def over_seeds(x: Array, values: Array) -> Curve:
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


def over_points(x: list[float], samples: list[Array]) -> Curve:
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


def draw_bars(axes: Axes, curve: Curve, *, colors: Sequence[str], ends: tuple[float, float]) -> None:
    """Draw the interval at every point, with an arrow head where it, or the mean itself, lies beyond the axis.

    Args:
        axes: where to draw.
        curve: the points.
        colors: a colour for each.
        ends: of the y axis.
    """
    scale = sizes().scale
    axes.vlines(curve.x, curve.low, curve.high, colors=list(colors), linewidth=1.2 * scale, zorder=4)
    for end, beyond, marker in zip(ends, _beyond(curve, ends), (_DOWN, _UP), strict=True):
        chosen = np.flatnonzero(beyond)
        if len(chosen):
            axes.scatter(
                curve.x[chosen],
                np.full(len(chosen), end),
                marker=marker,
                s=16 * scale**2,
                c=np.array(colors)[chosen].tolist(),
                linewidths=0,
                zorder=7,
            )


def cut_note(drawn: Iterable[tuple[Curve, tuple[float, float]]]) -> list[str]:
    """Explain the arrow heads, where there are any.

    Args:
        drawn: curves with the ends of their y axis.
    """
    is_cut = any(beyond.any() for curve, ends in drawn for beyond in _beyond(curve, ends))
    return ["Arrow heads: runs on beyond the axis."] if is_cut else []


def _beyond(curve: Curve, ends: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.fmin(curve.low, curve.mean) < ends[0], np.fmax(curve.high, curve.mean) > ends[1]
