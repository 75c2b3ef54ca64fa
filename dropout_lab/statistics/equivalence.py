"""No worse than, and equivalent: what a difference must not exceed to be called small.

A large p never shows that two conditions are equal; this does, for a margin that was named beforehand.
"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from dropout_lab.statistics.pairing import paired_difference

Conclusion = Literal["equivalent within", "no worse than", "not shown"]


class Equivalence(NamedTuple):
    """The two one-sided tests of a paired difference.

    Attributes:
        n_pairs: seeds with both values.
        difference: mean of values - reference.
        p_no_worse: of the hypothesis that the condition is worse than the reference by the margin or more.
        p_equivalent: of the hypothesis that the two differ by the margin or more, in either direction.
        conclusion: what these p values show: `equivalent within` the margin, else `no worse than` it, else `not shown`.
    """

    n_pairs: int
    difference: float
    p_no_worse: float
    p_equivalent: float
    conclusion: Conclusion


def equivalence(
    values: npt.ArrayLike,
    reference: npt.ArrayLike,
    margin: float,
    *,
    higher_is_better: bool,
    confidence: float = 0.95,
) -> Equivalence:
    """Test whether a condition is no worse than a reference, and whether the two are equivalent, within a margin.

    Args:
        values: ``[seeds]``; what is not finite counts as missing, and so does its pair.
        reference: ``[seeds]``, the same seeds in the same order.
        margin: the smallest difference that matters, above 0, in the metric's unit.
        higher_is_better: True for an accuracy, False for a loss, a gap or an RMSE.
        confidence: 1 - the level of each one-sided test, in (0, 1).

    Returns:
        p values and conclusion. Where the differences do not vary (one pair included) the p values are NaN, and nothing
        is shown. `equivalent within` at 0.95 means that the 90 % interval lies inside the margin.

    Raises:
        ValueError: the shapes differ or are not ``[seeds]``, the margin is not above 0, or confidence not in (0, 1).

    Source: Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability".

    >>> equivalence([0.91, 0.92, 0.93], [0.911, 0.919, 0.93], 0.01, higher_is_better=True).conclusion
    'equivalent within'
    """
    left, right = np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if left.ndim != 1 or not margin > 0 or not 0 < confidence < 1:
        raise ValueError(
            f"values are [seeds], margin > 0 and 0 < confidence < 1, got {left.shape}, {margin}, {confidence}"
        )
    paired = paired_difference(left, right)
    is_pair = np.isfinite(left) & np.isfinite(right)
    n, difference = int(paired.n_pairs), float(paired.difference)
    if np.isnan(paired.p):
        return Equivalence(n, difference, np.nan, np.nan, "not shown")
    error = (left - right)[is_pair].std(ddof=1) / np.sqrt(n)
    p_above, p_below = (float(stdtr(n - 1, (side * difference - margin) / error)) for side in (-1, 1))
    p_no_worse, p_equivalent = p_above if higher_is_better else p_below, max(p_above, p_below)
    level = 1 - confidence
    conclusion: Conclusion = "no worse than" if p_no_worse < level else "not shown"
    return Equivalence(
        n, difference, p_no_worse, p_equivalent, "equivalent within" if p_equivalent < level else conclusion
    )
