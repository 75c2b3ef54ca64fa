"""Numbers in a sentence: signs in words, units by name, and the digits that they have in every table of the study.

Formats and never computes one. A non-finite number never gets here.
"""

import math

from dropout_lab.findings import Effect, Estimate, StudyFacts
from dropout_lab.metrics import column_of
from dropout_lab.phrases import numbers
from dropout_lab.phrases.numbers import TERMINAL
from dropout_lab.wording import plural

_TRACE = "a trace"  # what is not 0 and reads as 0


def unit(metric: str, study: StudyFacts) -> str:
    """Return what follows a number of this metric: a space and its unit."""
    spoken = column_of(metric, study.task).metric.spoken_unit
    return f" {spoken}" if spoken else ""


def _unit_of(text: str, metric: str, study: StudyFacts) -> str:
    of_one = column_of(metric, study.task).metric.spoken_unit_of_one
    return f" {of_one}" if of_one and text == "1" else unit(metric, study)


def scale(metric: str) -> float:
    """Return what a value is multiplied by to be read: accuracies are read in per cent."""
    return column_of(metric).metric.spoken_scale


def written(number: float, metric: str, study: StudyFacts) -> str:
    """Write a metric's size, without its sign."""
    factor = scale(metric)
    return numbers.size(number * factor, numbers.scaled(study.digits(metric), factor))


def signed(number: float, metric: str, study: StudyFacts) -> str:
    """Write a metric's value with a minus where it is negative."""
    factor = scale(metric)
    return numbers.number(number * factor, numbers.scaled(study.digits(metric), factor), TERMINAL)


def estimate(value: Estimate, metric: str, study: StudyFacts, *, is_named: bool) -> str:
    """Write a mean and its interval: `0.414 nats (95 % interval 0.390 to 0.438, 5 seeds)`, or `0.414 [0.390, 0.438]`.

    Args:
        value: the mean.
        metric: for digits and unit.
        study: see `metric`.
        is_named: write unit, kind of interval and n; a paragraph does so once.
    """
    text = signed(value.value, metric, study)
    unit_of = _unit_of(text, metric, study) if is_named else ""
    if value.low is None or value.high is None:
        return f"{text}{unit_of}{_without_interval(value)}"
    low, high = signed(value.low, metric, study), signed(value.high, metric, study)
    return f"{text}{unit_of} ({_named(f'{low} to {high}', value)})" if is_named else f"{text} [{low}, {high}]"


def bare(value: Estimate, decimals: int | None) -> str:
    """Write a number that is of no metric, and its interval: `0.414 [0.390, 0.438]`."""
    text, low, high = (numbers.number(one, decimals, TERMINAL) for one in (value.value, value.low, value.high))
    return f"{text} [{low}, {high}]" if value.has_interval else text + _without_interval(value)


def size(effect: Effect, study: StudyFacts, *, is_named: bool) -> str:
    """Write by how much a condition differs, the sign left to the words around it: `0.106 [0.083, 0.128]`.

    An interval that holds 0 has its signs in words: `0.004 [0.010 lower to 0.002 higher]`.

    Args:
        effect: the difference.
        study: for digits and unit.
        is_named: write unit, kind of interval and n; a paragraph does so once.
    """
    column = column_of(effect.metric)
    has_unit = is_named or not (column.is_loss or column.is_gap)
    text = value_of(effect, study)
    text += _unit_of(text, effect.metric, study) if has_unit else ""
    return text + interval(effect, study, is_named=is_named)


def interval(effect: Effect, study: StudyFacts, *, is_named: bool) -> str:
    """Write the interval of a difference, with a space before it; empty for one pair, which has none."""
    value = effect.estimate
    if value.low is None or value.high is None:
        return _without_interval(value)
    low, high = (_end(one, effect.metric, study) for one in (value.low, value.high))
    if not effect.excludes_zero:
        bounds = _with_sign(low, "lower"), _with_sign(high, "higher")
        joint = " to "
    else:
        bounds = (low, high) if value.low > 0 else (high, low)
        joint = " to " if is_named else ", "
    return f" ({_named(joint.join(bounds), value)})" if is_named else f" [{joint.join(bounds)}]"


def _end(bound: float, metric: str, study: StudyFacts) -> str:
    """Write the size of an end of an interval, also where it lies so near to 0 that it reads as 0."""
    text = written(bound, metric, study)
    if text.strip("0."):
        return text
    return _TRACE if bound else "0"


def _with_sign(text: str, sign: str) -> str:
    return text if text == "0" else f"{text} {sign}"


def _named(bounds: str, value: Estimate) -> str:
    return f"95 % interval {bounds}, {plural(value.n, 'seed')}"


def _without_interval(value: Estimate) -> str:
    return " (no interval)" if value.n > 1 else ""


def value_of(effect: Effect, study: StudyFacts) -> str:
    """Write the size of a difference alone."""
    return written(effect.estimate.value, effect.metric, study)


def is_nothing(effect: Effect, study: StudyFacts) -> bool:
    """Tell whether a difference reads as 0."""
    return not value_of(effect, study).strip("0.")


def two_digits(*values: float) -> list[str]:
    """Write numbers that stand in no table with the decimals that show two digits of the largest one."""
    largest = max(map(abs, values))
    decimals = max(0, 1 - math.floor(math.log10(largest))) if largest else 0
    return [numbers.size(value, decimals) for value in values]


def within(text: str) -> str:
    """Go on with a sentence inside another one: small at its beginning, names apart."""
    return text if text.startswith(_NAMES) else f"{text[0].lower()}{text[1:]}"


_NAMES = ("Bernoulli", "Gaussian", "DropConnect")
