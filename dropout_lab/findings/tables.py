"""The frames of a study, indexed for looking numbers up.

Owns how a summary row becomes an estimate or an effect, and when a difference counts as distinguishable from zero. It
exists so that a study of hundreds of conditions is read once, not searched for every number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.findings.kinds import Certainty, Direction, Effect, Estimate, Sign
from dropout_lab.statistics import smallest_p

LEVEL = 0.05  # the intervals are 95 % ones

_KEY = ["condition", "metric", "point", "estimand"]
_NUMBERS = ["n", "mean", "ci95_low", "ci95_high", "n_pairs", "difference", "difference_ci95_low"]
_NUMBERS += ["difference_ci95_high", "p", "p_holm", "smallest_p"]

Floats = npt.NDArray[np.float64]


class SummaryTable:
    """The rows of `summary.csv` by condition, metric, point and estimand."""

    def __init__(self, summary: pd.DataFrame) -> None:
        keys = zip(*(summary[name] for name in _KEY), strict=True)
        numbers = summary[_NUMBERS].to_dict("records")
        self._rows: dict[tuple[str, str, str, str], dict[Any, Any]] = dict(zip(keys, numbers, strict=True))
        families = summary[summary["p"].notna()].groupby(["metric", "point", "estimand"]).size()
        self._n_tests: dict[Any, int] = {family: int(size) for family, size in families.items()}
        on_best = summary[(summary["metric"] == "val_loss") & (summary["point"] == "best")]
        self._may_be_best = set(on_best.loc[on_best["may_be_best"] == "yes", "condition"])

    def estimate(self, condition: str, metric: str, point: str) -> Estimate | None:
        """Return a condition's mean on these rows (estimand `split`); None without a row or a complete trial."""
        row = self._rows.get((condition, metric, point, "split"))
        if row is None or not np.isfinite(row["mean"]):
            return None
        return Estimate(int(row["n"]), float(row["mean"]), number(row["ci95_low"]), number(row["ci95_high"]))

    def effect(self, condition: str, metric: str, point: str, estimand: str = "split") -> Effect | None:
        """Return a condition's difference to its baseline; None without a row or a pair."""
        row = self._rows.get((condition, metric, point, estimand))
        if row is None or not np.isfinite(row["difference"]):
            return None
        low, high = number(row["difference_ci95_low"]), number(row["difference_ci95_high"])
        estimate = Estimate(int(row["n_pairs"]), float(row["difference"]), low, high)
        n_tests = self._n_tests.get((metric, point, estimand), 0)
        effect = effect_of(metric, point, estimate, number(row["p"]), number(row["p_holm"]), n_tests)
        return replace(effect, estimand=estimand, smallest_p=number(row["smallest_p"]))

    def may_be_best(self, condition: str) -> bool:
        """Tell whether a condition is in the confidence set of its group's best one, at the best epochs."""
        return condition in self._may_be_best


def effect_of(
    metric: str, point: str, estimate: Estimate, p: float | None, p_holm: float | None, n_comparisons: int
) -> Effect:
    """Read a difference on these rows (estimand `split`): its sign, how sure it is, and whether it is for the better.

    Args:
        metric: of the difference.
        point: of the difference.
        estimate: the difference, paired by seed.
        p: alone.
        p_holm: corrected over `n_comparisons`.
        n_comparisons: how many comparisons the correction counts.
    """
    certainty = certainty_of(estimate, p, p_holm)
    # A mean may be 0 by chance; then its interval is not.
    is_same = estimate.value == 0 and not estimate.low and not estimate.high
    sign: Sign = "same" if is_same else "lower" if estimate.value < 0 else "higher"
    direction = direction_of(metric, sign, certainty)
    smallest = number(float(smallest_p(estimate.n)))
    return Effect(metric, point, "split", estimate, p, p_holm, smallest, n_comparisons, sign, certainty, direction)


def number(value: float) -> float | None:
    """Return a finite number, and None for what is missing."""
    return float(value) if np.isfinite(value) else None


def certainty_of(estimate: Estimate, p: float | None, p_holm: float | None) -> Certainty:
    """Return how sure it is that a difference is not zero.

    A certain difference has an interval without 0 *and* a p of at most 0.05: where the two disagree, as a test by
    permutation and an interval by another method can, the difference stays unclear.
    """
    if estimate.n < 2:
        return "unknown"
    if not estimate.excludes_zero:
        return "unclear"
    if p is None:
        return "untested"
    if p > LEVEL:
        return "unclear"
    return "clear" if p_holm is not None and p_holm <= LEVEL else "uncorrected"


def direction_of(metric: str, sign: Sign, certainty: Certainty) -> Direction:
    """Return whether a difference is for the better; losses and RMSE are better when lower, accuracies when higher."""
    if sign == "same":
        return "same"
    if certainty == "unknown":
        return "unknown"
    if certainty not in ("clear", "uncorrected"):
        return "unclear"
    return "better" if (sign == "higher") == metric.endswith("accuracy") else "worse"


class TrialTable:
    """The complete trials: a metric of every seed and condition."""

    def __init__(self, trials: pd.DataFrame) -> None:
        self.complete = trials[trials["status"] == "complete"]
        self._seed, seeds = pd.factorize(self.complete["seed"], sort=True)
        self._condition, labels = pd.factorize(self.complete["condition"])
        self._shape = len(seeds), len(labels)
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
