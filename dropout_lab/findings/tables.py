"""The frames of a study, indexed for looking numbers up.

Owns how a row of the summary becomes an estimate, an effect and a ranking. It exists so that a study of hundreds of
conditions is read once, not searched for every number.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.findings.effects import Effect, Estimate, Floats, effect_of, finite

_KEY = ["condition", "metric", "point", "estimand"]


class Key(NamedTuple):
    """Which number: a metric's column, ``last``, ``best`` or ``stop``, ``split`` or ``population``."""

    metric: str
    point: str
    estimand: str = "split"


@dataclass(frozen=True)
class Ranking:
    """A condition against the best one of its group: the conditions that share a baseline, which competes too.

    Attributes:
        best: label of the best one, by val loss at this point.
        difference: to it; None at the best one itself, and without a pair.
        may_be_best: whether it is in the confidence set of the best one; None where the row does not say.
    """

    best: str
    difference: Estimate | None
    may_be_best: bool | None


@dataclass(frozen=True)
class Row:
    """One row of summary.csv: a condition's metric at a point, alone, against its baseline and the best one.

    Attributes:
        n: complete trials behind the mean.
        mean: None without a complete trial.
        sd: over seeds.
        interval_method: by which the interval of the mean comes; None where there is none.
        effect: the difference to the baseline; None at the baseline, and without a pair.
        pairing_gain: how many times more seeds an unpaired comparison would need; infinite where pairs do not vary.
        test_method: by which `effect` was tested; None where it was not.
        no_interval, no_test: why not; None where there is one.
        ranking: None where the group has no complete trial.
    """

    key: Key
    n: int
    mean: Estimate | None
    sd: float | None
    interval_method: str | None
    effect: Effect | None
    pairing_gain: float | None
    test_method: str | None
    no_interval: str | None
    no_test: str | None
    ranking: Ranking | None


class SummaryTable:
    """The rows of summary.csv by condition, metric, point and estimand."""

    def __init__(self, summary: pd.DataFrame) -> None:
        self._cells: defaultdict[str, dict[Key, Mapping[Any, Any]]] = defaultdict(dict)
        keys = zip(*(summary[name] for name in _KEY), strict=True)
        for (label, *key), cells in zip(keys, summary.to_dict("records"), strict=True):
            self._cells[label][Key(*key)] = cells
        families = summary[summary["p"].notna()].groupby(_KEY[1:]).size()
        self._n_tests: dict[Any, int] = {family: int(size) for family, size in families.items()}
        self._rows: dict[tuple[str, Key], Row] = {}

    def rows(self, condition: str) -> dict[Key, Row]:
        """Return all that the summary has of a condition, in its order."""
        found = {key: self.row(condition, *key) for key in self._cells.get(condition, ())}
        return {key: row for key, row in found.items() if row is not None}

    def row(self, condition: str, metric: str, point: str, estimand: str = "split") -> Row | None:
        """Return one row; None where there is none."""
        key = Key(metric, point, estimand)
        if (condition, key) not in self._rows:
            cells = self._cells.get(condition, {}).get(key)
            if cells is None:
                return None
            self._rows[condition, key] = _row(key, cells, self._n_tests.get(key, 0))
        return self._rows[condition, key]

    def may_be_best(self, condition: str, point: str = "best") -> bool | None:
        """Tell whether a condition is in the confidence set of its group's best one, by val loss at a point.

        None where the summary does not say.
        """
        row = self.row(condition, "val_loss", point)
        return row.ranking.may_be_best if row is not None and row.ranking is not None else None


def estimate_in(cells: Mapping[Any, Any], value: str, edges: str, n: str = "n") -> Estimate | None:
    """Read an estimate from the cells of a row of the summary or the tuned table; None where its value is missing.

    Args:
        cells: by column.
        value: column of the number; ``<edges>_low`` and ``<edges>_high`` have its interval.
        edges: see `value`.
        n: column of the number of seeds or pairs.
    """
    if not np.isfinite(cells[value]):
        return None
    low, high = finite(cells[f"{edges}_low"]), finite(cells[f"{edges}_high"])
    return Estimate(int(cells[n]), float(cells[value]), low, high)


def text_in(cells: Mapping[Any, Any], name: str) -> str | None:
    """Read a text; None where the cell is empty."""
    cell = cells[name]
    return cell if isinstance(cell, str) else None


def _row(key: Key, cells: Mapping[Any, Any], n_tests: int) -> Row:
    gain = float(cells["pairing_gain"])
    return Row(
        key=key,
        n=int(cells["n"]) if np.isfinite(cells["n"]) else 0,
        mean=estimate_in(cells, "mean", "ci95"),
        sd=finite(cells["sd"]),
        interval_method=text_in(cells, "interval_method"),
        effect=_effect(key, cells, n_tests),
        pairing_gain=None if math.isnan(gain) else gain,
        test_method=text_in(cells, "test_method"),
        no_interval=text_in(cells, "no_interval"),
        no_test=text_in(cells, "no_test"),
        ranking=_ranking(cells),
    )


def _effect(key: Key, cells: Mapping[Any, Any], n_tests: int) -> Effect | None:
    estimate = estimate_in(cells, "difference", "difference_ci95", "n_pairs")
    if estimate is None:
        return None
    effect = effect_of(key.metric, key.point, estimate, finite(cells["p"]), finite(cells["p_holm"]), n_tests)
    return replace(effect, estimand=key.estimand, smallest_p=finite(cells["smallest_p"]))


def _ranking(cells: Mapping[Any, Any]) -> Ranking | None:
    best = text_in(cells, "best")
    if best is None:
        return None
    difference = estimate_in(cells, "difference_to_best", "difference_to_best_ci95")
    return Ranking(best, difference, {"yes": True, "no": False}.get(text_in(cells, "may_be_best") or ""))


class TrialTable:
    """The complete trials: a metric of every seed and condition."""

    def __init__(self, trials: pd.DataFrame) -> None:
        self.complete = trials[trials["status"] == "complete"]
        self._seed, self._seeds = pd.factorize(self.complete["seed"], sort=True)
        self._condition, labels = pd.factorize(self.complete["condition"])
        self._shape = len(self._seeds), len(labels)
        self._position = {str(label): position for position, label in enumerate(labels)}
        self._cells: dict[str, Floats] = {}

    def knows(self, condition: str) -> bool:
        """Tell whether a condition has a complete trial."""
        return condition in self._position

    def values(self, column: str, conditions: Sequence[str]) -> Floats:
        """Return a column of `trials.csv` for conditions that are known: ``[seeds, conditions]``, NaN where incomplete.

        Seeds without any complete trial are left out.
        """
        if column not in self._cells:
            cells = np.full(self._shape, np.nan)
            cells[self._seed, self._condition] = self.complete[column].to_numpy(dtype=np.float64)
            self._cells[column] = cells
        return self._cells[column][:, [self._position[condition] for condition in conditions]]

    def by_seed(self, column: str, condition: str) -> dict[int, float]:
        """Return a column of a condition that is known, by seed."""
        values = self.values(column, [condition])[:, 0]
        return {int(seed): float(value) for seed, value in zip(self._seeds, values, strict=True) if np.isfinite(value)}

    def pairs(self, column: str, condition: str, baseline: str) -> tuple[Floats, Floats]:
        """Return a column's values over the seeds that are complete in both conditions: two arrays ``[pairs]``."""
        both = self.values(column, [condition, baseline])
        both = both[np.isfinite(both).all(axis=1)]
        return both[:, 0], both[:, 1]


class Curves:
    """Val loss of the complete trials, epoch by epoch."""

    def __init__(self, curves: pd.DataFrame, complete: pd.DataFrame) -> None:
        kept = curves[curves["trial"].isin(complete["trial"])]
        wide = kept.pivot(index=["condition", "seed"], columns="epoch", values="val_loss")
        self._epochs = wide.columns.to_numpy()
        self._values = wide.to_numpy(dtype=np.float64)
        rows = pd.Series(np.arange(len(wide)), index=wide.index.get_level_values("condition"))
        self._rows: Mapping[Any, Any] = rows.groupby(level=0).indices

    def val_loss(self, condition: str) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return the epochs that were measured in every trial, ``[epochs]``, and the losses, ``[seeds, epochs]``."""
        values = self._values[self._rows[condition]]
        is_there = np.isfinite(values).all(axis=0)
        return self._epochs[is_there].astype(np.int64), values[:, is_there]
