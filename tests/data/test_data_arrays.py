from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dropout_lab.data import Dataset, load_dataset
from dropout_lab.errors import DataError

LABELS = np.array([0, 1, 1, 0])
TABLE = np.arange(12, dtype=np.float64).reshape(4, 3)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Dataset]:
    """Save arrays as an NPZ file and read it back as a data set."""

    def save_and_load(options: dict[str, str] | None = None, **arrays: object) -> Dataset:
        path = tmp_path / "arrays.npz"
        np.savez_compressed(path, **arrays)
        return load_dataset(str(path), **(options or {}))

    return save_and_load


def test_x_and_y_are_features_and_target(read):
    dataset = read(X=TABLE, y=LABELS)
    assert dataset.features.tolist() == TABLE.tolist()
    assert dataset.target.tolist() == LABELS.tolist()
    assert dataset.feature_names == ("X_0", "X_1", "X_2")
    assert dataset.class_names == ("0", "1")
    assert not dataset.is_image


@pytest.mark.parametrize("shape", [(4, 5, 2), (4, 5, 2, 3)], ids=["grey", "colour"])
def test_more_than_two_axes_are_images_which_are_flattened(read, shape):
    images = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    dataset = read(X=images, y=LABELS)
    assert dataset.is_image
    assert dataset.features.tolist() == images.reshape(4, -1).tolist()
    assert len(dataset.feature_names) == len(set(dataset.feature_names)) == dataset.features.shape[1]


def test_bytes_are_images_and_stay_bytes(read):
    dataset = read(X=TABLE.astype(np.uint8), y=LABELS)
    assert dataset.is_image
    assert dataset.features.dtype == np.uint8


@pytest.mark.parametrize("dtype", ["int64", "bool", "float16", "float32", "float64"])
def test_any_type_of_number_is_taken(read, dtype):
    features = read(X=TABLE.astype(dtype), y=LABELS).features
    assert features.dtype == (np.float32 if dtype == "float32" else np.float64)
    assert features.tolist() == TABLE.astype(dtype).astype(float).tolist()


def test_a_text_y_is_classes(read):
    assert read(X=TABLE, y=np.array(["no", "yes", "yes", "no"])).class_names == ("no", "yes")


def test_the_task_setting_overrules_the_rule(read):
    dataset = read({"task": "regression"}, X=TABLE, y=LABELS)
    assert (dataset.task, dataset.target.tolist()) == ("regression", [0.0, 1.0, 1.0, 0.0])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": TABLE, "y": LABELS}, "must hold the arrays X and y. Got x, y."),
        ({}, "must hold the arrays X and y. Got no array."),
        ({"X": TABLE.astype(object), "y": LABELS}, "Got Python objects, which are never loaded."),
        ({"X": TABLE, "y": LABELS.astype(object)}, "Got Python objects, which are never loaded."),
        ({"X": TABLE.astype(str), "y": LABELS}, "X must be numeric (whole numbers, floats or booleans). Got dtype <U"),
        ({"X": TABLE.astype(complex), "y": LABELS}, "X must be numeric"),
        ({"X": LABELS, "y": LABELS}, "X must have the shape [rows, columns]"),
        ({"X": TABLE[:, :0], "y": LABELS}, "Got shape [4, 0]."),
        ({"X": TABLE[:0], "y": LABELS[:0]}, "Got shape [0, 3]."),
        ({"X": TABLE, "y": LABELS[:, None]}, "y must have the shape [rows] and hold numbers or text. Got shape [4, 1]"),
        ({"X": TABLE, "y": LABELS[:3]}, "must have the same number of rows. Got 4 and 3."),
        ({"X": TABLE, "y": LABELS * 0}, "the target must vary. Got 0 in all 4 rows of y."),
        ({"X": TABLE, "y": np.array([1, np.nan, 2, 3])}, "must have a target. Got none for y in row 2"),
        ({"X": np.where(TABLE == 7, np.inf, TABLE), "y": LABELS}, "Got inf in column X_1, row 3 (counted from 1)."),
        ({"X": np.where(TABLE == 7, -np.inf, TABLE).astype(np.float32), "y": LABELS}, "Got -inf in column X_1, row 3"),
        ({"X": TABLE, "y": np.array([1, 2, np.inf, 3], dtype=np.float32)}, "Got inf for y in row 3"),
    ],
    ids=lambda value: value[-30:] if isinstance(value, str) else "",
)
def test_arrays_of_another_kind_are_refused(read, arrays, message):
    with pytest.raises(DataError) as caught:
        read(**arrays)
    assert message in str(caught.value)
    assert "arrays.npz: " in str(caught.value)


def test_a_missing_value_is_kept_or_refused_as_asked(read):
    gappy = np.where(TABLE == 7, np.nan, TABLE)
    assert np.isnan(read(X=gappy, y=LABELS).features).sum() == 1
    with pytest.raises(DataError, match="Got 1 missing, the first in column X_1, row 3"):
        read({"missing": "error"}, X=gappy, y=LABELS)


def test_a_target_name_is_refused(read):
    with pytest.raises(DataError, match=r"data\.target must be null, .* Got y"):
        read({"target": "y"}, X=TABLE, y=LABELS)


def good_archive(folder: Path) -> bytes:
    path = folder / "good.npz"
    np.savez(path, X=np.arange(4000.0).reshape(1000, 4), y=np.arange(1000) % 3)
    return path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: b"",
        lambda good: b"x,y\n1,2\n",
        lambda good: good[: len(good) // 2],
        lambda good: good[:1000] + b"damage" + good[1006:],
    ],
    ids=["empty", "a table", "truncated", "overwritten"],
)
def test_a_file_that_is_no_sound_archive_is_refused(tmp_path, damage):
    path = tmp_path / "bad.npz"
    path.write_bytes(damage(good_archive(tmp_path)))
    with pytest.raises(DataError, match=r"bad\.npz: "):
        load_dataset(str(path))


def test_a_single_array_is_refused(tmp_path):
    np.save(tmp_path / "one.npy", TABLE)
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    with pytest.raises(DataError, match=r"must hold the arrays X and y\. Got a single array"):
        load_dataset(str(tmp_path / "one.npz"))


def test_the_fingerprint_tells_images_from_tables(read):
    images = TABLE.reshape(4, 3, 1)
    assert read(X=TABLE, y=LABELS).fingerprint != read(X=images, y=LABELS).fingerprint
