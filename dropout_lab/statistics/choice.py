"""Choosing by the seeds that are not reported: what a choice is worth, and what a smaller budget would have found.

What is measured where it was chosen flatters itself, and the more so the larger the budget: the best of many means is
partly luck, and luck does not come along to the next seed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics.best import best_condition
from dropout_lab.statistics.comparison import Indices
from dropout_lab.statistics.intervals import Floats


class NestedChoice(NamedTuple):
    """The choice of the best condition, and how far it flatters itself.

    Attributes:
        best: index of the condition that all seeds together choose.
        n_seeds: seeds that took part.
        apparent: its mean over the seeds that chose it.
        nested: mean over the seeds of what each one measured at the choice of all the others.
        optimism: nested - apparent; above 0 where the choice flatters itself (lower is better).
        chosen_share: ``[conditions]``, share of the leave-one-out choices that fell on each.
    """

    best: int
    n_seeds: int
    apparent: float
    nested: float
    optimism: float
    chosen_share: Floats


def nested_choice(values: npt.ArrayLike) -> NestedChoice | None:
    """Choose the best condition without each seed in turn, and measure the choice on that seed.

    Args:
        values: ``[seeds, conditions]``, lower is better; what is not finite is missing. A condition that lacks half of
            the seeds or more does not compete, and of the seeds only those count that all competitors have.

    Returns:
        None where fewer than 3 such seeds, or no competitor, are left. It speaks of the rows at hand: a choice among
        many conditions by one val split flatters itself on these rows too, which only other rows show.

    Source: Varma & Simon 2006, "Bias in error estimation when using cross-validation for model selection", with seeds
    in place of folds.

    >>> choice = nested_choice([[1.0, 2.0], [1.2, 0.9], [1.1, 2.1], [1.0, 2.2]])
    >>> choice.best, choice.chosen_share.tolist()
    (0, [1.0, 0.0])
    """
    array = np.asarray(values, dtype=np.float64)
    is_there = np.isfinite(array)
    competitors = np.flatnonzero(is_there.sum(axis=0) > len(array) / 2)
    complete = array[:, competitors][is_there[:, competitors].all(axis=1)]
    best, n_seeds = best_condition(complete) if len(competitors) else None, len(complete)
    if best is None or n_seeds < 3:
        return None
    choices = means_of_others(complete).argmin(axis=1)
    apparent, nested = float(complete[:, best].mean()), float(complete[np.arange(n_seeds), choices].mean())
    share = np.bincount(competitors[choices], minlength=array.shape[1]) / n_seeds
    return NestedChoice(int(competitors[best]), n_seeds, apparent, nested, nested - apparent, share)


def means_of_others(values: npt.ArrayLike) -> Floats:
    """Return, for every seed, the means over all other seeds.

    Args:
        values: ``[seeds, conditions]``.

    Returns:
        The same shape; infinite where a value of the other seeds is not finite, or there are no others.

    >>> means_of_others([[1.0, 4.0], [2.0, 5.0], [6.0, float("nan")]]).tolist()
    [[4.0, inf], [3.5, inf], [1.5, 4.5]]
    """
    array = np.asarray(values, dtype=np.float64)
    is_there = np.isfinite(array)
    n_others = len(array) - 1
    are_there = (is_there.sum(axis=0) - is_there == n_others) & (n_others > 0)
    present = np.where(is_there, array, 0.0)
    return np.where(are_there, (present.sum(axis=0) - present) / max(n_others, 1), np.inf)


FEWEST_SEEDS = 3
"""With two, each choice would rest on a single training."""


def leave_one_out_choices(values: npt.ArrayLike) -> Indices:
    """Return, for every seed, the candidate that the other seeds choose: the lowest mean, the first one on ties.

    Args:
        values: ``[seeds, candidates]``, lower is better. A candidate whose value is not finite at one of the choosing
            seeds cannot be chosen by them: a setting that sometimes diverges is not one to recommend.

    Returns:
        ``[seeds]``, position of the candidate; -1 where none can be chosen, or with fewer than `FEWEST_SEEDS` seeds.

    Source: Varma & Simon 2006, "Bias in error estimation when using cross-validation for model selection", with seeds
    in place of folds.

    >>> leave_one_out_choices([[1.0, 2.0], [3.0, 1.0], [1.0, 2.5]]).tolist()
    [1, 0, 1]
    """
    means = means_of_others(values)
    return np.where(len(means) >= FEWEST_SEEDS, _lowest(means), -1)


def leave_two_out_choices(values: npt.ArrayLike) -> Indices:
    """Return what `leave_one_out_choices` would be, were one more seed not there.

    Args:
        values: ``[seeds, candidates]``, as for `leave_one_out_choices`.

    Returns:
        ``[seeds, seeds]``: without the seed of the row, what the others choose for the seed of the column; -1 on the
        diagonal, and where none can be chosen. Two seeds that are left choose for one another.
    """
    array = np.asarray(values, dtype=np.float64)
    choices = np.full((len(array), len(array)), -1)
    for removed in range(len(array)):
        others = np.delete(np.arange(len(array)), removed)
        choices[removed, others] = _lowest(means_of_others(array[others]))
    return choices


def _lowest(means: Floats) -> Indices:
    return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1), -1)


def best_so_far(values_to_choose: npt.ArrayLike, values_reported: npt.ArrayLike) -> Floats:
    """Return what is to be expected after b of the n candidates were tried in random order, for every b and seed.

    A seed's candidates are ranked by the mean of the other seeds. Of b that are drawn without replacement, the one of
    rank r among all n is the best with probability C(n - r, b - 1) / C(n, b): it is among them, and the others rank
    behind it. The expectation over all subsets is thus a weighted mean, and exact.

    Args:
        values_to_choose: ``[seeds, candidates]``, lower is better; not finite as for `leave_one_out_choices`.
        values_reported: the same shape, what each seed measured; often the same array.

    Returns:
        ``[seeds, budgets]``, for b = 1 to n. NaN where after b candidates there may be nothing to report: all of them
        could be ones that cannot be chosen, or the chosen one did not come to an end at this seed. With fewer than
        `FEWEST_SEEDS` seeds everything is NaN.

    Raises:
        ValueError: the shapes differ.

    Source: Dodge et al. 2019, "Show your work: improved reporting of experimental results", who draw with replacement
    and choose on the data that they report.

    >>> best_so_far([[1.0, 2.0, 6.0]] * 3, [[1.0, 2.0, 6.0]] * 3)[0].tolist()
    [3.0, 1.3333333333333333, 1.0]
    """
    means, reported = means_of_others(values_to_choose), np.asarray(values_reported, dtype=np.float64)
    if means.shape != reported.shape:
        raise ValueError(f"choosing and reporting need the same candidates, got {means.shape} and {reported.shape}")
    n = means.shape[1]
    if len(means) < FEWEST_SEEDS:
        return np.full((len(means), n), np.nan)
    ranked = np.take_along_axis(np.where(np.isfinite(means), reported, np.nan), means.argsort(axis=1, kind="stable"), 1)
    weights = _chances_to_be_best(n)
    is_lost = ~np.isfinite(ranked) @ (weights > 0).T  # a weight of 0 must not turn what is missing into NaN
    return np.where(is_lost, np.nan, np.where(np.isfinite(ranked), ranked, 0.0) @ weights.T)


def _chances_to_be_best(n: int) -> Floats:
    """Return ``[budgets, ranks]``: C(n - r, b - 1) / C(n, b), by the ratio of one rank to the next."""
    budget, rank = np.arange(1, n + 1)[:, None], np.arange(1, n)[None, :]
    ratios = np.maximum(n - rank - budget + 1, 0) / (n - rank)
    return np.asarray(np.cumprod(np.hstack([budget / n, ratios]), axis=1))
