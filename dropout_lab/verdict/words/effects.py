"""A condition in sentences: whether it overfits, what it changes against its baseline, how sure that is, what it costs.

Owns these wordings; everything they depend on stands in the facts. No sentence calls a difference distinguishable from
zero that the facts do not.
"""

from collections.abc import Iterator, Mapping

from dropout_lab.findings import (
    FEWEST_POINTS,
    Comparison,
    ConditionFacts,
    Cost,
    Effect,
    Equivalence,
    Overfitting,
    StudyFacts,
)
from dropout_lab.metrics import TASKS, metric_name
from dropout_lab.phrases.names import treatment_name
from dropout_lab.phrases.numbers import estimated_count, is_zero, probability, share, times
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words.numbers import (
    estimate,
    interval,
    is_nothing,
    scale,
    signed,
    size,
    two_digits,
    unit,
    value_of,
    written,
)
from dropout_lab.wording import listed, plural

BOTH_STOPPED = "with both stopped at their best epochs"
NOT_TOLD = "not distinguishable from zero"

_AS_EARLY = (0.8, 1.25)  # ratios of epochs that count as no difference, however sure
_MANY_SEEDS = 1000  # beyond, the number itself is no advice


def condition_paragraph(study: StudyFacts, facts: ConditionFacts) -> str:
    """Return the paragraph of a condition, the baseline included."""
    counts = {status: count for status, count in facts.counts.items() if status != "complete"}
    missing = [f"{count:,} {status}" for status, count in counts.items()]
    if facts.overfitting is None:
        why = ", ".join(missing) or "none was planned"
        return f"No trial of this condition is complete ({why}), so nothing is said of it."
    sentences = (
        _baseline(study, facts, facts.overfitting) if facts.is_baseline else _dropout(study, facts, facts.overfitting)
    )
    if missing:
        n_planned = sum(facts.counts.values())
        sentences.append(f"Left out: {listed(missing)} of {plural(n_planned, 'trial')}.")
    return " ".join(filter(None, sentences))


def _baseline(study: StudyFacts, facts: ConditionFacts, overfitting: Overfitting) -> list[str]:
    sentences = [overfitting_sentence("the baseline", overfitting, study)]
    if facts.test_loss is not None:
        test = estimate(facts.test_loss, "test_loss", study, is_named=False)
        sentences.append(f"On test, stopped at its best epoch, its loss is {test}.")
    return sentences


def _dropout(study: StudyFacts, facts: ConditionFacts, overfitting: Overfitting) -> list[str]:
    comparison = facts.comparison
    if comparison is None:
        alone = overfitting_sentence("this condition", overfitting, study)
        return [alone, "No seed is complete both here and at the baseline, so there is nothing to compare it with."]
    corrected = comparison.corrected
    return [
        help_sentence(treatment_name(facts), corrected, study),
        reach_sentence(corrected),
        gap_sentence(corrected, study),
        cost_sentence("it", facts, comparison.cost) if comparison.cost else "",
        test_sentence(corrected, study) if len(study.groups) > 1 else "",  # else the study's paragraph has it
        surer_sentence(comparison),
        equivalence_sentence("it", comparison.equivalence, study) if comparison.equivalence else "",
    ]


def overfitting_sentence(subject: str, facts: Overfitting, study: StudyFacts) -> str:
    """Say whether a net overfits, by how much, and whether more training made it worse."""
    gap = f"loss gap at the last epoch is {estimate(facts.gap, 'loss_gap', study, is_named=True)}"
    if facts.reading == "unknown":
        curve = f" and {_no_turn(facts, study)}" if facts.turned_up != "too few points" else ""
        return sentence(f"in the one seed of {subject}, the {gap}{curve}; one seed leaves chance open")
    on_new_rows = _gap_on_new_rows(facts, study)
    margin = f"{facts.margin:g}{unit('loss_gap', study)}"  # with its own digits: those of a study may show none of it
    texts = {
        "overfits": f"{subject} overfits: its {gap}{on_new_rows}{_how_large(facts, study)}",
        "overfits on these rows": f"{subject} overfits on these rows: its {gap}{_how_large(facts, study)}",
        "does not overfit": f"{subject} does not overfit by more than {margin}: its {gap}{on_new_rows}",
        "not shown": f"{_not_shown(subject, facts)}: its {gap}{on_new_rows}",
    }
    return f"{sentence(texts[facts.reading])} {_training_sentence(facts, study)}".rstrip()


def _gap_on_new_rows(facts: Overfitting, study: StudyFacts) -> str:
    new = facts.gap_on_new_rows
    if new is None or new.low is None or new.high is None:
        return ""
    low, high = (signed(bound, "loss_gap", study) for bound in (new.low, new.high))
    return f", and {low} to {high} on new rows like these"


def _not_shown(subject: str, facts: Overfitting) -> str:
    is_on_these_rows = facts.gap.low is not None and facts.gap.low > facts.margin
    return f"whether {subject} overfits cannot be told" if is_on_these_rows else f"{subject} shows no sure overfitting"


def _how_large(facts: Overfitting, study: StudyFacts) -> str:
    """Say how large a gap is in words of every day: losses as a ratio, scores in their points; empty without any."""
    said = [*_loss_ratio(facts, study), *_score_gap(facts, study)]
    return f"; {listed(said)}" if said else ""


def _loss_ratio(facts: Overfitting, study: StudyFacts) -> Iterator[str]:
    """Say how many times as large as train loss val loss is; nothing where there is no such number."""
    if facts.times_train is None:
        return
    train, val = (written(loss, "val_loss", study) for loss in (facts.train, facts.last))
    if is_zero(facts.train, study.digits("val_loss")):
        yield f"val loss is {val} where train loss is next to nothing"
    else:
        yield f"val loss is {times(facts.times_train)} train loss ({val} against {train})"


def _score_gap(facts: Overfitting, study: StudyFacts) -> Iterator[str]:
    """Say the same in points of accuracy, or in the target's unit; nothing where it may be none."""
    metric = TASKS[study.task].score
    if facts.score_gap is not None and facts.score_gap.excludes_zero and facts.score_gap.value > 0:
        column = f"{metric.column}_gap"
        than = "below" if metric.better == "higher" else "above"
        by = f"{written(facts.score_gap.value, column, study)}{unit(column, study)}"
        yield f"val {metric.text} is {than} train {metric.text} by {by}"


def _training_sentence(facts: Overfitting, study: StudyFacts) -> str:
    """Say whether more training made val loss worse; of too short a curve, why nothing is said."""
    if facts.turned_up == "too few points":
        measured = plural(facts.n_points, "epoch")
        return f"Its curve is not judged: {measured} measured, where that takes {FEWEST_POINTS} or more."
    if facts.turned_up == "yes":
        return sentence(f"more training made it worse: its {_turn(facts, study)}")
    if facts.turned_up == "no":
        falls = ", and still falls there" if facts.still_falls else ""
        return sentence(f"more training did not make it worse: {_no_turn(facts, study)}{falls}")
    return sentence(f"whether more training made it worse cannot be told: {_no_turn(facts, study)}")


def _turn(facts: Overfitting, study: StudyFacts) -> str:
    """Say when and by how much mean val loss turned up."""
    bounds = [signed(bound, "val_loss", study) for bound in (facts.rise.low, facts.rise.high) if bound is not None]
    relative = f" ({share(facts.rise_share)})" if facts.rise_share is not None else ""
    lowest, last, rise = (written(number, "val_loss", study) for number in (facts.lowest, facts.last, facts.rise.value))
    ends = f"rising from {lowest} by {rise} [{', '.join(bounds)}]{relative} to {last} at epoch {facts.last_epoch:,}"
    return f"mean val loss turned up after epoch {facts.lowest_mean_epoch:,}, {ends}"


def _no_turn(facts: Overfitting, study: StudyFacts) -> str:
    """Say that val loss did not turn up, or not for sure."""
    if facts.turned_up == "no":
        mean = "val loss" if facts.rise.n == 1 else "mean val loss"
        return f"its {mean} is lowest at the last epoch, {facts.last_epoch:,}"
    rise = written(facts.rise.value, "val_loss", study)
    mean = "val loss" if facts.rise.n == 1 else "mean val loss"
    above = f"its {mean} ends {rise} above its lowest (epoch {facts.lowest_mean_epoch:,})"
    return above if facts.turned_up == "unknown" else f"{above}, which may be chance"


def cost_sentence(subject: str, facts: ConditionFacts, cost: Cost) -> str:
    """Say what a condition costs, in epochs to a seed's best val loss and, where times can be compared, in seconds."""
    low, high = _AS_EARLY
    epochs, baseline = (_epochs(number) for number in (cost.mean_best_epoch, cost.baseline_mean_best_epoch))
    unit = "epoch" if epochs == "1" else "epochs"
    takes, times = f"takes about as long{_as_far_as_told(cost)}", ""
    is_sure = cost.epochs_difference.excludes_zero
    if not low <= cost.epochs_ratio <= high and not is_sure:
        takes = "may or may not take longer" if cost.epochs_ratio > high else "may or may not be quicker"
    elif cost.epochs_ratio > high:
        takes, times = "takes longer", f" ({cost.epochs_ratio:.1f} times as many)"
    elif cost.epochs_ratio < low:
        takes = "is quicker"
    than = f"the baseline's after {baseline}{times}" if epochs != baseline else "and so is the baseline's"
    whose = "its val loss is" if cost.epochs_difference.n == 1 else "a seed's val loss is on average"
    text = f"{subject} {takes}: {whose} lowest after {epochs} {unit}, {than}"
    if cost.seconds is not None and cost.baseline_seconds is not None:
        seconds, baseline_seconds = two_digits(cost.seconds, cost.baseline_seconds)
        text += f", in {seconds} s a trial against {baseline_seconds} s"
    return sentence(text + _still_falling(facts))


def _as_far_as_told(cost: Cost) -> str:
    """Say that "about as long" is no more than what is seen; empty where the interval shows it."""
    low, high = ((ratio - 1) * cost.baseline_mean_best_epoch for ratio in _AS_EARLY)
    seen = cost.epochs_difference
    if seen.low is not None and seen.high is not None and low <= seen.low and seen.high <= high:
        return ""
    return " in this seed" if seen.n == 1 else f", as far as {plural(seen.n, 'seed')} can tell"


def _epochs(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 else f"{mean:.1f}".removesuffix(".0")


def _still_falling(facts: ConditionFacts) -> str:
    """Say that training ended before val loss turned up; empty where it did not."""
    still_falls = facts.overfitting is not None and facts.overfitting.still_falls
    return "; its mean curve still falls at the last epoch, so longer training may help" if still_falls else ""


def difference(effect: Effect, study: StudyFacts, *, is_named: bool = False) -> str:
    """Say how a metric differs from the baseline's: ``lower by 0.106 [0.083, 0.128]``.

    What is not distinguishable from zero is said to be so, unless there is but one pair of seeds.
    """
    text = amount(effect, study, is_named=is_named)
    if effect.sign == "same":
        return text
    if effect.certainty == "unclear":
        after = f" after correction for {effect.n_comparisons:,} comparisons" if effect.is_corrected else ""
        p = f"{after} ({probability(effect.p)})" if effect.p is not None and effect.excludes_zero else ""
        return f"{text}, {NOT_TOLD}{p}"
    if effect.certainty == "untested":
        return f"{text}, by the same amount in every seed, so that no test applies"
    return text


def amount(effect: Effect, study: StudyFacts, *, is_named: bool = False) -> str:
    """Say how a metric differs, and nothing of how sure that is."""
    if effect.sign == "same":
        n = effect.estimate.n
        return f"the same as the baseline's in all {n} seeds" if n > 1 else "the same as the baseline's"
    if is_nothing(effect, study):
        text = f"about the same{interval(effect, study, is_named=is_named)}"
        return f"{text}, in{unit(effect.metric, study)}" if scale(effect.metric) != 1 else text
    return f"{effect.sign} by {size(effect, study, is_named=is_named)}"


def help_sentence(subject: str, comparison: Comparison, study: StudyFacts) -> str:
    """Say what dropout does to val loss at the last epoch, and against the baseline stopped at its best epoch.

    Args:
        subject: the condition, such as `dropout at rate 0.5`.
        comparison: its facts.
        study: for units and digits.
    """
    last, best = comparison.last, comparison.best
    if last.certainty == "unknown":
        return _one_seed(subject, last, best, study)
    if last.is_distinguishable:
        verb = "lowers" if last.sign == "lower" else "raises"
        start = f"{subject} {verb} val loss by {size(last, study, is_named=True)} at the last epoch"
        ending = _after_certain(last, best, study)
    else:
        start = f"with {subject} val loss at the last epoch is {difference(last, study, is_named=True)}"
        ending = _after_unclear(last, best, study)
    return sentence(start + ending)


def _one_seed(subject: str, last: Effect, best: Effect | None, study: StudyFacts) -> str:
    start = f"in the one seed that can be compared, val loss with {subject}"
    text = f"{start} is {difference(last, study, is_named=True)} at the last epoch"
    if best is not None:
        text += f", and {difference(best, study)} {BOTH_STOPPED}"
    return sentence(f"{text}; one seed: no statement about chance is possible")


def _after_certain(last: Effect, best: Effect | None, study: StudyFacts) -> str:
    if best is None:
        return ""
    by = size(best, study, is_named=False)
    if best.direction == last.direction:
        return f", and by {by} {BOTH_STOPPED}"
    if best.direction == "worse":
        return f", but {BOTH_STOPPED} it raises it by {by}: stopping early does better than dropout here"
    if best.direction == "better":
        return f", but {BOTH_STOPPED} it lowers it by {by}"
    told = f"; {BOTH_STOPPED} it is {difference(best, study)}"
    if last.direction == "worse":
        return told
    return f"{told}: stopping early does as well, as far as {plural(best.estimate.n, 'seed')} can tell"


def _after_unclear(last: Effect, best: Effect | None, study: StudyFacts) -> str:
    if best is None:
        return ""
    if best.sign == last.sign == "same":
        return f", and so it is {BOTH_STOPPED}"
    is_alike = last.excludes_zero or not best.excludes_zero  # else only the second one is lost by correction
    if best.certainty == last.certainty == "unclear" and is_alike:
        return f", and so it is {BOTH_STOPPED} ({amount(best, study)})"
    return f"; {BOTH_STOPPED} it is {difference(best, study)}"


def gap_sentence(comparison: Comparison, study: StudyFacts) -> str:
    """Say how the loss gap changes, and by which of its two sides; empty where that is not known."""
    gap, train, last, closed = comparison.gap, comparison.train, comparison.last, comparison.gap_closed_share
    if gap is None or train is None:
        return ""
    gap_at, by = "At the last epoch the loss gap", size(gap, study, is_named=False)
    train_by, val_by = value_of(train, study), value_of(last, study)
    closes = f"falls by {by}"  # to "shrink" it would have to be above 0
    if closed is not None:
        closes = f"shrinks by {share(closed)} ({by})" if closed <= 1 else f"closes entirely and turns round (by {by})"
    texts = {
        "val falls": f"{gap_at} {closes}, because val loss falls.",
        "val falls, train rises": (
            f"{gap_at} {closes}: val loss falls by {val_by} and train loss rises by {train_by}."
        ),
        "train rises": (
            f"{gap_at} {closes}, but train loss rises by {train_by}, and no fall of val loss can be shown."
        ),
        "underfits": (
            f"{gap_at} {closes}, but only because train loss rises by {train_by}; val loss rises too: it underfits."
        ),
        "shrinks": f"{gap_at} {closes}; whether val loss falls or train loss rises cannot be told.",
        "widens": f"{gap_at} grows by {by}.",
        "unclear": f"{gap_at} is {difference(gap, study)}.",
        "unknown": f"{gap_at} is {difference(gap, study)} in this seed.",
    }
    return texts[comparison.mechanism]


def certainty_sentence(comparison: Comparison, study: StudyFacts) -> str:
    """Say what a certain difference at the last epoch holds for: these rows, all comparisons at once, new rows."""
    last = comparison.last
    if not last.is_distinguishable:
        return ""
    compared = f"the {last.n_comparisons:,} comparisons of the study"
    text = "On these rows the difference in val loss at the last epoch is distinguishable from zero"
    if last.certainty == "uncorrected":
        p = f" ({probability(last.p_holm)})" if last.p_holm is not None else ""
        text += f" if taken alone, but not after correction for {compared}{p}"
    elif last.n_comparisons > 1:
        text += f", also after correction for {compared}"
    return f"{text}{_on_new_rows(comparison.corrected, study)}."


def _on_new_rows(comparison: Comparison, study: StudyFacts) -> str:
    new = comparison.new_rows
    if new is None:
        return ""
    if comparison.holds_on_new_rows:
        return f"; it holds on new rows like these as well: {size(new, study, is_named=False)}"
    rows = ", which more val rows, not more seeds, could tell" if comparison.is_limited_by_rows else ""
    return f"; on new rows like these it is {difference(new, study)}{rows}"


def reach_sentence(comparison: Comparison) -> str:
    """Say in short whether a certain difference at the last epoch holds on new rows; empty without anything to add."""
    if not comparison.last.is_distinguishable or comparison.new_rows is None:
        return ""
    if comparison.holds_on_new_rows:
        return "The difference at the last epoch holds on new rows like these as well."
    return "On new rows like these, the difference at the last epoch cannot be told."


def surer_sentence(comparison: Comparison) -> str:
    """Say what would make an unclear difference surer; empty where nothing needs to, or nothing could."""
    last, needed = comparison.last, comparison.seeds_needed
    if last.certainty == "unknown":
        return "More seeds, five or more, would show how sure this is."
    if last.certainty != "unclear" or last.sign == "same":
        return ""
    rows = "; for new rows, take more val rows, not more seeds" if comparison.is_limited_by_rows else ""
    if needed is None or needed > _MANY_SEEDS:
        thousands = "thousands of seeds would be needed to tell it from zero"
        return f"The difference at the last epoch is so small that {thousands}{rows}."
    seeds = f"about {estimated_count(needed)} seeds would tell it from zero on these rows in 4 of 5 studies"
    return f"If the difference at the last epoch truly is as large as it looks, {seeds}{rows}."


def equivalence_sentence(subject: str, facts: Equivalence, study: StudyFacts) -> str:
    """Say whether a condition is equivalent to its baseline, or no worse, within the margin."""
    within = within_margin(facts, study)
    if facts.reading == "equivalent within":
        return f"{within}, {subject} and the baseline are equivalent."
    if facts.reading == "no worse than":
        return f"{within}, {subject} is no worse than the baseline."
    return f"{within}, {subject} is not shown to be no worse than the baseline."


def within_margin(facts: Equivalence, study: StudyFacts) -> str:
    """Name the margin: ``Within 0.002 nats of val loss at the last epoch``."""
    margin = f"{facts.margin * scale(facts.metric):g}{unit(facts.metric, study)}"
    return f"Within {margin} of {metric_name(facts.metric)} at the last epoch"


def test_sentence(comparison: Comparison, study: StudyFacts) -> str:
    """Report the chosen rate against the baseline on test, where nothing was chosen; empty without test."""
    test, score = comparison.test, comparison.test_score
    if test is None:
        return ""
    where = f"On test, {BOTH_STOPPED}"
    if score is None:
        return f"{where}, dropout's loss is {difference(test, study)}."
    noun = TASKS[study.task].score.text
    if test.certainty == score.certainty == "unclear":
        amounts = f"loss {amount(test, study)}; {noun} {amount(score, study)}"
        after = f" after correction for {test.n_comparisons:,} comparisons" if _lost_by_correction(test, score) else ""
        return f"{where}, neither loss nor {noun} is distinguishable from the baseline's{after} ({amounts})."
    loss = f"dropout's loss is {difference(test, study)}"
    return f"{where}, {loss}, and its {noun} is {difference(score, study)}."


def _lost_by_correction(*effects: Effect) -> bool:
    """Tell whether some interval excludes 0, though after correction nothing is distinguishable."""
    return any(effect.is_corrected and effect.excludes_zero for effect in effects)


def counted(directions: Mapping[str, int], of_all: str = "") -> str:
    """Say in how many groups val loss is lower, higher, or not distinguishable.

    Args:
        directions: groups by the direction of their difference.
        of_all: what the first count is out of, such as `` of 12 groups``.

    >>> counted({"better": 2, "unclear": 1}, " of 3 groups")
    'lowers val loss in 2 of 3 groups and is not distinguishable from the baseline in 1'
    """
    words = {
        "better": "lowers val loss in {}",
        "worse": "raises it in {}" if "better" in directions else "raises val loss in {}",
        "unclear": "is not distinguishable from the baseline in {}",
        "same": "gives the same val loss in {}",
        "unknown": "rests on one seed in {}",
    }
    parts = [words[direction].format(f"{directions[direction]:,}") for direction in words if direction in directions]
    return listed([parts[0] + of_all, *parts[1:]])
