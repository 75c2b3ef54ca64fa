"""The Wilson interval of a share, such as the accuracy within a bin."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from dropout_lab.statistics.intervals import Floats


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
