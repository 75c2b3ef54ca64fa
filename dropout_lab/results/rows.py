"""The kept rows back from disk: loss of every val and test row, trial by trial.

Owns how `rows/*.npz` are read. Reads one split and point at a time, for all of them together may take a few hundred
MiB.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dropout_lab.errors import FolderError
from dropout_lab.results.manifest import read_manifest


@dataclass(frozen=True)
class TrialRows:
    """What one trial's net did on every row of a split.

    Attributes:
        numbers: ``[rows]``, which rows of the source they are.
        losses: ``[rows]``, float32, in the unit of the curves; nan for a diverged trial.
        correct: ``[rows]``, whether the predicted class is right; None in regression, and in files written before the
            targets were kept.
    """

    numbers: npt.NDArray[np.int64]
    losses: npt.NDArray[np.float32]
    correct: npt.NDArray[np.bool_] | None


@dataclass(frozen=True)
class RowRecords:
    """The rows files of a study: `files` has one per cohort that kept its rows. Nothing is read until asked for."""

    files: Mapping[str, Path]

    def at(self, split: Literal["val", "test"], point: str) -> dict[str, TrialRows]:
        """Return the rows of every trial that kept them, by trial.

        Args:
            split: ``val`` or ``test``.
            point: ``last``, ``best`` or ``stop``.

        Raises:
            FolderError: a file is damaged.
        """
        found: dict[str, TrialRows] = {}
        for cohort, path in self.files.items():
            try:
                with zipfile.ZipFile(path), np.load(path) as arrays:  # of another file, numpy would advise unpickling
                    found |= _trial_rows(arrays, split, point)
            except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                part = path.parent.parent / "parts" / cohort
                raise FolderError(
                    f"{path}: the rows must be as they were written. Got damage: {error}. "
                    f"Delete {part} and run the study again: it trains these trials anew."
                ) from None
        return found


def read_rows(folder: str | Path) -> RowRecords:
    """Find the rows files of a study's cohorts; those beyond the cap have none, nor have those still to train.

    Raises:
        FolderError: there is no study, or its manifest is damaged.
    """
    path = Path(folder)
    files = {cohort["id"]: path / "rows" / f"{cohort['id']}.npz" for cohort in read_manifest(path)["plan"]}
    return RowRecords({cohort: file for cohort, file in files.items() if file.is_file()})


def _trial_rows(arrays: Mapping[str, npt.NDArray[Any]], split: str, point: str) -> dict[str, TrialRows]:
    if f"{split}_{point}_loss" not in arrays:  # a study without a test split
        return {}
    trials, numbers, losses = arrays["trials"], arrays[f"{split}_rows"], arrays[f"{split}_{point}_loss"]
    n_splits = len(numbers)  # one for all, or one per seed, over which the trials of each condition run
    correct = None
    if f"{split}_targets" in arrays and arrays[f"{split}_targets"].dtype.kind == "i":
        targets = np.tile(arrays[f"{split}_targets"], (len(trials) // n_splits, 1))
        correct = arrays[f"{split}_{point}_prediction"] == targets
    return {
        str(trial): TrialRows(numbers[i % n_splits], losses[i], None if correct is None else correct[i])
        for i, trial in enumerate(trials)
    }
