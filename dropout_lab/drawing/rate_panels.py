"""The two panels of a validation curve's facet: the metric on train and val, and the gap below it.

Floor 3, drawing. Plain curves in, lines on axes; knows no conditions and no page.
"""

import math
from collections.abc import Mapping
from itertools import pairwise

from matplotlib.axes import Axes

from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.facets import FacetCurves
from dropout_lab.drawing.grid import Value, text
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.page import EndLabel, text_width
from dropout_lab.drawing.style import NEUTRAL, QUIET, SINGLE, SMALL, TRAIN, VAL, LineStyle, use_log_axis, value_ticks

_TURNED = 2.1 * SMALL  # points between texts turned by 35 degrees: their line height over its sine


def draw_metric(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw train with small dots, val with hollow ones, a large dot at the lowest mean val loss, the baseline's level.

    Args:
        axes: where to draw.
        curves: what to draw.
        limits: of the y axis.
        is_joined: whether lines join the dots: they do not where rates have no order.
    """
    _draw_level(axes, curves.baseline_val)
    _draw_curve(axes, curves.train, curves.baseline, linestyle=TRAIN if is_joined else "none")
    _draw_curve(axes, curves.val, curves.baseline, linestyle=VAL if is_joined else "none", is_hollow=True)
    at = curves.val.x[curves.chosen], curves.val.mean[curves.chosen]
    color = NEUTRAL if curves.chosen == curves.baseline else SINGLE
    axes.scatter(*at, s=40, color=color, edgecolors="white", linewidths=0.9, zorder=6)
    if limits.is_log:
        use_log_axis(axes)
    else:
        axes.yaxis.set_major_locator(value_ticks(6))
    axes.set_ylim(limits.low, limits.high)


def draw_gap(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw the gap, a line at zero and the baseline's level; for the arguments see `draw_metric`."""
    axes.axhline(0, color=QUIET, linewidth=0.8, zorder=1)
    _draw_level(axes, curves.baseline_gap)
    _draw_curve(axes, curves.gap, curves.baseline, linestyle=TRAIN if is_joined else "none")
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)


def _draw_level(axes: Axes, level: float | None) -> None:
    if level is not None:
        axes.axhline(level, color=NEUTRAL, linestyle=VAL, linewidth=0.8, zorder=1)


def _draw_curve(
    axes: Axes, curve: Curve, baseline: int | None, *, linestyle: LineStyle, is_hollow: bool = False
) -> None:
    """Draw dots, a bar for each interval and the line that joins them, the baseline's in its own colour."""
    colors = [NEUTRAL if i == baseline else SINGLE for i in range(len(curve.x))]
    curve.draw(axes, color=SINGLE, linestyle=linestyle)
    axes.vlines(curve.x, curve.low, curve.high, colors=colors, linewidth=1.2, zorder=4)
    faces, edges = (["white"] * len(colors), colors) if is_hollow else (colors, ["white"] * len(colors))
    axes.scatter(curve.x, curve.mean, s=15 if is_hollow else 18, c=faces, edgecolors=edges, linewidths=0.9, zorder=5)


def metric_ends(curves: FacetCurves) -> list[EndLabel]:
    """Label the ends of the lines of `draw_metric`."""
    return [
        _end(curves.train, "train"),
        _end(curves.val, "val"),
        *_level_end(curves, curves.baseline_val, "baseline val"),
    ]


def gap_ends(curves: FacetCurves) -> list[EndLabel]:
    """Label the ends of the lines of `draw_gap`."""
    return [_end(curves.gap, "gap"), *_level_end(curves, curves.baseline_gap, "baseline gap")]


def _end(curve: Curve, name: str) -> EndLabel:
    return EndLabel(float(curve.x[-1]), float(curve.mean[-1]), name, SINGLE)


def _level_end(curves: FacetCurves, level: float | None, name: str) -> list[EndLabel]:
    return [] if level is None else [EndLabel(float(curves.val.x[-1]), level, name, NEUTRAL)]


def place_rates(axes: Axes, places: Mapping[Value, float], *, width: float) -> None:
    """Put a tick at every rate where they fit; else turn texts, as many as fit, and leave numbers to round ones.

    Args:
        axes: whose x axis it is.
        places: where each rate stands, ascending.
        width: of the panel, inches.
    """
    ticks = list(places.values())
    names = [text(rate) for rate in places]
    span = ticks[-1] - ticks[0]
    axes.set_xlim(ticks[0] - 0.05 * span, ticks[-1] + 0.05 * span)
    usable = 0.75 * width * 72 / (1.1 * span)  # points on paper for one unit of x
    room = usable * min(right - left for left, right in pairwise(ticks))
    if 1.25 * max(text_width(name, SMALL) for name in names) <= room:
        axes.set_xticks(ticks, names)
    elif any(isinstance(rate, str) for rate in places):
        step = math.ceil(_TURNED / room)
        axes.set_xticks(ticks[::step], names[::step], rotation=35, ha="right", rotation_mode="anchor")
    else:
        axes.xaxis.set_major_locator(value_ticks(6))
