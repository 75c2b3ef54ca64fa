"""The facts about one condition: plain numbers and short codes, no sentence among them.

Owns the shapes that are handed from reading to wording; `study_kinds` has those of a whole study. Missing numbers are
None, never NaN, so that everything here can be written as JSON.
"""

from dataclasses import dataclass
from typing import Literal

Sign = Literal["lower", "higher", "same"]
Certainty = Literal["clear", "uncorrected", "unclear", "untested", "unknown"]
Direction = Literal["better", "worse", "unclear", "same", "unknown"]
GapSide = Literal["above", "below", "unclear", "unknown"]
TurnedUp = Literal["yes", "no", "unclear", "unknown"]
Overfit = Literal["overfits", "gap only", "turned up only", "not shown", "unknown"]
Mechanism = Literal[
    "val falls", "val falls, train rises", "train rises", "underfits", "widens", "shrinks", "unclear", "unknown"
]
WhyNoSeconds = Literal["together", "apart"]
EquivalenceReading = Literal["equivalent within", "no worse than", "not shown"]


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds or pairs of seeds, and its 95 % interval; a bound is None where there is no finite one."""

    n: int
    value: float
    low: float | None
    high: float | None

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

    @property
    def is_distinguishable(self) -> bool:
        """Whether the difference is distinguishable from zero, at least taken alone."""
        return self.certainty in ("clear", "uncorrected")

    @property
    def excludes_zero(self) -> bool:
        """Whether the difference has an interval without 0."""
        return self.estimate.excludes_zero


@dataclass(frozen=True)
class Overfitting:
    """Whether a condition overfits, from its curves and its gap at the last epoch.

    Attributes:
        gap: loss gap at the last epoch.
        gap_side: where the gap's interval lies from 0.
        best_epoch: epoch of the lowest mean val loss; `lowest` is that mean.
        last_epoch: the last one measured; `last` is the mean val loss there.
        rise: val loss at the last epoch minus val loss at `best_epoch`, seed by seed.
        rise_share: rise / lowest; None where lowest is not positive.
        turned_up: ``no``: the mean is lowest at the last epoch.
        reading: what gap and rise come to together.
    """

    gap: Estimate
    gap_side: GapSide
    best_epoch: int
    last_epoch: int
    lowest: float
    last: float
    rise: Estimate
    rise_share: float | None
    turned_up: TurnedUp
    reading: Overfit


@dataclass(frozen=True)
class Cost:
    """What a condition asks for beside its baseline.

    Attributes:
        epochs: mean epoch of the best val loss; `baseline_epochs` the baseline's, over the same seeds.
        epochs_ratio: of the two.
        seconds, baseline_seconds: mean time until then; None where times cannot be compared.
        why_no_seconds: ``together``: a cohort trained several conditions, whose time is shared out evenly; ``apart``:
            the cohorts have different sizes or devices.
    """

    epochs: float
    baseline_epochs: float
    epochs_ratio: float
    seconds: float | None
    baseline_seconds: float | None
    why_no_seconds: WhyNoSeconds | None


@dataclass(frozen=True)
class Equivalence:
    """Whether a condition differs from its baseline by less than a margin, at the last epoch.

    Attributes:
        metric: of the margin; `margin` is in its unit.
        effect: the difference.
        reading: ``no worse than``: not worse by the margin or more; ``equivalent within``: not better by it either.
    """

    metric: str
    margin: float
    effect: Effect
    reading: EquivalenceReading


@dataclass(frozen=True)
class Comparison:
    """A condition against its baseline.

    Attributes:
        last, best: val loss at the last epoch, and with both stopped at their best epochs.
        score: val accuracy or RMSE at the last epoch.
        gap, train: loss gap and train loss at the last epoch.
        new_rows, new_rows_best: `last` and `best` again, on new rows like these; None where rows were not kept.
        test, test_score, test_new_rows: on the test split with both at their best epochs; for what val chose only.
        gap_closed_share: by how much of the baseline's gap the gap shrinks; None where either is not certain.
        mechanism: how the gap changes.
        seeds_needed: pairs of seeds that would tell a difference as large as the one seen from zero, with probability
            0.8; None where it is distinguishable already, cannot be said, or 10,000 would not do.
        is_limited_by_rows: new rows vary so much that more seeds cannot help.
        cost, equivalence: None where they cannot be said, or no margin was given.
    """

    last: Effect
    best: Effect | None
    score: Effect | None
    gap: Effect | None
    train: Effect | None
    new_rows: Effect | None
    new_rows_best: Effect | None
    test: Effect | None
    test_score: Effect | None
    test_new_rows: Effect | None
    gap_closed_share: float | None
    mechanism: Mechanism
    seeds_needed: int | None
    is_limited_by_rows: bool
    cost: Cost | None
    equivalence: Equivalence | None

    @property
    def holds_on_new_rows(self) -> bool:
        """Whether the difference at the last epoch is distinguishable from zero on these rows and on new ones."""
        new = self.new_rows
        return self.last.is_distinguishable and new is not None and new.direction == self.last.direction
