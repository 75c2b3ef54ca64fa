import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dropout_lab.data import load_dataset, source_names
from dropout_lab.errors import DataError


@pytest.mark.parametrize(
    ("name", "task", "shape", "n_classes"),
    [
        ("digits", "classification", (1797, 64), 10),
        ("breast_cancer", "classification", (569, 30), 2),
        ("wine", "classification", (178, 13), 3),
        ("iris", "classification", (150, 4), 3),
        ("diabetes", "regression", (442, 10), 0),
    ],
)
def test_the_bundled_sets_are_read_by_name(name, task, shape, n_classes):
    dataset = load_dataset(name)
    assert (dataset.source, dataset.task, dataset.features.shape) == (name, task, shape)
    assert len(dataset.class_names) == n_classes
    assert len(dataset.feature_names) == shape[1]
    assert len(dataset.target) == shape[0]
    assert dataset.is_image == (name == "digits")
    assert dataset.n_official_test == 0


def test_diabetes_comes_raw_since_its_usual_scaling_is_fitted_on_all_rows():
    ages = load_dataset("diabetes").features[:, 0]
    assert (ages == ages.round()).all()
    assert ages.min() == 19


def test_every_named_source_has_a_fingerprint_of_its_own_that_does_not_change():
    names = [name for name in source_names() if "mnist" not in name]
    fingerprints = [load_dataset(name).fingerprint for name in names]
    assert len(set(fingerprints)) == len(names) == 5
    assert fingerprints[names.index("iris")] == IRIS_FINGERPRINT


IRIS_FINGERPRINT = "6296d99e60e67537becd681df78e206b12af416fbb706228da7c695be5873d4d"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("digit", "Got digit. Did you mean digits?"),
        ("MNIST", "Got MNIST. Did you mean mnist?"),
        ("zzz", "Got zzz. Check the spelling."),
        ("data/table.parquet", "Got data/table.parquet. Check the spelling."),
    ],
)
def test_an_unknown_source_is_refused_with_the_nearest_name_and_the_list(source, message):
    with pytest.raises(DataError) as caught:
        load_dataset(source)
    assert message in str(caught.value)
    for name in source_names():
        assert name in str(caught.value)
    assert ".csv or .npz" in str(caught.value)


@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_a_file_that_does_not_exist_is_refused_with_the_nearest_name(tmp_path, suffix):
    (tmp_path / f"houses{suffix}").touch()
    with pytest.raises(
        DataError, match=rf"must be a file that exists\. Got .*house{suffix}.* Did you mean houses{suffix}\?"
    ):
        load_dataset(str(tmp_path / f"house{suffix}"), target="y")


def test_a_file_in_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must be a file that exists\. Got .*a\.csv.* Check the path\."):
        load_dataset(str(tmp_path / "nowhere" / "a.csv"), target="y")


def test_the_suffix_tells_the_format_in_any_case(write_table):
    dataset = load_dataset(write_table("a,y\n1,no\n2,yes\n", "TABLE.CSV"), target="y")
    assert dataset.n_rows == 2


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch, write_table):
    write_table("a,y\n1,no\n2,yes\n", "mine.csv")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_dataset("~/mine.csv", target="y").n_rows == 2


@pytest.mark.parametrize(("name", "task"), [("iris", "regression"), ("diabetes", "classification")])
def test_a_set_of_a_known_task_is_not_read_as_another(name, task):
    with pytest.raises(DataError, match=rf"^{name}: data\.task must be one of auto, .* Got {task}\."):
        load_dataset(name, task=task)


def test_a_target_name_for_a_bundled_set_is_refused():
    with pytest.raises(DataError, match=r"^iris: data\.target must be null, .* Got species\."):
        load_dataset("iris", target="species")


def test_the_fingerprint_changes_with_a_single_bit():
    import dataclasses

    iris = load_dataset("iris")
    features = iris.features.copy()
    features[149, 3] = np.nextafter(features[149, 3], 9)
    assert dataclasses.replace(iris, features=features).fingerprint != iris.fingerprint
    assert dataclasses.replace(iris).fingerprint == iris.fingerprint


def test_importing_the_room_loads_no_heavy_library():
    heavy = ("torch", "pandas", "sklearn", "scipy", "matplotlib")
    code = f"import sys, dropout_lab.data; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
