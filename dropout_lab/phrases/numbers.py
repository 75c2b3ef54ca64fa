"""Numbers as people read them: one rule for their digits, and one way to write each kind of number.

How many decimals a number deserves is decided once for all numbers of one kind, such as the val losses of a study and
their differences (`decimals_of`), and handed to whatever writes one: so a number looks the same in a table, in a
sentence and in a figure. A missing number is None or NaN. The page's script writes by the same rules.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_MOST_DIGITS = 4  # that a typical number is written with
_DIGITS_ALONE = 3  # of a typical number where no interval says how sure it is
_SMALLEST, _LARGEST = 1e-4, 1e6  # typical numbers beyond are written with powers of ten
_ROUNDING = 1e-9  # an interval narrower than this share of its number is one value, give or take the last bits
_SMALLEST_P = 0.001
_TRACE = 1e-9


class Bounded(Protocol):
    """A number with the ends of its interval; what does not exist is None or NaN."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def low(self) -> float | None:
        """The lower end of its interval."""

    @property
    def high(self) -> float | None:
        """The upper end."""


@dataclass(frozen=True)
class Register:
    """The signs that a surface writes numbers with.

    Args:
        minus: before a negative number.
        nothing: in place of a number that does not exist.
        infinity: a number without end.
        comma: between the ends of an interval in brackets.
        space: before a sign of per cent, and after that of a bound.
    """

    minus: str
    nothing: str
    infinity: str
    comma: str
    space: str


TERMINAL = Register(minus="-", nothing="-", infinity="inf", comma=",", space="")
"""A terminal may know no other signs, and a table on it has no room for spaces."""
TYPESET = Register(minus="−", nothing="–", infinity="∞", comma=", ", space=" ")
"""Pages and documents."""


def decimals_of(*kinds: Iterable[Bounded]) -> int | None:
    """Return with how many decimals numbers are written together; None where they want powers of ten.

    The first digit of a typical (median) half width of their intervals is shown, and its second where the first is 1 or
    2, but never more than four digits of a typical number. Without intervals, three digits of a typical number.

    Args:
        kinds: means, and differences between them, whose intervals may be the finer ones and then decide for all.

    >>> from collections import namedtuple
    >>> Mean = namedtuple("Mean", "value low high")
    >>> decimals_of([Mean(0.3124, 0.2924, 0.3324)]), decimals_of([Mean(62.1, 59.0, 65.2)]), decimals_of([])
    (3, 0, 0)
    """
    means, *others = ([one for one in kind if math.isfinite(one.value) and one.value != 0] for kind in kinds)
    if not means:
        return 0
    typical = _middle([abs(one.value) for one in means])
    if not _SMALLEST <= typical < _LARGEST:
        return None
    sure = [digits for kind in (means, *others) if (digits := _digits_of_intervals(kind)) is not None]
    return max(sure, default=max(0, _DIGITS_ALONE - 1 - _order(typical)))


def scaled(decimals: int | None, factor: float) -> int | None:
    """Return the decimals of numbers that are written times a factor, such as fractions in per cent.

    >>> scaled(3, 100.0), scaled(3, 1.0)
    (1, 3)
    """
    return None if decimals is None else max(0, decimals - round(math.log10(factor)))


def _digits_of_intervals(numbers: list[Bounded]) -> int | None:
    halves = [half for one in numbers if (half := half_width(one)) > _ROUNDING * abs(one.value)]
    if not halves:
        return None
    half = _middle(halves)
    first = -_order(half)
    digits = first + 1 if half < 3 * 10.0**-first else first
    return max(0, min(_MOST_DIGITS - 1 - _order(_middle([abs(one.value) for one in numbers])), digits))


def _order(size: float) -> int:
    return math.floor(math.log10(size))


def _middle(numbers: list[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]


def half_width(one: Bounded) -> float:
    """Return half the width of an interval; NaN where there is none, or no finite one."""
    return (one.high - one.low) / 2 if has_interval(one) and one.low is not None and one.high is not None else math.nan


def has_interval(one: Bounded) -> bool:
    """Tell whether there is an interval with finite ends."""
    return one.low is not None and one.high is not None and math.isfinite(one.low) and math.isfinite(one.high)


def excludes_zero(low: float | None, high: float | None) -> bool:
    """Tell whether an interval, which may lack an end, lies on one side of 0."""
    return (low is not None and low > 0) or (high is not None and high < 0)


def is_missing(value: float | None) -> bool:
    """Tell whether a number does not exist."""
    return value is None or math.isnan(value)


def size(value: float, decimals: int | None) -> str:
    """Write how large a number is, without its sign.

    >>> size(-1234.56, 1), size(0.00001234, None), size(3e7, None)
    ('1,234.6', '1.2e-5', '3.0e7')
    """
    if decimals is not None:
        return f"{abs(value):,.{decimals}f}"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value):.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def is_zero(value: float, decimals: int | None) -> bool:
    """Tell whether a number reads as 0 with so many decimals."""
    return not size(value, decimals).partition("e")[0].strip("0.,")


def number(value: float | None, decimals: int | None, register: Register = TYPESET, *, is_signed: bool = False) -> str:
    """Write a number; `is_signed` gives a plus to what is above 0.

    >>> number(-0.1064, 3), number(-0.1064, 3, TERMINAL), number(0.25, 2, is_signed=True), number(None, 2)
    ('−0.106', '-0.106', '+0.25', '–')
    """
    if value is None or math.isnan(value):
        return register.nothing
    sign = register.minus if value < 0 else "+" if is_signed else ""
    if math.isinf(value):
        return f"{register.minus if value < 0 else ''}{register.infinity}"
    return size(value, decimals) if is_zero(value, decimals) else f"{sign}{size(value, decimals)}"


def ends(low: float | None, high: float | None, decimals: int | None, register: Register = TYPESET) -> tuple[str, str]:
    """Write the ends of an interval; one that excludes 0 shows so even where an end reads as 0.

    >>> ends(-0.127, -0.0841, 3), ends(-0.0101, -0.00002, 3), ends(0.00002, 0.0101, 3), ends(-0.00002, 0.01, 3)
    (('−0.127', '−0.084'), ('−0.010', '<0'), ('>0', '0.010'), ('0.000', '0.010'))
    """
    texts = number(low, decimals, register), number(high, decimals, register)
    if low is not None and low > 0 and is_zero(low, decimals):
        return ">0", texts[1]
    if high is not None and high < 0 and is_zero(high, decimals):
        return texts[0], "<0"
    return texts


def interval(one: Bounded, decimals: int | None, register: Register = TYPESET) -> str:
    """Write an interval alone: `0.292 to 0.332`; a dash where there is none."""
    if is_missing(one.low) or is_missing(one.high):
        return register.nothing
    return " to ".join(ends(one.low, one.high, decimals, register))


def bracketed(one: Bounded, decimals: int | None, register: Register = TYPESET, *, is_signed: bool = False) -> str:
    """Write a number and its interval: `0.312 [0.292, 0.332]`; without an interval the number alone."""
    value = number(one.value, decimals, register, is_signed=is_signed)
    if not has_interval(one):
        return value
    return f"{value} [{register.comma.join(ends(one.low, one.high, decimals, register))}]"


def p_value(p: float | None, register: Register = TYPESET) -> str:
    """Write a p value: two digits, and a bound instead of a string of zeros.

    >>> p_value(0.0312), p_value(0.00002), p_value(0.00002, TERMINAL), p_value(0.0998), p_value(1.0)
    ('0.031', '< 0.001', '<0.001', '0.10', '1.00')
    """
    if p is None or math.isnan(p):
        return register.nothing
    return f"<{register.space}{_SMALLEST_P}" if p < _SMALLEST_P else f"{p:.{_p_decimals(p)}f}"


def probability(p: float) -> str:
    """Write a p value as a sentence does: `p = 0.031`, `p < 0.001`."""
    text = p_value(p)
    return f"p {text}" if p < _SMALLEST_P else f"p = {text}"


def share(fraction: float | None, register: Register = TYPESET) -> str:
    """Write a fraction in per cent, one of ten or more as a multiple.

    >>> share(0.436), share(0.436, TERMINAL), share(12.4)
    ('44 %', '44%', '12 times')
    """
    if fraction is None or math.isnan(fraction):
        return register.nothing
    return f"{100 * fraction:.0f}{register.space}%" if fraction < 10 else f"{fraction:,.0f} times"


def times(ratio: float) -> str:
    """Write how many times as large something is: two digits, and a bound where more would be an accident.

    >>> times(1.234), times(26.4), times(1234.5)
    ('1.2 times', '26 times', 'more than 100 times')
    """
    return "more than 100 times" if ratio > 100 else f"{ratio:.{0 if ratio >= 9.95 else 1}f} times"


def estimated_count(count: int) -> str:
    """Write a count that is only an estimate: of three digits or more, two count.

    >>> estimated_count(37), estimated_count(1234)
    ('37', '1,200')
    """
    return f"{round(count, 2 - len(str(count))):,}" if count >= 100 else f"{count:,}"


def rounded(value: float, decimals: int | None) -> float:
    """Return the number that `number` shows, for a script to write: rounding it once more changes nothing.

    What rounds to 0 keeps its sign, so that an interval that excludes 0 does so still.

    >>> rounded(0.90625, 4), rounded(-0.0001, 2)
    (0.9062, -1e-09)
    """
    if not math.isfinite(value) or decimals is None:
        return value
    return round(value, decimals) or math.copysign(_TRACE if value else 0.0, value)


def rounded_p(p: float) -> float:
    """Return the number that `p_value` shows; what it only bounds stays as it is."""
    return p if not p >= _SMALLEST_P else round(p, _p_decimals(p))


def _p_decimals(p: float) -> int:
    return 3 if p < 0.0995 else 2
