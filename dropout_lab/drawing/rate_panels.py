"""The two panels of a validation curve's facet: the metric on train and val, and the gap below it.

Plain curves in, lines on axes; knows no conditions and no page.
"""

import math
from collections.abc import Mapping
from itertools import pairwise

from matplotlib.axes import Axes

from dropout_lab.drawing.bars import draw_bars
from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.end_labels import EndLabel
from dropout_lab.drawing.facets import FacetCurves
from dropout_lab.drawing.lettering import text_width
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.setting_words import Value, text
from dropout_lab.drawing.style import TRAIN, VAL, LineStyle, colors, sizes, use_log_axis, value_ticks

_ANGLE = 35  # degrees
_TURNED = 2.1  # type sizes between texts turned by that: their line height over its sine


def draw_metric(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw train with filled dots, val with hollow ones, the baseline's level, and which rate is or may be best.

    Args:
        axes: where to draw.
        curves: what to draw.
        limits: of the y axis.
        is_joined: whether lines join the dots: they do not where rates have no order.
    """
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(6))
    axes.set_ylim(limits.low, limits.high)
    _draw_level(axes, curves.baseline_val)
    _draw_curve(axes, curves.train, curves.baseline, limits, linestyle=TRAIN if is_joined else "none")
    _draw_curve(axes, curves.val, curves.baseline, limits, linestyle=VAL if is_joined else "none", is_hollow=True)
    _mark_best(axes, curves)


def draw_gap(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw the gap, a line at zero and the baseline's level; for the arguments see `draw_metric`."""
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)
    axes.axhline(0, color=colors().quiet, linewidth=0.8 * sizes().scale, zorder=1)
    _draw_level(axes, curves.baseline_gap)
    _draw_curve(axes, curves.gap, curves.baseline, limits, linestyle=TRAIN if is_joined else "none")


def _draw_level(axes: Axes, level: Curve | None) -> None:
    """Draw the baseline's mean across the panel, and its interval as a band."""
    if level is None:
        return
    neutral = colors().neutral
    axes.axhline(level.mean[0], color=neutral, linestyle=VAL, linewidth=0.8 * sizes().scale, zorder=1)
    if level.n[0] > 1:
        axes.axhspan(level.low[0], level.high[0], color=neutral, alpha=0.18, linewidth=0, zorder=0.5)


def _draw_curve(
    axes: Axes,
    curve: Curve,
    baseline: int | None,
    limits: Limits,
    *,
    linestyle: LineStyle,
    is_hollow: bool = False,
) -> None:
    """Draw dots, a bar for each interval and the line that joins them, the baseline's in its own colour."""
    own = _dot_colors(curve, baseline)
    paper, scale = [colors().paper] * len(own), sizes().scale
    curve.draw(axes, color=colors().single, linestyle=linestyle)
    draw_bars(axes, curve, colors=own, ends=limits.ends)
    faces, edges = (paper, own) if is_hollow else (own, paper)
    size = (13 if is_hollow else 15) * scale**2
    axes.scatter(curve.x, curve.mean, s=size, c=faces, edgecolors=edges, linewidths=0.9 * scale, zorder=5)


def _dot_colors(curve: Curve, baseline: int | None) -> list[str]:
    return [colors().neutral if i == baseline else colors().single for i in range(len(curve.x))]


def _mark_best(axes: Axes, curves: FacetCurves) -> None:
    """Fill a large dot at the lowest mean val loss, and draw a ring around what may be best as well."""
    own, val, scale = _dot_colors(curves.val, curves.baseline), curves.val, sizes().scale
    at = curves.chosen
    axes.scatter(
        val.x[at],
        val.mean[at],
        s=34 * scale**2,
        color=own[at],
        edgecolors=colors().paper,
        linewidths=0.9 * scale,
        zorder=6,
    )
    ringed = [i for i in curves.may_be_best if i != at]
    if ringed:
        axes.scatter(
            val.x[ringed],
            val.mean[ringed],
            s=48 * scale**2,
            facecolors="none",
            edgecolors=[own[i] for i in ringed],
            linewidths=0.8 * scale,
            zorder=6,
        )


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
    return EndLabel(float(curve.x[-1]), float(curve.mean[-1]), name, colors().single)


def _level_end(curves: FacetCurves, level: Curve | None, name: str) -> list[EndLabel]:
    return [] if level is None else [EndLabel(float(curves.val.x[-1]), float(level.mean[0]), name, colors().neutral)]


def place_rates(axes: Axes, places: Mapping[Value, float], *, width: float) -> None:
    """Put a tick at every rate where they fit; else turn texts, as many as fit, and leave numbers to round ones.

    Args:
        axes: whose x axis it is.
        places: where each rate stands, ascending.
        width: of the panel, inches.
    """
    small = sizes().small
    ticks = list(places.values())
    names = [text(rate) for rate in places]
    span = ticks[-1] - ticks[0]
    axes.set_xlim(ticks[0] - 0.05 * span, ticks[-1] + 0.05 * span)
    usable = 0.75 * width * 72 / (1.1 * span)  # points on paper for one unit of x
    room = usable * min(right - left for left, right in pairwise(ticks))
    if 1.25 * max(text_width(name, small) for name in names) <= room:
        axes.set_xticks(ticks, names)
    elif any(isinstance(rate, str) for rate in places):
        step = math.ceil(_TURNED * small / room)
        axes.set_xticks(ticks[::step], names[::step], rotation=_ANGLE, ha="right", rotation_mode="anchor")
    else:
        axes.xaxis.set_major_locator(value_ticks(6))


def turned_height(places: Mapping[Value, float]) -> float:
    """Return the height that turned names of rates take below an axis, inches."""
    longest = max(text_width(text(rate), sizes().small) for rate in places)
    return longest * math.sin(math.radians(_ANGLE)) / 72
