"""Tables as plain text.

Written by hand because a table library wraps and truncates cells where it is too narrow; here a number is always whole,
on one line with its row's others, and no line holds an escape code.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from dropout_lab.document.table import Column, Table
from dropout_lab.phrases.numbers import TERMINAL

_GAP = "  "
_INTERVAL = "[95% CI]"


class TerminalTable(NamedTuple):
    """A table as text, and the names of the columns that the page had no room for."""

    text: str
    left_out: tuple[str, ...]


class _Set(NamedTuple):
    """A column's texts, heading and cells, and how wide they are together."""

    name: str
    heading: tuple[str, ...]
    cells: list[str]
    is_number: bool

    @property
    def width(self) -> int:
        return max(map(len, (*self.heading, *self.cells)))

    def line(self, text: str) -> str:
        return text.rjust(self.width) if self.is_number else text.ljust(self.width)


def table_text(
    table: Table, *, width: int | None = None, spare: Sequence[str] = (), last_spare: Sequence[str] = ()
) -> TerminalTable:
    """Set a table, the first column naming the rows.

    Args:
        table: what to set.
        width: columns that a line may have; None for any number. A table that is too wide does without the columns that
            can be spared; where that does not help, the rows' names stand on lines of their own above their numbers.
        spare: names of the columns to do without, the first one first.
        last_spare: names of those to do without only where the names stand apart.

    >>> print(table_text(Table((Column("name", ["a", "b"], "text"), Column("n", [5, 10], "count")))).text)
    name   n
    a      5
    b     10
    """
    columns = [_set(column) for column in table.columns]
    left_out = () if width is None else _left_out(columns, width, spare, last_spare)
    kept = [column for column in columns if column.name not in left_out]
    return TerminalTable(_aligned(kept, width), left_out)


def aligned(columns: Sequence[Column], *, width: int | None = None) -> str:
    """Set columns, the first one naming the rows, as `table_text` does."""
    return table_text(Table(tuple(columns)), width=width).text


def bare(column: Column) -> Column:
    """Return a column of estimates without their intervals."""
    values = [None if cell is None or isinstance(cell, str) else column.numbers(cell)[0] for cell in column.cells]
    return replace(column, cells=values, kind="number")


def line_width(columns: Sequence[Column]) -> int:
    """Return how long a line with these columns is."""
    return _line_width([_set(column) for column in columns])


def _left_out(columns: Sequence[_Set], width: int, spare: Sequence[str], last_spare: Sequence[str]) -> tuple[str, ...]:
    """Return the columns to do without: those that save one line a row, else those that save a number."""
    apart = [_Set("", ("",), [""], is_number=False), *columns[1:]]
    every = [*spare, *last_spare]
    for line, spared in ((columns, spare), (apart, every)):
        for n_spared in range(len(spared) + 1):
            if _line_width([column for column in line if column.name not in spared[:n_spared]]) <= width:
                return tuple(column.name for column in columns if column.name in spared[:n_spared])
    return tuple(column.name for column in columns if column.name in every)


def _set(column: Column) -> _Set:
    cells = column.texts(TERMINAL)
    if any(clear := column.clear()):
        cells = [f"{cell}{'*' if one else ' '}" for cell, one in zip(cells, clear, strict=True)]
    heading = (column.short or column.name).split("\n") + [_INTERVAL] * column.has_intervals
    return _Set(column.name, tuple(heading), cells, column.is_number)


def _aligned(columns: Sequence[_Set], width: int | None) -> str:
    n_heading_lines = max(len(column.heading) for column in columns)
    headings = [(("",) * n_heading_lines + column.heading)[-n_heading_lines:] for column in columns]
    rows = list(zip(*(column.cells for column in columns), strict=True))
    if width is None or _line_width(columns) <= width:
        return "\n".join(_line(columns, cells) for cells in [*zip(*headings, strict=True), *rows])
    names, *others = columns
    indented = [_Set("", ("",), [""], is_number=False), *others]
    lines = [" ".join(names.heading)]
    lines += [_line(indented, ("", *cells[1:])) for cells in zip(*headings, strict=True)]
    for name, *cells in rows:
        lines += [name, _line(indented, ("", *cells))]
    return "\n".join(lines)


def _line_width(columns: Sequence[_Set]) -> int:
    return sum(column.width + len(_GAP) for column in columns) - len(_GAP)


def _line(columns: Sequence[_Set], cells: Sequence[str]) -> str:
    return _GAP.join(column.line(cell) for column, cell in zip(columns, cells, strict=True)).rstrip()
