"""What needs no net, drawn across a panel: the trivial predictor and a linear model on the same val rows.

A reference that lies beyond the axis is named below the panels with its value, since making room for it would flatten
what is there to be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from dropout_lab.drawing.grid import Condition
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.page import EndLabel
from dropout_lab.drawing.style import REFERENCE, colors, sizes
from dropout_lab.drawing.wording import Wording
from dropout_lab.findings import Curve
from dropout_lab.metrics import TASKS
from dropout_lab.phrases.names import ABSENT
from dropout_lab.wording import listed

_MOST_NAMED = 4  # references beyond an axis


@dataclass(frozen=True)
class ReferenceLine:
    """A reference in one panel: what it is called, its val metric, and over how many splits that is a mean."""

    label: str
    value: float
    n_splits: int

    def curve(self, x: Sequence[float]) -> Curve:
        """Return it as a level line over some x values."""
        return levels([self.value] * len(x), x, [self.n_splits] * len(x))


def levels(values: Sequence[float], x: Sequence[float], n_splits: Sequence[int]) -> Curve:
    """Return values without intervals as a curve."""
    y, none = np.array(values), np.full(len(x), np.nan)
    return Curve(np.array(x, dtype=np.float64), y, none, none, y, np.array(n_splits), np.full(len(x), ""))


def reference_lines(words: Wording, condition: Condition) -> tuple[ReferenceLine, ...]:
    """Return the references of a condition's rows that have the figure's metric on val."""
    task, column = TASKS[words.view.task], f"val_{words.metric}"
    return tuple(
        ReferenceLine(task.references[one.name].label, one.values[column], one.n_splits)
        for one in words.view.references(condition.name)
        if column in one.values
    )


def draw_references(axes: Axes, lines: Sequence[ReferenceLine], limits: Limits) -> None:
    """Draw those that lie on the axis."""
    for one in _on_axis(lines, limits):
        axes.axhline(one.value, color=colors().quiet, linestyle=REFERENCE, linewidth=0.8 * sizes().scale, zorder=1)


def reference_ends(lines: Sequence[ReferenceLine], limits: Limits, x: float) -> list[EndLabel]:
    """Name those that lie on the axis, beside its right end at `x`."""
    return [EndLabel(x, one.value, one.label, colors().quiet) for one in _on_axis(lines, limits)]


def reference_note(words: Wording, panels: Mapping[str, tuple[Sequence[ReferenceLine], Limits]]) -> list[str]:
    """Say what the lines are, and name what lies beyond an axis.

    Args:
        words: what the figure is about.
        panels: by any name, the references and the y axis of every panel.
    """
    drawn = list(dict.fromkeys(one.label for lines, limits in panels.values() for one in _on_axis(lines, limits)))
    beyond = list(
        dict.fromkeys(
            f"{one.label} at {words.number(one.value)}"
            for lines, limits in panels.values()
            for one in lines
            if one not in _on_axis(lines, limits)
        )
    )
    notes = [f"Dash-dotted: {listed(drawn)}, without a net, on the same val rows."] if drawn else []
    return [*notes, *([f"Beyond the axis, without a net: {listed(beyond)}."] if 0 < len(beyond) <= _MOST_NAMED else [])]


def reference_values(words: Wording) -> list[str]:
    """Name what needs no net with its val metric, for a figure that draws no line for it; of one set of rows only."""
    shared, column = words.view.shared_references, f"val_{words.metric}"
    named = [
        f"{TASKS[words.view.task].references[one.name].label} {words.number(one.values[column])}"
        for one in shared
        if column in one.values
    ]
    return [f"Without a net, val {words.metric_name} on these rows: {', '.join(named)}."] if named else []


def as_condition(words: Wording, one: ReferenceLine, beside: Condition) -> Condition:
    """Return what stands for a reference among the numbers drawn: on the rows of `beside`, without dropout."""
    nothing = (ABSENT,) * len(words.grid.dropout_paths)
    return replace(beside, name=one.label, dropout=nothing, complete=(), left_out=())


def _on_axis(lines: Sequence[ReferenceLine], limits: Limits) -> list[ReferenceLine]:
    return [one for one in lines if not limits.excludes(np.array([one.value]))]
