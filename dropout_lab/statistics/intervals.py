"""The t interval of a mean, over the leading axis of an array, and the Wilson interval of a share.

Every interval in the lab's tables and bands comes from here.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Count, mean, standard deviation and confidence bounds of the mean: arrays of one shape."""

    n: npt.NDArray[np.int64]
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats


def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean over the leading axis and the t interval around it.

    Args:
        values: ``[seeds, ...]``; what is not finite counts as missing, so `n` may differ between positions.
        confidence: probability that the interval covers the expected value if the values are independent and normal,
            in (0, 1).

    Returns:
        Arrays of shape ``[...]``. `sd` divides by n - 1. With one value `sd`, `low` and `high` are NaN: one run says
        nothing of its spread; without any, the mean is NaN too. Equal values give an interval of exactly zero width.

    Raises:
        ValueError: `values` has no axis, or `confidence` lies outside (0, 1).

    Source: Student 1908, "The probable error of a mean".

    >>> interval = mean_interval([1.0, 2.0, 3.0])
    >>> float(interval.mean), round(float(interval.high), 3)
    (2.0, 4.484)
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or not 0 < confidence < 1:
        raise ValueError(
            f"values need a leading axis and confidence lies in (0, 1), got {array.ndim} axes, {confidence}"
        )
    is_there = np.isfinite(array)
    n = np.asarray(is_there.sum(axis=0))
    first = np.where(is_there, array, 0.0)
    # Deviations from one of the values: a sum of equal values divided by n would miss the value by rounding.
    offset = np.take_along_axis(first, np.expand_dims(is_there.argmax(axis=0), 0), axis=0)[0] if len(array) else 0.0
    deviations = np.where(is_there, array - offset, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):  # n = 0 and n = 1 become NaN, as they should
        shift = deviations.sum(axis=0) / n
        squares = np.where(is_there, deviations - shift, 0.0) ** 2
        sd = np.sqrt(squares.sum(axis=0) / np.where(n > 1, n - 1, np.nan))
        half = stdtrit(np.where(n > 1, n - 1, np.nan), (1 + confidence) / 2) * sd / np.sqrt(n)
    mean = np.asarray(offset + shift)
    return Interval(n, mean, np.asarray(sd), mean - half, mean + half)


def share_interval(share: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends of the interval of a probability of which a share was observed.

    Args:
        share: observed, in [0, 1].
        n: independent observations behind each share, above 0; need not be whole.
        confidence: probability that the interval covers, about, in (0, 1).

    Returns:
        Low and high ends in [0, 1], of the common shape; they hold the share, and are never of zero width.

    Raises:
        ValueError: a share lies outside [0, 1], an `n` is not above 0, or `confidence` lies outside (0, 1).

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    >>> low, high = share_interval(0.5, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.237, 0.763)
    """
    shares, counts = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not (((shares >= 0) & (shares <= 1)).all() and (counts > 0).all() and 0 < confidence < 1):
        raise ValueError(f"shares lie in [0, 1], n above 0, confidence in (0, 1), got {shares}, {counts}, {confidence}")
    z = float(ndtri((1 + confidence) / 2))
    middle = (shares + z**2 / (2 * counts)) / (1 + z**2 / counts)
    half = z / (1 + z**2 / counts) * np.sqrt(shares * (1 - shares) / counts + z**2 / (4 * counts**2))
    return np.clip(middle - half, 0.0, shares), np.clip(middle + half, shares, 1.0)
