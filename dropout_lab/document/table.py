"""A table: columns of numbers, intervals and texts, with what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from dropout_lab.phrases import numbers
from dropout_lab.phrases.numbers import TYPESET, Bounded, Register

Kind = Literal[
    "name", "text", "count", "number", "signed", "factor", "estimate", "difference", "range", "p", "share", "flag"
]
"""How a column's cells are written: `name` and `text` as they are, to the left, a name as something to copy; `count`
without decimals, `factor` with one; `number` and `signed` alone, `estimate` and `difference` with the interval in
brackets, `range` the interval alone. A text among numbers stays as it is."""

Cell = str | float | bool | Bounded | None
"""A text, a number, or a number with an interval; None where there is nothing to show."""


class Words(str):
    """A text in a column of names that is nothing to copy."""


P_HOLM = "p (Holm)"
"""Heading of p values after correction."""
_LARGE_FACTOR = 10  # and more is written without decimals
_TEXTS = ("name", "text")
_BOUNDED = ("estimate", "difference", "range")


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: its heading.
        cells: one for each row.
        kind: how its cells are written.
        decimals: of its numbers; None for powers of ten.
        group: heading over this and its neighbours of the same group; empty for none.
        short: its heading where room is scarce, its lines as a terminal breaks it; empty for `name`.
        is_tested: whether an interval that excludes 0 stands out.
    """

    name: str
    cells: Sequence[Cell]
    kind: Kind = "number"
    decimals: int | None = 0
    group: str = ""
    short: str = ""
    is_tested: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells are set to the right."""
        return self.kind not in _TEXTS

    @property
    def has_intervals(self) -> bool:
        """Whether any cell has an interval in brackets."""
        return self.kind in ("estimate", "difference") and any(map(numbers.has_interval, filter(None, self._bounded)))

    @property
    def is_empty(self) -> bool:
        """Whether no cell has anything in it."""
        return all(text == TYPESET.nothing for text in self.texts(TYPESET))

    @property
    def _bounded(self) -> list[Bounded | None]:
        return cast("list[Bounded | None]", list(self.cells)) if self.kind in _BOUNDED else []

    def texts(self, register: Register = TYPESET) -> list[str]:
        """Write its cells."""
        return [self._text(cell, register) for cell in self.cells]

    def clear(self) -> list[bool]:
        """Tell of each cell whether it stands out: the interval of a difference that excludes 0."""
        if not self.is_tested:
            return [False] * len(self.cells)
        return [one is not None and numbers.excludes_zero(one.low, one.high) for one in self._bounded]

    def numbers(self, cell: Cell) -> tuple[float | None, ...]:
        """Return the numbers that a cell shows: the ends of a range, else one."""
        if isinstance(cell, str) or cell is None:
            return (None,)
        if isinstance(cell, int | float):
            return (float(cell),)
        return (cell.low, cell.high) if self.kind == "range" else (cell.value,)

    def _text(self, cell: Cell, register: Register) -> str:
        if cell is None:
            return register.nothing
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if isinstance(cell, int | float):
            return self._number(cell, register)
        if self.kind == "range":
            return numbers.interval(cell, self.decimals, register)
        return numbers.bracketed(cell, self.decimals, register, is_signed=self.kind == "difference")

    def _number(self, value: float, register: Register) -> str:
        match self.kind:
            case "p":
                return numbers.p_value(value, register)
            case "share":
                return numbers.share(value, register)
            case "factor":
                return numbers.number(value, 0 if value >= _LARGE_FACTOR else 1, register)
            case "count":
                return numbers.number(value, 0, register)
        return numbers.number(value, self.decimals, register, is_signed=self.kind == "signed")


@dataclass(frozen=True)
class Table:
    """Columns, with what is said of them.

    Args:
        columns: the first one names the rows.
        name: for anchors and labels, such as ``tuning``.
        title: its heading.
        about: what its numbers are, in a sentence or more.
        strong: for each row, whether it stands out, such as what val chose; empty where none does.
        note: what was left out; empty where nothing was.
    """

    columns: tuple[Column, ...]
    name: str = ""
    title: str = ""
    about: str = ""
    strong: tuple[bool, ...] = ()
    note: str = ""

    @property
    def n_rows(self) -> int:
        """How many rows it has."""
        return len(self.columns[0].cells)

    @property
    def is_strong(self) -> tuple[bool, ...]:
        """For each row, whether it stands out."""
        return self.strong or (False,) * self.n_rows

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The headings over the columns, each with how many neighbours it covers; empty where no column has one."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            if found and column.group and found[-1][0] == column.group:
                found[-1] = (column.group, found[-1][1] + 1)
            else:
                found.append((column.group, 1))
        return found if any(name for name, _ in found) else []

    def starts_group(self, column: int) -> bool:
        """Tell whether the column at this place is the first one below its heading."""
        return column == 0 or self.columns[column].group != self.columns[column - 1].group

    def rows(self, register: Register = TYPESET) -> list[tuple[str, ...]]:
        """Write the cells, row by row."""
        return list(zip(*(column.texts(register) for column in self.columns), strict=True))

    def without_empty(self) -> "Table":
        """Return the table without columns that have nothing in them."""
        return replace(self, columns=tuple(column for column in self.columns if not column.is_empty))

    def first(self, most: int) -> "Table":
        """Return the table with at most `most` rows, and a note where that leaves any out."""
        if self.n_rows <= most:
            return self
        columns = tuple(replace(column, cells=column.cells[:most]) for column in self.columns)
        note = f"{self.note} Shown are the first {most:,} of {self.n_rows:,} rows.".strip()
        return replace(self, columns=columns, strong=self.strong[:most], note=note)
