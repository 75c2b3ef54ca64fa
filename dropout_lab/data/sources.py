"""The register of data sources: which reader a name or a file's suffix stands for.

The one place to add a source: write a reader (`Request` in, `Dataset` out) in a module of its own and name it here.
"""

from collections.abc import Callable
from pathlib import Path

from dropout_lab.data.arrays import read_npz
from dropout_lab.data.bundled import BUNDLED_SETS, read_bundled
from dropout_lab.data.dataset import Dataset, refuse_missing, refuse_unbounded
from dropout_lab.data.mnist import IMAGE_SETS, read_mnist
from dropout_lab.data.request import Request
from dropout_lab.data.tables import read_csv
from dropout_lab.data.wording import listed, nearest
from dropout_lab.errors import DataError

Reader = Callable[[Request], Dataset]

NAMED_SOURCES: dict[str, Reader] = {
    **dict.fromkeys(BUNDLED_SETS, read_bundled),
    **dict.fromkeys(IMAGE_SETS, read_mnist),
}
FILE_SOURCES: dict[str, Reader] = {".csv": read_csv, ".npz": read_npz}


def load_dataset(
    source: str,
    *,
    target: str | None = None,
    task: str = "auto",
    root: str | Path | None = None,
    missing: str = "impute",
) -> Dataset:
    """Read a data source.

    Args:
        source: a name of `NAMED_SOURCES`, or the path of a file with a suffix of `FILE_SOURCES`.
        target: the column to predict; required for tables, refused elsewhere.
        task: ``auto`` (the source's own; for files: text, and at most 20 different whole numbers, are
            classification, other numbers regression), ``classification`` or ``regression``.
        root: folder of downloaded sets, looked at before ``DROPOUT_LAB_DATA`` and the user's cache.
        missing: ``impute`` (keep gaps for `prepare`) or ``error`` (refuse them).

    Raises:
        DataError: the source is unknown, cannot be read, or holds what cannot be trained on.
    """
    reader = NAMED_SOURCES.get(source)
    if reader is None:
        source = str(Path(source).expanduser())
        reader = _file_reader(source)
    dataset = reader(Request(source, target, task, Path(root) if root is not None else None))
    refuse_unbounded(dataset)
    if missing == "error":
        refuse_missing(dataset)
    return dataset


def source_names() -> tuple[str, ...]:
    """Return the names that `load_dataset` knows without a file."""
    return tuple(NAMED_SOURCES)


def _file_reader(source: str) -> Reader:
    path = Path(source)
    reader = FILE_SOURCES.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"data.source must be {listed(source_names())}, or the path of a {' or '.join(FILE_SOURCES)} file. "
            f"Got {source}. {nearest(source, source_names()) or 'Check the spelling.'}".rstrip()
        )
    if not path.is_file():
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            f"data.source must be a file that exists. Got {source}, looked for in {Path.cwd()}. "
            f"{nearest(path.name, siblings) or 'Check the path.'}".rstrip()
        )
    return reader
