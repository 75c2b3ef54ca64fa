"""Labels beside the points where lines end: what a line is, without a legend to look it up in.

Knows one axes and the room to its right; nothing of studies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dropout_lab.drawing.lettering import spread, text_width
from dropout_lab.drawing.style import readable, sizes

_OFFSET = 9.0  # points between a line's end and its label: room for a leader


@dataclass(frozen=True)
class EndLabel:
    """A text beside the point (x, y) where a line ends, in data coordinates."""

    x: float
    y: float
    text: str
    color: str


def room_for(labels: Sequence[str]) -> float:
    """Return the width that labels and their leaders take, in points; none for no label."""
    if not labels:
        return 0.0
    return max(text_width(label, sizes().small) for label in labels) + _OFFSET * sizes().scale


def label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Write labels right of the axes, as near the ends of their lines as they fit without touching."""
    if not labels:
        return
    box, offset, size = axes.get_window_extent(), _OFFSET * sizes().scale, sizes().small
    to_points = 72 / axes.figure.dpi
    height = box.height * to_points
    ends = (axes.transData.transform([(label.x, label.y) for label in labels])[:, 1] - box.y0) * to_points
    ends = np.clip(np.nan_to_num(ends), 0, height)
    places = spread(ends, gap=size * 1.2, high=height)
    for label, end, place in zip(labels, ends, places, strict=True):
        from_end: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        leader = {"arrowstyle": "-", "color": label.color, "linewidth": 0.5 * sizes().scale, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (1, end / height), (offset - 1.5, place - end), arrowprops=leader, **from_end)
        axes.annotate(
            label.text,
            (1, end / height),
            (offset, place - end),
            size=size,
            color=readable(label.color),
            va="center_baseline",
            **from_end,
        )
