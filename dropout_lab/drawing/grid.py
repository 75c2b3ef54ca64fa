"""The conditions of a study as a grid to draw: who is the baseline of whom, in which order, and which ones fit.

Takes the `trials` frame of the results folder and knows nothing of axes, colours or files. It exists
so that every figure orders, names and thins out conditions in the same way.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from dropout_lab.phrases.names import ABSENT, RATES, Value, dropout_label, drops_nothing, settings_label

Item = TypeVar("Item")

_DROPOUT_COLUMNS = ("dropout.rates", "dropout.input_rate")  # already there as `rate` and `input_rate`


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


def read_grid(trials: pd.DataFrame) -> Grid:
    """Order the conditions of a `trials` frame: uniform rates ascending, then per-layer rates as they came.

    Args:
        trials: rows as in trials.csv; the swept paths are the columns between `seed` and `status`.
    """
    columns = list(trials.columns)
    swept = columns[columns.index("seed") + 1 : columns.index("status")]
    swept = [path for path in swept if path not in _DROPOUT_COLUMNS]
    dropout_paths = ("rate", "input_rate", *(path for path in swept if path.startswith("dropout.")))
    group_paths = tuple(path for path in swept if not path.startswith("dropout."))
    first: dict[str, int] = {}
    complete: dict[str, list[str]] = {}
    left_out: dict[str, Counter[str]] = {}
    for i, (name, trial, status) in enumerate(zip(trials["condition"], trials["trial"], trials["status"], strict=True)):
        first.setdefault(name, i)
        if status == "complete":
            complete.setdefault(name, []).append(trial)
        else:
            left_out.setdefault(name, Counter())[status] += 1
    cells = {path: trials[path].tolist() for path in (*dropout_paths, *group_paths)}
    settings = {name: {path: _setting(path, cells[path][i]) for path in cells} for name, i in first.items()}
    conditions = [
        Condition(
            name=name,
            dropout=tuple(settings[name][path] for path in dropout_paths),
            group=tuple(settings[name][path] for path in group_paths),
            is_baseline=drops_nothing(settings[name]),
            complete=tuple(complete.get(name, ())),
            left_out=tuple(left_out.get(name, {}).items()),
        )
        for name in first
    ]
    place = {group: i for i, group in enumerate(unique([condition.group for condition in conditions]))}
    conditions.sort(key=lambda condition: (place[condition.group], dropout_order(condition.dropout)))
    return Grid(tuple(conditions), dropout_paths, group_paths)


def dropout_order(dropout: Sequence[Value]) -> tuple[tuple[bool, float], ...]:
    """Sort numbers by size and put texts after them; a stable sort then keeps texts as they came."""
    return tuple((isinstance(value, str), 0.0 if isinstance(value, str) else value) for value in dropout)


def choose_evenly(points: Sequence[tuple[Value, ...]], limit: int) -> list[tuple[Value, ...]]:
    """Keep at most `limit` points of a grid: a smaller grid of evenly spread values of every axis.

    >>> choose_evenly([(rate, width) for rate in (0.1, 0.2, 0.3) for width in (8.0, 16.0)], 4)
    [(0.1, 8.0), (0.1, 16.0), (0.3, 8.0), (0.3, 16.0)]
    """
    if len(points) <= limit:
        return list(points)
    axes = [unique(values) for values in zip(*points, strict=True)]
    counts = [1] * len(axes)
    while growing := [i for i, axis in enumerate(axes) if counts[i] < len(axis) and _one_more(counts, i) <= limit]:
        counts[min(growing, key=lambda i: counts[i] / len(axes[i]))] += 1
    kept = [evenly(axis, count) for axis, count in zip(axes, counts, strict=True)]
    chosen = [point for point in points if all(value in values for value, values in zip(point, kept, strict=True))]
    return chosen or evenly(points, limit)


def _one_more(counts: Sequence[int], axis: int) -> int:
    return math.prod(counts) // counts[axis] * (counts[axis] + 1)


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """Choose `count` items evenly, both ends among them; the middle one where count is 1.

    >>> evenly("abcde", 3), evenly("abcde", 1)
    (['a', 'c', 'e'], ['c'])
    """
    if count == 1:
        return [items[len(items) // 2]]
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)]


def unique(items: Sequence[Item]) -> list[Item]:
    """Drop repeats, keeping the first of each in place."""
    return list(dict.fromkeys(items))


def value_of(cell: object) -> Value:
    """Read a cell: a number where it reads as one, `ABSENT` where empty, else its text, `null` included."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ABSENT
    if isinstance(cell, (bool, np.bool_)):
        return str(cell).lower()
    try:
        return float(str(cell))
    except ValueError:
        return str(cell)


def _setting(path: str, cell: object) -> Value:
    """Read a setting of a condition; a rate that it has not is 0."""
    value = value_of(cell)
    return 0.0 if value == ABSENT and path in RATES else value
