"""What was measured of every condition, as figures draw it: seed by seed, and as means along epochs or settings.

The one reader of trials.csv and curves.csv for all that draws. Only complete trials enter a mean. Which epoch has the
lowest mean val loss is decided here: one epoch for all seeds of a condition.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dropout_lab.findings.curves import Curve, over, over_epochs, over_points
from dropout_lab.findings.effects import Floats
from dropout_lab.findings.learnt import learnt_columns

_DROPOUT_COLUMNS = ("dropout.rates", "dropout.input_rate")  # already there as `rate` and `input_rate`


@dataclass(frozen=True)
class Sample:
    """The complete trials of one condition by ascending seed: their ids, seeds, and what they came to, ``[seeds]``."""

    trials: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Floats

    @property
    def mean(self) -> float | None:
        """The mean; None without a trial."""
        return float(self.values.mean()) if len(self.values) else None


@dataclass(frozen=True)
class Measured:
    """One condition and what became of its trials.

    Attributes:
        settings: by path, of dropout first: numbers as numbers, all else as text, None where it has not got one.
        complete: ids of the complete trials, in table order.
        left_out: (status, number of trials) of all others.
    """

    label: str
    settings: Mapping[str, float | str | None]
    complete: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]


class Series:
    """The trials of a study, and their curves.

    Args:
        trials: rows as in trials.csv; the swept settings are the columns between `seed` and `status`.
        curves: rows as in curves.csv.
    """

    def __init__(self, trials: pd.DataFrame, curves: pd.DataFrame) -> None:
        self._trials, self._curves = trials, curves
        self._curve_of: dict[tuple[str, str], Curve] = {}
        self._means: dict[str, dict[str, float]] = {}

    @cached_property
    def conditions(self) -> Mapping[str, Measured]:
        """Every condition by its label, in table order."""
        return {one.label: one for one in read_measured(self._trials)}

    @property
    def columns(self) -> Sequence[str]:
        """The columns of curves.csv."""
        return list(self._curves.columns)

    def range_of(self, column: str) -> tuple[int, int] | None:
        """Return the least and the most of a whole number over all trials; None where it was not measured."""
        if column not in self._trials:
            return None
        there = self.whole_numbers(column)
        return (there[0], there[-1]) if there else None

    def whole_numbers(self, column: str) -> tuple[int, ...]:
        """Return what a whole number of trials.csv came to over all trials, ascending, each once."""
        return tuple(sorted({int(number) for number in self._trials[column].dropna()}))

    def cell(self, label: str, column: str) -> Any:
        """Return what trials.csv says of a condition in all of its rows."""
        return self._first[column][label]

    @cached_property
    def _first(self) -> pd.DataFrame:
        return self._trials.drop_duplicates("condition").set_index("condition")

    @cached_property
    def _by_trial(self) -> pd.DataFrame:
        return self._trials.set_index("trial")

    def values(self, label: str, column: str) -> Floats:
        """Return what the complete trials of a condition came to, in table order: ``[seeds]``."""
        return self._by_trial.loc[list(self.conditions[label].complete), column].to_numpy(dtype=np.float64)

    def sample(self, label: str, column: str) -> Sample:
        """Return the same with trials and seeds, by ascending seed."""
        own = self._by_trial.loc[list(self.conditions[label].complete), ["seed", column]].sort_values("seed")
        return Sample(tuple(own.index), tuple(own["seed"]), own[column].to_numpy(dtype=np.float64))

    def mean(self, label: str, column: str) -> float | None:
        """Return the mean over the complete trials of a condition; None without one."""
        if column not in self._means:
            complete = self._trials[self._trials["status"] == "complete"]
            means = complete.groupby("condition", sort=False, observed=True)[column].mean()
            self._means[column] = {str(label): float(mean) for label, mean in means.items()}
        return self._means[column].get(label)

    def at_point(self, labels: Sequence[str], column: str, x: Sequence[float]) -> Curve:
        """Return means and intervals of a column of trials.csv: a condition for each point of `x`."""
        return over_points(list(x), [self.values(label, column) for label in labels])

    def rows(self, label: str) -> pd.DataFrame:
        """Return the rows of curves.csv of a condition's complete trials."""
        return self._rows.get(label, self._curves.iloc[:0])

    def along_epochs(self, label: str, column: str) -> Curve | None:
        """Return the mean of a column of curves.csv at every epoch; None without a complete trial or such a column."""
        rows = self.rows(label)
        if rows.empty or column not in rows:
            return None
        if (label, column) not in self._curve_of:
            self._curve_of[label, column] = over_epochs(rows, column)
        return self._curve_of[label, column]

    def learnt_rates(self, label: str) -> Mapping[str, Curve]:
        """Return the learnt rates of a condition by the column of their layer, from the inputs to the outputs.

        Empty where it learnt none; a layer that has none is left out.
        """
        rows = self.rows(label)
        return {column: over(rows, "epoch", column) for column in learnt_columns(rows) if rows[column].notna().any()}

    def lowest(self, label: str) -> int | None:
        """Return the index of the epoch of the lowest mean val loss; None without a complete trial."""
        curve = self.along_epochs(label, "val_loss")
        return int(curve.mean.argmin()) if curve else None

    @cached_property
    def _rows(self) -> Mapping[str, pd.DataFrame]:
        complete = {trial for one in self.conditions.values() for trial in one.complete}
        kept = self._curves[self._curves["trial"].isin(complete)]
        return {str(label): rows for label, rows in kept.groupby("condition", sort=False, observed=True)}


def read_measured(trials: pd.DataFrame) -> list[Measured]:
    """Return the conditions of a trials table, in its order.

    Args:
        trials: see `Series`.
    """
    columns = list(trials.columns)
    swept = columns[columns.index("seed") + 1 : columns.index("status")]
    swept = [path for path in swept if path not in _DROPOUT_COLUMNS]
    paths = ["rate", "input_rate", *sorted(swept, key=lambda path: not path.startswith("dropout."))]
    first: dict[str, int] = {}
    complete: defaultdict[str, list[str]] = defaultdict(list)
    left_out: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for i, (label, trial, status) in enumerate(
        zip(trials["condition"], trials["trial"], trials["status"], strict=True)
    ):
        first.setdefault(label, i)
        if status == "complete":
            complete[label].append(trial)
        else:
            left_out[label][status] += 1
    cells = {path: trials[path].tolist() for path in paths}
    return [
        Measured(
            label=label,
            settings={path: value_in(cells[path][i]) for path in paths},
            complete=tuple(complete[label]),
            left_out=tuple(left_out[label].items()),
        )
        for label, i in first.items()
    ]


def value_in(cell: object) -> float | str | None:
    """Read a setting: a number where its cell reads as one, None where it is empty, else its text, `null` included."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool | np.bool_):
        return str(cell).lower()
    try:
        return float(str(cell))
    except ValueError:
        return str(cell)
