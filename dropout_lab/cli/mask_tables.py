"""The tables of `mask`: single draws, many draws against theory, and eval mode against training.

Owns their columns, how a number is written in them, and the marks for what is on and off; the numbers are handed in.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.document import Column
from dropout_lab.document.terminal import aligned, line_width
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dropout_lab.mechanism import Demonstration, Draw


_MARKS_A_LINE = 32
_SILENT = "on, but gives 0 all the same"
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


def format_number(value: float, *, digits: int = _DIGITS) -> str:
    """Write one number by its leading digits.

    >>> format_number(2.0), format_number(1 / 0.7), format_number(12345.6)
    ('2', '1.429', '12350')
    """
    return format_numbers([float(f"{value:.{digits}g}")])[0] if math.isfinite(value) else str(value)


def format_range(values: Iterable[float]) -> str:
    """Write the range of some numbers.

    >>> format_range([2.0, 2.0]), format_range([0.5, 1.25])
    ('2', '0.5 to 1.25')
    """
    values = [float(value) for value in values]
    low, high = format_number(min(values)), format_number(max(values))
    return low if low == high else f"{low} to {high}"


def format_numbers(values: Iterable[float]) -> list[str]:
    """Write numbers with the same decimals: as few as show them exactly, at most four digits of the largest.

    >>> format_numbers([0.0, 4.0]), format_numbers([1 / 3, 12.0]), format_numbers([-1e-9, 0.25])
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


def draws_of_values(shown: "Demonstration", marks: Marks, width: int) -> str:
    """Set every value of every draw, a line for each unit or weight; in blocks where the draws need more room."""
    flat = format_numbers([*shown.values, *(output for draw in shown.draws for output in draw.outputs)])
    n = len(shown.values)
    keeps_numbers = any(output for draw in shown.draws for output in draw.outputs[draw.is_off])
    columns = [
        _outputs_column(draw, flat[(k + 1) * n :][:n], marks, keeps_numbers) for k, draw in enumerate(shown.draws)
    ]
    value = Column("value", flat[:n])
    if shown.request.drops_weights:
        sums = format_numbers([shown.together(shown.values), *(shown.together(draw.outputs) for draw in shown.draws)])
        value, *columns = [
            Column(column.name, [*column.cells, total]) for column, total in zip([value, *columns], sums, strict=True)
        ]
    return "\n\n".join(
        aligned([*_names(shown), value, *block], width=None) for block in _blocks(shown, value, columns, width)
    )


def _names(shown: "Demonstration") -> list[Column]:
    numbered = [str(index) for index in range(1, len(shown.values) + 1)]
    if shown.request.drops_weights:
        return [Column("weight", [*numbered, "sum"])]
    return [Column("unit", numbered)]


def _outputs_column(draw: "Draw", texts: Sequence[str], marks: Marks, keeps_numbers: bool) -> Column:
    cells = [
        (text if keeps_numbers else "") + marks.off if is_off else text + (" " if keeps_numbers else "")
        for text, is_off in zip(texts, draw.is_off, strict=True)
    ]
    return Column(f"draw\n{draw.step}" if draw.step == 0 else str(draw.step), cells)


def _blocks(shown: "Demonstration", value: Column, columns: list[Column], width: int) -> list[list[Column]]:
    """Cut draws into blocks that fit beside the names and the values."""
    blocks: list[list[Column]] = [[]]
    for column in columns:
        if blocks[-1] and line_width([*_names(shown), value, *blocks[-1], column]) > width:
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def draws_of_layer(shown: "Demonstration", marks: Marks) -> str:
    """Set one draw as a grid with a mark for each unit, and all draws as counts, a line each."""
    if shown.share_off is None:
        return _counts(shown)
    draw, is_silent = shown.telling_draw, shown.values == 0
    letters = [
        marks.off if is_off else marks.silent if silent else marks.on
        for is_off, silent in zip(draw.is_off, is_silent, strict=True)
    ]
    grid = [" ".join(letters[start : start + _MARKS_A_LINE]) for start in range(0, len(letters), _MARKS_A_LINE)]
    silent = f"   {marks.silent} {_SILENT}" if is_silent.any() else ""
    legend = f"draw {draw.step}:   {marks.on} on{silent}   {marks.off} off"
    return "\n".join([legend, "", *grid, "", _counts(shown)])


def _counts(shown: "Demonstration") -> str:
    n, whole = len(shown.values), "sum" if shown.request.drops_weights else "mean"
    outputs = [shown.values, *(draw.outputs for draw in shown.draws)]
    n_off = [int(draw.is_off.sum()) for draw in shown.draws]
    columns = [Column("draw", ["none", *(str(draw.step) for draw in shown.draws)])]
    if shown.share_off is None:
        columns.append(Column("multipliers", ["1", *(format_range(draw.multipliers) for draw in shown.draws)]))
    else:
        columns.append(Column("off", ["0", *map(str, n_off)]))
        columns.append(Column("share\noff", format_numbers([0.0, *(count / n for count in n_off)])))
    columns += [
        Column(f"{whole} of\nthe outputs", format_numbers(shown.together(values) for values in outputs)),
        Column("variance\nover the outputs", format_numbers(float(values.var()) for values in outputs)),
    ]
    return aligned(columns, width=None)


def gradients_of_values(shown: "Demonstration") -> str:
    """Set the gradient of every value or weight at one draw beside that without dropout."""
    n, draw = len(shown.values), shown.telling_draw
    flat = format_numbers([*shown.gradients, *draw.gradients])
    columns = [
        Column("weight" if shown.request.drops_weights else "unit", [str(index) for index in range(1, n + 1)]),
        Column("", ["off" if is_off else "on" for is_off in draw.is_off], kind="text"),
        Column("gradient without\ndropout", flat[:n]),
        Column(f"gradient\nat draw {draw.step}", flat[n:]),
    ]
    return aligned(columns, width=None)


def gradients_by_group(shown: "Demonstration") -> str:
    """Set the range of the gradients at one draw: of what is off, of what is on and silent, and of the rest."""
    draw, is_silent = shown.telling_draw, shown.gradients == 0
    groups = {
        "off": draw.is_off,
        _SILENT: ~draw.is_off & is_silent,
        "on": ~draw.is_off & ~is_silent,
    }
    there = {name: members for name, members in groups.items() if members.any()}
    columns = [
        Column(f"draw {draw.step}", list(there), kind="text"),
        Column(
            "weights" if shown.request.drops_weights else "units", [str(int(group.sum())) for group in there.values()]
        ),
        Column("gradient without\ndropout", _ranges(shown.gradients, there)),
        Column(f"gradient\nat draw {draw.step}", _ranges(draw.gradients, there)),
    ]
    return aligned(columns, width=None)


def _ranges(gradients: "npt.NDArray[np.float64]", groups: "dict[str, npt.NDArray[np.bool_]]") -> list[str]:
    return [format_range(gradients[group]) for group in groups.values()]


def against_theory(shown: "Demonstration", marks: Marks) -> str:
    """Set expected value and variance over many draws beside theory: of each given value, and of the layer."""
    sample, whole = shown.sample, shown.whole
    columns = [
        _line_names(shown),
        Column("expected\nvalue", format_numbers(_lines(shown, sample.theory_mean, whole.theory_mean))),
        Column(
            _title("mean of", shown),
            with_errors(
                _lines(shown, sample.mean, whole.mean),
                _lines(shown, sample.standard_error, whole.standard_error),
                marks,
            ),
        ),
        Column("variance\nin theory", format_numbers(_lines(shown, sample.theory_variance, whole.theory_variance))),
        Column(
            _title("variance of", shown),
            with_errors(
                _lines(shown, sample.variance, whole.variance),
                _lines(shown, sample.variance_standard_error, whole.variance_standard_error),
                marks,
            ),
        ),
    ]
    return aligned(columns, width=None)


def share_off(shown: "Demonstration", marks: Marks) -> str:
    """Say how many of all values these draws switch off; nothing where the noise switches none off."""
    share = shown.share_off
    if share is None:
        return ""
    (found,) = with_errors([float(share.mean)], [float(share.standard_error)], marks)
    return f"Share off: {found}, in theory {format_number(float(share.theory_mean))}."


def in_eval_mode(shown: "Demonstration", marks: Marks) -> str:
    """Set eval mode's outputs beside the mean over training draws; and what the other reading would make of them."""
    request, sample, whole = shown.request, shown.sample, shown.whole
    by_title = {"value": shown.values, "\neval mode": shown.eval_outputs}
    if request.is_scaled_at_inference:
        by_title = {
            "value": shown.values,
            "eval mode:\nx (1 - rate)": shown.eval_outputs,
            "not:\nx rate": shown.values * request.true_rate,
        }
    lines = [_lines(shown, of_each, shown.together(of_each)) for of_each in by_title.values()]
    n = len(lines[0])
    flat = format_numbers(one for line in lines for one in line)
    columns = [Column(title, flat[n * k :][:n]) for k, title in enumerate(by_title)]
    found = with_errors(
        _lines(shown, sample.mean, whole.mean), _lines(shown, sample.standard_error, whole.standard_error), marks
    )
    return aligned([_line_names(shown), *columns, Column(_title("training: mean of", shown), found)], width=None)


def _title(start: str, shown: "Demonstration") -> str:
    return f"{start}\n{shown.n_many:,} draws"


def _line_names(shown: "Demonstration") -> Column:
    """Name the lines: every given value, then what the layer comes to."""
    what, whole = ("weight", "sum") if shown.request.drops_weights else ("unit", "mean")
    if shown.request.n_units:
        return Column(plural(len(shown.values), "output"), [whole], kind="text")
    return Column(what, [*(str(index) for index in range(1, len(shown.values) + 1)), whole])


def _lines(
    shown: "Demonstration", of_each: "npt.NDArray[np.float64]", of_whole: "float | npt.NDArray[np.float64]"
) -> list[float]:
    """Return the numbers of a column: of each given value, and of the layer; of a random layer that alone."""
    each: Iterable[float] = [] if shown.request.n_units else of_each
    return [*map(float, each), float(of_whole)]
