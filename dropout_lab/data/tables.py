"""A user's own table: a CSV file with a header, one column of it the target.

pandas parses; what it would pass over in silence (duplicate names, rows too short or too long) is refused here, with
the line that is wrong. Numeric columns become features as they are; the others become `TextColumn`s, encoded later on
train rows only.
"""

import csv
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import Dataset, TextColumn
from dropout_lab.data.sources import Request
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


def read_header(path: Path, source: str) -> list[str]:
    """Return the column names of a comma-separated UTF-8 file: at least two, all different, none empty.

    Raises:
        DataError: the header is not that, or the file cannot be read.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = next((row for row in csv.reader(file, skipinitialspace=True) if row), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(source, error) from None
    names = [name.strip() for name in first]
    if not names:
        raise DataError(f"{source}: the file must hold a header and rows. Got an empty file. Name another data.source.")
    if "" in names:
        raise DataError(
            f"{source}: every column must have a name. Got none for column {names.index('') + 1}. "
            "Name it or remove it (a row index is no feature; pandas leaves it out with index=False)."
        )
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise DataError(f"{source}: column names must differ. Got more than one {listed(duplicates)}. Rename them.")
    if len(names) == 1:
        raise DataError(
            f"{source}: the header must name a target and at least one feature, separated by commas. "
            f"Got one column, {names[0]}. Save the table with commas as separators."
        )
    return names


def read_frame(path: Path, header: list[str], source: str) -> "DataFrame":
    """Return the rows below the header. Missing are empty cells, ``?``, and what pandas takes for missing.

    Raises:
        DataError: the file cannot be parsed, has no rows, or a row has more or fewer values than the header.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            # pandas drops the surplus of rows that are all longer than the header, with no more than this warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path,
                header=0,
                names=header,
                index_col=False,
                na_values=["?"],
                skipinitialspace=True,
                low_memory=False,  # in pieces, one column could be typed twice
                encoding="utf-8-sig",
            )
    except pd.errors.ParserWarning:
        raise DataError(
            f"{source}: every row must have as many values as the header. Got more. Mend the header or the rows."
        ) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise _unreadable(source, error) from None
    if frame.empty:
        raise DataError(f"{source}: the table must hold rows. Got only a header. Name another data.source.")
    if frame.isna().to_numpy().any():
        _refuse_short_rows(path, header, source)
    return frame


def _refuse_short_rows(path: Path, header: list[str], source: str) -> None:
    """Raise a `DataError` for a row with fewer values than the header: pandas would call the rest missing."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, skipinitialspace=True)
        for row in reader:
            if row and len(row) < len(header):
                raise DataError(
                    f"{source}:{reader.line_num}: every row must have {len(header)} values, as the header has. "
                    f"Got {len(row)}. Mend the row (an empty cell between commas is a missing value)."
                )


def _unreadable(source: str, error: Exception) -> DataError:
    if isinstance(error, UnicodeDecodeError):
        return DataError(f"{source}: the file must be UTF-8 text. Got other bytes. Save it as UTF-8.")
    if isinstance(error, OSError):
        return DataError(f"{source}: the file must be readable. Got {error.strerror}. Mend its permissions.")
    reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
    return DataError(f"{source}: the file must parse as CSV. Got this from the parser: {reason}. Mend that line.")
