"""Monte-Carlo averaging against weight scaling, in sentences.

Owns these wordings. Weight scaling is the net as it is always measured, noise off; an average is over nets sampled with
the noise on.
"""

from collections.abc import Collection

from dropout_lab.findings import Calibration, Direction, Effect, Estimate, Sampling, StudyFacts
from dropout_lab.metrics import TASKS
from dropout_lab.phrases.names import full_name, treatment_name
from dropout_lab.phrases.numbers import share
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.numbers import estimate, size
from dropout_lab.wording import listed, plural

_READINGS: dict[Direction, str] = {
    "better": "lower than with weight scaling",
    "worse": "higher",
    "unclear": "not distinguishable from weight scaling's",
    "same": "the same",
    "unknown": "measured with one seed, too few to say,",
}
_MOST_NAMED = 3


def question(study: StudyFacts) -> str:
    """Return the question that these sentences answer."""
    return TASKS[study.task].averaging_question


def answer(study: StudyFacts) -> str:
    """Return what sampling did for the conditions that val chose, then for the others; empty where none was sampled."""
    if len(study.sampling) > 1:
        return _joined(_in_groups(study), _others(study))
    return _joined(*(_of_one(study, found) for found in study.sampling)) or _others(study)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _of_one(study: StudyFacts, found: Sampling) -> str:
    return _joined(
        _loss(study, found),
        _meets(found),
        _honest(study, found),
        _disagreement(study, found),
        _others(study),
        _at_best(study, found),
    )


def _others(study: StudyFacts) -> str:
    """Say what averaging does to the loss where val did not choose: a few conditions by name, else their counts."""
    chosen = {found.label for found in study.sampling}
    others = {label: loss for label, loss in study.sampled_losses.items() if label not in chosen}
    if not others:
        return ""
    if len(others) <= _MOST_NAMED:
        said = [f"at {full_name(study.conditions[label])} {_differs(loss, study)}" for label, loss in others.items()]
        return f"Elsewhere the average's loss against weight scaling's is: {'; '.join(said)}."
    return f"In the {len(others):,} other conditions, the average's loss is {_counted(others.values())}."


def _loss(study: StudyFacts, found: Sampling) -> str:
    """Say what the average does to loss and score at the last epoch, of which the whole answer speaks."""
    loss, noun = found.loss, TASKS[study.task].score.text
    nets = f"averaging {plural(found.n_samples, 'sampled net')} of {treatment_name(study.conditions[found.label])}"
    where = "on val at the last epoch"
    if loss.is_distinguishable:
        verb = "lowers" if loss.sign == "lower" else "raises"
        text = f"{nets} {verb} the loss {where} by {size(loss, study, is_named=True)} against weight scaling"
    elif loss.certainty == "unknown":
        text = f"in the one seed there is, {where}, the loss of {nets} is {_differs(loss, study, is_named=True)}"
    else:
        told = _differs(loss, study, is_named=True)
        text = f"whether {nets} does better than weight scaling cannot be told: {where} its loss is {told}"
    return sentence(f"{text}; {noun} is {_differs(found.score, study)}")


def _at_best(study: StudyFacts, found: Sampling) -> str:
    """Say what the average does to the loss at the best epochs, and that this is another point than all before."""
    if found.loss_best is None:
        return ""
    return f"With every net at its best epoch instead, the average's loss is {_differs(found.loss_best, study)}."


def _differs(effect: Effect, study: StudyFacts, *, is_named: bool = False) -> str:
    """Say how the average differs from the weight-scaled net."""
    return effects.difference(effect, study, is_named=is_named).replace("the baseline's", "weight scaling's")


def _meets(found: Sampling) -> str:
    if found.meets_at is None:
        return f"On average no number of samples up to {found.n_samples:,} meets the loss of weight scaling."
    if found.meets_at == 1:
        return "On average a single sampled net meets the loss of weight scaling already."
    return f"On average it meets the loss of weight scaling at {found.meets_at:,} samples."


def _honest(study: StudyFacts, found: Sampling) -> str:
    """Give calibration error and Brier score of the baseline, of weight scaling and of the average."""
    if len(found.calibration) < 2:
        return ""
    errors = listed(f"{_plain(one.ece, 'ece', study)} for {_whose(one, study)}" for one in found.calibration)
    scores = listed(_plain(one.brier, "brier", study) for one in found.calibration)
    return (
        f"The calibration error (ECE; 0: right as often as it is confident) is {errors}; Brier scores are {scores}, in "
        "this order."
    )


def _whose(one: Calibration, study: StudyFacts) -> str:
    if study.conditions[one.label].is_baseline:
        return "the baseline"
    return "the average" if one.method == "monte carlo" else "weight scaling"


def _plain(value: Estimate, metric: str, study: StudyFacts) -> str:
    return estimate(value, metric, study, is_named=False)


def _disagreement(study: StudyFacts, found: Sampling) -> str:
    """Say how much of the uncertainty is the nets' own disagreement."""
    if found.predictive_sd is not None:
        sd = estimate(found.predictive_sd, "predictive_sd", study, is_named=False)
        return f"The sampled predictions of a row scatter with a standard deviation of {sd} in the target's unit."
    one = found.disagreement_share
    if one is None:
        return ""
    return (
        f"Of the average's uncertainty (entropy), {share(one.value)} is the sampled nets' disagreement (mutual "
        "information); the rest they share."
    )


def _counted(losses: Collection[Effect]) -> str:
    directions = [loss.direction for loss in losses]
    counts = {reading: directions.count(direction) for direction, reading in _READINGS.items()}
    return listed(f"{reading} in {count:,}" for reading, count in counts.items() if count)


def _in_groups(study: StudyFacts) -> str:
    """Count the groups in which the average is better, and name those where it is surely so."""
    counts = _counted([found.loss for found in study.sampling])
    n_samples = study.sampling[0].n_samples
    text = (
        f"Averaging {plural(n_samples, 'sampled net')} at the rate that val chose at the best epochs, the loss on val "
        f"at the last epoch is {counts} of {len(study.sampling):,} groups."
    )
    better = [full_name(study.conditions[found.label]) for found in study.sampling if found.loss.direction == "better"]
    return f"{text} It is lower with {listed(better)}." if 0 < len(better) <= _MOST_NAMED else text
