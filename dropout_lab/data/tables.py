"""A user's own table: a CSV file with a header, one column of it the target.

Numeric columns become features as they are; the others become `TextColumn`s, encoded later on train rows only.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.csv_parsing import read_frame, read_header
from dropout_lab.data.dataset import Dataset, TextColumn
from dropout_lab.data.request import Request
from dropout_lab.data.targets import read_target
from dropout_lab.data.wording import listed, row_numbers
from dropout_lab.errors import DataError, complaint, did_you_mean

if TYPE_CHECKING:
    from pandas import DataFrame, Series

# One-hot columns beyond this swamp the others, and so many levels are nearly always an identifier, a date or free text.
MAX_LEVELS = 100


def read_csv(request: Request) -> Dataset:
    """Return the rows of a CSV file (comma-separated, UTF-8, with a header).

    Missing are empty cells, ``?``, and what pandas takes for missing (``NA``, ``NaN``, ``null``, ``None``, ...). The
    task follows from the target unless ``request.task`` names it: text, and at most 20 different whole numbers, are
    classification; other numbers are regression.

    Raises:
        DataError: the file cannot be parsed, the target is no column of it or is missing in a row, a column holds no
            values, or a text column has too many levels to be a category.
    """
    path, source = Path(request.source), request.source
    header = read_header(path, source)
    _checked_target(request.target, header, source)  # before the rows, which may be many
    return table(request, read_frame(path, header, source))


def table(request: Request, frame: "DataFrame") -> Dataset:
    """Return the rows of a table that a reader has parsed: columns of numbers, and of text.

    Args:
        request: names the target, and the task unless that follows from it.
        frame: as pandas types the columns of a CSV file; missing values are NaN or None. The target is taken out of it.

    Raises:
        DataError: as for `read_csv`, the parsing apart.
    """
    source = request.source
    target_name = _checked_target(request.target, list(frame.columns), source)
    target = read_target(_values(frame.pop(target_name)), task=request.task, source=source, name=target_name)
    notes = list(target.notes)
    numeric: dict[str, npt.NDArray[np.float64]] = {}
    text_columns: list[TextColumn] = []
    for name in frame.columns:
        values = _values(frame[name])
        if values.dtype == object:
            text_columns.append(_text_column(name, values, source, notes))
        else:
            numeric[name] = _numeric_column(name, values, source)
    return Dataset(
        source=source,
        task=target.task,
        features=np.column_stack(list(numeric.values())) if numeric else np.empty((len(frame), 0)),
        feature_names=tuple(numeric),
        target=target.values,
        class_names=target.class_names,
        text_columns=tuple(text_columns),
        notes=tuple(notes),
    )


def _checked_target(target: str | None, header: list[str], source: str) -> str:
    if target in header:
        return target
    got = "nothing" if target is None else target
    suggestion = "" if target is None else did_you_mean(target, header)
    mend = f"{suggestion} Its columns: {listed(header)}.".lstrip()
    raise DataError(f"{source}: {complaint('data.target', 'must be a column of the table', got, mend)}")


def _values(column: "Series[Any]") -> npt.NDArray[Any]:
    """Return a column as a numeric or boolean array, or as objects: stripped text, None where missing."""
    if column.dtype.kind in "biuf":
        numbers: npt.NDArray[Any] = column.to_numpy()
        return numbers
    texts = np.empty(len(column), dtype=object)
    missing = column.isna()
    texts[:] = [None if gap else str(value).strip() or None for value, gap in zip(column, missing, strict=True)]
    return texts


def _numeric_column(name: str, values: npt.NDArray[Any], source: str) -> npt.NDArray[np.float64]:
    numbers = values.astype(np.float64)
    if np.isnan(numbers).all():
        raise DataError(f"{source}: every column must hold values. Got none in {name}. Remove the column.")
    return numbers


def _text_column(name: str, texts: npt.NDArray[Any], source: str, notes: list[str]) -> TextColumn:
    """Encode texts by their levels, in alphabetical order; refuse what cannot be a category."""
    present = np.flatnonzero([text is not None for text in texts])
    levels, level_codes = np.unique(texts[present], return_inverse=True)
    is_number = np.array([_is_number(level) for level in levels])[level_codes]
    # Text is never all numbers, or pandas would have read numbers; no number at all is plain text, with no culprit.
    stray = int(present[~is_number][0]) if is_number.any() and not is_number.all() else None
    if len(levels) > MAX_LEVELS or len(levels) == len(present):
        what = f"{len(levels)} different texts in {len(present)} values"
        hint = f" (the first that is no number: {texts[stray]} in {row_numbers([stray])})" if stray is not None else ""
        raise DataError(
            f"{source}: a text column must be a category: levels that repeat, at most {MAX_LEVELS} of them. "
            f"Got {what} of {name}{hint}. Remove the column, group its levels, or make it numeric."
        )
    if stray is not None and is_number.mean() > 0.5:
        notes.append(f"{name} is read as text, since {texts[stray]} in {row_numbers([stray])} is no number.")
    codes = np.full(len(texts), -1, dtype=np.int64)
    codes[present] = level_codes
    return TextColumn(name, tuple(map(str, levels)), codes)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
