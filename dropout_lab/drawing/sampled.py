"""What Monte-Carlo averaging gave against the number of samples, beside weight scaling, condition by condition.

Rows of inference.csv in, plain curves out; knows no axes and no page. Only the val split is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Array, Curve, over, over_points
from dropout_lab.drawing.grid import Condition, Grid
from dropout_lab.drawing.tidy import settings_of
from dropout_lab.metrics import column_of
from dropout_lab.results.columns import METHODS
from dropout_lab.results.reading import Results

WEIGHT_SCALING, MONTE_CARLO = METHODS


@dataclass(frozen=True)
class Sampled:
    """A metric on val of one condition.

    Args:
        condition: the condition.
        averaged: Monte Carlo against the number of samples: the mean over seeds with its t interval.
        difference: Monte Carlo minus weight scaling, paired by seed.
        spread: how far one set of that many samples lies from another: the standard deviation over sets, averaged over
            seeds as variances are; NaN where the samples taken make one set only. Shape [points].
        scaled: weight scaling: its mean over seeds and the interval, as a curve of one point.
        meets: index of the first number of samples from which on Monte Carlo's mean is never worse than weight
            scaling's; None where it is worse to the end, and for the accuracy: it counts rows, and a single row more
            or less moves the crossing far.
    """

    condition: Condition
    averaged: Curve
    difference: Curve
    spread: Array
    scaled: Curve
    meets: int | None

    @property
    def n_samples(self) -> list[int]:
        """Return the numbers of samples, ascending."""
        return [int(k) for k in self.averaged.x]


def shown_rows(frame: pd.DataFrame, point: str, trials: Sequence[str]) -> pd.DataFrame:
    """Return the rows of inference.csv or reliability.csv that figures show: of val, at a point, of these trials."""
    return frame[(frame["split"] == "val") & (frame["point"] == point) & frame["trial"].isin(trials)]


def sampled_conditions(results: Results, grid: Grid) -> list[Condition]:
    """Return the conditions with a complete trial that was sampled, in order."""
    sampled = set(results.inference.loc[results.inference["method"] == MONTE_CARLO, "trial"])
    return [one for one in grid.treated if sampled & set(one.complete)]


def read_sampled(results: Results, condition: Condition, *, metric: str, point: str) -> Sampled:
    """Average the trials of a sampled condition.

    Args:
        results: the study.
        condition: one of `sampled_conditions`.
        metric: `loss`, `accuracy` or `rmse`.
        point: `last`, `best` or `stop`.
    """
    rows = shown_rows(results.inference, point, condition.complete)
    drawn = rows[rows["method"] == MONTE_CARLO]
    levels = rows[rows["method"] == WEIGHT_SCALING].set_index("trial")[metric].astype("float64")
    drawn = drawn.assign(
        square=drawn[f"{metric}_sd"].astype("float64") ** 2, difference=drawn[metric] - drawn["trial"].map(levels)
    )
    averaged, difference = over(drawn, "n_samples", metric), over(drawn, "n_samples", "difference")
    squares = drawn.groupby("n_samples")["square"]
    of = column_of(metric).metric
    is_worse = np.flatnonzero(of.sign * difference.mean > 0)
    first = int(is_worse[-1]) + 1 if len(is_worse) else 0
    return Sampled(
        condition,
        averaged,
        difference,
        np.sqrt(squares.mean().sort_index().to_numpy(dtype=np.float64)),
        over_points([float(averaged.x[0])], [np.array(levels, dtype=np.float64)]),
        first if first < len(averaged.x) and of.of_rows != "hits" else None,
    )


def sampled_rows(grid: Grid, one: Sampled, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every number of samples and one, of 0 samples, for weight scaling.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `method`, `n_samples`, `metric`, `n`,
        `mean`, `ci95_low`, `ci95_high`, `interval_method`, `sd_over_draws`, `difference`, `difference_ci95_low`,
        `difference_ci95_high` (to weight scaling), and `mark`: `meets weight scaling` or empty.
    """
    n, none = len(one.averaged.x), [np.nan]
    both = {"n": "n", "mean": "mean", "ci95_low": "low", "ci95_high": "high", "interval_method": "method"}
    difference = {"difference": "mean", "difference_ci95_low": "low", "difference_ci95_high": "high"}
    measured = {
        "point": [point] * (n + 1),
        "method": [WEIGHT_SCALING, *[MONTE_CARLO] * n],
        "n_samples": [0, *one.n_samples],
        "metric": [f"val_{metric}"] * (n + 1),
        **{name: [*getattr(one.scaled, part), *getattr(one.averaged, part)] for name, part in both.items()},
        "sd_over_draws": [*none, *one.spread],
        **{name: [*none, *getattr(one.difference, part)] for name, part in difference.items()},
        "mark": ["", *("meets weight scaling" if i == one.meets else "" for i in range(n))],
    }
    return pd.DataFrame({**settings_of(grid, [one.condition] * (n + 1)), **measured})
