"""From a data set and a split to arrays ready for training.

Everything fitted (medians, levels, scales, the target's mean) is fitted on train rows, and label noise touches train
rows alone: val and test stay clean.
"""

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from dropout_lab.data.dataset import Dataset, refuse_missing
from dropout_lab.data.encoding import encode, fit_encoding
from dropout_lab.data.label_noise import noisy_classes
from dropout_lab.data.splits import Split
from dropout_lab.errors import DataError
from dropout_lab.metrics import TASKS

Array = npt.NDArray[Any]

SMALLEST_SCALE = 1e-100
"""The square of a smaller deviation would vanish in float64."""


@dataclass(frozen=True, eq=False)
class PreparedData:
    """Arrays ready for training.

    Args:
        train_features: ``[train rows, features]``, float32 or float64; val and test likewise.
        train_targets: ``[train rows]``: int64 classes, label noise included, or standardised floats.
        train_true_targets: the same before label noise.
        val_targets: ``[val rows]``, clean; test likewise.
        n_classes: 0 for regression.
        target_mean: what was subtracted from a regression target; 0 for classification.
        target_scale: the standard deviation it was divided by, in the target's units; 1 for classification.
        class_names: one for each class.
        feature_names: one for each encoded column.
        notes: what was decided on the user's behalf, from reading on.
    """

    train_features: Array
    train_targets: Array
    train_true_targets: Array
    val_features: Array
    val_targets: Array
    test_features: Array
    test_targets: Array
    n_classes: int
    target_mean: float
    target_scale: float
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    notes: tuple[str, ...]


def prepare(
    dataset: Dataset,
    split: Split,
    *,
    scaling: str,
    missing: str,
    label_noise: float,
    split_seed: int,
    dtype: str = "float32",
) -> PreparedData:
    """Encode, scale and, if asked to, corrupt the rows of a split.

    Args:
        dataset: the raw rows.
        split: which of them are train, val and test.
        scaling: auto, standardize, unit or none; see `fit_encoding`.
        missing: impute (medians and levels of their own, with indicator columns) or error.
        label_noise: [0, 1], the fraction of train rows that get another class.
        split_seed: names the label noise, as it names the split.
        dtype: of features and regression targets: float32 or float64.

    Raises:
        DataError: a value is missing under ``missing="error"``, does not fit `dtype`, the target does not vary on
            the train rows, or label noise is asked for in regression.
    """
    if missing == "error":
        refuse_missing(dataset)
    encoding = fit_encoding(dataset, split.train, scaling=scaling)
    train_true, val, test, mean, scale = _targets(dataset, split, dtype)
    return PreparedData(
        train_features=encode(dataset, split.train, encoding, dtype=dtype),
        train_targets=_noisy(dataset, split, train_true, label_noise, split_seed),
        train_true_targets=train_true,
        val_features=encode(dataset, split.val, encoding, dtype=dtype),
        val_targets=val,
        test_features=encode(dataset, split.test, encoding, dtype=dtype),
        test_targets=test,
        n_classes=len(dataset.class_names),
        target_mean=mean,
        target_scale=scale,
        class_names=dataset.class_names,
        feature_names=encoding.names,
        notes=(*dataset.notes, *encoding.notes),
    )


def _targets(dataset: Dataset, split: Split, dtype: str) -> tuple[Array, Array, Array, float, float]:
    """Return the targets of train, val and test, and the mean and scale that were taken out of them."""
    train, val, test = (dataset.target[rows] for rows in (split.train, split.val, split.test))
    if TASKS[dataset.task].predicts_classes:
        return train, val, test, 0.0, 1.0
    if train.min() == train.max():
        raise DataError(
            f"{dataset.source}: the target must vary on the train rows. Got {train[0]} in all {len(train)} of them. "
            "Raise data.train_size, or name another data.target."
        )
    mean, scale = float(train.mean()), float(train.std())
    if scale < SMALLEST_SCALE:
        raise DataError(
            f"{dataset.source}: the target's standard deviation must be at least {SMALLEST_SCALE:g}. Got {scale:g}. "
            "Give the target in a smaller unit."
        )
    train, val, test = (((values - mean) / scale).astype(dtype) for values in (train, val, test))
    return train, val, test, mean, scale


def _noisy(dataset: Dataset, split: Split, true_targets: Array, fraction: float, split_seed: int) -> Array:
    if not fraction:
        return true_targets
    if not TASKS[dataset.task].predicts_classes:
        raise DataError(
            f"{dataset.source}: data.label_noise must be 0 for regression, which has no classes to exchange. "
            f"Got {fraction}. Remove it."
        )
    return noisy_classes(
        dataset.target,
        split.train,
        n_classes=len(dataset.class_names),
        fraction=fraction,
        split_seed=split_seed,
    )
