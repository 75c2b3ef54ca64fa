"""The tables of `mask` that show single draws: what is off, what comes out, what learns.

Owns their columns; the numbers are handed in.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dropout_lab.cli.mask.numbers import Marks, numbers, spread
from dropout_lab.document import Column
from dropout_lab.document.terminal import aligned, line_width

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dropout_lab.mechanism import Demonstration, Draw

_MARKS_A_LINE = 32
_SILENT = "on, but gives 0 all the same"


def draws_of_values(shown: "Demonstration", marks: Marks, width: int) -> str:
    """Set every value of every draw, a line for each unit or weight; in blocks where the draws need more room."""
    flat = numbers([*shown.values, *(output for draw in shown.draws for output in draw.outputs)])
    n = len(shown.values)
    keeps_numbers = any(output for draw in shown.draws for output in draw.outputs[draw.is_off])
    columns = [
        _outputs_column(draw, flat[(k + 1) * n :][:n], marks, keeps_numbers) for k, draw in enumerate(shown.draws)
    ]
    value = Column("value", flat[:n])
    if shown.request.drops_weights:
        sums = numbers([shown.together(shown.values), *(shown.together(draw.outputs) for draw in shown.draws)])
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
        columns.append(Column("multipliers", ["1", *(spread(draw.multipliers) for draw in shown.draws)]))
    else:
        columns.append(Column("off", ["0", *map(str, n_off)]))
        columns.append(Column("share\noff", numbers([0.0, *(count / n for count in n_off)])))
    columns += [
        Column(f"{whole} of\nthe outputs", numbers(shown.together(values) for values in outputs)),
        Column("variance\nover the outputs", numbers(float(values.var()) for values in outputs)),
    ]
    return aligned(columns, width=None)


def gradients_of_values(shown: "Demonstration") -> str:
    """Set the gradient of every value or weight at one draw beside that without dropout."""
    n, draw = len(shown.values), shown.telling_draw
    flat = numbers([*shown.gradients, *draw.gradients])
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
    return [spread(gradients[group]) for group in groups.values()]
