"""The rows of a forest plot: every condition's paired difference to its baseline, as the summary has it.

Results in, plain numbers out; knows no axes and no page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Array
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly
from dropout_lab.drawing.picture import settings_of
from dropout_lab.drawing.setting_words import Value
from dropout_lab.results.reading import Results

_Row = Mapping[Any, Any]  # of the summary

SPLIT, POPULATION = "split", "population"
_SQUEEZED = 1 / 2  # rows are far off where all others reach, and need an axis, less than this share as far and wide
_MOST_FAR = 1 / 3  # of all rows; where more lie far off, they are no exception


@dataclass(frozen=True)
class Estimate:
    """A mean difference with its 95 % interval, and its p, corrected after Holm; NaN where there is none."""

    difference: float
    low: float
    high: float
    p_holm: float

    @property
    def excludes_zero(self) -> bool:
        """Tell whether the interval leaves out 0; it does not where there is no interval."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Comparison:
    """One condition against its baseline.

    Args:
        condition: the condition.
        n_pairs: the seeds with a complete trial in both.
        split: the estimate on these rows; None without a pair.
        population: the estimate on data like this; None where the rows' losses were not kept.
        is_best: whether it has the lowest mean val loss of all that share its baseline.
    """

    condition: Condition
    n_pairs: int
    split: Estimate | None
    population: Estimate | None
    is_best: bool

    @property
    def estimates(self) -> list[Estimate]:
        """Return the estimates there are."""
        return [one for one in (self.split, self.population) if one]


def read_comparisons(results: Results, grid: Grid, *, metric: str, point: str) -> list[Comparison]:
    """Read the comparisons of all conditions with dropout, group by group, in the order of the table.

    Args:
        results: the study.
        grid: its conditions.
        metric: a column such as `val_loss`.
        point: `last`, `best` or `stop`.
    """
    if results.summary.empty:
        return []
    summary = results.summary[results.summary["point"] == point]
    rows = summary[summary["metric"] == metric].to_dict("records")
    at = {(row["condition"], row["estimand"]): row for row in rows}
    best = set(summary["best"].dropna()) if "best" in summary.columns else set()
    order = {name: i for i, name in enumerate(summary["condition"].unique())}
    groups = {group: i for i, group in enumerate(grid.groups)}
    treated = sorted(grid.treated, key=lambda one: (groups[one.group], order.get(one.name, len(order))))
    return [_comparison(one, at.get((one.name, SPLIT)), at.get((one.name, POPULATION)), best) for one in treated]


def _comparison(condition: Condition, split: _Row | None, population: _Row | None, best: set[str]) -> Comparison:
    n_pairs = [int(row["n_pairs"]) for row in (split, population) if row and np.isfinite(row["n_pairs"])]
    return Comparison(
        condition, max(n_pairs, default=0), _estimate(split), _estimate(population), condition.name in best
    )


def _estimate(row: _Row | None) -> Estimate | None:
    if row is None or not np.isfinite(row["difference"]):
        return None
    columns = ("difference", "difference_ci95_low", "difference_ci95_high", "p_holm")
    return Estimate(*(float(row[column]) for column in columns))


def choose_comparisons(
    every: Sequence[Comparison], *, most: int, fits: Callable[[Sequence[Comparison]], bool]
) -> list[Comparison]:
    """Keep an even choice of comparisons, as many as fit.

    Args:
        every: all of them.
        most: at most that many.
        fits: tells whether a choice fits the page.
    """
    points = [(*one.condition.dropout, *one.condition.group) for one in every]
    for limit in range(min(most, len(every)), 1, -1):
        kept = set(choose_evenly(points, limit))
        chosen = [one for one, point in zip(every, points, strict=True) if point in kept]
        if fits(chosen):
            return chosen
    return list(every[:1])


def chosen_points(chosen: Sequence[Comparison]) -> list[tuple[Value, ...]]:
    """Return the settings of comparisons, as `thinning_note` takes them."""
    return [(*one.condition.dropout, *one.condition.group) for one in chosen]


def difference_limits(comparisons: Sequence[Comparison]) -> tuple[float, float]:
    """Choose the ends of the axis: all intervals and zero, but for few rows so far off that they squeeze the rest."""
    rows = sorted((_ends(one) for one in comparisons if one.estimates), key=_reach)
    low, high = _extent(rows)
    for n_far in range(1, int(_MOST_FAR * len(rows)) + 1):
        near_low, near_high = _extent(rows[:-n_far])
        is_apart = _reach(rows[-n_far - 1]) < _SQUEEZED * _reach(rows[-n_far])
        if is_apart and 0 < near_high - near_low < _SQUEEZED * (high - low):
            low, high = near_low, near_high
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _reach(ends: Array) -> float:
    return float(np.abs(ends).max())


def _extent(rows: Sequence[Array]) -> tuple[float, float]:
    """Return the lowest and the highest value of all rows and zero."""
    values = np.concatenate([*rows, [0.0]])
    return float(values.min()), float(values.max())


def _ends(comparison: Comparison) -> Array:
    values = np.array([(one.low, one.difference, one.high) for one in comparison.estimates])
    return np.asarray(values[np.isfinite(values)])


def comparison_rows(grid: Grid, comparisons: Sequence[Comparison], *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every comparison and estimand.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `estimand`, `n_pairs`,
        `difference`, `difference_ci95_low`, `difference_ci95_high`, `p_holm` and `mark`: `best` or empty. A condition
        without a pair has one row, of NaN.
    """
    nothing = Estimate(np.nan, np.nan, np.nan, np.nan)
    said = [
        (one, estimand, estimate)
        for one in comparisons
        for estimand, estimate in ((SPLIT, one.split or nothing), (POPULATION, one.population))
        if estimate
    ]
    measured = {
        "point": [point] * len(said),
        "metric": [metric] * len(said),
        "estimand": [estimand for _, estimand, _ in said],
        "n_pairs": [one.n_pairs for one, _, _ in said],
        "difference": [estimate.difference for _, _, estimate in said],
        "difference_ci95_low": [estimate.low for _, _, estimate in said],
        "difference_ci95_high": [estimate.high for _, _, estimate in said],
        "p_holm": [estimate.p_holm for _, _, estimate in said],
        "mark": ["best" if one.is_best else "" for one, _, _ in said],
    }
    return pd.DataFrame({**settings_of(grid, [one.condition for one, _, _ in said]), **measured})
