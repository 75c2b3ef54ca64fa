"""The estimate of a mean with an interval and a test whose method fits the sample: the one rule of the lab's tables.

Owns which method a sample gets. The bands of curves are plain t intervals (`intervals`): there a method that changed
from epoch to epoch would draw steps.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from dropout_lab.statistics.bootstrap import bootstrap_t
from dropout_lab.statistics.intervals import Floats, mean_interval
from dropout_lab.statistics.sign_flip import LARGEST_N as LARGEST_SIGN_FLIP
from dropout_lab.statistics.sign_flip import sign_flip

ROUNDING = 1e-12
"""Values that vary by less than this share of their size are equal: 0.4 - 0.3 and 0.3 - 0.2 differ in the last bit,
and would otherwise give a p value of nearly 0 to accuracies that moved by the same number of rows."""

SMALLEST_CHECKED = 6
"""With fewer values no test of shape has power, and no sign-flip test can reach p = 0.05: nothing could be done."""

LARGEST_CHECKED = 500
"""Means of more values are as good as normal, and the resamples of more would fill the memory."""

CHECK_LEVEL = 0.01


class Estimate(NamedTuple):
    """A mean and what is known of it: arrays of one shape. `method` is `t`, `sign-flip` or `bootstrap-t`."""

    n: npt.NDArray[np.int64]
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    p: Floats
    method: npt.NDArray[np.str_]


def estimate_mean(
    values: npt.ArrayLike, confidence: float = 0.95, *, equal_within: npt.ArrayLike | None = None
) -> Estimate:
    """Estimate the mean over the leading axis by a method that fits the sample's size and shape.

    Student's t, unless 6 values or more look so far from normal that the Shapiro-Wilk test rejects at 0.01: then the
    sign-flip test and its inversion up to 19 values, and beyond that, at either end, whichever of bootstrap-t and t
    reaches farther (with the larger p): the one covers too little in samples with outliers, the other in skewed ones.

    Args:
        values: ``[seeds, ...]``; what is not finite counts as missing, so `n` may differ between positions.
        confidence: of the interval, in (0, 1).
        equal_within: ``[...]``, the sd at or below which values count as equal; default: rounding of the largest one.

    Returns:
        Arrays of shape ``[...]``. `p` is two-sided, of the hypothesis that the mean is 0; NaN where the values do not
        vary (one value included), for then no test is defined. Otherwise as for `mean_interval`.

    Raises:
        ValueError: as for `mean_interval`.

    Source: Student 1908; Shapiro & Wilk 1965 for the check; `sign_flip` and `bootstrap_t` name theirs.
    `docs/statistics.md` has the measured coverage of this rule.
    """
    array = np.asarray(values, dtype=np.float64)
    n, mean, sd, low, high = mean_interval(array, confidence)
    present = np.where(np.isfinite(array), array, np.nan)
    largest = np.fmax.reduce(np.abs(present), axis=0, initial=0.0)
    tolerance = ROUNDING * largest if equal_within is None else np.asarray(equal_within, dtype=np.float64)
    varies = np.asarray(sd > tolerance)
    error = np.where(varies, sd, np.nan) / np.sqrt(np.maximum(n, 1))
    p = 2 * stdtr(np.where(n > 1, n - 1, np.nan), -np.abs(mean / error))
    low, high, p = (np.array(part, order="C") for part in (low, high, p))
    result = Estimate(n, mean, sd, low, high, p, np.full(n.shape, "t", dtype="U11"))
    samples = present.reshape(len(array), n.size)
    sizes, is_checked = n.reshape(-1), varies.reshape(-1) & (n.reshape(-1) >= SMALLEST_CHECKED)
    for size in np.unique(sizes[is_checked & (sizes <= LARGEST_CHECKED)]):
        cells = np.flatnonzero(is_checked & (sizes == size))
        ascending = np.sort(samples[:, cells], axis=0)[:size]  # NaN sorts last
        is_unfit = ~_looks_normal(ascending)
        _replace(result, cells[is_unfit], ascending[:, is_unfit], confidence)
    return result


def _looks_normal(samples: Floats) -> npt.NDArray[np.bool_]:
    """Check samples ``[n, samples]`` by the Shapiro-Wilk test."""
    from scipy.stats import shapiro  # half a second to import, and most studies have fewer than 6 seeds

    return np.asarray(shapiro(samples, axis=0).pvalue >= CHECK_LEVEL)


def _replace(estimate: Estimate, cells: npt.NDArray[np.int64], samples: Floats, confidence: float) -> None:
    """Overwrite interval, p and method of the (flattened) cells whose samples ``[n, cells]`` are not fit for t."""
    if not len(cells):
        return
    flat = [part.reshape(-1) for part in estimate[3:]]  # views: these arrays were made contiguous
    if len(samples) <= LARGEST_SIGN_FLIP:
        low, high, p = np.array([sign_flip(sample, confidence) for sample in samples.T]).T
        method = "sign-flip"
    else:
        low, high, p = bootstrap_t(samples, confidence)
        low, high = np.minimum(low, flat[0][cells]), np.maximum(high, flat[1][cells])
        p, method = np.maximum(p, flat[2][cells]), "bootstrap-t"
    is_bounded = np.isfinite(low) & np.isfinite(high)  # else too few values for this confidence, or mostly ties
    for array, part in zip(flat[:3], (low, high, p), strict=True):
        array[cells[is_bounded]] = part[is_bounded]
    flat[3][cells[is_bounded]] = method
