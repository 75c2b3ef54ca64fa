"""Paired differences by seed, their tests, and what pairing gained.

Pairs are formed by position: the caller puts the same seed at the same index of both arrays.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics.estimates import ROUNDING, estimate_mean
from dropout_lab.statistics.intervals import Floats, mean_interval


class PairedDifference(NamedTuple):
    """Differences over the pairs: arrays of one shape. `method` is `t`, `sign-flip` or `bootstrap-t`."""

    n_pairs: npt.NDArray[np.int64]
    difference: Floats
    low: Floats
    high: Floats
    p: Floats
    pairing_gain: Floats
    method: npt.NDArray[np.str_]


def paired_difference(values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95) -> PairedDifference:
    """Compare two arrays pair by pair along the leading axis.

    Args:
        values: ``[seeds, ...]``; what is not finite counts as missing, and so does its pair.
        reference: the same shape; the difference is `values` - `reference`.
        confidence: of the interval, in (0, 1).

    Returns:
        Arrays of shape ``[...]``: number of pairs, mean difference and its interval; `p`, two-sided, NaN where the
        differences do not vary (fewer than two pairs included), for then no test is defined; the method of interval and
        p, chosen by `estimate_mean`; and `pairing_gain` = (variance of values + variance of reference) / variance of
        differences: how many times more seeds an unpaired comparison would need. NaN where p is.

    Raises:
        ValueError: the shapes differ.

    Source: as for `estimate_mean`; the gain is the relative efficiency of a blocked design (Fisher 1935).
    """
    left, right = np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if left.shape != right.shape:
        raise ValueError(f"pairs need two arrays of one shape, got {left.shape} and {right.shape}")
    is_pair = np.isfinite(left) & np.isfinite(right)
    left, right = np.where(is_pair, left, np.nan), np.where(is_pair, right, np.nan)
    equal_within = ROUNDING * np.fmax.reduce(np.fmax(np.abs(left), np.abs(right)), axis=0, initial=0.0)
    n_pairs, difference, sd, low, high, p, method = estimate_mean(left - right, confidence, equal_within=equal_within)
    variance = np.where(sd > equal_within, sd, np.nan) ** 2
    gain = (mean_interval(left).sd ** 2 + mean_interval(right).sd ** 2) / variance
    return PairedDifference(n_pairs, difference, low, high, p, np.asarray(gain), method)


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
