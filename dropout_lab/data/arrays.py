"""A user's own arrays: an NPZ file with `X` and `y`.

Pickles are never loaded: a pickle can run any code, and a data file from elsewhere should not.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import Dataset
from dropout_lab.data.sources import Request
from dropout_lab.data.targets import read_target, refuse_target_name
from dropout_lab.data.wording import listed
from dropout_lab.errors import DataError

KEPT_TYPES = (np.uint8, np.float32, np.float64)


def read_npz(request: Request) -> Dataset:
    """Return the rows of an NPZ file.

    `X` is numeric, ``[rows, columns]`` or images ``[rows, height, width, ...]``, which are flattened; `y` is
    ``[rows]``, numeric or text. Images are known by more than two axes or by bytes (uint8) as values.

    Raises:
        DataError: the file is no NPZ, lacks `X` or `y`, or holds arrays of other shapes or types.
    """
    source = request.source
    refuse_target_name(request.target, source=source)
    features, target_column = _read_arrays(Path(source), source)
    _refuse_shapes(features, target_column, source=source)
    target = read_target(target_column, task=request.task, source=source, name="y")
    is_image = features.ndim > 2 or features.dtype == np.uint8
    flat = features.reshape(len(features), -1)
    return Dataset(
        source=source,
        task=target.task,
        features=flat if flat.dtype.type in KEPT_TYPES else flat.astype(np.float64),
        feature_names=tuple("_".join(map(str, ("X", *index))) for index in np.ndindex(features.shape[1:])),
        target=target.values,
        class_names=target.class_names,
        is_image=is_image,
        notes=target.notes,
    )


def _read_arrays(path: Path, source: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    try:
        with path.open("rb") as file:
            content = np.load(file, allow_pickle=False)
            if not isinstance(content, np.lib.npyio.NpzFile):
                raise DataError(
                    f"{source}: the file must hold the arrays X and y. Got a single array. "
                    "Save both: numpy.savez(path, X=X, y=y)."
                )
            if not {"X", "y"} <= set(content.files):
                raise DataError(
                    f"{source}: the file must hold the arrays X and y. Got {listed(content.files) or 'no array'}. "
                    "Save them by these names: numpy.savez(path, X=X, y=y)."
                )
            return content["X"], content["y"]
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _no_archive(source, error) from None
    except OSError as error:
        raise DataError(f"{source}: the file must be readable. Got {error.strerror}. Mend its permissions.") from None


def _no_archive(source: str, error: Exception) -> DataError:
    if "pickle" in str(error):
        return DataError(
            f"{source}: X and y must be plain arrays of numbers (y may be text). Got Python objects, which are never "
            "loaded. Convert them first, for instance by X.astype(float) and y.astype(str)."
        )
    return DataError(
        f"{source}: the file must be an NPZ archive. Got a damaged one or another format. "
        "Save it again by numpy.savez(path, X=X, y=y)."
    )


def _refuse_shapes(features: npt.NDArray[Any], target: npt.NDArray[Any], *, source: str) -> None:
    """Raise a `DataError` unless ``X`` is numeric [rows, columns, ...] and ``y`` is [rows]."""
    if features.dtype.kind not in "biuf":
        raise DataError(
            f"{source}: X must be numeric (whole numbers, floats or booleans). Got dtype {features.dtype}. "
            "Encode the columns as numbers, or use a .csv file, whose text columns are encoded for you."
        )
    if features.ndim < 2 or not features.size:
        raise DataError(
            f"{source}: X must have the shape [rows, columns], or [rows, height, width] for images, none of them 0. "
            f"Got shape {list(features.shape)}. Reshape X."
        )
    if target.ndim != 1 or target.dtype.kind not in "biufU":
        raise DataError(
            f"{source}: y must have the shape [rows] and hold numbers or text. Got shape {list(target.shape)}, "
            f"dtype {target.dtype}. Class codes rather than one-hot rows are wanted: y.argmax(axis=1)."
        )
    if len(target) != len(features):
        raise DataError(
            f"{source}: X and y must have the same number of rows. Got {len(features)} and {len(target)}. "
            "Save the arrays again from the same rows."
        )
