"""The conditions of a study as a grid to draw: who is the baseline of whom, in which order, and which ones fit.

It exists so that every figure orders, names, thins out and cuts a study in the same way: into planes, and into lines.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from dropout_lab.findings import Measured
from dropout_lab.phrases.names import (
    ABSENT,
    RATES,
    Value,
    dropout_label,
    drops_nothing,
    is_missing,
    setting_names,
    setting_text,
    settings_label,
    value_text,
)

Item = TypeVar("Item")
Place = tuple[int, ...]  # index of a value of each setting that a slice runs over; in a plane row and column


@dataclass(frozen=True)
class Condition:
    """One condition and what became of its trials.

    Args:
        name: the text of the column `condition`.
        dropout: dropout's settings: rate, input rate, then the other swept `dropout.*` settings.
        group: the swept settings that are not dropout's; conditions of one group share a baseline.
        is_baseline: whether nothing is ever dropped: no unit, no input and no output.
        complete: ids of the complete trials, which alone enter means.
        left_out: (status, number of trials) of all others.
    """

    name: str
    dropout: tuple[Value, ...]
    group: tuple[Value, ...]
    is_baseline: bool
    complete: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]

    @property
    def n_trials(self) -> int:
        """Count the trials, complete or not."""
        return len(self.complete) + sum(count for _, count in self.left_out)


@dataclass(frozen=True)
class Grid:
    """All conditions of a study, in drawing order, and the paths its tuples of values stand for."""

    conditions: tuple[Condition, ...]
    dropout_paths: tuple[str, ...]
    group_paths: tuple[str, ...]

    @cached_property
    def groups(self) -> list[tuple[Value, ...]]:
        """Return the distinct groups, in order."""
        return unique([condition.group for condition in self.conditions])

    @cached_property
    def treated(self) -> list[Condition]:
        """Return the conditions with dropout, group by group."""
        return [condition for condition in self.conditions if not condition.is_baseline]

    @cached_property
    def dropouts(self) -> list[tuple[Value, ...]]:
        """Return the distinct nonzero dropout settings, in order."""
        return sorted(unique([condition.dropout for condition in self.treated]), key=dropout_order)

    @cached_property
    def word_paths(self) -> tuple[str, ...]:
        """Return dropout's settings whose values are words, such as kinds, where a rate varies within one of them.

        Words have no order that colours could show, so each gets a panel, or a head, of its own; a rate keeps its
        colour throughout.
        """
        words = [
            i
            for i, path in enumerate(self.dropout_paths)
            if path not in RATES and any(isinstance(d[i], str) and d[i] != ABSENT for d in self.dropouts)
        ]
        rest = {tuple(value for i, value in enumerate(dropout) if i not in words) for dropout in self.dropouts}
        return tuple(self.dropout_paths[i] for i in words) if len(rest) > 1 else ()

    @cached_property
    def shade_paths(self) -> tuple[str, ...]:
        """Return dropout's settings that colours tell apart: all but the words."""
        return tuple(path for path in self.dropout_paths if path not in self.word_paths)

    @property
    def family_paths(self) -> tuple[str, ...]:
        """Return the settings that panels or heads tell apart: dropout's words, then those that are not dropout's."""
        return (*self.word_paths, *self.group_paths)

    @cached_property
    def shades(self) -> list[tuple[Value, ...]]:
        """Return what colours tell apart, in order."""
        return unique([self.shade(dropout) for dropout in self.dropouts])

    @cached_property
    def families(self) -> list[tuple[Value, ...]]:
        """Return what panels tell apart, group by group."""
        return unique([self.family(one) for one in self.treated or self.conditions])

    def shade(self, dropout: Sequence[Value]) -> tuple[Value, ...]:
        """Return what gives a dropout setting its colour."""
        pairs = zip(self.dropout_paths, dropout, strict=True)
        return tuple(value for path, value in pairs if path in self.shade_paths)

    def family(self, condition: Condition) -> tuple[Value, ...]:
        """Return the values of `family_paths` of a condition."""
        pairs = zip(self.dropout_paths, condition.dropout, strict=True)
        return (*(value for path, value in pairs if path in self.word_paths), *condition.group)

    def baseline(self, group: tuple[Value, ...]) -> Condition | None:
        """Return the baseline of a group, or None where the frame has none."""
        return self._baselines.get(group)

    @cached_property
    def _baselines(self) -> dict[tuple[Value, ...], Condition]:
        return {condition.group: condition for condition in self.conditions if condition.is_baseline}

    def dropout_label(self, dropout: Sequence[Value]) -> str:
        """Name a dropout setting: `rate 0.5`, `rate 0.5, input rate 0.2, kind gaussian`, `baseline`."""
        return dropout_label(dict(zip(self.dropout_paths, dropout, strict=True)))

    def shade_label(self, dropout: Sequence[Value]) -> str:
        """Name what gives a dropout setting its colour, for a panel whose title names the rest."""
        settings = dict(zip(self.dropout_paths, dropout, strict=True))
        return dropout_label({path: value for path, value in settings.items() if path in self.shade_paths})

    def group_label(self, group: Sequence[Value]) -> str:
        """Name a group by its swept settings: `train size 100, width 64`; empty where nothing else was swept."""
        return settings_label(self.group_paths, group)

    def family_label(self, family: Sequence[Value]) -> str:
        """Name what panels tell apart: `kind gaussian, train size 100`; empty where that is nothing."""
        return settings_label(self.family_paths, family)

    def label(self, condition: Condition) -> str:
        """Name a condition by its dropout and, where anything else was swept, its group."""
        group = self.group_label(condition.group)
        return self.dropout_label(condition.dropout) + (f" ({group})" if group else "")


def read_grid(measured: Iterable[Measured]) -> Grid:
    """Order conditions: uniform rates ascending, then per-layer rates as they came.

    Args:
        measured: the conditions, in table order.
    """
    found = list(measured)
    paths = list(found[0].settings) if found else ["rate", "input_rate"]
    dropout_paths = tuple(path for path in paths if path in RATES or path.startswith("dropout."))
    group_paths = tuple(path for path in paths if path not in dropout_paths)
    conditions = []
    for one in found:
        settings = {path: _setting(path, value) for path, value in one.settings.items()}
        dropout, group = (tuple(settings[path] for path in some) for some in (dropout_paths, group_paths))
        conditions.append(Condition(one.label, dropout, group, drops_nothing(settings), one.complete, one.left_out))
    place = {group: i for i, group in enumerate(unique([condition.group for condition in conditions]))}
    conditions.sort(key=lambda condition: (place[condition.group], dropout_order(condition.dropout)))
    return Grid(tuple(conditions), dropout_paths, group_paths)


def _setting(path: str, value: Value | None) -> Value:
    """Write what a condition has not got: a rate as 0, all else as `ABSENT`."""
    if value is None:
        return 0.0 if path in RATES else ABSENT
    return value


def dropout_order(dropout: Sequence[Value]) -> tuple[tuple[bool, float], ...]:
    """Sort numbers by size and put texts after them; a stable sort then keeps texts as they came."""
    return tuple((isinstance(value, str), 0.0 if isinstance(value, str) else value) for value in dropout)


def choose_evenly(
    points: Sequence[tuple[Value, ...]], limit: int, keep: Iterable[tuple[Value, ...]] = ()
) -> list[tuple[Value, ...]]:
    """Keep at most `limit` points of a grid: a smaller grid of evenly spread values of every axis.

    Args:
        points: the grid.
        limit: how many fit.
        keep: points that stay whatever is left out, the most important first; not looked at where all fit.

    >>> choose_evenly([(rate, width) for rate in (0.1, 0.2, 0.3) for width in (8.0, 16.0)], 4)
    [(0.1, 8.0), (0.1, 16.0), (0.3, 8.0), (0.3, 16.0)]
    """
    if len(points) <= limit:
        return list(points)
    wanted = [point for point in unique(list(keep)) if point in points][:limit]
    axes = [unique(values) for values in zip(*points, strict=True)]
    counts = [1] * len(axes)
    while growing := [i for i, axis in enumerate(axes) if counts[i] < len(axis) and _one_more(counts, i) <= limit]:
        counts[min(growing, key=lambda i: counts[i] / len(axes[i]))] += 1
    kept = [evenly(axis, counts[i], [point[i] for point in wanted]) for i, axis in enumerate(axes)]
    chosen = [point for point in points if all(value in values for value, values in zip(point, kept, strict=True))]
    chosen = chosen or evenly(points, limit, wanted)
    if set(wanted) <= set(chosen):
        return chosen
    others = [point for point in chosen if point not in wanted]
    room = min(limit - len(wanted), len(others))
    return [point for point in points if point in wanted or (room and point in evenly(others, room))]


def _one_more(counts: Sequence[int], axis: int) -> int:
    return math.prod(counts) // counts[axis] * (counts[axis] + 1)


def evenly(items: Sequence[Item], count: int, keep: Iterable[Item] = ()) -> list[Item]:
    """Choose `count` items evenly, both ends among them; the middle one where count is 1.

    Args:
        items: to choose from.
        count: how many.
        keep: items that stay, each in place of its nearest neighbour; the most important first.

    >>> evenly("abcde", 3), evenly("abcde", 1), evenly("abcdefg", 3, "c")
    (['a', 'c', 'e'], ['c'], ['a', 'c', 'g'])
    """
    count = min(count, len(items))
    chosen = [len(items) // 2] if count == 1 else np.linspace(0, len(items) - 1, count).round().astype(int).tolist()
    wanted = unique([items.index(item) for item in keep if item in items])[:count]
    for place in wanted:
        if place not in chosen:
            nearest = min((other for other in chosen if other not in wanted), key=lambda other: abs(other - place))
            chosen[chosen.index(nearest)] = place
    return [items[i] for i in sorted(chosen)]


def unique(items: Sequence[Item]) -> list[Item]:
    """Drop repeats, keeping the first of each in place."""
    return list(dict.fromkeys(items))


@dataclass(frozen=True)
class Setting:
    """A setting that the study varies.

    Args:
        path: its path in the config; `rate` and `input_rate` for dropout's own.
        name: a short name for readers, unique in the study.
        index: its place in a condition's `dropout` and `group`, put one after the other.
        values: numbers ascending, then texts as they came.
        is_dropouts: whether it belongs to dropout, so that the baseline has no say in it.
    """

    path: str
    name: str
    index: int
    values: tuple[Value, ...]
    is_dropouts: bool

    def value_name(self, value: Value) -> str:
        """Name one of its values; `none` where a condition has not got it."""
        return "none" if is_missing(self.path, value) else value_text(value)


@dataclass(frozen=True)
class Slice:
    """The conditions that differ in the settings a slice runs over and share all else.

    Args:
        key: the values they share, in the order of the other settings.
        cells: the condition at each place; a place without one is no part of the study.
    """

    key: tuple[Value, ...]
    cells: Mapping[Place, Condition]


@dataclass(frozen=True)
class Planes:
    """A study cut into planes.

    Args:
        x, y: the settings along the columns and the rows.
        others: the settings that vary from plane to plane.
        planes: in order.
    """

    x: Setting
    y: Setting
    others: tuple[Setting, ...]
    planes: tuple[Slice, ...]


def swept_settings(grid: Grid) -> list[Setting]:
    """Return the settings of two values or more; an input rate that merely applies with the rates is none.

    Neither is a lone rate beside kinds of noise: there the baseline stands as the one without a kind.
    """
    paths = (*grid.dropout_paths, *grid.group_paths)
    has_kinds = any(len({one.dropout[i] for one in grid.treated}) > 1 for i in _lacking(grid))
    found = []
    for index, (path, name) in enumerate(zip(paths, setting_names(paths), strict=True)):
        is_dropouts = index < len(grid.dropout_paths)
        varied = grid.treated if is_dropouts and (index > 0 or has_kinds) else grid.conditions
        if len({values_of(one)[index] for one in varied}) > 1:
            every = unique([values_of(one)[index] for one in grid.conditions])
            ordered = sorted(every, key=lambda value: dropout_order([value]))
            found.append(Setting(path, name, index, tuple(ordered), is_dropouts))
    return found


def _lacking(grid: Grid) -> list[int]:
    """Return the places of dropout's settings that a baseline has not got."""
    baselines = [one for one in grid.conditions if one.is_baseline]
    paths = enumerate(grid.dropout_paths)
    return [i for i, path in paths if any(is_missing(path, one.dropout[i]) for one in baselines)]


def values_of(condition: Condition) -> tuple[Value, ...]:
    """Return all settings of a condition, in the order of `Setting.index`."""
    return (*condition.dropout, *condition.group)


def find_planes(grid: Grid) -> Planes | None:
    """Cut a study into planes; None where it does not vary two settings.

    The columns are the rate where it varies, else dropout's first other setting, else the first of all; the rows are
    the setting of most values among the rest, the first of these on ties.
    """
    settings = swept_settings(grid)
    if len(settings) < 2:
        return None
    x, *rest = settings  # dropout's come first, the rate before all
    y = max(rest, key=lambda setting: len(setting.values))
    others = tuple(setting for setting in rest if setting is not y)
    return Planes(x, y, others, tuple(cut(grid, (y, x), others)))


def cut(grid: Grid, along: Sequence[Setting], others: Sequence[Setting]) -> list[Slice]:
    """Cut a study into slices.

    Args:
        grid: its conditions.
        along: the settings that a slice runs over.
        others: all other settings that vary; there is a slice for each of their combinations, in order.

    Returns:
        The slices. A baseline stands in every slice of its group in which nobody has its place.
    """
    members: dict[tuple[Value, ...], list[Condition]] = {}
    for one in grid.treated or grid.conditions:
        members.setdefault(_key(one, others), []).append(one)
    ordered = sorted(members, key=lambda key: _places(key, others))
    return [Slice(key, _cells(grid, members[key], along)) for key in ordered]


def slice_label(others: Sequence[Setting], key: Sequence[Value]) -> str:
    """Name a slice by what its conditions share: `width 64, learning rate 0.001`."""
    pairs = list(zip(others, key, strict=True))
    there = [
        setting_text(setting.path, value, setting.name)
        for setting, value in pairs
        if not is_missing(setting.path, value)
    ]
    return ", ".join(there or [f"no {setting.name}" for setting, _ in pairs])


def _key(condition: Condition, settings: Sequence[Setting]) -> tuple[Value, ...]:
    return tuple(values_of(condition)[setting.index] for setting in settings)


def _places(key: Sequence[Value], settings: Sequence[Setting]) -> Place:
    return tuple(setting.values.index(value) for setting, value in zip(settings, key, strict=True))


def _cells(grid: Grid, members: Sequence[Condition], along: Sequence[Setting]) -> dict[Place, Condition]:
    """Place conditions in a slice, then the baselines of their groups where nobody stands."""
    baselines = [grid.baseline(group) for group in unique([one.group for one in members])]
    cells: dict[Place, Condition] = {}
    for one in (*members, *(baseline for baseline in baselines if baseline)):
        cells.setdefault(_places(_key(one, along), along), one)
    return cells
