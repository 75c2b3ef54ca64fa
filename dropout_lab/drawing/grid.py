"""The conditions of a study as a grid to draw: who is the baseline of whom, in which order, and which ones fit.

Floor 3, drawing. Takes the `trials` frame of the results folder and knows nothing of axes, colours or files. It exists
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

Value = float | str
Item = TypeVar("Item")

ABSENT = "null"
_DROPOUT_COLUMNS = ("dropout.rates", "dropout.input_rate")  # already there as `rate` and `input_rate`


@dataclass(frozen=True)
class Condition:
    """One condition and what became of its trials.

    Args:
        name: the text of the column `condition`.
        dropout: dropout's settings: rate, input rate, then the other swept `dropout.*` settings.
        group: the swept settings that are not dropout's; conditions of one group share a baseline.
        complete: ids of the complete trials, which alone enter means.
        left_out: (status, number of trials) of all others.
    """

    name: str
    dropout: tuple[Value, ...]
    group: tuple[Value, ...]
    complete: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]

    @property
    def n_trials(self) -> int:
        """Count the trials, complete or not."""
        return len(self.complete) + sum(count for _, count in self.left_out)

    @property
    def is_baseline(self) -> bool:
        """Tell whether neither a unit nor an input is ever dropped."""
        return is_zero(self.dropout[0]) and is_zero(self.dropout[1])


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

    def baseline(self, group: tuple[Value, ...]) -> Condition | None:
        """Return the baseline of a group, or None where the frame has none."""
        return self._baselines.get(group)

    @cached_property
    def _baselines(self) -> dict[tuple[Value, ...], Condition]:
        return {condition.group: condition for condition in self.conditions if condition.is_baseline}

    def dropout_label(self, dropout: Sequence[Value]) -> str:
        """Name a dropout setting: `rate 0.5`, `rate 0.5, input rate 0.2`, `baseline`."""
        extras = zip(self.dropout_paths[2:], dropout[2:], strict=True)
        named = [f"{leaf(path)} {text(value)}" for path, value in extras if value != ABSENT]
        if is_zero(dropout[0]) and is_zero(dropout[1]):
            return "baseline"
        inputs = [] if is_zero(dropout[1]) else [f"input rate {text(dropout[1])}"]
        return ", ".join([f"rate {text(dropout[0])}", *inputs, *named])

    def group_label(self, group: Sequence[Value]) -> str:
        """Name a group by its swept settings: `train_size 100, width 64`; empty where nothing else was swept."""
        return ", ".join(
            f"{name} {text(value)}" for name, value in zip(short_names(self.group_paths), group, strict=True)
        )

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
    conditions = [
        Condition(
            name=name,
            dropout=tuple(value_of(cells[path][i]) for path in dropout_paths),
            group=tuple(value_of(cells[path][i]) for path in group_paths),
            complete=tuple(complete.get(name, ())),
            left_out=tuple(left_out.get(name, {}).items()),
        )
        for name, i in first.items()
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
    """Read a cell: a number where it reads as one, `null` where empty, else its text."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ABSENT
    if isinstance(cell, (bool, np.bool_)):
        return str(cell).lower()
    try:
        return float(str(cell))
    except ValueError:
        return str(cell)


def text(value: Value) -> str:
    """Write a value as a user would: `0.5`, `100`, `128-128`."""
    return value if isinstance(value, str) else f"{value:.12g}"


def is_zero(rate: Value) -> bool:
    """Tell whether a rate, or every layer's rate of a text such as `0-0.5`, is zero."""
    if isinstance(rate, float):
        return rate == 0
    try:
        return all(float(part) == 0 for part in rate.split("-"))
    except ValueError:
        return False


def leaf(path: str) -> str:
    """Return a path's last name: `data.train_size` -> `train_size`."""
    return path.rsplit(".", 1)[-1]


def short_names(paths: Sequence[str]) -> list[str]:
    """Shorten paths to their leaves where no two leaves are the same."""
    leaves = [leaf(path) for path in paths]
    return [name if leaves.count(name) == 1 else path for name, path in zip(leaves, paths, strict=True)]
