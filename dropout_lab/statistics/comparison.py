"""The `split` rows of the summary: every condition, metric and point on these rows, seed by seed.

Owns the layout of the cube of trials and which comparisons a row has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.results import POINTS
from dropout_lab.statistics.best import best_condition, may_be_best
from dropout_lab.statistics.estimates import estimate_mean
from dropout_lab.statistics.intervals import Floats
from dropout_lab.statistics.pairing import paired_difference

CONFIDENCE = 0.95  # the columns are called ci95

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """What each of the conditions is compared with.

    Attributes:
        labels: the conditions, in table order.
        baseline: ``[conditions]``, position of each one's baseline, itself for a baseline; -1 if it is not among them.
        best: ``[conditions, points]``, position of the best condition of the same baseline; -1 if it is not among them.
    """

    labels: Sequence[str]
    baseline: Indices
    best: Indices

    def among(self, labels: Sequence[str]) -> "Group":
        """Return the group of some of the conditions."""
        kept = [self.labels.index(label) for label in labels]
        position = np.full(len(self.labels) + 1, -1)  # -1 stays -1
        position[kept] = np.arange(len(kept))
        return Group(labels, position[self.baseline[kept]], position[self.best[kept]])


def cube_of(complete: pd.DataFrame, metrics: Sequence[str], labels: Sequence[str]) -> Floats:
    """Return ``[seeds, conditions, metrics, points]``: the values of complete trials, NaN where there is none."""
    names = [f"{point}_{metric}" for metric in metrics for point in POINTS]
    chosen = complete[complete["condition"].isin(labels)]
    seeds = np.unique(chosen["seed"])
    cube = np.full((len(seeds), len(labels), len(names)), np.nan)
    position = {label: number for number, label in enumerate(labels)}
    at_condition = chosen["condition"].map(position).to_numpy(dtype=np.int64)
    cube[np.searchsorted(seeds, chosen["seed"]), at_condition] = chosen[names].to_numpy(dtype=np.float64)
    return cube.reshape(len(seeds), len(labels), len(metrics), len(POINTS))


def best_by_group(val_losses: Floats, baseline: Indices) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Find the best conditions of every baseline, which competes itself.

    Args:
        val_losses: ``[seeds, conditions, points]``.
        baseline: ``[conditions]``, position of each one's baseline.

    Returns:
        ``[conditions, points]`` each: position of the best one (-1 if the group has no complete trial), and whether the
        condition itself may be the best.
    """
    best, may_be = np.full(val_losses.shape[1:], -1), np.zeros(val_losses.shape[1:], dtype=bool)
    for group in np.unique(baseline):
        members = np.flatnonzero(baseline == group)
        for point in range(val_losses.shape[2]):
            values = val_losses[:, members, point]
            found = best_condition(values)
            best[members, point] = -1 if found is None else members[found]
            may_be[members, point] = may_be_best(values, CONFIDENCE)
    return best, may_be


def split_rows(cube: Floats, metrics: Sequence[str], group: Group) -> pd.DataFrame:
    """Return a row per condition, metric and point, with the columns of the summary that hold estimates.

    Args:
        cube: ``[seeds, conditions, metrics, points]``.
        metrics: names of the third axis.
        group: what the conditions are compared with.
    """
    alone = estimate_mean(cube, CONFIDENCE)
    to_baseline = paired_difference(cube, _reference(cube, np.tile(group.baseline[:, None], len(POINTS))), CONFIDENCE)
    to_best = paired_difference(cube, _reference(cube, group.best), CONFIDENCE)
    values: dict[str, npt.NDArray[np.generic]] = {
        "n": alone.n,
        "mean": alone.mean,
        "sd": alone.sd,
        "ci95_low": alone.low,
        "ci95_high": alone.high,
        "n_pairs": to_baseline.n_pairs,
        "difference": to_baseline.difference,
        "difference_ci95_low": to_baseline.low,
        "difference_ci95_high": to_baseline.high,
        "p": to_baseline.p,
        "pairing_gain": to_baseline.pairing_gain,
        "difference_to_best": to_best.difference,
        "difference_to_best_ci95_low": to_best.low,
        "difference_to_best_ci95_high": to_best.high,
        "interval_method": alone.method,
        "test_method": np.where(to_baseline.method == "t", "paired t", to_baseline.method),
    }
    index = pd.MultiIndex.from_product([group.labels, metrics, POINTS], names=["condition", "metric", "point"])
    return pd.DataFrame({name: array.ravel() for name, array in values.items()}, index=index).reset_index()


def _reference(cube: Floats, position: Indices) -> Floats:
    """Return the cube of the conditions at ``position[conditions, points]``; NaN for none, or the condition itself."""
    taken = np.take_along_axis(cube, position[None, :, None, :], axis=1)
    is_other = (position >= 0) & (position != np.arange(len(position))[:, None])
    return np.where(is_other[None, :, None, :], taken, np.nan)
