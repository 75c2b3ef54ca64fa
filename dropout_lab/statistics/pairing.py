"""Paired differences by seed, their tests, and what pairing gained.

Floor 2. Plain arrays in, plain arrays out; must not know what is compared. Pairs are formed by position: the caller
puts the same seed at the same index of both arrays.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from dropout_lab.statistics.intervals import Floats, mean_interval

_ROUNDING = 1e-12
"""Differences that vary by less than this share of the values are equal: 0.4 - 0.3 and 0.3 - 0.2 differ in the last
bit, and would otherwise give a p value of nearly 0 to accuracies that moved by the same number of rows."""


class PairedDifference(NamedTuple):
    """Differences over the pairs: arrays of one shape."""

    n_pairs: npt.NDArray[np.int64]
    difference: Floats
    low: Floats
    high: Floats
    p: Floats
    pairing_gain: Floats


def paired_difference(values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95) -> PairedDifference:
    """Compare two arrays pair by pair along the leading axis.

    Args:
        values: ``[seeds, ...]``; what is not finite counts as missing, and so does its pair.
        reference: the same shape; the difference is `values` - `reference`.
        confidence: of the interval, in (0, 1).

    Returns:
        Arrays of shape ``[...]``: number of pairs, mean difference and its t interval; `p`, two-sided, of the paired t
        test, NaN where the differences do not vary (fewer than two pairs included), for then t is not defined; and
        `pairing_gain` = (variance of values + variance of reference) / variance of differences: how many times more
        seeds an unpaired comparison would need. NaN where p is.

    Raises:
        ValueError: the shapes differ.

    Source: Student 1908 for the test; the gain is the relative efficiency of a blocked design (Fisher 1935).
    """
    left, right = np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if left.shape != right.shape:
        raise ValueError(f"pairs need two arrays of one shape, got {left.shape} and {right.shape}")
    is_pair = np.isfinite(left) & np.isfinite(right)
    left, right = np.where(is_pair, left, np.nan), np.where(is_pair, right, np.nan)
    differences = mean_interval(left - right, confidence)
    scale = np.fmax.reduce(np.fmax(np.abs(left), np.abs(right)), axis=0, initial=0.0)
    sd = np.where(differences.sd > _ROUNDING * scale, differences.sd, np.nan)
    t = differences.mean / (sd / np.sqrt(np.maximum(differences.n, 1)))
    p = 2 * stdtr(np.where(differences.n > 1, differences.n - 1, np.nan), -np.abs(t))
    gain = (mean_interval(left).sd ** 2 + mean_interval(right).sd ** 2) / sd**2
    n_pairs, difference, _, low, high = differences
    return PairedDifference(n_pairs, difference, low, high, np.asarray(p), np.asarray(gain))


def holm(p: npt.ArrayLike) -> Floats:
    """Correct p values for being one of many, by Holm's step-down procedure.

    Args:
        p: ``[tests]``, the p values of one family; NaN marks no test.

    Returns:
        ``[tests]``: rejecting whatever lies below a level here rejects a true hypothesis with at most that probability
        in the whole family. NaN stays NaN and does not count.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure".

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    n_tests = int(np.isfinite(values).sum())
    order = np.argsort(values, kind="stable")[:n_tests]  # NaN sorts last
    stepped = np.maximum.accumulate(np.minimum(1.0, np.arange(n_tests, 0, -1) * values[order]))
    corrected = np.full(values.shape, np.nan)
    corrected[order] = stepped
    return corrected
