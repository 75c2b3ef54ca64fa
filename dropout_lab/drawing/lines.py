"""Lines of means with their intervals, and how they are drawn, so that no interval ends in silence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import CARETDOWN, CARETUP, MarkerStyle

from dropout_lab.drawing.grid import Condition, Grid
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.picture import epoch_rows, stack
from dropout_lab.drawing.style import TRAIN, TRUE_LABELS, VAL, LineStyle, colors, sizes
from dropout_lab.findings import Curve, Floats, Series

_DOWN, _UP = MarkerStyle(CARETDOWN), MarkerStyle(CARETUP)  # their tip is on the point


def draw_curve(
    axes: Axes, curve: Curve, *, color: str, linestyle: LineStyle = "-", band: tuple[float, float] | None = None
) -> None:
    """Draw the mean as a line, and the interval as a band where there are two seeds or more.

    Args:
        axes: where to draw.
        curve: the line.
        color: of line and band.
        linestyle: of the line.
        band: the ends of the y axis; where the mean lies beyond them, its interval would only tint the whole axes
            and is left out. None: no band at all.
    """
    if band:
        is_drawn = (curve.n > 1) & (curve.mean >= band[0]) & (curve.mean <= band[1])
        axes.fill_between(
            curve.x, curve.low, curve.high, where=is_drawn, color=color, alpha=0.18, linewidth=0, zorder=1
        )
    axes.plot(curve.x, curve.mean, color=color, linestyle=linestyle, zorder=3)


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


@dataclass(frozen=True)
class Lines:
    """A metric's curves of one condition.

    Args:
        train, val: the mean on each split against epoch.
        true: train accuracy against the true labels, under label noise only.
        best: index of the epoch of the lowest mean val loss, whatever the metric.
        best_loss: the mean val loss there.
    """

    train: Curve
    val: Curve
    true: Curve | None
    best: int
    best_loss: float

    @property
    def best_epoch(self) -> float:
        """Return the epoch of the lowest mean val loss."""
        return float(self.val.x[self.best])

    @property
    def curves(self) -> list[Curve]:
        """Return all curves."""
        return [self.train, self.val, *([self.true] if self.true else [])]

    def draw(self, axes: Axes, color: str, *, band: tuple[float, float]) -> None:
        """Draw train solid, val dashed, train against true labels dotted, and a dot at the best epoch.

        Args:
            axes: where to draw.
            color: of everything.
            band: the ends of the y axis, see `Curve.draw`.
        """
        draw_curve(axes, self.train, color=color, linestyle=TRAIN, band=band)
        draw_curve(axes, self.val, color=color, linestyle=VAL, band=band)
        if self.true:
            draw_curve(axes, self.true, color=color, linestyle=TRUE_LABELS)
        mark_best(axes, self.val, self.best, color)

    def ends(self) -> list[tuple[str, float, float]]:
        """Return the name of each curve and the point where it ends."""
        named = [("train", self.train), ("val", self.val), *([("train (true)", self.true)] if self.true else [])]
        return [(name, float(curve.x[-1]), float(curve.mean[-1])) for name, curve in named]

    def rows(self, grid: Grid, condition: Condition, metric: str) -> pd.DataFrame:
        """Return the numbers drawn, as rows; see `tidy.epoch_rows`."""
        parts = [epoch_rows(grid, condition, f"train_{metric}", self.train)]
        parts.append(epoch_rows(grid, condition, f"val_{metric}", self.val, marks={self.best: "best epoch"}))
        if self.true:
            parts.append(epoch_rows(grid, condition, f"train_true_{metric}", self.true))
        return stack(parts)


def mark_best(axes: Axes, curve: Curve, best: int, color: str) -> None:
    """Put a dot on a line at the epoch of the lowest mean val loss.

    Args:
        axes: where to draw.
        curve: the line.
        best: index of that epoch.
        color: of the line.
    """
    scale = sizes().scale
    axes.scatter(
        curve.x[best],
        curve.mean[best],
        s=22 * scale**2,
        color=color,
        edgecolors=colors().paper,
        linewidths=0.7 * scale,
        zorder=4,
    )


def mark_chosen(axes: Axes, x: Floats, y: Floats, color: str) -> None:
    """Put a star on what val chose, as `Wording.mark_note` explains it.

    Args:
        axes: where to draw.
        x: where the points stand.
        y: their values.
        color: of their line.
    """
    scale = sizes().scale
    paper = colors().paper
    axes.scatter(x, y, s=85 * scale**2, marker="*", color=color, edgecolors=paper, linewidths=0.6 * scale, zorder=8)


def read_lines(series: Series, conditions: Sequence[Condition], metric: str) -> dict[str, Lines]:
    """Return the lines of each condition that has a complete trial, by its name.

    Args:
        series: what was measured.
        conditions: those to read.
        metric: `loss`, `accuracy` or `rmse`.
    """
    found = {}
    for name in (one.name for one in conditions):
        train, val = (series.along_epochs(name, f"{split}_{metric}") for split in ("train", "val"))
        loss, best = series.along_epochs(name, "val_loss"), series.lowest(name)
        if train and val and loss and best is not None:
            true = series.along_epochs(name, f"train_true_{metric}")
            found[name] = Lines(train, val, true, best, float(loss.mean[best]))
    return found


def off_axis_note(named: Mapping[str, Sequence[Curve]], limits: Mapping[str, Limits]) -> list[str]:
    """Say which curves leave their axis, for limits are set so that one explosion does not flatten the rest.

    Args:
        named: curves by the name of what they show.
        limits: the limits of the axis of each.
    """
    outside = [
        name for name, curves in named.items() if any(limits[name].excludes(curve.settled().mean) for curve in curves)
    ]
    if outside:
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
        return [f"Off the axis in part, with their intervals: {'; '.join(outside[:3])}{more}."]
    if any(limits[name].excludes(curve.mean) for name, curves in named.items() for curve in curves):
        return ["The first epochs run off the axis."]
    return []
