"""From raw columns to the numbers a net is fed: gaps filled, text one-hot, numeric columns scaled.

`fit_encoding` reads statistics off the rows it is given, and prepare gives it train rows only; `encode` then treats
any rows by them. Statistics and arithmetic are float64; rows are converted in blocks, so images are never held in
float64 as a whole.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import Dataset, Indices
from dropout_lab.data.wording import listed, row_numbers
from dropout_lab.errors import DataError

Floats = npt.NDArray[np.float64]

# At MNIST's width the float64 copy of a block is 1.5 MiB and stays in the cache, which 4096 rows would not.
BLOCK_ROWS = 256
# Bounds the float64 copy of all train rows that a standard deviation needs.
BLOCK_COLUMNS = 64


@dataclass(frozen=True, eq=False)
class Encoding:
    """What was learnt from the rows of `fit_encoding`.

    Args:
        fill: what a gap in each numeric column becomes: the median, ``[columns]``.
        center: subtracted from each numeric column, ``[columns]``.
        spread: each numeric column is divided by it, ``[columns]``; infinite for a constant column, which becomes 0.
        gappy: the numeric columns that had gaps and get an indicator column, ``[indicators]``.
        level_codes: for each text column the codes that occurred, -1 for missing; each gets a 0/1 column.
        names: one for each encoded column: numeric, indicators, levels.
        notes: what was filled, what is constant.
    """

    fill: Floats
    center: Floats
    spread: Floats
    gappy: Indices
    level_codes: tuple[Indices, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]


def fit_encoding(dataset: Dataset, rows: Indices, *, scaling: str) -> Encoding:
    """Learn from `rows` how to encode a data set.

    Args:
        dataset: the raw rows.
        rows: the rows to learn from, at least one.
        scaling: of numeric columns. ``standardize``: mean 0, standard deviation 1 in each; ``unit``: the range of all
            columns together becomes [0, 1]; ``none``; ``auto``: unit for images, else standardize. Indicator and
            one-hot columns stay 0 and 1.

    Raises:
        ValueError: `scaling` is none of these.
    """
    raw = dataset.features[rows]
    fill = np.zeros(raw.shape[1])
    gappy: list[int] = []
    for column in np.flatnonzero(_has_gap(dataset.features)):
        gaps = np.isnan(raw[:, column])
        if not gaps.all():
            fill[column] = np.median(raw[~gaps, column].astype(np.float64))
        if gaps.any():
            gappy.append(int(column))
            raw[gaps, column] = fill[column]
    method = scaling if scaling != "auto" else "unit" if dataset.is_image else "standardize"
    center, spread = _scale(raw, method)
    level_codes = tuple(np.unique(text.codes[rows]) for text in dataset.text_columns)
    return Encoding(
        fill=fill,
        center=center,
        spread=spread,
        gappy=np.array(gappy, dtype=np.int64),
        level_codes=level_codes,
        names=_names(dataset, gappy, level_codes),
        notes=tuple(_notes(dataset, gappy, spread, level_codes)),
    )


def encode(dataset: Dataset, rows: Indices, encoding: Encoding, *, dtype: str = "float32") -> npt.NDArray[Any]:
    """Return rows as numbers, ``[rows, len(encoding.names)]``.

    A level that `fit_encoding` did not see is 0 in all columns of its text column.

    Raises:
        DataError: a number is too large for `dtype`.
    """
    encoded = np.empty((len(rows), len(encoding.names)), dtype=dtype)
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        values = dataset.features[block].astype(np.float64)
        gaps = np.isnan(values)
        values = (np.where(gaps, encoding.fill, values) - encoding.center) / encoding.spread
        columns = [values, gaps[:, encoding.gappy]]
        for text, codes in zip(dataset.text_columns, encoding.level_codes, strict=True):
            columns.append(text.codes[block, None] == codes)
        with np.errstate(over="ignore"):  # refused below, with the column's name
            encoded[start : start + BLOCK_ROWS] = np.hstack(columns)
    _refuse_overflow(encoded, rows, encoding, dataset.source)
    return encoded


def _has_gap(features: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Say which columns have a gap in any row: val may have one where train has none."""
    if features.dtype.kind != "f":
        return np.zeros(features.shape[1], dtype=np.bool_)
    has_gap: npt.NDArray[np.bool_] = np.isnan(features).any(axis=0)
    return has_gap


def _scale(raw: npt.NDArray[Any], method: str) -> tuple[Floats, Floats]:
    """Return center and spread of each column of gapless rows."""
    n_columns = raw.shape[1]
    if method == "none" or not n_columns:
        return np.zeros(n_columns), np.ones(n_columns)
    lowest, highest = raw.min(axis=0).astype(np.float64), raw.max(axis=0).astype(np.float64)
    if method == "unit":
        low, high = lowest.min(), highest.max()
        return np.full(n_columns, low), np.full(n_columns, high - low if high > low else np.inf)
    if method != "standardize":
        raise ValueError(f"scaling must be auto, standardize, unit or none. Got {method}.")
    center, spread = np.empty(n_columns), np.empty(n_columns)
    for start in range(0, n_columns, BLOCK_COLUMNS):
        block = slice(start, start + BLOCK_COLUMNS)
        values = raw[:, block].astype(np.float64)
        center[block], spread[block] = values.mean(axis=0), values.std(axis=0)
    # Rounding gives a constant column of 0.1 a tiny deviation, and a tiny column none: range and deviation both count.
    is_constant = (lowest == highest) | (spread == 0)
    return center, np.where(is_constant, np.inf, spread)


def _names(dataset: Dataset, gappy: list[int], level_codes: tuple[Indices, ...]) -> tuple[str, ...]:
    names = [*dataset.feature_names, *(f"{dataset.feature_names[column]} is missing" for column in gappy)]
    for text, codes in zip(dataset.text_columns, level_codes, strict=True):
        names += [f"{text.name} is missing" if code < 0 else f"{text.name}={text.levels[code]}" for code in codes]
    return tuple(names)


def _notes(dataset: Dataset, gappy: list[int], spread: Floats, level_codes: tuple[Indices, ...]) -> list[str]:
    notes = []
    names = dataset.feature_names
    if gappy:
        filled = listed((names[column] for column in gappy), at_most=5)
        notes.append(f"Missing values become the train median, with an indicator column each: {filled}.")
    with_codes = list(zip(dataset.text_columns, level_codes, strict=True))
    gappy_text = [text.name for text, codes in with_codes if (codes < 0).any()]
    if gappy_text:
        notes.append(f"Missing text is a level of its own: {listed(gappy_text, at_most=5)}.")
    unseen = [
        f"{text.name}={text.levels[code]}"
        for text, codes in with_codes
        for code in np.setdiff1d(np.arange(len(text.levels)), codes)
    ]
    if unseen:
        notes.append(f"Levels without a train row, so 0 in all columns: {listed(unseen, at_most=5)}.")
    constant = np.flatnonzero(np.isinf(spread))
    if len(constant):
        notes.append(f"Constant on the train rows, so set to 0: {listed((names[c] for c in constant), at_most=5)}.")
    return notes


def _refuse_overflow(encoded: npt.NDArray[Any], rows: Indices, encoding: Encoding, source: str) -> None:
    if np.isfinite(encoded).all():
        return
    row, column = np.argwhere(~np.isfinite(encoded))[0]
    raise DataError(
        f"{source}: every value must fit {encoded.dtype} once scaled. Got one too large in column "
        f"{encoding.names[column]}, {row_numbers([int(rows[row])])}. "
        "Correct the value, set data.scaling=standardize, or set precision=float64."
    )
