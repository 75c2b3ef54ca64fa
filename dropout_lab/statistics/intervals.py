"""The t interval of a mean, over the leading axis of an array.

Every interval in the lab's tables and bands comes from here.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

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
