import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from made_data import idx_bytes, tiny_mnist, write_idx_files

from dropout_lab.data import load_dataset, prepare, split_rows
from dropout_lab.errors import DataError

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("DROPOUT_LAB_DATA") or ROOT / ".." / "shared" / "data")
TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Put content, gzip-compressed, in the place of one of the four files."""
    (folder / f"{name}.gz").write_bytes(gzip.compress(content))


class TestReading:
    def test_train_rows_come_first_and_the_official_test_rows_last(self, mnist_folder):
        dataset, arrays = load_dataset("mnist", root=mnist_folder), tiny_mnist()
        assert dataset.n_official_test == 20
        np.testing.assert_array_equal(dataset.features[:40], arrays[TRAIN_IMAGES].reshape(40, 784))
        np.testing.assert_array_equal(dataset.features[40:], arrays["t10k-images-idx3-ubyte"].reshape(20, 784))
        np.testing.assert_array_equal(dataset.target[:40], arrays[TRAIN_LABELS])
        assert dataset.class_names == tuple("0123456789")

    def test_pixels_stay_bytes_until_they_are_prepared(self, mnist_folder):
        dataset = load_dataset("mnist", root=mnist_folder)
        assert dataset.features.dtype == np.uint8
        assert dataset.is_image
        split = split_rows(dataset, train_size=None, val_size=10, test_size=None, stratify=True, split_seed=0)
        data = prepare(dataset, split, scaling="auto", missing="impute", label_noise=0.0, split_seed=0)
        assert data.train_features.dtype == np.float32
        expected = dataset.features[split.train].astype(np.float64) / 255
        np.testing.assert_array_equal(data.train_features, expected.astype(np.float32))

    def test_plain_and_compressed_files_hold_the_same(self, mnist_folder, tmp_path):
        write_idx_files(tmp_path / "plain", tiny_mnist(), compressed=False)
        plain = load_dataset("mnist", root=tmp_path / "plain")
        assert plain.fingerprint == load_dataset("mnist", root=mnist_folder).fingerprint

    def test_a_file_unpacked_by_the_browser_may_keep_its_name(self, mnist_folder):
        (mnist_folder / f"{TRAIN_LABELS}.gz").write_bytes(idx_bytes(tiny_mnist()[TRAIN_LABELS]))
        assert load_dataset("mnist", root=mnist_folder).n_rows == 60

    def test_fashion_mnist_is_read_from_a_folder_of_its_own_name_only(self, mnist_folder, tmp_path):
        with pytest.raises(DataError, match="fashion_mnist: its four files must lie in one folder"):
            load_dataset("fashion_mnist", root=mnist_folder)
        mnist_folder.rename(tmp_path / "fashion_mnist")
        assert load_dataset("fashion_mnist", root=tmp_path).class_names[9] == "ankle boot"


class TestSearch:
    @pytest.mark.parametrize("place", ["root", "variable", "cache"])
    @pytest.mark.parametrize("subfolder", ["", "mnist"])
    def test_the_files_are_found(self, mnist_folder, tmp_path, monkeypatch, place, subfolder):
        parent = tmp_path / "cache" / "dropout-lab" if place == "cache" else tmp_path / "elsewhere"
        (parent / subfolder).parent.mkdir(parents=True, exist_ok=True)
        mnist_folder.rename(parent / subfolder)
        if place == "variable":
            monkeypatch.setenv("DROPOUT_LAB_DATA", str(parent))
        assert load_dataset("mnist", root=parent if place == "root" else None).n_rows == 60

    def test_the_root_comes_before_the_variable(self, mnist_folder, tmp_path, monkeypatch):
        write_idx_files(tmp_path / "other", tiny_mnist(n_train=30))
        monkeypatch.setenv("DROPOUT_LAB_DATA", str(tmp_path / "other"))
        assert load_dataset("mnist", root=mnist_folder).n_rows == 60
        assert load_dataset("mnist").n_rows == 50

    def test_the_error_names_every_place_and_how_to_get_the_files(self, mnist_folder, tmp_path, monkeypatch):
        monkeypatch.setenv("DROPOUT_LAB_DATA", str(tmp_path / "variable"))
        (mnist_folder / f"{TRAIN_LABELS}.gz").unlink()
        with pytest.raises(DataError) as caught:
            load_dataset("mnist", root=mnist_folder)
        message = str(caught.value)
        for place in (mnist_folder, tmp_path / "variable", tmp_path / "cache" / "dropout-lab"):
            assert str(place) in message
            assert str(place / "mnist") in message
        assert f"{mnist_folder} (lacks {TRAIN_LABELS})" in message
        assert "https://" in message
        assert "data.root or DROPOUT_LAB_DATA" in message


LABELS_HEADER = "the magic number must be 00 00 08 01 (unsigned bytes, 1 axis)."
IMAGES_HEADER = "the magic number must be 00 00 08 03 (unsigned bytes, 3 axes)."
LENGTH = "the file must hold 48 bytes, as its header says (shape 40)."
SIDES = "the images must be 28 x 28 pixels, and at least one."


class TestDamage:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            pytest.param(TRAIN_LABELS, b"", f"{LABELS_HEADER} Got an empty file.", id="empty"),
            pytest.param(
                TRAIN_LABELS, b"\0\0\x08\x03" + b"\0" * 99, f"{LABELS_HEADER} Got 00 00 08 03.", id="images as labels"
            ),
            pytest.param(
                TRAIN_IMAGES, b"\0\0\x0d\x03" + b"\0" * 99, f"{IMAGES_HEADER} Got 00 00 0d 03.", id="another type"
            ),
            pytest.param(TRAIN_IMAGES, b"\0\0\x08\x03\0\0\0\x09", "must hold 16 bytes", id="header cut short"),
            pytest.param(TRAIN_LABELS, idx_bytes(np.arange(40) % 10) + b"\0", f"{LENGTH} Got 49.", id="too long"),
            pytest.param(TRAIN_LABELS, idx_bytes(np.arange(40) % 10)[:-1], f"{LENGTH} Got 47.", id="too short"),
            pytest.param(
                TRAIN_LABELS,
                idx_bytes(np.arange(39) % 10),
                f"one label for each image of {TRAIN_IMAGES}.gz. Got 39 labels and 40 images.",
                id="a label too few",
            ),
            pytest.param(
                TRAIN_LABELS, idx_bytes(np.arange(40) % 11), "every label must be 0 to 9. Got 10.", id="label 10"
            ),
            pytest.param(TRAIN_IMAGES, idx_bytes(np.zeros((40, 20, 28))), f"{SIDES} Got 40 of 20 x 28.", id="20 x 28"),
            pytest.param(TRAIN_IMAGES, idx_bytes(np.zeros((0, 28, 28))), f"{SIDES} Got 0 of 28 x 28.", id="no image"),
        ],
    )
    def test_a_damaged_file_is_refused_by_its_path(self, mnist_folder, name, content, message):
        replace_file(mnist_folder, name, content)
        with pytest.raises(DataError) as caught:
            load_dataset("mnist", root=mnist_folder)
        assert str(caught.value).startswith(f"{mnist_folder / name}.gz: ")
        assert message in str(caught.value)

    @pytest.mark.parametrize(
        ("damage", "reason"),
        [
            (lambda good: good[:-20], "truncated"),
            (lambda good: good[:30] + bytes(byte ^ 255 for byte in good[30:60]) + good[60:], "damaged"),
            (lambda good: good[:-8] + b"\0" * 8, "damaged"),
        ],
        ids=["cut short", "overwritten", "wrong checksum"],
    )
    def test_a_damaged_gzip_file_is_refused_by_its_path(self, mnist_folder, damage, reason):
        path = mnist_folder / f"{TRAIN_IMAGES}.gz"
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(DataError, match=f"must unpack as gzip. Got a {reason} file") as caught:
            load_dataset("mnist", root=mnist_folder)
        assert str(caught.value).startswith(str(path))

    def test_another_task_and_a_target_name_are_refused(self, mnist_folder):
        with pytest.raises(DataError, match=r"data\.task must be one of auto, classification"):
            load_dataset("mnist", root=mnist_folder, task="regression")
        with pytest.raises(DataError, match=r"data\.target must be null"):
            load_dataset("mnist", root=mnist_folder, target="y")


@pytest.mark.skipif(
    not (REAL / "mnist").is_dir(), reason="the real MNIST is not here; DROPOUT_LAB_DATA names its folder"
)
def test_the_real_mnist_has_its_known_counts_and_splits_as_its_users_do():
    dataset = load_dataset("mnist", root=REAL)
    assert dataset.features.shape == (70_000, 784)
    assert dataset.n_official_test == 10_000
    known = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]  # of the 60,000 train images
    assert np.bincount(dataset.target[:60_000]).tolist() == known
    assert dataset.features[:60_000].mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    split = split_rows(dataset, train_size=None, val_size=10_000, test_size=None, stratify=True, split_seed=0)
    assert (len(split.train), len(split.val), len(split.test)) == (50_000, 10_000, 10_000)
    np.testing.assert_allclose(np.bincount(dataset.target[split.val]), np.array(known) / 6, atol=1)
