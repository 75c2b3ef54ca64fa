"""Small data sets made in memory, and IDX files written independently of the reader."""

import gzip
import struct
from pathlib import Path

import numpy as np

from dropout_lab.data import Dataset


def classes_of_sizes(*sizes: int, n_official_test: int = 0) -> Dataset:
    """A data set with one feature, whose classes a, b, c, ... have these sizes, in a mixed order."""
    target = np.repeat(np.arange(len(sizes)), sizes)
    target = target[np.random.Philox(0).random_raw(len(target)).argsort()]
    return Dataset(
        source="made",
        task="classification",
        features=np.arange(len(target), dtype=np.float64)[:, None],
        feature_names=("row",),
        target=target,
        class_names=tuple("abcdefgh"[: len(sizes)]),
        n_official_test=n_official_test,
    )


def idx_bytes(array: np.ndarray) -> bytes:
    """An IDX file's content, written independently of the reader."""
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(struct.pack(">I", size) for size in array.shape) + array.astype(np.uint8).tobytes()


def tiny_mnist(n_train: int = 40, n_test: int = 20) -> dict[str, np.ndarray]:
    """The four arrays of a set in MNIST's format: every class is there, pixels are counted up."""
    arrays = {}
    for prefix, n_rows in (("train", n_train), ("t10k", n_test)):
        pixels = np.arange(n_rows * 28 * 28) % 256
        arrays[f"{prefix}-images-idx3-ubyte"] = pixels.reshape(n_rows, 28, 28).astype(np.uint8)
        arrays[f"{prefix}-labels-idx1-ubyte"] = (np.arange(n_rows) % 10).astype(np.uint8)
    return arrays


def write_idx_files(folder: Path, arrays: dict[str, np.ndarray], *, compressed: bool = True) -> None:
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        content = idx_bytes(array)
        path = folder / (f"{name}.gz" if compressed else name)
        path.write_bytes(gzip.compress(content) if compressed else content)
