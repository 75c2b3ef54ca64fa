"""The values of single trials: which conditions stand side by side, and what every seed of theirs came to.

Results in, plain numbers out; knows no axes and no page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Array
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, evenly, unique
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.plane import Setting, Slice, cut, slice_label, swept_settings
from dropout_lab.drawing.setting_words import Value
from dropout_lab.drawing.tidy import settings_of, stack
from dropout_lab.drawing.wording import thinning_note

_LOG_RATIO = 4  # positive values that differ more than this would hide the spread of the low ones on a linear axis
_EXPLODED = 10  # a value that many times the median would squeeze all others
_MARGIN = 0.06  # of the axis, at either end
_DOT = 0.03  # height of a dot, as a share of the axis
_STEP, _WIDEST = 0.1, 0.7  # columns between dots side by side, and most for all of them


@dataclass(frozen=True)
class Strip:
    """The trials of one condition.

    Args:
        condition: the condition.
        trials: ids of the complete ones, by seed.
        seeds: their seeds.
        values: what they came to, shape [seeds].
    """

    condition: Condition
    trials: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class StripPanel:
    """Strips that share all but one setting: a label for what they share, and the strip at each place."""

    label: str
    strips: dict[int, Strip]


@dataclass(frozen=True)
class Strips:
    """The panels that are shown.

    Args:
        x: the setting along every panel.
        shown: its values that have a place, by index.
        panels: the panels.
        left_out: notes on what is not shown.
    """

    x: Setting
    shown: tuple[Value, ...]
    panels: tuple[StripPanel, ...]
    left_out: list[str]


def read_strips(trials: pd.DataFrame, grid: Grid, column: str, *, most_panels: int, most_strips: int) -> Strips:
    """Read the values of all complete trials.

    Args:
        trials: rows as in trials.csv.
        grid: the conditions in them.
        column: what to read.
        most_panels: panels; of more an even choice is kept, among those with a complete trial.
        most_strips: strips in a panel; of more an even choice is kept.
    """
    x, *others = swept_settings(grid) or [
        Setting("rate", "rate", 0, tuple(unique([grid.conditions[0].dropout[0]])), True)
    ]
    every = cut(grid, (x,), others)
    candidates = [one for one in every if any(condition.complete for condition in one.cells.values())]
    keys = choose_evenly([one.key for one in candidates], most_panels)
    shown = evenly(x.values, min(most_strips, len(x.values)))
    rows = trials.set_index("trial")[["seed", column]]
    panels = tuple(_panel(rows, one, others, x, shown) for one in candidates if one.key in keys)
    left_out = [
        *thinning_note("columns", [x.path], [(value,) for value in shown], [(value,) for value in x.values]),
        *thinning_note("panels", [other.path for other in others], keys, [one.key for one in every]),
    ]
    return Strips(x, tuple(shown), panels, left_out)


def _panel(rows: pd.DataFrame, one: Slice, others: Sequence[Setting], x: Setting, shown: Sequence[Value]) -> StripPanel:
    strips = {}
    for (index,), condition in sorted(one.cells.items()):
        if x.values[index] in shown:
            own = rows.loc[list(condition.complete)].sort_values("seed")
            values = own.iloc[:, 1].to_numpy(dtype=np.float64)
            strips[shown.index(x.values[index])] = Strip(condition, tuple(own.index), tuple(own["seed"]), values)
    return StripPanel(slice_label(others, one.key), strips)


def strip_limits(panel: StripPanel, *, is_bounded: bool) -> Limits:
    """Choose the y axis that shows every trial of a panel, but for those that exploded.

    Args:
        panel: the strips.
        is_bounded: whether the values have an upper end, as fractions have; they are never shown on a log axis.
    """
    values = np.concatenate([strip.values for strip in panel.strips.values()])
    kept = values[np.abs(values) <= _EXPLODED * np.median(np.abs(values))]
    low, high = float(kept.min()), float(kept.max())
    if not is_bounded and 0 < _LOG_RATIO * low < high:
        ratio = (high / low) ** _MARGIN
        return Limits(low / ratio, high * ratio, is_log=True)
    room = _MARGIN * (high - low) or 0.05 * abs(high) or 0.5
    return Limits(low - room, high + room)


def places_of(strip: Strip, x: float, limits: Limits) -> dict[int, tuple[float, float]]:
    """Place the dot of every seed, those that would hide one another side by side.

    Args:
        strip: the trials.
        x: the middle of their column, columns being 1 apart.
        limits: of the y axis; what lies above it is placed at its end.

    Returns:
        Column and value by seed.
    """
    shown = np.minimum(strip.values, limits.high)
    heights = np.log(shown) if limits.is_log else shown
    span = np.log(limits.high / limits.low) if limits.is_log else limits.high - limits.low
    places: dict[int, tuple[float, float]] = {}
    left = list(np.argsort(heights, kind="stable"))
    while left:
        near = [i for i in left if heights[i] - heights[left[0]] <= _DOT * span]
        left = left[len(near) :]
        step = min(_STEP, _WIDEST / max(len(near) - 1, 1))
        for rank, i in enumerate(near):
            places[strip.seeds[i]] = x + step * (rank - (len(near) - 1) / 2), float(shown[i])
    return places


def trial_rows(grid: Grid, strips: Strips, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every dot.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `trial`, `seed`, `value`, and
        `mean`, that of the condition.
    """
    return stack(_rows(grid, strip, metric, point) for panel in strips.panels for strip in panel.strips.values())


def _rows(grid: Grid, strip: Strip, metric: str, point: str) -> pd.DataFrame:
    n = len(strip.seeds)
    measured = {
        "point": [point] * n,
        "metric": [metric] * n,
        "trial": list(strip.trials),
        "seed": list(strip.seeds),
        "value": strip.values,
        "mean": [float(strip.values.mean())] * n if n else [],
    }
    return pd.DataFrame({**settings_of(grid, [strip.condition] * n), **measured})
