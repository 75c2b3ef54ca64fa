"""Whole files only: write aside, force to disk, rename into place.

Owns how bytes get to disk. A process killed at any moment leaves the old file or the new one, never a part of either,
and perhaps a `.tmp-*` leftover, which every reader ignores and the next writer removes. Nothing is tidied on the way
out of a failure, so an exception and a kill leave the same folder behind.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dropout_lab.errors import RunError

TEMPORARY = ".tmp-"


_RUN_AGAIN = "Free the disk or mend the folder's permissions, then run the study again: what is finished is kept."


def write_file(path: Path, content: bytes | Iterable[bytes], *, mend: str = _RUN_AGAIN) -> None:
    """Write or replace one file as a whole; makes its folder if that is missing.

    What is there and is no file, such as `/dev/null` or a named pipe, is written to and never replaced. Only one
    process may write in the folder (see `lock`), so the temporary name needs nothing random.

    Args:
        path: the file.
        content: all of it, as one piece or in several.
        mend: what the error says can be done.

    Raises:
        RunError: the disk is full, or the folder cannot be written.
    """
    with _naming(path, mend):
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.writelines(_pieces(content))
            return
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(TEMPORARY + path.name)
        _write_through(temporary, content)
        temporary.replace(path)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder of files as a whole: it appears with all of them or not at all.

    Raises:
        RunError: as for `write_file`; also where the folder exists already.
    """
    with _naming(path):
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(TEMPORARY + path.name)
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.mkdir()
        for name, content in files.items():
            _write_through(temporary / name, content)
        temporary.rename(path)


def remove_leftovers(folder: Path) -> None:
    """Remove what a dead writer left unfinished in `folder`; call it only as the one writer."""
    with _naming(folder):
        for leftover in sorted(folder.glob(TEMPORARY + "*")):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()


def _pieces(content: bytes | Iterable[bytes]) -> Iterable[bytes]:
    return [content] if isinstance(content, bytes) else content


def _write_through(path: Path, content: bytes | Iterable[bytes]) -> None:
    with path.open("wb") as stream:
        stream.writelines(_pieces(content))
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _naming(path: Path, mend: str = _RUN_AGAIN) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: the results must be writable. Got: {error.strerror or error}. {mend}") from error
