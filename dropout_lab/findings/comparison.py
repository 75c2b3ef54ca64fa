"""A condition against its baseline: does dropout help, how does the gap close, what does it cost, what would be surer?

Indexed tables in, facts out. At the last epoch and with both stopped at their best epochs: stopping early is the honest
competitor of dropout, so that a help which vanishes there is no help over stopping early.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from dropout_lab.findings.kinds import Comparison, Cost, Effect, Equivalence, Mechanism, WhyNoSeconds
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.tables import SummaryTable, TrialTable
from dropout_lab.metrics import TaskName, score_name
from dropout_lab.results import CohortEntry
from dropout_lab.statistics import equivalence, mean_interval, pairs_needed

_ROWS_DOMINATE = 2.0
"""An interval for new rows this many times as wide as that for these rows: three quarters of its variance come from the
rows, so that even endless seeds would leave it nearly as wide."""


@dataclass(frozen=True)
class Sources:
    """What a comparison reads: indexed tables, and which conditions trained together.

    Attributes:
        cohorts: condition -> the cohorts of the plan that hold its trials.
        shown_on_test: labels that may show their test results.
    """

    task: TaskName
    summary: SummaryTable
    trials: TrialTable
    cohorts: Mapping[str, Sequence[CohortEntry]]
    shown_on_test: Set[str]
    margin: Margin | None


def compare(sources: Sources, condition: str, baseline: str, baseline_gap_is_sure: bool) -> Comparison | None:
    """Return a condition's comparison with its baseline; None where no seed is complete in both.

    Args:
        sources: the tables.
        condition: its label.
        baseline: the label of its baseline.
        baseline_gap_is_sure: whether the baseline's loss gap is certainly above 0, so that a share of it means
            something.
    """
    summary, score = sources.summary, score_name(sources.task)
    last = summary.effect(condition, "val_loss", "last")
    if last is None:
        return None
    gap = summary.effect(condition, "loss_gap", "last")
    train = summary.effect(condition, "train_loss", "last")
    new_rows = summary.effect(condition, "val_loss", "last", "population")
    test = _test_effects(sources, condition, f"test_{score}")
    return Comparison(
        last=last,
        best=summary.effect(condition, "val_loss", "best"),
        score=summary.effect(condition, f"val_{score}", "last"),
        gap=gap,
        train=train,
        new_rows=new_rows,
        new_rows_best=summary.effect(condition, "val_loss", "best", "population"),
        **test,
        gap_closed_share=_closed_share(sources.trials, gap, condition, baseline) if baseline_gap_is_sure else None,
        mechanism=mechanism_of(last, gap, train),
        seeds_needed=_seeds_needed(sources.trials, last, condition, baseline),
        is_limited_by_rows=_is_limited_by_rows(last, new_rows),
        cost=_cost(sources, condition, baseline),
        equivalence=_equivalence(sources, condition, baseline),
    )


def _test_effects(sources: Sources, condition: str, score: str) -> dict[str, Effect | None]:
    is_shown = condition in sources.shown_on_test
    wanted = {
        "test": ("test_loss", "split"),
        "test_score": (score, "split"),
        "test_new_rows": ("test_loss", "population"),
    }
    return {
        name: sources.summary.effect(condition, metric, "best", estimand) if is_shown else None
        for name, (metric, estimand) in wanted.items()
    }


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
    these, new = (width(effect) for effect in (last, new_rows))
    return these is not None and new is not None and new > _ROWS_DOMINATE * these


def width(effect: Effect) -> float | None:
    """Return the width of an effect's interval; None where it has none."""
    low, high = effect.estimate.low, effect.estimate.high
    return None if low is None or high is None else high - low


def _cost(sources: Sources, condition: str, baseline: str) -> Cost | None:
    points = sources.trials.pairs("best_epoch", condition, baseline)
    epochs, baseline_epochs = (float(side.mean()) for side in points)
    if not baseline_epochs > 0:
        return None
    why_not = _why_no_seconds(sources, condition, baseline)
    totals = sources.trials.pairs("wall_time_s", condition, baseline)
    lasts = sources.trials.pairs("epochs", condition, baseline)
    sides = zip(totals, points, lasts, strict=True)
    seconds, baseline_seconds = (
        None if why_not else float((total * until / last).mean()) for total, until, last in sides
    )
    return Cost(epochs, baseline_epochs, epochs / baseline_epochs, seconds, baseline_seconds, why_not)


def _why_no_seconds(sources: Sources, condition: str, baseline: str) -> WhyNoSeconds | None:
    """Say why times cannot be compared: `wall_time_s` is a cohort's time shared out evenly among its trials."""
    one, other = (sources.cohorts.get(label, []) for label in (condition, baseline))
    if any(len(cohort["conditions"]) > 1 for cohort in (*one, *other)):
        return "together"
    complete = sources.trials.complete
    devices = complete.loc[complete["condition"].isin([condition, baseline]), "device"].nunique()
    sizes = [sorted(len(cohort["trials"]) for cohort in cohorts) for cohorts in (one, other)]
    return "apart" if devices > 1 or sizes[0] != sizes[1] else None


def _equivalence(sources: Sources, condition: str, baseline: str) -> Equivalence | None:
    margin = sources.margin
    effect = sources.summary.effect(condition, margin.metric, "last") if margin else None
    if margin is None or effect is None:
        return None
    values, reference = sources.trials.pairs(f"last_{margin.metric}", condition, baseline)
    tested = equivalence(values, reference, margin.value, higher_is_better=margin.metric.endswith("accuracy"))
    # The test is not defined for differences that do not vary, but nets that are the same are equivalent.
    is_same = effect.sign == "same" and effect.certainty == "unclear" and not (values - reference).any()
    return Equivalence(margin.metric, margin.value, effect, "equivalent within" if is_same else tested.conclusion)
