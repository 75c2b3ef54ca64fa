"""Parse a CSV file into a header and a pandas frame, or say which line is wrong.

pandas parses; what it would pass over in silence (duplicate names, rows too short or too long) is refused here. Knows
nothing of targets and features.
"""

import csv
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from dropout_lab.data.wording import listed
from dropout_lab.errors import DataError

if TYPE_CHECKING:
    from pandas import DataFrame


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
