"""Which rows are train, val and test: a pure function of the data's size, its classes and the split seed.

Test is taken from the front of one stratified order, val next, train from the back, so train sizes nest while val and
test stay put.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import Dataset, Indices
from dropout_lab.errors import DataError
from dropout_lab.metrics import TASKS
from dropout_lab.randomness import Purpose, Words, raw_words

DEFAULT_TEST_FRACTION = 0.2


@dataclass(frozen=True, eq=False)
class Split:
    """Row indices, ``[rows]`` each, with no row in two of them; every prefix of each is stratified, if the split is."""

    train: Indices
    val: Indices
    test: Indices


def split_rows(
    dataset: Dataset,
    *,
    train_size: int | float | None,
    val_size: int | float,
    test_size: int | float | None,
    stratify: bool,
    split_seed: int,
) -> Split:
    """Split the rows of a data set.

    A size is a whole number of rows, or a fraction in (0, 1) of all rows, rounded down (so that fractions that sum to
    1 always fit). Where the source has an official test set, the fractions of train and val are of its train rows, and
    that of test is of its test rows.

    Args:
        dataset: the rows.
        train_size: None = the rest.
        val_size: above 0.
        test_size: 0 = no test rows; None = the official test set, else a fraction of 0.2.
        stratify: keep the share of every class in every part, and in every prefix of it. Without effect on regression.
        split_seed: names the split.

    Raises:
        DataError: the sizes do not fit, a part is empty, or a class has no row in train or val.
    """
    source = dataset.source
    keys = raw_words(split_seed, Purpose.SPLIT, count=dataset.n_rows)
    classes = (
        dataset.target if stratify and TASKS[dataset.task].predicts_classes else np.zeros(dataset.n_rows, np.int64)
    )
    n_pool = dataset.n_rows - dataset.n_official_test
    pool = stratified_order(np.arange(n_pool), keys, classes)
    asked = {"val_size": _count("val_size", val_size, n_pool, source)}
    if dataset.n_official_test:
        official = stratified_order(np.arange(n_pool, dataset.n_rows), keys, classes)
        n_test = len(official) if test_size is None else _count("test_size", test_size, len(official), source)
        _refuse_too_many_rows({"test_size": n_test}, len(official), "official test rows", source)
        test, rest = official[:n_test], pool
    else:
        n_test = _count("test_size", DEFAULT_TEST_FRACTION if test_size is None else test_size, n_pool, source)
        asked["test_size"] = n_test
        test, rest = pool[:n_test], pool[n_test:]
    n_train = None if train_size is None else _count("train_size", train_size, n_pool, source)
    asked["train_size"] = n_train or 1
    _refuse_too_many_rows(asked, n_pool, "train rows" if dataset.n_official_test else "rows", source)
    n_val = asked["val_size"]
    split = Split(train=rest[n_val:][::-1][:n_train], val=rest[:n_val], test=test)
    _refuse_missing_class(dataset, split, stratify)
    return split


def stratified_order(rows: Indices, keys: Words, classes: npt.NDArray[np.int64]) -> Indices:
    """Order rows so that every prefix, and every suffix, holds the classes in proportion as nearly as can be.

    Within a class rows are ordered by their key. The row of rank ``r`` (from 0) of a class of ``n`` rows stands at
    ``(r + 0.5) / n``; equal places go by key. A prefix of ``m`` rows is then the Webster (Sainte-Lague) apportionment
    of ``m`` seats to the classes.

    Args:
        rows: row indices to order, ``[rows]``.
        keys: one for every row of the data set.
        classes: one for every row of the data set.

    Source: Balinski and Young 1982, "Fair Representation" (Webster's method).

    >>> keys = np.array([4, 1, 3, 2, 0], dtype=np.uint64)
    >>> stratified_order(np.arange(5), keys, np.array([0, 0, 0, 0, 1])).tolist()
    [1, 3, 4, 2, 0]
    """
    by_class = rows[np.lexsort((keys[rows], classes[rows]))]
    _, starts, sizes = np.unique(classes[by_class], return_index=True, return_counts=True)
    ranks = np.arange(len(rows)) - np.repeat(starts, sizes)
    places = (ranks + 0.5) / np.repeat(sizes, sizes)
    order: Indices = by_class[np.lexsort((keys[by_class], places))]
    return order


def _count(setting: str, size: int | float, n_rows: int, source: str) -> int:
    """Return the rows that a size stands for; a fraction means the decimal number that the user wrote."""
    if size == 0 and setting == "test_size":
        return 0
    is_fraction = isinstance(size, float) and 0 < size < 1
    count = math.floor(Fraction(repr(float(size))) * n_rows) if is_fraction else size
    if count < 1 or not isinstance(count, int):
        raise DataError(
            f"{source}: data.{setting} must be a whole number of rows, or a fraction below 1 that makes at least one. "
            f"Got {size} (of {n_rows} rows). Raise it, or write a number of rows without a decimal point."
        )
    return count


def _refuse_too_many_rows(asked: dict[str, int], n_rows: int, what: str, source: str) -> None:
    """Raise a `DataError` if more rows are asked for than there are; `train_size: null` asks for one."""
    total = sum(asked.values())
    if total > n_rows:
        names = " + ".join(f"data.{name}" for name in asked)
        counts = " + ".join(map(str, asked.values())) + (f" = {total}" if len(asked) > 1 else "")
        raise DataError(
            f"{source}: {names} must fit in the {n_rows} {what}. Got {counts}. Take {total - n_rows} fewer."
        )


def _refuse_missing_class(dataset: Dataset, split: Split, stratify: bool) -> None:
    """Raise a `DataError` that names a class without a row in train or val: it is not learnt, or not judged."""
    if not TASKS[dataset.task].predicts_classes:
        return
    n_classes = len(dataset.class_names)
    for part, rows in (("train", split.train), ("val", split.val)):
        absent = np.flatnonzero(np.bincount(dataset.target[rows], minlength=n_classes) == 0)
        if len(absent):
            mend = "" if stratify else "set data.stratify=true, "
            n_rows = int((dataset.target == absent[0]).sum())
            raise DataError(
                f"{dataset.source}: every class must have a row among the {part} rows. Got none of class "
                f"{dataset.class_names[absent[0]]} ({n_rows} of all {dataset.n_rows} rows) in {len(rows)} {part} rows. "
                f"Raise data.{part}_size, {mend}or remove or merge rare classes."
            )
