"""Numbers as a reader meets them: as many decimals as the uncertainty deserves, and a true minus sign.

Numbers in, texts out; must not know what they measure. The page's script follows the same rules, so
that a table looks the same before and after it is sorted.
"""

import math
from collections.abc import Iterable

from dropout_lab.findings import Estimate

NOTHING = "–"
P_HOLM = "p (Holm)"
"""Heading of p values after correction."""
_MOST_DECIMALS = 6
_SMALLEST_P = 0.001


def decimals_for(estimates: Iterable[Estimate]) -> int:
    """Return how many decimals numbers of one kind need: two digits of their typical uncertainty.

    Args:
        estimates: of one metric. Without any interval three digits of the largest value are kept.

    >>> decimals_for([Estimate(5, 0.3124, 0.2924, 0.3324)]), decimals_for([Estimate(5, 62.1, 59.0, 65.2)])
    (3, 1)
    """
    listed = list(estimates)
    halves = sorted(one.width / 2 for one in listed if one.width)
    if halves:
        digits = 1 - math.floor(math.log10(halves[len(halves) // 2]))
    else:
        largest = max((abs(one.value) for one in listed), default=0.0)
        digits = 2 - math.floor(math.log10(largest)) if largest > 0 else 3
    return min(max(digits, 0), _MOST_DECIMALS)


def number(value: float | None, decimals: int, *, is_signed: bool = False) -> str:
    """Write a number, a dash for None; `is_signed` gives a plus sign to what is above 0.

    >>> number(-0.1064, 3), number(0.25, 2, is_signed=True), number(None, 2)
    ('−0.106', '+0.25', '–')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    sign = "" if is_zero else "−" if value < 0 else "+" if is_signed else ""
    return sign + text


def interval(one: Estimate | None, decimals: int) -> str:
    """Write an interval: `0.292 to 0.332`; a dash where there is none."""
    return f"{number(one.low, decimals)} to {number(one.high, decimals)}" if one and one.has_interval else NOTHING


def bracketed(one: Estimate | None, decimals: int) -> str:
    """Write a number and its interval: `0.312 [0.292, 0.332]`; the number alone without one; else a dash."""
    if one is None:
        return NOTHING
    value = number(one.value, decimals)
    return f"{value} [{number(one.low, decimals)}, {number(one.high, decimals)}]" if one.has_interval else value


def p_value(p: float | None) -> str:
    """Write a p value: two digits, and a bound instead of a string of zeros.

    >>> p_value(0.0312), p_value(0.00002), p_value(0.0998), p_value(1.0)
    ('0.031', '< 0.001', '0.10', '1.00')
    """
    if p is None or math.isnan(p):
        return NOTHING
    return f"< {_SMALLEST_P}" if p < _SMALLEST_P else f"{p:.{_p_decimals(p)}f}"


def rounded(value: float, decimals: int) -> float:
    """Return the number that `number` shows, for a script to write: rounding it once more changes nothing.

    What rounds to 0 keeps its sign, so that an interval that excludes 0 does so still.

    >>> rounded(0.90625, 4), rounded(-0.0001, 2)
    (0.9062, -1e-09)
    """
    if not math.isfinite(value):
        return value
    return round(value, decimals) or math.copysign(1e-9 if value else 0.0, value)


def rounded_p(p: float) -> float:
    """Return the number that `p_value` shows; what it only bounds stays as it is."""
    return p if not p >= _SMALLEST_P else round(p, _p_decimals(p))


def _p_decimals(p: float) -> int:
    return 3 if p < 0.0995 else 2
