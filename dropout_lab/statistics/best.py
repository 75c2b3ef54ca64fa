"""The best condition of a group, and all that may be the best as far as these seeds can tell.

The lowest mean of several is found by looking, so it flatters itself: the confidence set names its rivals, `choice`
measures the flattery.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from dropout_lab.statistics.estimates import ROUNDING
from dropout_lab.statistics.intervals import mean_interval


def best_condition(values: npt.ArrayLike) -> int | None:
    """Return the condition with the lowest mean over its seeds, the first one on ties.

    Args:
        values: ``[seeds, conditions]``, lower is better; what is not finite is missing.

    Returns:
        Its index; None if no value is finite.
    """
    means = mean_interval(values).mean
    return int(np.nanargmin(means)) if np.isfinite(means).any() else None


def may_be_best(values: npt.ArrayLike, confidence: float = 0.95) -> npt.NDArray[np.bool_]:
    """Return a set of conditions that holds the truly best one with at least this confidence.

    A condition is left out if some other one of the K is better by a paired one-sided t test at level
    (1 - confidence) / (K - 1). The truly best condition meets K - 1 such tests of a true hypothesis, hence the divisor.

    Args:
        values: ``[seeds, conditions]``, lower is better; what is not finite is missing, and so are its pairs.
        confidence: in (0, 1).

    Returns:
        ``[conditions]``. Whatever no test speaks against stays in: with one seed, every condition that has a value. One
        without any value is no candidate.

    Source: Hsu 1996, "Multiple comparisons: theory and methods", chapter 4 (selection of a subset that contains the
    best), with Bonferroni's inequality in place of equal variances.

    >>> may_be_best([[1.0, 1.1, 3.0], [2.0, 2.0, 4.1], [3.0, 2.9, 5.2], [4.0, 4.1, 6.0]]).tolist()
    [True, True, False]
    """
    array = np.asarray(values, dtype=np.float64)
    is_candidate = np.asarray(np.isfinite(array).any(axis=0))
    candidates = np.flatnonzero(is_candidate)
    rivals = array[:, candidates]
    level = (1 - confidence) / max(1, len(candidates) - 1)
    for candidate in candidates:
        differences = mean_interval(array[:, [candidate]] - rivals)
        scale = np.nanmax(np.abs(array[:, candidate])) * ROUNDING
        error = np.where(differences.sd > scale, differences.sd, np.nan) / np.sqrt(np.maximum(differences.n, 1))
        p = stdtr(np.where(differences.n > 1, differences.n - 1, np.nan), -differences.mean / error)
        is_candidate[candidate] = not (p < level).any()
    return is_candidate
