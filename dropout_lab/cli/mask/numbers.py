"""How `mask` writes a number, and marks what is on and off.

Owns decimals and marks.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dropout_lab.cli import streams

_DIGITS = 4
_MOST_DIGITS = 6
_BELOW_NOTICE = 1e-5  # a rate in steps of 1/65536 is as near to the one that was asked for


@dataclass(frozen=True)
class Marks:
    """Letters that not every encoding has.

    Attributes:
        on: a unit that is on.
        silent: one that is on and gives 0 all the same.
        off: one that is switched off.
        plus_minus: before a standard error.
    """

    on: str
    silent: str
    off: str
    plus_minus: str

    @classmethod
    def of_stdout(cls) -> "Marks":
        """Return the marks that stdout can show."""
        return cls("●", "○", "·", "±") if streams.can_write("●○·±") else cls("#", "o", "x", "+-")


def number(value: float, *, digits: int = _DIGITS) -> str:
    """Write one number by its leading digits.

    >>> number(2.0), number(1 / 0.7), number(12345.6)
    ('2', '1.429', '12350')
    """
    return numbers([float(f"{value:.{digits}g}")])[0] if math.isfinite(value) else str(value)


def spread(values: Iterable[float]) -> str:
    """Write the range of some numbers.

    >>> spread([2.0, 2.0]), spread([0.5, 1.25])
    ('2', '0.5 to 1.25')
    """
    values = [float(value) for value in values]
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def numbers(values: Iterable[float]) -> list[str]:
    """Write numbers with the same decimals: as few as show them exactly, at most four digits of the largest.

    >>> numbers([0.0, 4.0]), numbers([1 / 3, 12.0]), numbers([-1e-9, 0.25])
    (['0', '4'], ['0.33', '12.00'], ['0.00', '0.25'])
    """
    values = [float(value) for value in values]
    largest = max(map(abs, values), default=0.0)
    most = max(0, _DIGITS - 1 - _magnitude(largest)) if largest else 0
    few = (n for n in range(most) if all(abs(round(value, n) - value) <= _BELOW_NOTICE * largest for value in values))
    decimals = next(few, most)
    return [f"{round(value, decimals) + 0.0:.{decimals}f}" for value in values]


def with_errors(values: Sequence[float], errors: Sequence[float], marks: Marks) -> list[str]:
    """Write numbers with their standard errors, the smallest error with two digits, at most six of the largest number.

    >>> with_errors([0.99712, 12.0], [0.0101, 0.2], Marks("#", "o", "x", "+-"))
    ['0.997 +- 0.010', '12.000 +- 0.200']
    """
    smallest = min((error for error in errors if error > 0), default=1.0)
    largest = max((abs(value) for value in values if value), default=1.0)
    decimals = max(min(1 - _magnitude(smallest), _MOST_DIGITS - 1 - _magnitude(largest)), 0)
    texts = [[f"{round(one, decimals) + 0.0:.{decimals}f}" for one in column] for column in (values, errors)]
    return [f"{value} {marks.plus_minus} {error}" for value, error in zip(*texts, strict=True)]


def _magnitude(value: float) -> int:
    """Return the power of ten of the first digit of a number above 0."""
    return math.floor(math.log10(value))
