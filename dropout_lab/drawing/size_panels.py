"""The two panels of a learning curve's facet: the metric on val, and the gap below it, against the train rows.

Plain curves in, lines on axes; knows no conditions and no page.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from dropout_lab.drawing.bars import draw_bars
from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.style import TRAIN, VAL, colors, sizes, use_log_axis, value_ticks

_APART = 0.012  # between the dots of one size, as a share of the axis


def draw_val(axes: Axes, drawn: Sequence[tuple[Curve, str]], limits: Limits, rows: Sequence[int]) -> None:
    """Draw the val metric with hollow dots.

    Args:
        axes: where to draw.
        drawn: curves over the train rows, with their colours.
        limits: of the y axis.
        rows: all numbers of train rows, ascending.
    """
    for curve, color in _side_by_side(drawn, rows):
        curve.draw(axes, color=color, linestyle=VAL)
        draw_bars(axes, curve, colors=[color] * len(curve.x), ends=limits.ends)
        _dots(axes, curve, face=colors().paper, edge=color, size=13)
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(6))
    axes.set_ylim(limits.low, limits.high)


def draw_gap(axes: Axes, drawn: Sequence[tuple[Curve, str]], limits: Limits, rows: Sequence[int]) -> None:
    """Draw the gap with filled dots, and a line at zero; for the arguments see `draw_val`."""
    axes.axhline(0, color=colors().quiet, linewidth=0.8 * sizes().scale, zorder=1)
    for curve, color in _side_by_side(drawn, rows):
        curve.draw(axes, color=color, linestyle=TRAIN)
        draw_bars(axes, curve, colors=[color] * len(curve.x), ends=limits.ends)
        _dots(axes, curve, face=color, edge=colors().paper, size=15)
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)


def _dots(axes: Axes, curve: Curve, *, face: str, edge: str, size: float) -> None:
    scale = sizes().scale
    axes.scatter(curve.x, curve.mean, s=size * scale**2, color=face, edgecolors=edge, linewidths=0.9 * scale, zorder=5)


def _side_by_side(drawn: Sequence[tuple[Curve, str]], rows: Sequence[int]) -> list[tuple[Curve, str]]:
    """Move the lines apart by a little, so that their bars do not hide one another."""
    step = _APART * np.log(rows[-1] / rows[0])
    middle = (len(drawn) - 1) / 2
    return [(replace(curve, x=curve.x * np.exp(step * (i - middle))), color) for i, (curve, color) in enumerate(drawn)]
