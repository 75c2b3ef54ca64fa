"""Plain text tables, and the results table among them.

Owns how rows become aligned text or JSON; must not know where rows come from, nor print them. Written by
hand because a table library wraps and truncates cells where it is too narrow; here a number is always whole, on one
line with its row's others, and no line holds an escape code.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dropout_lab.metrics import LOSS, METRICS, column_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, object]

_GAP = "  "


@dataclass(frozen=True)
class Column:
    """A column of text cells.

    Args:
        title: the header, of one or two lines.
        cells: one text for each row.
        is_number: whether cells are set to the right.
    """

    title: str
    cells: Sequence[str]
    is_number: bool = True

    @property
    def width(self) -> int:
        """Return the widest cell's length, header included."""
        return max(len(text) for text in (*self.title.split("\n"), *self.cells))

    def set_out(self, text: str) -> str:
        """Pad `text` to the column's width."""
        return text.rjust(self.width) if self.is_number else text.ljust(self.width)


def aligned(columns: Sequence[Column], *, width: int | None) -> str:
    """Set columns as lines of text, the first of them naming the rows.

    Args:
        columns: all of the same length.
        width: columns that a line may have; None for any number. Where the table is wider, the rows' names stand on
            lines of their own.

    >>> print(aligned([Column("name", ["a", "b"], is_number=False), Column("n", ["5", "10"])], width=None))
    name   n
    a      5
    b     10
    """
    n_title_lines = max(column.title.count("\n") for column in columns) + 1
    titles = [["", *column.title.split("\n")][-n_title_lines:] for column in columns]
    lines = [_line(columns, cells) for cells in zip(*titles, strict=True)]
    rows = list(zip(*(column.cells for column in columns), strict=True))
    if width is None or line_width(columns) <= width:
        return "\n".join(lines + [_line(columns, cells) for cells in rows])
    names, *others = columns
    indented = [Column("", [""], is_number=False), *others]
    lines = [_line(indented, ["", *cells[1:]]) for cells in zip(*titles, strict=True)]
    for name, *cells in rows:
        lines += [name, _line(indented, ["", *cells])]
    return "\n".join([names.title, *lines])


def line_width(columns: Sequence[Column]) -> int:
    """Return how long a line with these columns is."""
    return sum(column.width + len(_GAP) for column in columns) - len(_GAP)


def _line(columns: Sequence[Column], cells: Sequence[str]) -> str:
    return _GAP.join(column.set_out(cell) for column, cell in zip(columns, cells, strict=True)).rstrip()


def records(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """Return a frame's rows as plain values; missing and non-finite numbers are None, as JSON knows neither."""
    rows = frame.astype(object).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, (str, bool, int)):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def as_json(rows: Iterable[Row]) -> str:
    """Write rows as a JSON array of objects."""
    return json.dumps(list(rows), indent=2, allow_nan=False, ensure_ascii=False)


def results_text(rows: Sequence[Row], *, width: int | None) -> str:
    """Write the results table: a row for each condition, its gap and its difference to the baseline with intervals.

    Args:
        rows: as `study.results_table` has them, of plain values.
        width: as for `aligned`.
    """
    others = [f"val_{metric.column}" for metric in METRICS.values() if metric.column != LOSS]
    columns = [
        Column("condition", [str(row["condition"]) for row in rows], is_number=False),
        Column("n", [str(row["n"]) for row in rows]),
        Column("train\nloss", _numbers(rows, "train_loss")),
        Column("val\nloss", _numbers(rows, "val_loss")),
        Column("loss gap\n[95% CI]", _intervals(rows, "loss_gap", "loss_gap_ci95")),
        *(
            Column(f"val\n{column_of(name).metric.short_text}", _numbers(rows, name))
            for name in others
            if rows and name in rows[0]
        ),
        Column("val loss - baseline's\n[95% CI]", _marked(rows)),
    ]
    return aligned(columns, width=width)


def excludes_zero(row: Row) -> bool:
    """Tell whether the interval of a row's difference to the baseline leaves out 0."""
    low, high = row["difference_ci95_low"], row["difference_ci95_high"]
    return isinstance(low, float) and isinstance(high, float) and (low > 0 or high < 0)


def _marked(rows: Sequence[Row]) -> list[str]:
    texts = _intervals(rows, "difference", "difference_ci95")
    if not any(map(excludes_zero, rows)):
        return texts
    return [text + ("*" if excludes_zero(row) else " ") for text, row in zip(texts, rows, strict=True)]


def _intervals(rows: Sequence[Row], name: str, interval: str) -> list[str]:
    centres, lows, highs = _together(rows, name, f"{interval}_low", f"{interval}_high")
    return [
        centre if low == "-" else f"{centre} [{low},{high}]"
        for centre, low, high in zip(centres, lows, highs, strict=True)
    ]


def _numbers(rows: Sequence[Row], name: str) -> list[str]:
    return _together(rows, name)[0]


def _together(rows: Sequence[Row], *names: str) -> list[list[str]]:
    """Write the numbers of some columns with as many decimals as show the largest; at least 3, at most 6."""
    columns = [[value if isinstance(value := row[name], (int, float)) else None for row in rows] for name in names]
    largest = max((abs(value) for column in columns for value in column if value is not None), default=0.0)
    decimals = min(max(-math.floor(math.log10(largest)), 3), 6) if largest > 0 else 3
    return [["-" if value is None else _fixed(value, decimals) for value in column] for column in columns]


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text
