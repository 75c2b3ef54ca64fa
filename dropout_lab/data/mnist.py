"""MNIST and Fashion-MNIST from their four IDX files: where they may lie, and whether they belong together.

Never downloads: if the files are nowhere, the error names every folder looked at and how to get them. Whether a file is
compressed is read from its first bytes, since browsers unpack a download and leave its name alone.

Source: LeCun, Cortes and Burges, the file formats of the MNIST database.
"""

import gzip
import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from dropout_lab.data.dataset import Dataset
from dropout_lab.data.sources import Request
from dropout_lab.data.targets import refuse_other_task, refuse_target_name
from dropout_lab.errors import DataError

ROOT_VARIABLE = "DROPOUT_LAB_DATA"
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SIDE = 28


@dataclass(frozen=True)
class ImageSet:
    """One set in MNIST's format.

    Args:
        subfolders: where its files lie below a data root; "" = in the root itself.
        class_names: one for each label.
        url: where the four files are published.
    """

    subfolders: tuple[str, ...]
    class_names: tuple[str, ...]
    url: str


IMAGE_SETS = {
    "mnist": ImageSet(("", "mnist"), tuple("0123456789"), "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    # Its files bear the names of MNIST's, so only a folder of its own tells them apart.
    "fashion_mnist": ImageSet(
        ("fashion_mnist",),
        ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
}


def read_mnist(request: Request) -> Dataset:
    """Return one of `IMAGE_SETS`: the train rows, then the official test rows, pixels as bytes.

    Raises:
        DataError: the files are not found, are damaged, or do not belong together.
    """
    name = request.source
    image_set = IMAGE_SETS[name]
    refuse_target_name(request.target, source=name)
    refuse_other_task(request.task, "classification", source=name)
    train_images_path, train_labels_path, test_images_path, test_labels_path = _find_files(name, request.root)
    train_images, train_labels = _read_pair(train_images_path, train_labels_path)
    test_images, test_labels = _read_pair(test_images_path, test_labels_path)
    images = np.concatenate([train_images, test_images])
    return Dataset(
        source=name,
        task="classification",
        features=images.reshape(len(images), SIDE * SIDE),
        feature_names=tuple(f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)),
        target=np.concatenate([train_labels, test_labels]).astype(np.int64),
        class_names=image_set.class_names,
        n_official_test=len(test_images),
        is_image=True,
    )


def _read_pair(images_path: Path, labels_path: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read images and their labels, and check that they fit each other."""
    images = read_idx(images_path, dimensions=3)
    labels = read_idx(labels_path, dimensions=1)
    if images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise DataError(
            f"{images_path}: the images must be {SIDE} x {SIDE} pixels, and at least one. "
            f"Got {len(images)} of {images.shape[1]} x {images.shape[2]}. Download the file again."
        )
    if len(labels) != len(images):
        raise DataError(
            f"{labels_path}: there must be one label for each image of {images_path.name}. "
            f"Got {len(labels)} labels and {len(images)} images. Take both files from the same download."
        )
    if labels.max() > 9:
        raise DataError(
            f"{labels_path}: every label must be 0 to 9. Got {labels.max()}. Take the files of the set itself."
        )
    return images, labels


def data_folders(name: str, root: Path | None) -> list[Path]:
    """Return the folders in which the files of an image set may lie, the first choice first."""
    variable = os.environ.get(ROOT_VARIABLE)
    roots = [root, Path(variable) if variable else None, user_cache_path("dropout-lab")]
    subfolders = IMAGE_SETS[name].subfolders
    return [place.expanduser() / below for place in roots if place is not None for below in subfolders]


def _find_files(name: str, root: Path | None) -> Sequence[Path]:
    """Return the paths of `FILES` in the first folder that has them all."""
    looked_at = []
    for folder in data_folders(name, root):
        found = {file: _present(folder, file) for file in FILES}
        paths = [path for path in found.values() if path is not None]
        if len(paths) == len(FILES):
            return paths
        missing = [file for file, path in found.items() if path is None]
        looked_at.append(f"{folder} (lacks {', '.join(missing)})" if paths else str(folder))
    raise DataError(
        f"{name}: its four files must lie in one folder. Got none that has them, having looked in: "
        f"{'; '.join(looked_at)}. Download {', '.join(file + '.gz' for file in FILES)} from {IMAGE_SETS[name].url} "
        f"into one of these folders (plain or .gz), or name their folder by data.root or {ROOT_VARIABLE}."
    )


def _present(folder: Path, file: str) -> Path | None:
    candidates = (folder / file, folder / f"{file}.gz")
    return next((path for path in candidates if path.is_file()), None)


GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08


def read_idx(path: Path, *, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes.

    Args:
        path: the file.
        dimensions: how many axes the array must have (1 for labels, 3 for images).

    Returns:
        The array, uint8, read-only.

    Raises:
        DataError: the file cannot be read or unpacked, its magic number is another, or it is longer or shorter than
            its header says.
    """
    content = _unpacked(path)
    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if content[:4] != expected:
        raise DataError(
            f"{path}: the magic number must be {_hexadecimal(expected)} "
            f"(unsigned bytes, {dimensions} {'axis' if dimensions == 1 else 'axes'}). "
            f"Got {_hexadecimal(content[:4]) or 'an empty file'}. Download the file again."
        )
    header_size = 4 + 4 * dimensions
    # A header cut short gives fewer axes; the length check below then names the file as too short.
    shape = tuple(np.frombuffer(content[4:header_size].ljust(4 * dimensions, b"\0"), dtype=">u4").tolist())
    size = header_size + math.prod(shape)
    if len(content) != size:
        raise DataError(
            f"{path}: the file must hold {size} bytes, as its header says (shape {' x '.join(map(str, shape))}). "
            f"Got {len(content)}. Download the file again."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header_size).reshape(shape)


def _unpacked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        reason = "truncated" if isinstance(error, EOFError) else "damaged"
        raise DataError(
            f"{path}: the file must unpack as gzip. Got a {reason} file. Download the file again."
        ) from None
    except OSError as error:
        raise DataError(f"{path}: the file must be readable. Got {error.strerror}. Mend its permissions.") from None


def _hexadecimal(content: bytes) -> str:
    return content.hex(" ")
