"""How many seeds a comparison needs."""

import math

from scipy.special import nctdtr, stdtrit

LARGEST_N = 10_000
"""Nobody trains more seeds than this; a larger answer says that the difference is not worth looking for."""

_LARGEST_EFFECT = 100.0  # found by any two pairs, and within what the distribution can be computed for


def pairs_needed(difference: float, sd_of_differences: float, power: float = 0.8, level: float = 0.05) -> int | None:
    """Return how many pairs let a two-sided paired t test find a true difference of this size.

    Args:
        difference: the true mean difference, in any unit; only its size counts.
        sd_of_differences: standard deviation of the differences between pairs, in the same unit, above 0.
        power: probability of p < `level`, in (level, 1).
        level: of the test, in (0, 1).

    Returns:
        The smallest such number, at least 2; None if it would exceed `LARGEST_N`, as it does without a difference.

    Raises:
        ValueError: `sd_of_differences` is not above 0, or power and level are not such probabilities.

    Source: the noncentral t distribution (Cohen 1988, "Statistical power analysis for the behavioral sciences",
    chapter 2). A difference estimated from few pairs makes this a guess, and one chosen for its size too small a guess.

    >>> pairs_needed(0.5, 1.0), pairs_needed(2.0, 1.0), pairs_needed(0.001, 1.0)
    (34, 5, None)
    """
    if not (sd_of_differences > 0 and 0 < level < power < 1 and math.isfinite(difference)):
        raise ValueError(
            "sd_of_differences is above 0 and 0 < level < power < 1, "
            f"got difference {difference}, sd {sd_of_differences}, power {power}, level {level}"
        )
    effect = min(abs(difference) / sd_of_differences, _LARGEST_EFFECT)
    if not _power(effect, LARGEST_N, level) >= power:
        return None
    too_few, enough = 1, LARGEST_N
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if _power(effect, middle, level) >= power else (middle, enough)
    return enough


def _power(effect: float, n: int, level: float) -> float:
    critical, shift = float(stdtrit(n - 1, 1 - level / 2)), effect * math.sqrt(n)
    return 1 - _below(critical, n, shift) + _below(-critical, n, shift)


def _below(t: float, n: int, shift: float) -> float:
    share = float(nctdtr(n - 1, shift, t))
    return 0.0 if math.isnan(share) else share  # nan where it is too small to compute: below 1e-20
