"""The sign-flip test of a mean, and the interval that inverts it: exact for every symmetric distribution.

For samples that do not look normal and are too small for a bootstrap.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics.intervals import Floats

LARGEST_N = 19
"""All 2**19 subsets take some 10 ms; one value more doubles that."""

_ROUNDING = 1e-12
"""A subset's mean this close to 0, as a share of the largest value, is 0: 0.3 - 0.2 - 0.1 is not, in the last bit."""


def smallest_p(n: npt.ArrayLike) -> Floats:
    """Return the smallest two-sided p that the sign-flip test of `n` values can reach: 2 ** (1 - n), at most 1.

    >>> smallest_p([1, 5, 6]).tolist()
    [1.0, 0.0625, 0.03125]
    """
    return np.minimum(1.0, 2.0 ** (1 - np.asarray(n, dtype=np.float64)))


def sign_flip(sample: npt.ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Test whether a mean is 0 by flipping signs, and return all means that this test does not reject.

    If the values are independent and symmetric about their mean, all patterns of signs of their deviations are equally
    likely. The means of all nonempty subsets of the sample then cut the line into 2**n pieces, each of which holds the
    true mean with the same probability: counting pieces gives the interval, and the p value of any mean.

    Args:
        sample: ``[n]`` finite values, n at most `LARGEST_N`.
        confidence: in (0, 1).

    Returns:
        Low and high end of the interval, which covers with at least this confidence, and the two-sided p of the mean 0.
        With too few values for this confidence the ends are infinite: below 6 for 0.95.

    Raises:
        ValueError: the sample is empty or too large.

    Source: Fisher 1935, "The design of experiments", for the test; Hartigan 1969, "Using subsample values as typical
    values", for the interval.

    >>> [round(number, 3) for number in sign_flip([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])]
    [1.0, 9.0, 0.031]
    """
    values = np.asarray(sample, dtype=np.float64)
    n = len(values)
    if not 1 <= n <= LARGEST_N:
        raise ValueError(f"the sign-flip test takes 1 to {LARGEST_N} values, got {n}")
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    means = sums[1:] / _subset_sizes(n)
    n_pieces = len(sums)
    n_cut = int((1 - confidence) / 2 * n_pieces * (1 + 1e-12))  # pieces outside at each end
    low, high = -np.inf, np.inf
    if n_cut:
        low, high = np.partition(means, [n_cut - 1, n_pieces - 1 - n_cut])[[n_cut - 1, n_pieces - 1 - n_cut]]
    zero = _ROUNDING * np.abs(values).max()
    n_beyond = min((means <= zero).sum(), (means >= -zero).sum())
    return float(low), float(high), min(1.0, 2 * (1 + int(n_beyond)) / n_pieces)


@lru_cache(maxsize=2)
def _subset_sizes(n: int) -> npt.NDArray[np.int64]:
    """Return the size of every nonempty subset, in the order in which their sums are made."""
    sizes = np.zeros(1, dtype=np.int64)
    for _ in range(n):
        sizes = np.concatenate([sizes, sizes + 1])
    return sizes[1:]
