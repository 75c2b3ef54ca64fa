"""The sources of data there are, each a record: all that any room knows of one, its reader included.

The one place to add a source: write a reader (`Request` in, `Dataset` out) in a module of its own and name it here. The
reader is imported when it is first needed, so that the names are there at once. What the config accepts, which files
are looked for beside a config, what messages list and how a report says to train again follow from the record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Literal

from dropout_lab.data.wording import listed
from dropout_lab.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from dropout_lab.data.dataset import Dataset


@dataclass(frozen=True)
class Request:
    """A source as the user asked for it.

    Args:
        source: a name, or the path of a file.
        target: the column to predict; tables only.
        task: auto, classification or regression.
        root: where downloaded sets may lie, looked at first.
    """

    source: str
    target: str | None = None
    task: str = "auto"
    root: Path | None = None


Reader = Callable[[Request], "Dataset"]


@dataclass(frozen=True)
class Source:
    """One set of data by its name, or one format of files by its suffix.

    Attributes:
        name: what data.source calls it; of a format of files the suffix, with its dot, in lower case.
        words: what it is.
        read: returns all its rows.
        task: what is predicted; None where that follows from the target's values.
        is_image: whether its features are known to be pixels.
        needs_target: whether data.target must name a column of it; all others know their own target.
        is_bundled: whether it is there without a download.
        origin: who made the data and where they are published; empty for a user's own files.
    """

    name: str
    words: str
    read: Reader
    task: Literal["classification", "regression"] | None = None
    is_image: bool = False
    needs_target: bool = False
    is_bundled: bool = False
    origin: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it stands for every file with its suffix."""
        return self.name.startswith(".")


def _bundled(request: Request) -> "Dataset":
    from dropout_lab.data.bundled import read_bundled

    return read_bundled(request)


def _mnist(request: Request) -> "Dataset":
    from dropout_lab.data.mnist import read_mnist

    return read_mnist(request)


def _csv(request: Request) -> "Dataset":
    from dropout_lab.data.tables import read_csv

    return read_csv(request)


def _npz(request: Request) -> "Dataset":
    from dropout_lab.data.arrays import read_npz

    return read_npz(request)


_WITH_SKLEARN = "comes with scikit-learn"

SOURCES: Final[dict[str, Source]] = {
    source.name: source
    for source in (
        Source(
            "digits",
            "1,797 images of handwritten digits, 8 x 8 pixels, 10 classes",
            _bundled,
            is_bundled=True,
            task="classification",
            is_image=True,
            origin=f"Alpaydin and Kaynak 1998, UCI Machine Learning Repository; its test part {_WITH_SKLEARN}",
        ),
        Source(
            "breast_cancer",
            "569 tumours, 30 measurements of cell nuclei, 2 classes",
            _bundled,
            is_bundled=True,
            task="classification",
            origin=f"Wolberg, Mangasarian, Street and Street 1993, UCI Machine Learning Repository; {_WITH_SKLEARN}",
        ),
        Source(
            "wine",
            "178 wines, 13 chemical measurements, 3 cultivars",
            _bundled,
            is_bundled=True,
            task="classification",
            origin=f"Aeberhard and Forina 1992, UCI Machine Learning Repository; {_WITH_SKLEARN}",
        ),
        Source(
            "iris",
            "150 flowers, 4 measurements, 3 species",
            _bundled,
            is_bundled=True,
            task="classification",
            origin=f"Fisher 1936, UCI Machine Learning Repository; {_WITH_SKLEARN}",
        ),
        Source(
            "diabetes",
            "442 patients, 10 measurements, a number: the disease a year later",
            _bundled,
            is_bundled=True,
            task="regression",
            origin=f"Efron, Hastie, Johnstone and Tibshirani 2004; {_WITH_SKLEARN}",
        ),
        Source(
            "mnist",
            "70,000 images of handwritten digits, 28 x 28 pixels, 10 classes, 10,000 of them the official test set",
            _mnist,
            task="classification",
            is_image=True,
            origin="LeCun, Bottou, Bengio and Haffner 1998; to be downloaded",
        ),
        Source(
            "fashion_mnist",
            "70,000 images of clothes, 28 x 28 pixels, 10 classes, 10,000 of them the official test set",
            _mnist,
            task="classification",
            is_image=True,
            origin="Xiao, Rasul and Vollgraf 2017; to be downloaded",
        ),
        Source(".csv", "a table: comma-separated, UTF-8, with a header", _csv, needs_target=True),
        Source(".npz", "the arrays X and y, saved by NumPy", _npz),
    )
}


def load_dataset(
    source: str,
    *,
    target: str | None = None,
    task: str = "auto",
    root: str | Path | None = None,
    missing: str = "impute",
) -> "Dataset":
    """Read a data source.

    Args:
        source: a name in `SOURCES`, or the path of a file with a suffix in it.
        target: the column to predict; required for tables, refused elsewhere.
        task: ``auto`` (the source's own; for files: text, and at most 20 different whole numbers, are
            classification, other numbers regression), ``classification`` or ``regression``.
        root: folder of downloaded sets, looked at before ``DROPOUT_LAB_DATA`` and the user's cache.
        missing: ``impute`` (keep gaps for `prepare`) or ``error`` (refuse them).

    Raises:
        DataError: the source is unknown, cannot be read, or holds what cannot be trained on.
    """
    from dropout_lab.data.dataset import refuse_missing, refuse_unbounded

    found = SOURCES.get(source) if source in source_names() else None
    if found is None:
        source = str(Path(source).expanduser())
        found = _of_a_file(source)
    dataset = found.read(Request(source, target, task, Path(root) if root is not None else None))
    refuse_unbounded(dataset)
    if missing == "error":
        refuse_missing(dataset)
    return dataset


def source_names(*, is_bundled: bool | None = None) -> tuple[str, ...]:
    """Return the names that `load_dataset` knows without a file: all, or those that are bundled or are not."""
    named = (source for source in SOURCES.values() if not source.is_file)
    return tuple(source.name for source in named if is_bundled in (None, source.is_bundled))


def file_suffixes() -> tuple[str, ...]:
    """Return the suffixes of the files that `load_dataset` reads."""
    return tuple(source.name for source in SOURCES.values() if source.is_file)


def is_file_name(source: str) -> bool:
    """Tell whether data.source names a file that could be read, rather than a set by its name.

    >>> is_file_name("measurements.CSV"), is_file_name("digits")
    (True, False)
    """
    return PurePath(source).suffix.lower() in file_suffixes()


def _of_a_file(source: str) -> Source:
    path = Path(source)
    if not is_file_name(source):
        raise DataError(
            f"data.source must be {listed(source_names())}, or the path of a {' or '.join(file_suffixes())} file. "
            f"Got {source}. {did_you_mean(source, source_names(), 'Check the spelling.')}"
        )
    if not path.is_file():
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            f"data.source must be a file that exists. Got {source}, looked for in {Path.cwd()}. "
            f"{did_you_mean(path.name, siblings, 'Check the path.')}"
        )
    return SOURCES[path.suffix.lower()]
