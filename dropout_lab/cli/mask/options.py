"""The options of `mask` as a request, or every problem in them at once.

Owns what an option may be; imports nothing heavy.
"""

from collections.abc import Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING

from dropout_lab.errors import ConfigError, complaint, did_you_mean
from dropout_lab.noise import KINDS, SCALINGS
from dropout_lab.wording import listed

if TYPE_CHECKING:
    from dropout_lab.mechanism import Request

MODES = ("train", "eval")
MAX_VALUES = 64  # a line each
MAX_UNITS = 256  # eight lines of marks
MAX_DRAWS = 100
SMALLEST_VALUE, LARGEST_VALUE = 1e-3, 1e3  # in size; beyond, numbers stop fitting in a column


def request_of(
    *,
    rate: str,
    values: str | None,
    units: int | None,
    seed: int,
    mode: str,
    kind: str,
    scaling: str,
    draws: int,
) -> "Request":
    """Return what the options ask for.

    Raises:
        ConfigError: with every problem of the options.
    """
    from dropout_lab.mechanism import MAX_SEED, Request

    numbers, is_list = _read(values)
    number = _rate(rate)
    problems = [
        *_layer_problems(values, numbers, units, is_list=is_list),
        *_rate_problems(rate, number),
        *_choice_problem("--mode", mode, MODES),
        *_choice_problem("--kind", kind, [*KINDS]),
        *_choice_problem("--scaling", scaling, [*SCALINGS]),
        *_scaling_problems(kind, scaling),
        *_range_problem("--seed", seed, 0, MAX_SEED, "Every whole number in between names a sequence of draws."),
        *_range_problem("--draws", draws, 1, MAX_DRAWS, "Theory is held against 10,000 draws in any case."),
    ]
    if problems:
        raise ConfigError("the command line", [f"command line: {problem}" for problem in problems])
    return Request(number, tuple(numbers), units or 0, kind, scaling, seed, draws)


def _read(values: str | None) -> tuple[list[float], bool]:
    """Return the numbers in a list, and whether it holds nothing else."""
    try:
        return [float(text) for text in values.split(",")] if values is not None else [], True
    except ValueError:
        return [], False


def _layer_problems(values: str | None, numbers: list[float], units: int | None, *, is_list: bool) -> Iterator[str]:
    if values is not None and units is not None:
        mend = "Values are a layer of your own, units a random one."
        yield complaint("--values", "cannot stand beside --units", "both", mend)
    elif values is None and units is None:
        yield complaint("--values or --units", "must be given", "neither", "Try --values 1,2,3,4 or --units 64.")
    elif units is not None:
        yield from _range_problem("--units", units, 1, MAX_UNITS, "64 units fill two lines.")
    elif not is_list:
        must = "must be numbers with commas between them"
        yield complaint("--values", must, values or "nothing", "Write --values 1,2,3,4.")
    elif len(numbers) > MAX_VALUES:
        must = f"must be at most {MAX_VALUES} numbers"
        yield complaint("--values", must, str(len(numbers)), "For a larger layer take --units.")
    else:
        wrong = [number for number in numbers if number and not SMALLEST_VALUE <= abs(number) <= LARGEST_VALUE]
        must = f"must be finite numbers from {SMALLEST_VALUE} to {LARGEST_VALUE:,.0f} in size, or 0"
        yield from (complaint("--values", must, str(number), "Other sizes show the same.") for number in wrong)


def _rate(text: str) -> float:
    """Return the rate that was written; nan where it is no number, which no rate is."""
    try:
        return float(text)
    except ValueError:
        return nan


def _rate_problems(given: str, rate: float) -> Iterator[str]:
    from dropout_lab.mechanism import Request

    if not 0 <= rate < 1:
        percentage = _rate(given.removesuffix("%"))
        is_one = 0 <= percentage < 100 and (given.endswith("%") or percentage >= 2)
        slip = f" If that is a percentage, write {percentage / 100:g}." if is_one else ""
        meaning = "A rate is the share of units dropped: 0 drops none, 0.5 every second one, and 1 would drop all."
        yield complaint("--rate", "must be a number at least 0 and below 1", given or "nothing", meaning + slip)
    elif rate and Request(rate).true_rate in (0, 1):
        must = "must be 0, or at least 1/65536 and at most 65535/65536 after rounding to 16 bits"
        drops = "drop every unit" if rate > 0.5 else "drop nothing"
        yield complaint("--rate", must, str(rate), f"Noise is drawn in 16 bits, so this rate would {drops}.")


def _choice_problem(option: str, given: str, choices: Sequence[str]) -> Iterator[str]:
    if given not in choices:
        mend = did_you_mean(given, choices, f"Without the option it is {choices[0]}.")
        yield complaint(option, f"must be one of {', '.join(choices)}", given, mend)


def _scaling_problems(kind: str, scaling: str) -> Iterator[str]:
    is_at_inference = scaling in SCALINGS and SCALINGS[scaling].is_at_inference
    if is_at_inference and kind in KINDS and not KINDS[kind].is_scaled:
        scaled = listed(one.name for one in KINDS.values() if one.is_scaled)
        mend = f"Only {scaled} noise can leave the scaling to eval mode: leave the option out."
        yield complaint("--scaling", f"must be inverted for {kind}", scaling, mend)


def _range_problem(option: str, given: int, low: int, high: int, mend: str) -> Iterator[str]:
    if not low <= given <= high:
        yield complaint(option, f"must be a whole number from {low} to {high:,}", str(given), mend)
