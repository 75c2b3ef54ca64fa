"""The y axes of training curves: one for all panels of a group, and one of its own for a panel that it would cut off.

Lines in, limits out; knows no axes and no page. It exists because panels are there to be compared,
and one rate far off would squeeze all others into a corner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.grid import Condition, Grid, unique
from dropout_lab.drawing.limits import Limits, metric_limits, within_reach
from dropout_lab.drawing.lines import Lines
from dropout_lab.drawing.setting_words import Value

_NAMED = 3  # panels named one by one


@dataclass(frozen=True)
class PanelLimits:
    """The limits of every panel's y axis.

    Args:
        shared: of the panels of each group.
        own: of the panels with an axis of their own, by the condition's name.
    """

    shared: Mapping[tuple[Value, ...], Limits]
    own: Mapping[str, Limits]

    def of(self, condition: Condition) -> Limits:
        """Return the limits of a condition's panel."""
        return self.own.get(condition.name, self.shared[condition.group])


def panel_limits(grid: Grid, conditions: Sequence[Condition], lines: Mapping[str, Lines], metric: str) -> PanelLimits:
    """Choose the y axes.

    Args:
        grid: who is the baseline of whom.
        conditions: those with a panel.
        lines: the lines of these and of their baselines, by the condition's name.
        metric: `loss`, `accuracy` or `rmse`.
    """
    shared, own = {}, {}
    for group in unique([one.group for one in conditions]):
        baseline = grid.baseline(group)
        reference = lines.get(baseline.name) if baseline else None
        members = {one.name: lines[one.name] for one in conditions if one.group == group and one.name in lines}
        drawn = list(members.values())
        if baseline and reference and baseline.name not in members:
            drawn.append(reference)
        shared[group] = _shared(drawn, reference, metric) if drawn else Limits(0, 1)
        for name, member in members.items():
            if any(_leaves(curve, shared[group]) for curve in (member.train, member.val)):
                own[name] = _around([member, *([reference] if reference else [])], metric, keeps_exploded=True)
    return PanelLimits(shared, own)


def own_axes_note(labels: Sequence[str]) -> list[str]:
    """Name the panels whose y axis is not that of their neighbours."""
    if not labels:
        return []
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    has = "has a y axis of its own" if len(labels) == 1 else "have y axes of their own"
    return [f"Far from the others, {'; '.join(labels[:_NAMED])}{more} {has}."]


def _shared(drawn: Sequence[Lines], reference: Lines | None, metric: str) -> Limits:
    """Choose the limits that show all lines or, where few lie far off on a linear axis, all others."""
    together = _around(drawn, metric)
    if together.is_log:
        return together
    ends = np.array([[bound for curve in (one.train, one.val) for bound in _bounds(curve)] for one in drawn])
    best = min(range(len(drawn)), key=lambda i: drawn[i].best_loss)
    compared = [i for i, one in enumerate(drawn) if i == best or one is reference]
    kept = within_reach(ends, ends[compared])
    return _around([one for one, is_kept in zip(drawn, kept, strict=True) if is_kept], metric)


def _leaves(curve: Curve, limits: Limits) -> bool:
    """Tell whether settled values leave an axis, but for a log axis downwards: towards 0 there is no end to it."""
    settled = curve.settled().mean
    return bool((settled > limits.high).any()) if limits.is_log else limits.excludes(settled)


def _around(drawn: Sequence[Lines], metric: str, *, keeps_exploded: bool = False) -> Limits:
    curves, guide = [curve for one in drawn for curve in one.curves], [one.val for one in drawn]
    return metric_limits(metric, curves, guide=guide, keeps_exploded=keeps_exploded)


def _bounds(curve: Curve) -> tuple[float, float]:
    settled = curve.settled().mean
    return float(settled.min()), float(settled.max())
