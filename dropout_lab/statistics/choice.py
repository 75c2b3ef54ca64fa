"""What a chosen condition is worth: its mean on seeds that did not choose it.

The best of many means is partly luck, and luck does not come along to the next seed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics.best import best_condition
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
