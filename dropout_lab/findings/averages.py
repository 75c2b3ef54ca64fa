"""Nets with the noise left on, as figures draw them: their average against its samples, and how far it is calibrated.

Owns how the rows of inference.csv and reliability.csv of a condition become means over its complete trials. Rows of val
alone: the test split is not for looking around.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.findings.curves import Curve, over, over_points
from dropout_lab.findings.effects import Estimate, Floats, finite
from dropout_lab.findings.series import Measured
from dropout_lab.metrics import column_of
from dropout_lab.results import METHODS
from dropout_lab.statistics import estimate_mean
from dropout_lab.statistics.intervals import share_interval

WEIGHT_SCALING, MONTE_CARLO = METHODS


@dataclass(frozen=True)
class Averaged:
    """A metric on val of one condition, against the number of samples that are averaged.

    Attributes:
        label: the condition.
        averaged: Monte Carlo against the number of samples: the mean over seeds with its t interval.
        difference: Monte Carlo minus weight scaling, paired by seed.
        spread: how far one set of that many samples lies from another: the standard deviation over sets, averaged over
            seeds as variances are; NaN where the samples taken make one set only. Shape [points].
        scaled: weight scaling: its mean over seeds and the interval, as a curve of one point.
        meets: index of the first number of samples from which on Monte Carlo's mean is never worse than weight
            scaling's; None where it is worse to the end, and for the accuracy: it counts rows, and a single row more
            or less moves the crossing far.
    """

    label: str
    averaged: Curve
    difference: Curve
    spread: Floats
    scaled: Curve
    meets: int | None

    @property
    def n_samples(self) -> list[int]:
        """Return the numbers of samples, ascending."""
        return [int(k) for k in self.averaged.x]


@dataclass(frozen=True)
class Reliability:
    """How often one condition's predictions by one method are right, bin by bin of their confidence.

    Attributes:
        label: the condition.
        method: `weight scaling` or `monte carlo`.
        n_seeds: complete trials.
        bins: numbers of the bins that have rows, from 1, shape [filled].
        n_rows: rows in each, all seeds together, shape [filled].
        confidence, accuracy: means over these rows, shape [filled].
        low, high: the Wilson interval of the accuracy; see `Averages.reliability`.
        ece: expected calibration error of all samples, its mean over seeds.
    """

    label: str
    method: str
    n_seeds: int
    bins: npt.NDArray[np.int64]
    n_rows: Floats
    confidence: Floats
    accuracy: Floats
    low: Floats
    high: Floats
    ece: Estimate

    @property
    def shares(self) -> Floats:
        """Return the share of all rows that each bin has."""
        return np.asarray(self.n_rows / self.n_rows.sum())


class Averages:
    """The val rows of a study's nets by weight scaling and by Monte Carlo.

    Args:
        inference: rows as in inference.csv; it may be empty.
        reliability: rows as in reliability.csv; it may be empty.
        conditions: every condition by its label; their complete trials alone are read.
    """

    def __init__(self, inference: pd.DataFrame, reliability: pd.DataFrame, conditions: Mapping[str, Measured]) -> None:
        self._inference, self._reliability = inference, reliability
        self._conditions = conditions

    @cached_property
    def sampled(self) -> frozenset[str]:
        """The conditions with a complete trial that was sampled."""
        return self._with_trials_in(self._inference[self._inference["method"] == MONTE_CARLO])

    @cached_property
    def binned(self) -> frozenset[str]:
        """Those with a complete trial whose predictions of classes were binned."""
        return self._with_trials_in(self._reliability)

    @cached_property
    def most_samples(self) -> int:
        """The most nets in an average; 0 without any."""
        return max(map(int, self._inference["n_samples"]), default=0)

    def against_samples(self, label: str, metric: str, point: str) -> Averaged:
        """Average the trials of a sampled condition.

        Args:
            label: one of `sampled`.
            metric: `loss`, `accuracy` or `rmse`.
            point: `last`, `best` or `stop`.
        """
        rows = self._rows(self._inference, label, point)
        drawn = rows[rows["method"] == MONTE_CARLO]
        levels = rows[rows["method"] == WEIGHT_SCALING].set_index("trial")[metric].astype("float64")
        drawn = drawn.assign(
            square=drawn[f"{metric}_sd"].astype("float64") ** 2, difference=drawn[metric] - drawn["trial"].map(levels)
        )
        averaged, difference = over(drawn, "n_samples", metric), over(drawn, "n_samples", "difference")
        of = column_of(metric).metric
        is_worse = np.flatnonzero(of.sign * difference.mean > 0)
        first = int(is_worse[-1]) + 1 if len(is_worse) else 0
        return Averaged(
            label,
            averaged,
            difference,
            np.sqrt(drawn.groupby("n_samples")["square"].mean().sort_index().to_numpy(dtype=np.float64)),
            over_points([float(averaged.x[0])], [np.array(levels, dtype=np.float64)]),
            first if first < len(averaged.x) and of.of_rows != "hits" else None,
        )

    def reliability(self, label: str, method: str, point: str) -> Reliability | None:
        """Sum a condition's bins over its complete trials; None where it has no rows by this method.

        The seeds of a study predict the same rows, so ten seeds are not ten times as many rows: the interval is that of
        as many rows as one seed has in the bin.
        """
        rows = self._rows(self._reliability, label, point)
        rows = rows[rows["method"] == method]
        ece = self._ece(label, method, point)
        if rows.empty or ece is None:
            return None
        n_seeds = rows["trial"].nunique()
        sums = (
            rows.assign(confidence=rows["n_rows"] * rows["confidence"], accuracy=rows["n_rows"] * rows["accuracy"])
            .groupby("bin")[["n_rows", "confidence", "accuracy"]]
            .sum()
            .sort_index()
        )
        n_rows = sums["n_rows"].to_numpy(dtype=np.float64)
        accuracy = np.clip(sums["accuracy"].to_numpy(dtype=np.float64) / n_rows, 0.0, 1.0)
        low, high = share_interval(accuracy, n_rows / n_seeds)
        return Reliability(
            label,
            method,
            n_seeds,
            bins=sums.index.to_numpy(dtype=np.int64),
            n_rows=n_rows,
            confidence=sums["confidence"].to_numpy(dtype=np.float64) / n_rows,
            accuracy=accuracy,
            low=low,
            high=high,
            ece=ece,
        )

    def _ece(self, label: str, method: str, point: str) -> Estimate | None:
        rows = self._rows(self._inference, label, point)
        rows = rows[rows["method"] == method]
        mean = estimate_mean(rows.loc[rows["n_samples"] == rows["n_samples"].max(), "ece"].to_numpy(dtype=np.float64))
        if not mean.n:
            return None
        return Estimate(int(mean.n), float(mean.mean), finite(float(mean.low)), finite(float(mean.high)))

    def _rows(self, frame: pd.DataFrame, label: str, point: str) -> pd.DataFrame:
        is_own = frame["trial"].isin(self._conditions[label].complete)
        return frame[(frame["split"] == "val") & (frame["point"] == point) & is_own]

    def _with_trials_in(self, frame: pd.DataFrame) -> frozenset[str]:
        there = set(frame["trial"])
        return frozenset(label for label, one in self._conditions.items() if there & set(one.complete))
