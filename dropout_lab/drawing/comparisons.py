"""The rows of a forest plot: every condition's paired difference to its baseline, as the summary has it.

Results in, plain numbers out; knows no axes and no page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Array
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly
from dropout_lab.drawing.picture import settings_of
from dropout_lab.findings import Effect, Estimate, SummaryTable
from dropout_lab.findings import Row as SummaryRow
from dropout_lab.phrases.names import Value
from dropout_lab.results.reading import Results

SPLIT, POPULATION = "split", "population"
_SQUEEZED = 1 / 2  # rows are far off where all others reach, and need an axis, less than this share as far and wide
_MOST_FAR = 1 / 3  # of all rows; where more lie far off, they are no exception


@dataclass(frozen=True)
class Compared:
    """One condition against its baseline: a row of a forest plot.

    Args:
        condition: the condition.
        split: the difference on these rows; None without a pair.
        population: the difference on data like this; None where the rows' losses were not kept.
        is_best: whether it has the lowest mean val loss of all that share its baseline.
    """

    condition: Condition
    split: Effect | None
    population: Effect | None
    is_best: bool

    @property
    def n_pairs(self) -> int:
        """Return the seeds with a complete trial in both."""
        return max((one.n for one in self.estimates), default=0)

    @property
    def estimates(self) -> list[Estimate]:
        """Return the differences there are."""
        return [one.estimate for one in (self.split, self.population) if one]


def read_comparisons(results: Results, grid: Grid, *, metric: str, point: str) -> list[Compared]:
    """Read the comparisons of all conditions with dropout, group by group, in the order of the table.

    Args:
        results: the study.
        grid: its conditions.
        metric: a column such as `val_loss`.
        point: `last`, `best` or `stop`.
    """
    if results.summary.empty:
        return []
    table = SummaryTable(results.summary)
    order = {name: i for i, name in enumerate(results.summary["condition"].unique())}
    groups = {group: i for i, group in enumerate(grid.groups)}
    treated = sorted(grid.treated, key=lambda one: (groups[one.group], order.get(one.name, len(order))))
    return [
        _compared(one, *(table.row(one.name, metric, point, name) for name in (SPLIT, POPULATION))) for one in treated
    ]


def _compared(condition: Condition, split: SummaryRow | None, population: SummaryRow | None) -> Compared:
    ranking = split.ranking if split else None
    is_best = ranking is not None and ranking.best == condition.name
    of_split, of_population = (row.effect if row else None for row in (split, population))
    return Compared(condition, of_split, of_population, is_best)


def choose_comparisons(
    every: Sequence[Compared], *, most: int, fits: Callable[[Sequence[Compared]], bool]
) -> list[Compared]:
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


def chosen_points(chosen: Sequence[Compared]) -> list[tuple[Value, ...]]:
    """Return the settings of comparisons, as `thinning_note` takes them."""
    return [(*one.condition.dropout, *one.condition.group) for one in chosen]


def difference_limits(comparisons: Sequence[Compared]) -> tuple[float, float]:
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


def _ends(comparison: Compared) -> Array:
    return np.array([end for one in comparison.estimates for end in ends_of(one)])


def ends_of(one: Estimate) -> list[float]:
    """Return an estimate's value and what there is of its interval, rising."""
    return [end for end in (one.low, one.value, one.high) if end is not None]


def number_of(value: float | None) -> float:
    """Return a number for a frame or an axis, which know a missing one as NaN."""
    return np.nan if value is None else value


def comparison_rows(grid: Grid, comparisons: Sequence[Compared], *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every comparison and estimand.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `estimand`, `n_pairs`,
        `difference`, `difference_ci95_low`, `difference_ci95_high`, `p_holm` and `mark`: `best` or empty. A condition
        without a pair has one row, of NaN.
    """
    said = [
        (one, estimand, effect)
        for one in comparisons
        for estimand, effect in ((SPLIT, one.split), (POPULATION, one.population))
        if effect or estimand == SPLIT
    ]
    estimates = [effect.estimate if effect else None for _, _, effect in said]
    measured = {
        "point": [point] * len(said),
        "metric": [metric] * len(said),
        "estimand": [estimand for _, estimand, _ in said],
        "n_pairs": [one.n_pairs for one, _, _ in said],
        "difference": [one.value if one else np.nan for one in estimates],
        "difference_ci95_low": [number_of(one.low if one else None) for one in estimates],
        "difference_ci95_high": [number_of(one.high if one else None) for one in estimates],
        "p_holm": [number_of(effect.p_holm if effect else None) for _, _, effect in said],
        "mark": ["best" if one.is_best else "" for one, _, _ in said],
    }
    return pd.DataFrame({**settings_of(grid, [one.condition for one, _, _ in said]), **measured})
