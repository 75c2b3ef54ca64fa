"""What a source hands over: all rows as read, before any split, scaling or imputation.

Owns the shape of the data between the readers and the split. Features stay in their smallest type (images as bytes)
until `prepare` converts the rows of one split.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.wording import row_numbers
from dropout_lab.errors import DataError
from dropout_lab.metrics import TaskName

Indices = npt.NDArray[np.int64]

# Squares of larger values, and their sum over any number of rows that fits in memory, would overflow float64.
# A NumPy scalar, so that float32 arrays are compared in float64, where the bound is not infinite.
LARGEST_MAGNITUDE = np.float64(1e100)


@dataclass(frozen=True, eq=False)
class TextColumn:
    """A categorical column: row ``i`` holds ``levels[codes[i]]``, or nothing where the code is -1."""

    name: str
    levels: tuple[str, ...]
    codes: Indices


@dataclass(frozen=True, eq=False)
class Dataset:
    """All rows of one source.

    Args:
        source: what the user called it.
        task: classification or regression.
        features: the numeric columns, ``[rows, columns]``, uint8, float32 or float64; NaN where a value is missing.
        feature_names: one for each numeric column.
        target: ``[rows]``, int64 class codes or float64 values.
        class_names: one for each class code; empty for regression.
        text_columns: the columns that are not numeric.
        n_official_test: how many rows at the end are the source's own test set; 0 = it has none.
        is_image: whether the numeric columns are pixels, which share one range.
        notes: what the reader decided on the user's behalf.
    """

    source: str
    task: TaskName
    features: npt.NDArray[Any]
    feature_names: tuple[str, ...]
    target: npt.NDArray[Any]
    class_names: tuple[str, ...] = ()
    text_columns: tuple[TextColumn, ...] = ()
    n_official_test: int = 0
    is_image: bool = False
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """How many rows there are, an official test set included."""
        return len(self.target)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that is in the data: values, types, names.

        Where the data were read from, in which format, and what was noted on the way play no part. It stays what it was
        when readers learn something new: a field that came later joins only where a reader fills it, after all that
        stands here, so that rows read as ever have the fingerprint that they ever had.
        """
        digest = hashlib.sha256()
        described = (self.task, self.is_image, self.n_official_test, self.class_names, self.feature_names)
        levels = tuple((column.name, column.levels) for column in self.text_columns)
        digest.update(repr((described, levels)).encode())
        for array in (self.features, self.target, *(column.codes for column in self.text_columns)):
            portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            digest.update(f"{portable.dtype.str}{portable.shape}".encode())
            digest.update(portable.data)
        return digest.hexdigest()


def refuse_unbounded(dataset: Dataset) -> None:
    """Raise a `DataError` that names the first value that is infinite or too large to compute with."""
    if dataset.features.dtype.kind != "f":
        return
    rows, columns = np.nonzero(np.abs(dataset.features) > LARGEST_MAGNITUDE)
    if len(rows):
        raise DataError(
            f"{dataset.source}: every value must be finite and at most {LARGEST_MAGNITUDE:g} in size. "
            f"Got {dataset.features[rows[0], columns[0]]} in column {dataset.feature_names[columns[0]]}, "
            f"{row_numbers(rows[:1])}. Correct the value, or leave the cell empty to call it missing."
        )


def refuse_missing(dataset: Dataset) -> None:
    """Raise a `DataError` that names the first missing value, if there is one."""
    gaps: list[tuple[int, str]] = []
    if dataset.features.dtype.kind == "f":
        rows, columns = np.nonzero(np.isnan(dataset.features))
        gaps += [(int(row), dataset.feature_names[column]) for row, column in zip(rows, columns, strict=True)]
    for text in dataset.text_columns:
        gaps += [(int(row), text.name) for row in np.flatnonzero(text.codes < 0)]
    if gaps:
        row, name = min(gaps)
        raise DataError(
            f"{dataset.source}: no value may be missing while data.missing is error. "
            f"Got {len(gaps)} missing, the first in column {name}, {row_numbers([row])}. "
            "Fill the gaps, or set data.missing=impute."
        )
