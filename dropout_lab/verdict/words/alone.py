"""A condition by itself, in sentences: whether it overfits, and how long it takes.

Owns these wordings; everything they depend on stands in the facts.
"""

from dropout_lab.findings import ConditionFacts, Cost, Overfitting, StudyFacts
from dropout_lab.phrases.numbers import share
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words.numbers import estimate, signed, two_digits, written

_AS_EARLY = (0.8, 1.25)  # ratios of epochs that count as no difference


def overfitting_sentence(subject: str, facts: Overfitting, study: StudyFacts) -> str:
    """Say whether a net overfits: its gap, and whether, when and by how much val loss turned up."""
    gap = f"loss gap at the last epoch is {estimate(facts.gap, 'loss_gap', study, is_named=True)}"
    if facts.reading == "overfits":
        return sentence(f"{subject} overfits: its {gap}, and its {_turn(facts, study)}")
    if facts.reading == "gap only":
        text = sentence(f"not for sure: {subject} does worse on val than on train; its {gap}")
        return f"{text} But {_no_turn(facts, study)}."
    if facts.reading == "turned up only":
        return sentence(f"{subject} overfits in that its {_turn(facts, study)}; its {gap}")
    if facts.reading == "unknown":
        return sentence(
            f"in the one seed of {subject}, the {gap} and {_no_turn(facts, study)}; one seed leaves chance open"
        )
    longer = ", so longer training may bring it about" if facts.turned_up == "no" else ""
    return sentence(f"no overfitting of {subject} can be shown: its {gap}; {_no_turn(facts, study)}{longer}")


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
        return f"its mean val loss is lowest at the last epoch, {facts.last_epoch:,}"
    rise = written(facts.rise.value, "val_loss", study)
    above = f"its mean val loss ends {rise} above its lowest (epoch {facts.lowest_mean_epoch:,})"
    return above if facts.turned_up == "unknown" else f"{above}, no more than chance may do"


def cost_sentence(subject: str, facts: ConditionFacts, cost: Cost) -> str:
    """Say what a condition costs, in epochs to a seed's best val loss and, where times can be compared, in seconds."""
    low, high = _AS_EARLY
    epochs, baseline = (_epochs(number) for number in (cost.mean_best_epoch, cost.baseline_mean_best_epoch))
    unit = "epoch" if epochs == "1" else "epochs"
    takes, times = "takes about as long", ""
    if cost.epochs_ratio > high:
        takes, times = "takes longer", f" ({cost.epochs_ratio:.1f} times as many)"
    elif cost.epochs_ratio < low:
        takes = "is quicker"
    than = f"the baseline's after {baseline}{times}" if epochs != baseline else "and so is the baseline's"
    text = f"{subject} {takes}: a seed's val loss is on average lowest after {epochs} {unit}, {than}"
    if cost.seconds is not None and cost.baseline_seconds is not None:
        seconds, baseline_seconds = two_digits(cost.seconds, cost.baseline_seconds)
        text += f", in {seconds} s a trial against {baseline_seconds} s"
    return sentence(text + _still_falling(facts))


def _epochs(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 else f"{mean:.1f}".removesuffix(".0")


def _still_falling(facts: ConditionFacts) -> str:
    """Say that training ended before val loss turned up; empty where it did not."""
    is_lowest_at_end = facts.overfitting is not None and facts.overfitting.turned_up == "no"
    return "; its mean curve still falls at the last epoch, so longer training may help" if is_lowest_at_end else ""
