"""Numbers as people read them: as many digits as the interval allows, signs in words, units by name.

Owns how facts look in a sentence; formats and never computes one. A non-finite number never gets here.
"""

import math
from collections.abc import Iterable

from dropout_lab.findings import Effect, Estimate
from dropout_lab.metrics import column_of
from dropout_lab.wording import plural

_ROUNDING = 1e-9  # an interval narrower than this share of its numbers is one value, give or take the last bits


def unit(metric: str, task: str) -> str:
    """Return what follows a number of this metric: a space and its unit."""
    spoken = column_of(metric, task).metric.spoken_unit
    return f" {spoken}" if spoken else ""


def _unit_of(text: str, metric: str, task: str) -> str:
    of_one = column_of(metric, task).metric.spoken_unit_of_one
    return f" {of_one}" if of_one and text == "1" else unit(metric, task)


def decimals(numbers: Iterable[float | None], half_width: float | None = None) -> int | None:
    """Return how many decimals the numbers deserve together; None where they want powers of ten.

    Args:
        numbers: what is to be written; None is skipped.
        half_width: of the interval: its first digit is shown, and its second where the first is 1 or 2. Without one:
            two digits of the largest number. Never more than four.
    """
    sizes = [abs(number) for number in numbers if number]
    if not sizes:
        return 0
    largest = max(sizes)
    if not 1e-4 <= largest < 1e6:
        return None
    order = math.floor(math.log10(largest))
    if half_width and half_width < _ROUNDING * largest:
        half_width = None
    return max(0, min(3 - order, _digits_of(half_width) if half_width else 1 - order))


def _digits_of(half_width: float) -> int:
    order = math.floor(math.log10(half_width))
    return 1 - order if half_width < 3 * 10.0**order else -order


def written(number: float, places: int | None) -> str:
    """Write a number's size with so many decimals, without its sign."""
    return f"{abs(number):.2g}" if places is None else f"{abs(number):,.{places}f}"


def signed(number: float, places: int | None) -> str:
    """Write a number with a minus where it is negative."""
    text = written(number, places)
    return f"-{text}" if number < 0 and text.strip("0.") else text


def share(fraction: float) -> str:
    """Write a fraction in per cent."""
    return f"{100 * fraction:.0f} %" if fraction < 10 else f"{fraction:,.0f} times"


def probability(p: float) -> str:
    """Write a p value."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def scale(metric: str) -> float:
    """Return what a value is multiplied by to be read."""
    return column_of(metric).metric.spoken_scale


def estimate(value: Estimate, metric: str, task: str, *, is_named: bool) -> str:
    """Write a mean and its interval: `0.414 nats (95 % interval 0.390 to 0.438, 5 seeds)`, or `0.414 [0.390, 0.438]`.

    Args:
        value: the mean.
        metric: for the unit.
        task: for the unit.
        is_named: write unit, kind of interval and n; a paragraph does so once.
    """
    factor = scale(metric)
    if not is_named:
        return bare(value, factor)
    places = places_of(value, factor)
    text = signed(value.value * factor, places)
    text += _unit_of(text, metric, task)
    if value.low is None or value.high is None:
        return text + _without_interval(value)
    low, high = signed(value.low * factor, places), signed(value.high * factor, places)
    return f"{text} ({_named(f'{low} to {high}', value)})"


def bare(value: Estimate, factor: float = 1.0) -> str:
    """Write a number and its interval without any unit: `0.414 [0.390, 0.438]`."""
    places = places_of(value, factor)
    text = signed(value.value * factor, places)
    if value.low is None or value.high is None:
        return text + _without_interval(value)
    low, high = signed(value.low * factor, places), signed(value.high * factor, places)
    return f"{text} [{low}, {high}]"


def size(effect: Effect, task: str, *, is_named: bool) -> str:
    """Write by how much a condition differs, the sign left to the words around it: `0.106 [0.083, 0.128]`.

    An interval that holds 0 has its signs in words: `0.004 [0.010 lower to 0.002 higher]`.

    Args:
        effect: the difference.
        task: for the unit.
        is_named: write unit, kind of interval and n; a paragraph does so once.
    """
    column = column_of(effect.metric)
    has_unit = is_named or not (column.is_loss or column.is_gap)
    text = value_of(effect)
    text += _unit_of(text, effect.metric, task) if has_unit else ""
    return text + interval(effect, is_named=is_named)


def interval(effect: Effect, *, is_named: bool) -> str:
    """Write the interval of a difference, with a space before it; empty for one pair, which has none."""
    value, factor = effect.estimate, scale(effect.metric)
    if value.low is None or value.high is None:
        return _without_interval(value)
    places = places_of(value, factor)
    low, high = written(value.low * factor, places), written(value.high * factor, places)
    if not effect.excludes_zero:
        bounds = _bound(low, value.low, "lower"), _bound(high, value.high, "higher")
        joint = " to "
    else:
        bounds = (low, high) if value.low > 0 else (high, low)
        joint = " to " if is_named else ", "
    return f" ({_named(joint.join(bounds), value)})" if is_named else f" [{joint.join(bounds)}]"


def _bound(text: str, bound: float, sign: str) -> str:
    """Write an end of an interval that holds 0, also where it lies so near to 0 that it looks like it."""
    if text.strip("0."):
        return f"{text} {sign}"
    return f"a trace {sign}" if bound else "0"


def _named(bounds: str, value: Estimate) -> str:
    return f"95 % interval {bounds}, {plural(value.n, 'seed')}"


def _without_interval(value: Estimate) -> str:
    return " (no interval)" if value.n > 1 else ""


def value_of(effect: Effect, places: int | None = None) -> str:
    """Write the size of a difference alone, with the digits that its interval allows, or with so many decimals."""
    factor = scale(effect.metric)
    return written(effect.estimate.value * factor, places_of(effect.estimate, factor) if places is None else places)


def is_nothing(effect: Effect) -> bool:
    """Tell whether a difference, written with the digits that its interval allows, reads as 0."""
    return not value_of(effect).strip("0.")


def places_of(value: Estimate, factor: float = 1.0) -> int | None:
    """Return how many decimals an estimate deserves: one more where a bound that is not 0 would else look like 0."""
    numbers = [None if number is None else number * factor for number in (value.value, value.low, value.high)]
    half = None if value.low is None or value.high is None else factor * (value.high - value.low) / 2
    places = decimals(numbers, half)
    if places is None or not value.excludes_zero:
        return places
    return places + any(number is not None and round(number, places) == 0 for number in numbers)


def two_digits(*numbers: float) -> list[str]:
    """Write numbers with the decimals that show two digits of the largest one."""
    largest = max(map(abs, numbers))
    places = max(0, 1 - math.floor(math.log10(largest))) if largest else 0
    return [written(number, places) for number in numbers]


def rounded(count: int) -> str:
    """Write a number that is only an estimate: of three digits or more, two count."""
    return f"{round(count, 2 - len(str(count))):,}" if count >= 100 else f"{count:,}"


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    return f"{text[0].upper()}{text[1:]}."


def within(text: str) -> str:
    """Go on with a sentence inside another one: small at its beginning, names apart."""
    return text if text.startswith(_NAMES) else f"{text[0].lower()}{text[1:]}"


_NAMES = ("Bernoulli", "Gaussian", "DropConnect")
