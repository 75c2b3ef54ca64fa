"""Tables of what only some studies have: tuning, sampled nets, learnt rates. As columns of plain text.

Owns their form, how an estimate is written in them, and how many rows they show; must not know HTML,
Markdown or LaTeX. It exists so that every writer sets such a table in one way, whatever it is about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dropout_lab.findings import Estimate
from dropout_lab.report.numbers import NOTHING, bracketed, decimals_for, number


@dataclass(frozen=True)
class ExtraColumn:
    """A column.

    Args:
        name: its heading.
        cells: a text for each row.
        group: heading over this and its neighbours of the same group; empty for none.
        is_number: whether cells are set to the right.
        has_intervals: whether any cell has an interval in brackets.
    """

    name: str
    cells: tuple[str, ...]
    group: str = ""
    is_number: bool = True
    has_intervals: bool = False


@dataclass(frozen=True)
class ExtraTable:
    """A table with what is said of it.

    Args:
        name: for anchors and labels, such as ``tuning``; figures of that section stand beside it.
        title: its heading.
        about: what its numbers are, in a sentence or more.
        columns: the first one names the rows.
        strong: for each row, whether it stands out: what val chose.
        note: what was left out; empty where nothing was.
    """

    name: str
    title: str
    about: str
    columns: tuple[ExtraColumn, ...]
    strong: tuple[bool, ...]
    note: str = ""

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The cells, row by row."""
        return list(zip(*(column.cells for column in self.columns), strict=True))

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

    def first(self, most: int) -> "ExtraTable":
        """Return the table with at most `most` rows, and a note where that leaves any out."""
        n_rows = len(self.strong)
        if n_rows <= most:
            return self
        columns = tuple(replace(column, cells=column.cells[:most]) for column in self.columns)
        note = f"{self.note} Shown are the first {most:,} of {n_rows:,} rows.".strip()
        return replace(self, columns=columns, strong=self.strong[:most], note=note)


def names_column(name: str, cells: Iterable[str]) -> ExtraColumn:
    """Return a column of texts."""
    return ExtraColumn(name, tuple(cells), is_number=False)


def estimates_column(
    name: str, estimates: Sequence[Estimate | None], *, group: str = "", is_signed: bool = False, is_bare: bool = False
) -> ExtraColumn:
    """Return a column of means with their intervals, written with the decimals that all of them deserve.

    Args:
        name: its heading.
        estimates: one for each row, None where there is none.
        group: heading over it and its neighbours.
        is_signed: write a plus before what is above 0.
        is_bare: leave the intervals out; they set the decimals all the same.
    """
    there = [one for one in estimates if one]
    decimals = decimals_for(there)
    cells = tuple(_cell(one, decimals, is_signed=is_signed, is_bare=is_bare) for one in estimates)
    has_intervals = not is_bare and any(one.has_interval for one in there)
    return ExtraColumn(name, cells, group, has_intervals=has_intervals)


def _cell(one: Estimate | None, decimals: int, *, is_signed: bool, is_bare: bool) -> str:
    if one is None:
        return NOTHING
    if is_bare or (is_signed and not one.has_interval):
        return number(one.value, decimals, is_signed=is_signed)
    text = bracketed(one, decimals)
    is_positive = is_signed and one.value > 0 and number(one.value, decimals).strip("0.,")
    return f"+{text}" if is_positive else text


def has_numbers(column: ExtraColumn) -> bool:
    """Tell whether any cell of a column has something in it."""
    return set(column.cells) != {NOTHING}
