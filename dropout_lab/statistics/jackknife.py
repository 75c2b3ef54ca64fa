"""The jackknife interval: how much an estimate varies, from what it becomes without each seed in turn.

For estimates in which the seeds depend on each other, such as the mean of a tuned condition, where every seed has a say
in what the others report.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from dropout_lab.statistics.estimates import ROUNDING
from dropout_lab.statistics.intervals import Floats


def jackknife_interval(
    estimate: npt.ArrayLike, without: npt.ArrayLike, n_values: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Return a t interval around an estimate with the jackknife's standard error, and the p value of 0.

    Args:
        estimate: ``[...]``, from all m seeds.
        without: ``[m, ...]``, the same estimate anew without each of them.
        n_values: ``[...]``, seeds that it is a mean of; the t distribution has one degree of freedom less.
        confidence: in (0, 1).

    Returns:
        Low and high ends and two-sided p, each ``[...]``; NaN where the estimate cannot be made without some seed. p is
        NaN too where leaving one out changes nothing. The squared standard error is not below the true variance (with
        one seed less) in the mean over studies, so these intervals are wide rather than narrow; of a plain mean it is
        exactly that of Student's t.

    Source: Tukey 1958, "Bias and confidence in not quite large samples"; Efron & Stein 1981, "The jackknife estimate of
    variance", for its bias upwards.

    >>> low, high, p = jackknife_interval(2.0, [2.5, 2.0, 1.5], 3)  # the mean of 1, 2, 3
    >>> round(float(low), 3), round(float(high), 3)
    (-0.484, 4.484)
    """
    middle, left_out = np.asarray(estimate, dtype=np.float64), np.asarray(without, dtype=np.float64)
    degrees = np.where(np.asarray(n_values) > 1, np.asarray(n_values, dtype=np.float64) - 1, np.nan)
    m = len(left_out)
    squares = ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    error = np.sqrt((m - 1) / m * squares)
    half = stdtrit(degrees, (1 + confidence) / 2) * error
    varies = error > ROUNDING * np.abs(left_out).max(axis=0)
    p = 2 * stdtr(degrees, -np.abs(middle) / np.where(varies, error, np.nan))
    return middle - half, middle + half, np.asarray(p)
