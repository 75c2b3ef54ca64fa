"""A number has the digits that its interval allows, and the same ones wherever it stands."""

import math
from typing import NamedTuple

import pytest

from dropout_lab.phrases.numbers import (
    TERMINAL,
    bracketed,
    decimals_of,
    ends,
    number,
    p_value,
    rounded,
    rounded_p,
    size,
)


class Mean(NamedTuple):
    value: float
    low: float | None = None
    high: float | None = None


def within(value: float, half: float) -> Mean:
    return Mean(value, value - half, value + half)


@pytest.mark.parametrize(
    ("kinds", "decimals"),
    [
        ([[within(0.4137, 0.0251)]], 3),
        ([[within(0.4137, 0.0351)]], 2),
        ([[within(0.4137, 0.0151), within(0.5, 0.0152), within(4000.0, 300.0)]], 3),
        ([[within(0.4137, 0.0951)], [within(-0.0106, 0.0012)]], 4),
        ([[within(2048.3, 300.0)], [within(-0.5, 0.1)]], 2),
        ([[within(62.1, 3.1)]], 0),
        ([[Mean(0.4137)]], 3),
        ([[Mean(0.4137, math.nan, math.nan)]], 3),
        ([[within(0.4137, 1e-12)]], 3),
        ([[within(0.4137, 1e-6)]], 4),
        ([[within(2e-7, 1e-8)], [within(1e-8, 1e-8)]], None),
        ([[within(3e8, 1e8)]], None),
        ([[within(0.4, 0.03)], [Mean(0.0, 0.0, 0.0)]], 2),
        ([[Mean(0.4137)], [Mean(-0.0012)]], 3),
        ([[], []], 0),
    ],
    ids=str,
)
def test_a_typical_half_width_decides_the_decimals_the_finer_kind_for_all(
    kinds: list[list[Mean]], decimals: int | None
) -> None:
    assert decimals_of(*kinds) == decimals


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (number(-0.0004, 3), "0.000"),
        (number(1234.5, 1), "1,234.5"),
        (number(-math.inf, 2), "−∞"),
        (number(-math.inf, 2, TERMINAL), "-inf"),
        (number(math.nan, 2, TERMINAL), "-"),
        (number(-1.26e-7, None), "−1.3e-7"),
        (number(0.0, None, is_signed=True), "0"),
        (size(-2.5e6, None), "2.5e6"),
        (bracketed(Mean(-0.106, -0.127, -0.084), 3), "−0.106 [−0.127, −0.084]"),
        (bracketed(Mean(-0.106, -0.127, -0.084), 3, TERMINAL), "-0.106 [-0.127,-0.084]"),
        (bracketed(Mean(0.106, 0.084, math.inf), 3), "0.106"),
        (bracketed(Mean(0.106), 2, is_signed=True), "+0.11"),
        (p_value(None), "–"),
    ],
    ids=lambda value: value,
)
def test_numbers_are_written_for_people(written: str, text: str) -> None:
    assert written == text


@pytest.mark.parametrize(("low", "high"), [(-0.2, -0.001), (0.001, 0.2), (-0.001, 0.2), (-0.2, -0.1)], ids=str)
def test_an_interval_shows_whether_it_excludes_zero_with_any_decimals(low: float, high: float) -> None:
    texts = ends(low, high, 1, TERMINAL)

    assert (texts[0].startswith(">") or texts[1].startswith("<") or texts == ("-0.2", "-0.1")) == (low > 0 or high < 0)


@pytest.mark.parametrize(("value", "decimals"), [(0.90625, 4), (-0.00004, 3), (1e-12, 2), (-3.14159, 0)])
def test_a_rounded_number_reads_as_the_number_and_keeps_its_side_of_zero(value: float, decimals: int) -> None:
    once = rounded(value, decimals)

    assert number(once, decimals) == number(value, decimals)
    assert math.copysign(1, once) == math.copysign(1, value)


@pytest.mark.parametrize("p", [0.0004, 0.00099, 0.0312, 0.0994, 0.0995, 0.5, 1.0])
def test_a_rounded_p_value_reads_as_the_p_value(p: float) -> None:
    assert p_value(rounded_p(p)) == p_value(p)
