"""How often a net is right at each confidence: the bins of a reliability diagram, summed over seeds.

Rows of reliability.csv and inference.csv in, plain arrays out; knows no axes and no page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.drawing.curve import Array, Curve, over_points
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.sampled import MONTE_CARLO, WEIGHT_SCALING, sampled_conditions, shown_rows
from dropout_lab.drawing.setting_words import Value
from dropout_lab.drawing.tidy import settings_of
from dropout_lab.results.reading import Results
from dropout_lab.statistics import chosen_condition
from dropout_lab.statistics.shares import share_interval

N_BINS = 15


@dataclass(frozen=True)
class Calibration:
    """One condition's predictions by one method.

    Args:
        condition: the condition.
        method: `weight scaling` or `monte carlo`.
        n_seeds: complete trials.
        bins: numbers of the bins that have rows, from 1, shape [filled].
        n_rows: rows in each, all seeds together, shape [filled].
        confidence, accuracy: means over these rows, shape [filled].
        low, high: the Wilson interval of the accuracy; see `calibration`.
        ece: expected calibration error, its mean over seeds and interval, a curve of one point.
    """

    condition: Condition
    method: str
    n_seeds: int
    bins: npt.NDArray[np.int64]
    n_rows: Array
    confidence: Array
    accuracy: Array
    low: Array
    high: Array
    ece: Curve

    @property
    def shares(self) -> Array:
        """Return the share of all rows that each bin has."""
        return np.asarray(self.n_rows / self.n_rows.sum())


@dataclass(frozen=True)
class Calibrations:
    """The calibrations of one condition: by weight scaling and, where it was sampled, by Monte Carlo."""

    condition: Condition
    methods: tuple[Calibration, ...]


def calibration(results: Results, condition: Condition, method: str, point: str) -> Calibration | None:
    """Sum a condition's bins over its complete trials; None where it has no rows by this method.

    The seeds of a study predict the same rows, so ten seeds are not ten times as many rows: the interval is that of as
    many rows as one seed has in the bin.
    """
    rows = shown_rows(results.reliability, point, condition.complete)
    rows = rows[rows["method"] == method]
    if rows.empty:
        return None
    n_seeds = rows["trial"].nunique()
    weighted = rows.assign(confidence=rows["n_rows"] * rows["confidence"], accuracy=rows["n_rows"] * rows["accuracy"])
    sums = weighted.groupby("bin")[["n_rows", "confidence", "accuracy"]].sum().sort_index()
    n_rows = sums["n_rows"].to_numpy(dtype=np.float64)
    accuracy = np.clip(sums["accuracy"].to_numpy(dtype=np.float64) / n_rows, 0.0, 1.0)
    low, high = share_interval(accuracy, n_rows / n_seeds)
    return Calibration(
        condition,
        method,
        n_seeds,
        bins=sums.index.to_numpy(dtype=np.int64),
        n_rows=n_rows,
        confidence=sums["confidence"].to_numpy(dtype=np.float64) / n_rows,
        accuracy=accuracy,
        low=low,
        high=high,
        ece=_ece(results, condition, method, point),
    )


def _ece(results: Results, condition: Condition, method: str, point: str) -> Curve:
    """Average the expected calibration error of a method at all its samples."""
    rows = shown_rows(results.inference, point, condition.complete)
    rows = rows[rows["method"] == method]
    rows = rows[rows["n_samples"] == rows["n_samples"].max()]
    return over_points([0.0], [rows["ece"].to_numpy(dtype=np.float64)])


def shown_calibrations(results: Results, grid: Grid, *, point: str, most_groups: int, most: int) -> list[Calibrations]:
    """Return what a reliability figure shows: of every group its baseline, and its sampled conditions if they are few.

    Of too many sampled conditions the one that val chose among them stands for all.

    Args:
        results: the study.
        grid: its conditions.
        point: `last`, `best` or `stop`.
        most_groups: groups; of more an even choice is kept.
        most: sampled conditions of a group, where there is but one; 1 where there are several.
    """
    sampled = sampled_conditions(results, grid)
    most = most if len({one.group for one in sampled}) == 1 else 1
    groups = choose_evenly(unique([one.group for one in sampled]), most_groups)
    conditions = [
        one
        for group in groups
        for one in (grid.baseline(group), *_shown(results, grid, [one for one in sampled if one.group == group], most))
        if one and one.complete
    ]
    both = [
        (one, [calibration(results, one, method, point) for method in (WEIGHT_SCALING, MONTE_CARLO)])
        for one in conditions
    ]
    return [Calibrations(one, tuple(method for method in methods if method)) for one, methods in both if any(methods)]


def _shown(results: Results, grid: Grid, sampled: Sequence[Condition], most: int) -> list[Condition]:
    if len(sampled) <= most:
        return list(sampled)
    baseline = grid.baseline(sampled[0].group)
    reference = baseline.name if baseline else ""
    chosen = chosen_condition(results.trials, dict.fromkeys((one.name for one in sampled), reference), reference)
    return [one for one in sampled if one.name == chosen]


def left_out(results: Results, grid: Grid, shown: Sequence[Calibrations]) -> list[str]:
    """State which sampled conditions are not shown, and why."""
    sampled = sampled_conditions(results, grid)
    groups: list[tuple[Value, ...]] = unique([one.group for one in sampled])
    drawn = {one.condition.name for one in shown}
    kept = unique([one.condition.group for one in shown])
    notes = []
    if any(one.name not in drawn and one.group in kept for one in sampled):
        n = max(sum(one.group == group for one in sampled) for group in kept)
        where = " in each row" if len(kept) > 1 else ""
        notes.append(f"Of {n} sampled settings of dropout, the one of the lowest mean val loss is shown{where}.")
    if len(kept) < len(groups):
        notes.append(f"Showing {len(kept)} of {len(groups)} groups, chosen evenly.")
    return notes


def calibration_rows(grid: Grid, one: Calibration, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every bin that has rows.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `method`, `bin`, `n_seeds`, `n_rows`,
        `share`, `confidence`, `accuracy`, `accuracy_ci95_low`, `accuracy_ci95_high`, `interval_method`, and the same in
        every row: `ece`, `ece_ci95_low`, `ece_ci95_high`.
    """
    n = len(one.bins)
    return pd.DataFrame(
        {
            **settings_of(grid, [one.condition] * n),
            "point": [point] * n,
            "method": [one.method] * n,
            "bin": one.bins,
            "n_seeds": [one.n_seeds] * n,
            "n_rows": one.n_rows.astype(np.int64),
            "share": one.shares,
            "confidence": one.confidence,
            "accuracy": one.accuracy,
            "accuracy_ci95_low": one.low,
            "accuracy_ci95_high": one.high,
            "interval_method": ["wilson"] * n,
            "ece": [float(one.ece.mean[0])] * n,
            "ece_ci95_low": [float(one.ece.low[0])] * n,
            "ece_ci95_high": [float(one.ece.high[0])] * n,
        }
    )
