"""CSV tables: rows out, typed frames back in, and every damage named.

Owns how a table is parsed and checked. In a frame of floats an empty cell and a `nan` cell are both NaN;
`docs/results.md` says by which column to tell them apart.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from dropout_lab.errors import FolderError
from dropout_lab.results.cells import format_column, is_number, join_lines, quoted
from dropout_lab.results.columns import Column

# Only since 3.1 does pandas read back the float that was written unless asked to, and since then asking is deprecated.
_EXACT: Any = {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}


def header(columns: Sequence[Column]) -> bytes:
    """Return the first line of a table."""
    return join_lines([[quoted(column.name) for column in columns]]).encode()


def render_rows(frame: pd.DataFrame, columns: Sequence[Column], *, key: str, prefixes: Mapping[str, str]) -> bytes:
    """Return the rows of a frame as CSV lines, without a header.

    Args:
        frame: one row per line, with the column `key` and all of `columns`.
        columns: what to write after the prefix, in this order.
        key: column whose value picks the row's prefix.
        prefixes: text of the first cells, as CSV, for each key.

    Raises:
        ValueError: the frame lacks a column or has a row with an unknown key.
    """
    names = [column.name for column in columns]
    missing = [name for name in (key, *names) if name not in frame.columns]
    unknown = set(frame[key]) - set(prefixes) if not missing else set()
    if missing or unknown:
        raise ValueError(f"the frame lacks the columns {missing}, or has rows of the unknown {key} {sorted(unknown)}")
    first = [prefixes[value] for value in frame[key]]
    cells = [format_column(frame[column.name], column.kind) for column in columns]
    return join_lines(zip(first, *cells, strict=True)).encode()


REBUILD = "Run the study again: it trains what is missing and writes the tables anew."
"""How to mend a damaged table that is merged from parts."""


def read_table(path: Path, columns: Sequence[Column], *, mend: str = REBUILD) -> pd.DataFrame:
    """Read one CSV table with the right types.

    Args:
        path: the file.
        columns: the columns it must have, in this order.
        mend: what the user can do about a missing or damaged file.

    Returns:
        A frame with these columns: text as strings, measurements as float64, whole numbers as int64 (float64 where a
        cell is empty), settings as numbers if every filled cell is one and else as text. Empty cells are missing.

    Raises:
        FolderError: the file is missing, has other columns, is cut off, or a cell holds no number where one must be.
    """
    content = read_checked(path, columns, mend=mend)
    with _naming(path, mend):
        return parse_table(content, columns)


def read_checked(path: Path, columns: Sequence[Column], *, mend: str = REBUILD) -> bytes:
    """Return a table's bytes after checking its header, its end and the length of every line.

    Raises:
        FolderError: as for `read_table`.
    """
    try:
        content = path.read_bytes().replace(b"\r\n", b"\n")  # as an editor on Windows may have saved it
    except OSError as error:
        raise FolderError(f"{path}: the table must be readable. Got: {error.strerror}. {mend}") from None
    with _naming(path, mend):
        _check_shape(content, columns)
    return content


class _DamageError(Exception):
    """What a table must be and what it is; whoever knows the file adds its name and the mend."""


_FINE = {"nan", "inf", "-inf"}


@contextmanager
def _naming(path: Path, mend: str) -> Iterator[None]:
    try:
        yield
    except _DamageError as damage:
        raise FolderError(f"{path}: {damage} {mend}") from None


def parse_table(content: bytes, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the frame of a whole table's bytes: what `read_table` does once the file is read and checked."""
    frame: pd.DataFrame = pd.read_csv(
        io.BytesIO(content),
        dtype={column.name: "str" for column in columns if column.kind in {"text", "setting"}},
        keep_default_na=False,  # text such as NA or None is text
        na_values={column.name: _missing_marks(column) for column in columns},
        low_memory=False,
        **_EXACT,
    )
    for column in columns:
        if column.kind == "setting":
            frame[column.name] = _numbers_or_text(frame[column.name])
        elif column.kind != "text":
            frame[column.name] = _numbers(frame[column.name], column)
    return frame


def _check_shape(content: bytes, columns: Sequence[Column]) -> None:
    lines = content.split(b"\n")
    if lines[0] + b"\n" != header(columns):
        _refuse("the columns must be those of its study", f"the header {lines[0].decode(errors='replace')}")
    if lines.pop() != b"":
        _refuse("the file must end with a whole line", f"a line {len(lines) + 1} that is cut off")
    if b'"' in content:
        widths = [len(row) for row in csv.reader(io.StringIO(content.decode(errors="replace"), newline=""))]
    else:
        widths = [line.count(b",") + 1 for line in lines]
    if any(width != len(columns) for width in widths):
        number = next(number for number, width in enumerate(widths, 1) if width != len(columns))
        _refuse(f"every line must have {len(columns)} cells", f"{widths[number - 1]} in line {number}")


def _missing_marks(column: Column) -> list[str]:
    return ["", "nan"] if column.kind in {"number", "statistic"} else [""]


def _numbers(values: "pd.Series[Any]", column: Column) -> "pd.Series[Any]":
    if values.isna().all():
        return values.astype("int64" if values.empty and column.kind == "integer" else "float64")
    if values.dtype.kind not in "iuf":
        texts = enumerate(values.fillna("nan").astype(str), 2)
        number, text = next((n, text) for n, text in texts if not is_number(text) and text not in _FINE)
        _refuse(f"column {column.name} must hold numbers", f"{text} in line {number}")
    return values if column.kind == "integer" else values.astype("float64")


def _numbers_or_text(values: "pd.Series[Any]") -> "pd.Series[Any]":
    texts = values.dropna().unique().tolist()
    if not all(is_number(text) for text in texts):
        return values
    whole = bool(texts) and not values.isna().any() and all(text.lstrip("+-").isdigit() for text in texts)
    numbers = {text: int(text) if whole else float(text) for text in texts}
    return values.map(numbers).astype("int64" if whole else "float64")


def _refuse(invariant: str, got: str) -> NoReturn:
    raise _DamageError(f"{invariant}. Got {got}.")
