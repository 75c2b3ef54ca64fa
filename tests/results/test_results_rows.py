"""The kept rows are read back trial by trial, one split and point at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from made_folder import made_folder, made_frames

from dropout_lab.errors import FolderError
from dropout_lab.results import ResultsFolder, RowRecords, read_rows

Arrays = dict[str, npt.NDArray[Any]]


def made_arrays(trials: list[str], *, n_splits: int = 1) -> Arrays:
    random = np.random.default_rng(0)
    shape = (len(trials), 5)
    return {
        "trials": np.array(trials),
        "val_rows": np.arange(n_splits * 5).reshape(n_splits, 5),
        "val_targets": random.integers(0, 3, (n_splits, 5)).astype(np.int16),
        "val_best_loss": random.random(shape).astype(np.float32),
        "val_best_prediction": random.integers(0, 3, shape).astype(np.int16),
    }


def folder_with_rows(path: Path, **changes: Any) -> tuple[ResultsFolder, Arrays]:
    """A folder of two cohorts, of which the first one kept its rows; `None` leaves an array out."""
    folder = made_folder(path, finished=("cohort1",))
    cohort = folder.manifest["plan"][0]
    arrays = made_arrays(cohort["trials"], n_splits=changes.pop("n_splits", 1)) | changes
    arrays = {name: array for name, array in arrays.items() if array is not None}
    with folder.writing():
        folder.write_part(cohort["id"], **made_frames(cohort["trials"]), rows=arrays)
    return folder, arrays


def test_every_trial_has_its_rows_losses_and_hits(tmp_path: Path) -> None:
    folder, arrays = folder_with_rows(tmp_path)
    found = read_rows(folder.path).at("val", "best")
    assert list(found) == arrays["trials"].tolist(), "cohorts without rows have none"
    for number, trial in enumerate(found.values()):
        np.testing.assert_array_equal(trial.numbers, arrays["val_rows"][0])
        np.testing.assert_array_equal(trial.losses, arrays["val_best_loss"][number])
        np.testing.assert_array_equal(trial.correct, arrays["val_best_prediction"][number] == arrays["val_targets"][0])
    assert trial.losses.dtype == np.float32


def test_where_every_seed_has_its_own_split_trials_run_over_the_splits(tmp_path: Path) -> None:
    trials = [f"{label}{seed}" for label in "ab" for seed in range(3)]
    arrays = made_arrays(trials, n_splits=3)
    path = tmp_path / "cohort.npz"
    np.savez(path, **arrays)
    found = RowRecords({"cohort": path}).at("val", "best")
    for number, trial in enumerate(trials):
        np.testing.assert_array_equal(found[trial].numbers, arrays["val_rows"][number % 3])
        hits = arrays["val_best_prediction"][number] == arrays["val_targets"][number % 3]
        np.testing.assert_array_equal(found[trial].correct, hits)


@pytest.mark.parametrize(
    "targets", [None, np.zeros((1, 5), dtype=np.float32)], ids=["of an earlier version", "of a regression"]
)
def test_without_classes_there_are_losses_and_no_hits(tmp_path: Path, targets: npt.NDArray[Any] | None) -> None:
    folder, _ = folder_with_rows(tmp_path, val_targets=targets)
    assert {trial.correct for trial in read_rows(folder.path).at("val", "best").values()} == {None}


def test_a_split_that_a_study_does_not_have_has_no_rows(tmp_path: Path) -> None:
    folder, _ = folder_with_rows(tmp_path)
    assert read_rows(folder.path).at("test", "best") == {}


def test_rows_of_cohorts_that_are_no_longer_planned_are_not_counted(tmp_path: Path) -> None:
    folder, arrays = folder_with_rows(tmp_path)
    np.savez(tmp_path / "rows" / "halved.npz", **arrays)  # of a plan that was given up
    assert list(read_rows(folder.path).files) == ["cohort0"]


def test_a_study_that_kept_no_rows_has_none(tmp_path: Path) -> None:
    assert read_rows(made_folder(tmp_path).path).at("val", "best") == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no archive",
        lambda content: content[: len(content) // 2],
        lambda content: content[:200] + bytes(40) + content[240:],
    ],
    ids=["empty", "another file", "cut off", "overwritten"],
)
def test_damaged_rows_are_named_and_can_be_trained_anew(tmp_path: Path, damage: Any) -> None:
    folder, _ = folder_with_rows(tmp_path)
    path = folder.path / "rows" / "cohort0.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FolderError) as caught:
        read_rows(folder.path).at("val", "best")
    assert str(caught.value).startswith(f"{path}: the rows must be as they were written. Got damage: ")
    assert f"Delete {folder.path / 'parts' / 'cohort0'} and run the study again" in str(caught.value)
    assert "pickle" not in str(caught.value)


def test_rows_without_an_array_are_damaged(tmp_path: Path) -> None:
    folder, _ = folder_with_rows(tmp_path, val_rows=None)
    with pytest.raises(FolderError, match=r"Got damage: .*val_rows"):
        read_rows(folder.path).at("val", "best")
