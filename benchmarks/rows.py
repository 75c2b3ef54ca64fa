"""The rows of a task, the same for every contender: read once, split and scaled by the lab, saved for all processes.

A process of its own reads them (`save_rows`), so that no contender's memory holds what reading took.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.cases import Task

_FILE = "rows.npz"
_SOURCE_FILE = "random.npz"


@dataclass(frozen=True)
class Rows:
    """What there is to train on and to judge by: features float32 ``[rows, features]``, classes int64 ``[rows]``."""

    train_features: npt.NDArray[np.float32]
    train_classes: npt.NDArray[np.int64]
    val_features: npt.NDArray[np.float32]
    val_classes: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """Where the rows lie, and what they are.

    Attributes:
        folder: holds the prepared rows.
        data: the section `data` of a config that makes the lab train on these same rows.
        note: what a reader of the table must know; empty if the rows are what the task says.
    """

    folder: Path
    data: dict[str, Any]
    note: str = ""

    def read(self) -> Rows:
        """Read the prepared rows into memory."""
        with np.load(self.folder / _FILE) as arrays:
            return Rows(**arrays)


def save_rows(task: Task, folder: Path) -> Source:
    """Split and scale the rows of a task and save them in `folder`; random ones where MNIST is nowhere to be found."""
    from dropout_lab.data import load_dataset, prepare, split_rows
    from dropout_lab.errors import DataError

    name, note = task.source, ""
    try:
        dataset = load_dataset(name)
    except DataError:
        if name != "mnist":
            raise
        name, note = str(_save_random_images(task, folder)), "random rows of MNIST's shape: its files were not found"
        dataset = load_dataset(name)
    sizes: dict[str, int] = {"train_size": task.n_train, "val_size": task.n_val, "test_size": 0}
    split = split_rows(dataset, **sizes, stratify=True, split_seed=0)
    rows = prepare(dataset, split, scaling="unit", missing="error", label_noise=0, split_seed=0)
    np.savez(
        folder / _FILE,
        train_features=rows.train_features,
        train_classes=rows.train_targets,
        val_features=rows.val_features,
        val_classes=rows.val_targets,
    )
    return Source(folder, {"source": name, "scaling": "unit", **sizes}, note)


def _save_random_images(task: Task, folder: Path) -> Path:
    """Save bytes that can be learnt: a pattern for every class, most of it covered by noise."""
    draws = np.random.default_rng(0)
    n_rows, n_features, n_classes = task.n_train + task.n_val, task.widths[0], task.widths[-1]
    classes = draws.integers(n_classes, size=n_rows)
    patterns = draws.integers(0, 64, size=(n_classes, n_features))
    images = patterns[classes] + draws.integers(0, 192, size=(n_rows, n_features))
    path = folder / _SOURCE_FILE
    np.savez(path, X=images.astype(np.uint8), y=classes)
    return path
