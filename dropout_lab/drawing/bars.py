"""Bars of intervals that never end in silence: what the axis cuts off is marked by an arrow head.

Curves and one axes; knows no conditions and no page.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.markers import CARETDOWN, CARETUP, MarkerStyle

from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.style import sizes

_DOWN, _UP = MarkerStyle(CARETDOWN), MarkerStyle(CARETUP)  # their tip is on the point


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
