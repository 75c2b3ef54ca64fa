"""The interval of a mean over two crossed samples: seeds, and the rows that the nets were measured on.

It exists because a t interval over seeds speaks of the rows at hand alone: rows are a sample too, and every seed meets
(some of) the same ones.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from dropout_lab.statistics.intervals import Floats

Booleans = npt.NDArray[np.bool_]
NO_TRIAL, NO_PAIR, ONE_SEED, ONE_ROW, NO_SPREAD = "no complete trial", "no pair", "one seed", "one row", "no spread"
"""Why there is no interval."""

_UNSEEN = 0.75
"""How much of the most extreme value counts as seen once more. `benchmarks/heavy_tails.py` measures what it gives."""
_NO_SKEWNESS = 1e-6  # below, the transformation is the identity, and its formula divides 0 by 0


class CrossedInterval(NamedTuple):
    """The mean over seeds and rows, its confidence bounds, the two-sided p of the mean being 0, and why they are not.

    Attributes:
        missing: why there are no bounds, in a few words; empty where there are.
    """

    mean: float
    low: float
    high: float
    p: float
    missing: str = ""


class _Error(NamedTuple):
    """What is known of a mean's error: its variance, degrees of freedom and skewness."""

    variance: float = 0.0
    freedom: float = 0.0
    skewness: float = 0.0


def crossed_interval(
    values: npt.ArrayLike, confidence: float = 0.95, *, is_skewed: bool = True, has_rare_rows: bool = False
) -> CrossedInterval:
    """Return the interval of a mean where seeds and rows are both samples, crossed with each other.

    Args:
        values: ``[seeds, rows]``, such as the loss of every row under every seed's net, or the difference of two
            conditions. NaN marks what was not measured: with a split of its own, every seed has other val rows.
        confidence: probability that the interval covers the expected value, in (0, 1).
        is_skewed: correct for the skewness of the rows: losses have a long tail. Not wanted for differences of zeros
            and ones, whose third moment in a sample is mostly noise.
        has_rare_rows: allow for rows that are rare and differ much, of which a sample may hold none: as if the error of
            the mean held one row more, with `_UNSEEN` of the most extreme value of a single net. Wanted for differences
            of losses, where a few rows that one net gets badly wrong carry the mean.

    Returns:
        The mean over all that was measured, bounds and p. Bounds and p are NaN with fewer than two seeds or rows, or
        where nothing varies; `missing` says which.

    Raises:
        ValueError: `values` is not ``[seeds, rows]``, or `confidence` lies outside (0, 1).

    Source: see `_error_of_mean`; the correction is the monotone transformation of Hall 1992, "On the removal of
    skewness by transformation", with a quantile of t in place of the normal one.

    >>> interval = crossed_interval([[0.0, 1.0, 5.0], [1.0, 2.0, 6.0]])
    >>> interval.mean, interval.low < 2.5 < interval.high
    (2.5, True)
    """
    array, is_there = _measured(values, confidence)
    mean = float(array[is_there].mean()) if array.size else np.nan
    if missing := _too_few(array):
        return CrossedInterval(mean, np.nan, np.nan, np.nan, missing)
    error = _error_of_mean(array, is_there)
    if not error.variance > 0:
        return CrossedInterval(mean, np.nan, np.nan, np.nan, NO_SPREAD)
    variance, skewness = error.variance, error.skewness if is_skewed else 0.0
    if has_rare_rows:
        weight = float(is_there.sum(0).max()) / float(is_there.sum())  # of one row in the mean
        variance += (_UNSEEN * weight * float(np.abs(array[is_there] - mean).max())) ** 2
        skewness *= (error.variance / variance) ** 1.5
    scale = float(np.sqrt(variance))
    quantile = float(stdtrit(error.freedom, (1 + confidence) / 2))
    low, high = (mean - scale * _skewed(z, skewness) for z in (quantile, -quantile))
    z = _symmetric(mean / scale, skewness)
    return CrossedInterval(mean, low, high, float(2 * stdtr(error.freedom, -abs(z))))


def crossed_share(
    successes: npt.ArrayLike, minuends: npt.ArrayLike | None = None, confidence: float = 0.95
) -> CrossedInterval:
    """Return the interval of a share, such as an accuracy, over crossed seeds and rows.

    Args:
        successes: ``[seeds, rows]``, 1 or 0; NaN marks what was not measured.
        minuends: ``[seeds]``: the interval is that of minuend - share, such as train accuracy - val accuracy.
        confidence: in (0, 1).

    Returns:
        Mean and bounds, which stay within what a share can be also where nearly all rows succeed; p is NaN. Bounds are
        NaN with fewer than two seeds or rows.

    Raises:
        ValueError: as `crossed_interval`.

    Source: Wilson 1927, with the number of independent rows that would have the crossed samples' variance (Korn and
    Graubard 1998, for clustered surveys), but no more than there are.

    >>> interval = crossed_share([[1, 1, 1, 1], [1, 1, 1, 1]])
    >>> round(interval.low, 2), interval.high
    (0.28, 1.0)
    """
    array, is_there = _measured(successes, confidence)
    if missing := _too_few(array):
        mean = float(array[is_there].mean()) if array.size else np.nan
        return CrossedInterval(mean, np.nan, np.nan, np.nan, missing)
    share = float(array[is_there].mean())
    shown = array if minuends is None else np.asarray(minuends, dtype=np.float64)[:, None] - array
    error = _error_of_mean(shown, is_there)
    freedom = error.freedom if error.variance > 0 else array.shape[1] - 1.0
    quantile = float(stdtrit(freedom, (1 + confidence) / 2))
    # Never more rows than there are: where few rows are wrong, the variance between them is mostly underestimated.
    n_rows = array.shape[1] if error.variance == 0 else min(share * (1 - share) / error.variance, array.shape[1])
    shrunk = quantile**2 / n_rows
    centre = (share + shrunk / 2) / (1 + shrunk)
    half = float(np.sqrt(shrunk * share * (1 - share) + shrunk**2 / 4)) / (1 + shrunk)
    low, high = max(centre - half, 0.0), min(centre + half, 1.0)
    if minuends is None:
        return CrossedInterval(share, low, high, np.nan)
    mean = float(shown[is_there].mean())
    return CrossedInterval(mean, mean + share - high, mean + share - low, np.nan)


def _measured(values: npt.ArrayLike, confidence: float) -> tuple[Floats, Booleans]:
    """Return the seeds and rows that have any value, and where they have it."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or not 0 < confidence < 1:
        raise ValueError(f"values are [seeds, rows] and confidence lies in (0, 1), got {array.shape}, {confidence}")
    is_there = np.isfinite(array)
    if is_there.all():
        return array, is_there
    kept = np.ix_(is_there.any(1), is_there.any(0))
    return array[kept], is_there[kept]


def _too_few(array: Floats) -> str:
    """Say why so few seeds or rows give no interval; empty where they do."""
    n_seeds, n_rows = array.shape
    return ONE_SEED if n_seeds < 2 else ONE_ROW if n_rows < 2 else ""


def _error_of_mean(array: Floats, is_there: Booleans) -> _Error:
    """Estimate how the mean over two seeds and rows or more errs; all zero where nothing varies.

    Source: components of variance by the method of moments on sums of squares, unbiased whatever cells are missing
    (Henderson 1953, method 1; Gao and Owen 2017); degrees of freedom of a sum of mean squares (Satterthwaite 1946), as
    for readers and cases in radiology (Hillis 2007).
    """
    n = float(is_there.sum())
    n_of_seed, n_of_row = is_there.sum(1), is_there.sum(0)
    deviations = np.where(is_there, array - array[is_there].mean(), 0.0)
    seed_sums, row_sums = deviations.sum(1), deviations.sum(0)
    total = float(np.vdot(deviations, deviations))
    within_seeds = total - float((seed_sums**2 / n_of_seed).sum())
    within_rows = total - float((row_sums**2 / n_of_row).sum())
    share_of_seeds, share_of_rows = (float((counts.astype(float) ** 2).sum()) / n for counts in (n_of_seed, n_of_row))
    # Expected: (rows + residual), (seeds + residual), and of the total the three with these coefficients.
    # Where every seed has one row of its own, what rows add is in what varies between seeds.
    rows_and_residual = within_seeds / (n - len(n_of_seed)) if n > len(n_of_seed) else 0.0
    if n > len(n_of_row):
        seeds_and_residual = within_rows / (n - len(n_of_row))
        from_margins = (n - share_of_seeds) * seeds_and_residual + (n - share_of_rows) * rows_and_residual
        residual = max((total - from_margins) / (share_of_seeds + share_of_rows - n - 1), 0.0)
    else:  # no row was met twice: what varies between rows cannot be told from noise, and need not be
        seeds_and_residual = residual = 0.0
    between_seeds, between_rows = max(seeds_and_residual - residual, 0.0), max(rows_and_residual - residual, 0.0)
    of_rows = (between_rows * share_of_rows + residual) / n
    of_seeds = float(np.var(seed_sums / n_of_seed, ddof=1)) / len(n_of_seed)
    variance = max(between_seeds * share_of_seeds / n + of_rows, of_seeds)
    if variance == 0:
        return _Error()
    freedom = variance**2 / (of_seeds**2 / (len(n_of_seed) - 1) + of_rows**2 / (len(n_of_row) - 1))
    return _Error(variance, freedom, _skewness(row_sums, n) / variance**1.5)


def _skewness(row_sums: Floats, n: float) -> float:
    """Return the third cumulant of the mean that comes from the rows; seeds are too few to estimate theirs."""
    n_rows = len(row_sums)
    if n_rows < 3:
        return 0.0
    return float(row_sums @ (row_sums * row_sums)) / n**3 * n_rows**2 / ((n_rows - 1) * (n_rows - 2))


def _symmetric(t: float, skewness: float) -> float:
    """Map a studentised mean to one whose distribution is nearly symmetric (Hall 1992)."""
    return t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6


def _skewed(z: float, skewness: float) -> float:
    """Invert `_symmetric`."""
    if abs(skewness) < _NO_SKEWNESS:
        return z
    return 3 / skewness * (float(np.cbrt(1 + skewness * (z - skewness / 6))) - 1)
