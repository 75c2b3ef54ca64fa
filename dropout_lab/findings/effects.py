"""An estimate with its interval, an effect with what is known of it: the only such classes of the house.

Owns when a difference counts as distinguishable from zero, and whether it is for the better. Missing numbers are None,
never NaN, so that everything here can be written as JSON.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from dropout_lab.metrics import column_of
from dropout_lab.statistics import mean_interval, smallest_p

LEVEL = 0.05  # the intervals are 95 % ones

Floats = npt.NDArray[np.float64]
Sign = Literal["lower", "higher", "same"]
Certainty = Literal["clear", "uncorrected", "unclear", "untested", "unknown"]
Direction = Literal["better", "worse", "unclear", "same", "unknown"]


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds or pairs of seeds, and its 95 % interval; a bound is None where there is no finite one."""

    n: int
    value: float
    low: float | None
    high: float | None

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are there."""
        return self.low is not None and self.high is not None

    @property
    def width(self) -> float | None:
        """How wide the interval is; None where an end is missing."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def excludes_zero(self) -> bool:
        """Whether there is an interval, and it lies on one side of 0."""
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


@dataclass(frozen=True)
class Effect:
    """A metric of a condition minus that of its baseline, paired by seed.

    Attributes:
        metric, point, estimand: as in the summary.
        estimate: the difference.
        p, p_holm: two-sided p, alone and corrected over the study's comparisons of this kind; None where no test
            applies.
        smallest_p: what a test that assumes only symmetry can reach with so many pairs.
        n_comparisons: how many comparisons the correction counts.
        sign: of the difference.
        certainty: ``clear``: the interval excludes 0, also after correction; ``uncorrected``: only taken alone;
            ``untested``: the same difference in every seed, so that no test applies; ``unknown``: one pair.
        direction: whether the condition is better or worse than its baseline, for certain differences only.
        is_corrected: whether `p`, certainty and direction are those after correction; see `corrected`.
    """

    metric: str
    point: str
    estimand: str
    estimate: Estimate
    p: float | None
    p_holm: float | None
    smallest_p: float | None
    n_comparisons: int
    sign: Sign
    certainty: Certainty
    direction: Direction
    is_corrected: bool = False

    @property
    def corrected(self) -> "Effect":
        """The same as it stands after correction for all comparisons of the study, as where a winner was picked."""
        if self.certainty != "uncorrected":
            return self
        return replace(self, p=self.p_holm, certainty="unclear", direction="unclear", is_corrected=True)

    @property
    def is_distinguishable(self) -> bool:
        """Whether the difference is distinguishable from zero, at least taken alone."""
        return self.certainty in ("clear", "uncorrected")

    @property
    def excludes_zero(self) -> bool:
        """Whether the difference has an interval without 0."""
        return self.estimate.excludes_zero


def effect_of(
    metric: str, point: str, estimate: Estimate, p: float | None, p_holm: float | None, n_comparisons: int
) -> Effect:
    """Read a difference on these rows (estimand `split`): its sign, how sure it is, and whether it is for the better.

    Args:
        metric: of the difference.
        point: of the difference.
        estimate: the difference, paired by seed.
        p: alone.
        p_holm: corrected over `n_comparisons`.
        n_comparisons: how many comparisons the correction counts.
    """
    certainty = certainty_of(estimate, p, p_holm)
    # A mean may be 0 by chance; then its interval is not.
    is_same = estimate.value == 0 and not estimate.low and not estimate.high
    sign: Sign = "same" if is_same else "lower" if estimate.value < 0 else "higher"
    direction = direction_of(metric, sign, certainty)
    smallest = finite(float(smallest_p(estimate.n)))
    return Effect(metric, point, "split", estimate, p, p_holm, smallest, n_comparisons, sign, certainty, direction)


def too_few_pairs(effects: Iterable[Effect]) -> Effect | None:
    """Return the effect of the fewest pairs where a test that assumes only symmetry cannot reach 0.05.

    Args:
        effects: on one metric, at one point; those of a single pair are tested by nothing and left out.

    Returns:
        None where every one has pairs enough.
    """
    tested = [effect for effect in effects if effect.estimate.n > 1 and (effect.smallest_p or 0) > LEVEL]
    return min(tested, key=lambda effect: effect.estimate.n, default=None)


def largest_help(effects: Mapping[str, Effect]) -> str | None:
    """Return the label of the largest difference that is for the better also after correction; None without one."""
    helped = {label: one.estimate.value for label, one in effects.items() if one.corrected.direction == "better"}
    return min(helped, key=helped.__getitem__, default=None)


def finite(value: float) -> float | None:
    """Return a finite number, and None for what is missing."""
    return float(value) if np.isfinite(value) else None


def certainty_of(estimate: Estimate, p: float | None, p_holm: float | None) -> Certainty:
    """Return how sure it is that a difference is not zero.

    A certain difference has an interval without 0 *and* a p of at most 0.05: where the two disagree, as a test by
    permutation and an interval by another method can, the difference stays unclear.
    """
    if estimate.n < 2:
        return "unknown"
    if not estimate.excludes_zero:
        return "unclear"
    if p is None:
        return "untested"
    if p > LEVEL:
        return "unclear"
    return "clear" if p_holm is not None and p_holm <= LEVEL else "uncorrected"


def direction_of(metric: str, sign: Sign, certainty: Certainty) -> Direction:
    """Return whether a difference is for the better; losses and RMSE are better when lower, accuracies when higher."""
    if sign == "same":
        return "same"
    if certainty == "unknown":
        return "unknown"
    if certainty not in ("clear", "uncorrected"):
        return "unclear"
    return "better" if sign == column_of(metric).better else "worse"


def mean_of(values: Floats, confidence: float = 1 - LEVEL) -> Estimate:
    """Return the mean of finite values, a seed each and at least one, with its t interval."""
    interval = mean_interval(values, confidence)
    return Estimate(len(values), float(interval.mean), finite(float(interval.low)), finite(float(interval.high)))


def mean_over(values: npt.ArrayLike, confidence: float = 1 - LEVEL) -> Estimate | None:
    """Return `mean_of` the finite ones among values; None where there are none."""
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    return mean_of(array, confidence) if len(array) else None
