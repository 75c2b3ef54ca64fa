"""Values to CSV cells: one text for one value, the same bytes on every machine.

Owns how a value looks in a cell. Floats are written by `repr`, the shortest text that reads back as the same float64;
an empty cell means *not applicable*, and `nan` is a value.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from dropout_lab.results.columns import Kind

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_READ_AS_ANOTHER_VALUE = {"", "~", "null", "true", "false"}


def is_number(text: str) -> bool:
    """Tell whether a YAML reader takes `text` for a finite number."""
    return _NUMBER.fullmatch(text) is not None


def format_setting(value: object) -> str:
    """Return the one-line text of a setting's value, as cells and condition labels show it.

    Args:
        value: what YAML can hold: a number, text, boolean or null, or a list of them.

    Returns:
        A YAML scalar; a list is joined by hyphens. Text that would read back as another value is put in quotes.

    >>> [format_setting(value) for value in (0.5, (128, 128), None, True, "relu", "1e-3")]
    ['0.5', '128-128', 'null', 'true', 'relu', '"1e-3"']
    """
    if isinstance(value, list | tuple):
        return "-".join(format_setting(item) for item in value)
    if isinstance(value, str):
        needs_quotes = value in _READ_AS_ANOTHER_VALUE or is_number(value) or not value.isprintable()
        return json.dumps(value) if needs_quotes else value
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return repr(float(value)) if isinstance(value, float) else str(value)


def quoted(text: str) -> str:
    """Return `text` as a CSV cell: in quotes only where a comma, a quote or a line break makes it necessary."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def format_column(values: "pd.Series[Any]", kind: Kind) -> list[str]:
    """Return one cell per value.

    Args:
        values: what to write; None and `pandas.NA` give empty cells.
        kind: what the column holds; a float `nan` is written as ``nan`` for a number and leaves the cell empty
            otherwise.

    Raises:
        ValueError: an integer column holds a fraction.
    """
    if kind == "number" and values.dtype == "float64":
        return list(map(repr, values.tolist()))  # these are the ones that matter: millions of cells
    if kind == "statistic" and values.dtype == "float64":
        return ["" if number != number else repr(number) for number in values.tolist()]  # noqa: PLR0124
    if kind == "integer" and values.dtype == "int64":
        return list(map(str, values.tolist()))
    return [_format_cell(value, kind) for value in values.tolist()]


def _format_cell(value: object, kind: Kind) -> str:
    if value is None or value is pd.NA:
        return ""
    if kind == "number":
        return repr(float(value))  # type: ignore[arg-type]
    if value != value:  # noqa: PLR0124  nan, whatever its type
        return ""
    if kind == "integer":
        return str(_whole(value))
    if kind == "statistic":
        return repr(float(value))  # type: ignore[arg-type]
    return quoted(format_setting(value) if kind == "setting" else str(value))


def _whole(value: object) -> int:
    whole = int(value)  # type: ignore[call-overload]
    if whole != value:
        raise ValueError(f"an integer column must hold whole numbers, got {value}")
    return int(whole)


def join_lines(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells as CSV lines, each ended by a line feed."""
    return "".join(",".join(row) + "\n" for row in rows)
