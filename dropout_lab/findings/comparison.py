"""A condition against its baseline: does dropout help, how does the gap close, what does it cost, what would be surer?

At the last epoch and with both stopped at their best epochs: stopping early is the honest
competitor of dropout, so that a help which vanishes there is no help over stopping early.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from dropout_lab.findings.effects import Effect, Estimate, certainty_of, mean_of
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.overfitting import FEWEST_POINTS
from dropout_lab.findings.study import StudyView
from dropout_lab.findings.tables import TrialTable
from dropout_lab.metrics import TASKS, column_of
from dropout_lab.statistics import equivalence, mean_interval, pairs_needed

_ROWS_DOMINATE = 2.0
"""An interval for new rows this many times as wide as that for these rows: three quarters of its variance come from the
rows, so that even endless seeds would leave it nearly as wide."""


Mechanism = Literal[
    "val falls", "val falls, train rises", "train rises", "underfits", "widens", "shrinks", "unclear", "unknown"
]
WhyNoSeconds = Literal["together", "apart"]
EquivalenceReading = Literal["equivalent within", "no worse than", "not shown"]


@dataclass(frozen=True)
class Cost:
    """What a condition asks for beside its baseline.

    Attributes:
        mean_best_epoch: mean over seeds of each one's best epoch, that of its own lowest val loss;
            `baseline_mean_best_epoch` the baseline's, over the same seeds. Another number than
            `Overfitting.lowest_mean_epoch`.
        epochs_ratio: of the two.
        epochs_difference: of the two, paired by seed: what tells longer from as long.
        seconds, baseline_seconds: mean time until then; None where times cannot be compared.
        why_no_seconds: ``together``: a cohort trained several conditions, whose time is shared out evenly; ``apart``:
            the cohorts have different sizes or devices.
    """

    mean_best_epoch: float
    baseline_mean_best_epoch: float
    epochs_ratio: float
    epochs_difference: Estimate
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
        last, best: val loss at the last epoch, and with both stopped at their best epochs; `best` and `cost` are None
            where too few epochs were measured to call one the best.
        score: val accuracy or RMSE at the last epoch.
        gap, train: loss gap and train loss at the last epoch.
        new_rows, new_rows_best: `last` and `best` again, on new rows like these; None where rows were not kept, or are
            too few.
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
    def corrected(self) -> "Comparison":
        """The same after correction for all comparisons, as where this condition was picked from several."""
        effects: dict[str, Any] = {
            name: value.corrected for name, value in vars(self).items() if isinstance(value, Effect)
        }
        found = replace(self, **effects)
        closed = self.gap_closed_share if found.gap is not None and found.gap.is_distinguishable else None
        return replace(found, mechanism=mechanism_of(found.last, found.gap, found.train), gap_closed_share=closed)

    @property
    def holds_on_new_rows(self) -> bool:
        """Whether the difference at the last epoch is distinguishable from zero on these rows and on new ones."""
        new = self.new_rows
        return self.last.is_distinguishable and new is not None and new.direction == self.last.direction


def compare(study: StudyView, condition: str, baseline_gap_is_sure: bool, margin: Margin | None) -> Comparison | None:
    """Return a condition's comparison with its baseline; None where no seed is complete in both.

    Args:
        study: the study.
        condition: its label.
        baseline_gap_is_sure: whether the baseline's loss gap is certainly above 0, so that a share of it means
            something.
        margin: of the equivalence test.
    """
    baseline, score = study.baselines[condition], TASKS[study.task].score.column
    last = study.effect(condition, "val_loss", "last")
    if last is None:
        return None
    gap = study.effect(condition, "loss_gap", "last")
    train = study.effect(condition, "train_loss", "last")
    new_rows = study.effect_on_new_rows(condition, "val_loss", "last")
    has_points = len(study.curves.val_loss(condition)[0]) >= FEWEST_POINTS
    return Comparison(
        last=last,
        best=study.effect(condition, "val_loss", "best") if has_points else None,
        score=study.effect(condition, f"val_{score}", "last"),
        gap=gap,
        train=train,
        new_rows=new_rows,
        new_rows_best=study.effect_on_new_rows(condition, "val_loss", "best") if has_points else None,
        test=_of_picked(study, condition, study.effect(condition, "test_loss", "best")),
        test_score=_of_picked(study, condition, study.effect(condition, f"test_{score}", "best")),
        test_new_rows=_of_picked(study, condition, study.effect_on_new_rows(condition, "test_loss", "best")),
        gap_closed_share=_closed_share(study.trials, gap, condition, baseline) if baseline_gap_is_sure else None,
        mechanism=mechanism_of(last, gap, train),
        seeds_needed=_seeds_needed(study.trials, last, condition, baseline),
        is_limited_by_rows=_is_limited_by_rows(last, new_rows),
        cost=_cost(study, condition, baseline) if has_points else None,
        equivalence=_equivalence(study, condition, margin) if margin else None,
    )


def _of_picked(study: StudyView, condition: str, effect: Effect | None) -> Effect | None:
    """Return a difference on test of what val chose, corrected for all that it chose from; None for any other.

    The test rows choose nothing, but the nets that are measured on them are those that val chose by.
    """
    choice = study.choices.get(study.baselines[condition])
    if effect is None or choice is None or choice.label != condition:
        return None
    if effect.p is None or choice.n_candidates < 2:
        return effect
    p_holm = min(1.0, max(effect.p * choice.n_candidates, effect.p_holm or 0.0))
    certainty = certainty_of(effect.estimate, effect.p, p_holm)
    return replace(effect, p_holm=p_holm, certainty=certainty, n_comparisons=choice.n_candidates)


def mechanism_of(last: Effect, gap: Effect | None, train: Effect | None) -> Mechanism:
    """Return how a gap changes: by val loss falling, by train loss rising, or both.

    Args:
        last: of val loss, at the last epoch.
        gap: of the loss gap there.
        train: of train loss there.
    """
    if gap is None or train is None or gap.certainty == "unknown":
        return "unknown"
    if not gap.is_distinguishable:
        return "unclear"
    if gap.sign == "higher":
        return "widens"
    train_rises = train.sign == "higher" and (train.is_distinguishable or train.certainty == "untested")
    if last.direction == "worse":
        return "underfits"
    if last.direction == "better":
        return "val falls, train rises" if train_rises else "val falls"
    return "train rises" if train_rises else "shrinks"


def _closed_share(trials: TrialTable, gap: Effect | None, condition: str, baseline: str) -> float | None:
    if gap is None or not (gap.is_distinguishable and gap.sign == "lower"):
        return None
    _, baseline_gaps = trials.pairs("last_loss_gap", condition, baseline)
    before = float(baseline_gaps.mean())
    return -gap.estimate.value / before if before > 0 else None


def _seeds_needed(trials: TrialTable, last: Effect, condition: str, baseline: str) -> int | None:
    if last.certainty != "unclear" or last.sign == "same":
        return None
    values, reference = trials.pairs("last_val_loss", condition, baseline)
    sd = float(mean_interval(values - reference).sd)
    return pairs_needed(last.estimate.value, sd, power=0.8) if sd > 0 else None


def _is_limited_by_rows(last: Effect, new_rows: Effect | None) -> bool:
    if new_rows is None or new_rows.certainty != "unclear":
        return False
    these, new = last.estimate.width, new_rows.estimate.width
    return these is not None and new is not None and new > _ROWS_DOMINATE * these


def _cost(study: StudyView, condition: str, baseline: str) -> Cost | None:
    points = study.trials.pairs("best_epoch", condition, baseline)
    epochs, baseline_epochs = (float(side.mean()) for side in points)
    difference = mean_of(points[0] - points[1])
    if not baseline_epochs > 0:
        return None
    why_not = _why_no_seconds(study, condition, baseline)
    totals = study.trials.pairs("wall_time_s", condition, baseline)
    lasts = study.trials.pairs("epochs", condition, baseline)
    sides = zip(totals, points, lasts, strict=True)
    seconds, baseline_seconds = (
        None if why_not else float((total * until / last).mean()) for total, until, last in sides
    )
    return Cost(epochs, baseline_epochs, epochs / baseline_epochs, difference, seconds, baseline_seconds, why_not)


def _why_no_seconds(study: StudyView, condition: str, baseline: str) -> WhyNoSeconds | None:
    """Say why times cannot be compared: `wall_time_s` is a cohort's time shared out evenly among its trials."""
    one, other = (study.cohorts.get(label, ()) for label in (condition, baseline))
    if any(len(cohort["conditions"]) > 1 for cohort in (*one, *other)):
        return "together"
    complete = study.trials.complete
    devices = complete.loc[complete["condition"].isin([condition, baseline]), "device"].nunique()
    sizes = [sorted(len(cohort["trials"]) for cohort in cohorts) for cohorts in (one, other)]
    return "apart" if devices > 1 or sizes[0] != sizes[1] else None


def _equivalence(study: StudyView, condition: str, margin: Margin) -> Equivalence | None:
    effect = study.effect(condition, margin.metric, "last")
    if effect is None:
        return None
    values, reference = study.trials.pairs(f"last_{margin.metric}", condition, study.baselines[condition])
    tested = equivalence(values, reference, margin.value, higher_is_better=column_of(margin.metric).better == "higher")
    # The test is not defined for differences that do not vary, but nets that are the same are equivalent.
    is_same = effect.sign == "same" and effect.certainty == "unclear" and not (values - reference).any()
    return Equivalence(margin.metric, margin.value, effect, "equivalent within" if is_same else tested.conclusion)
