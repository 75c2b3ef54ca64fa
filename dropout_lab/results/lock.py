"""One writer: the lock that keeps two runs out of one folder.

Owns the lock file. The operating system's lock (`flock`) is the truth where there is one: however its process dies, it
ends with it (and with the workers it forked, which end then too), so it can never be stale. Elsewhere (Windows, some
cluster file systems) the file's existence is the lock, and a dead process of this machine is recognised by its number.
The file always says who writes, for the message to the second run.
"""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from dropout_lab.errors import FolderBusyError, FolderError

LOCK_FILES = (".lock", ".lock-process")
_MOMENT = 0.05  # seconds

fcntl: Any = import_module("fcntl") if os.name == "posix" else None


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: at most one process on any machine does.

    Args:
        folder: an existing folder.

    Raises:
        FolderError: another run writes there (named by process, host and start), or the folder cannot be written.
    """
    try:
        release = _flock(folder / LOCK_FILES[0]) or _claim(folder / LOCK_FILES[1])
    except OSError as error:
        raise FolderError(
            f"{folder}: the results folder must be writable. Got: {error.strerror}. "
            "Mend its permissions, or write elsewhere with --out."
        ) from None
    try:
        yield
    finally:
        release()


def is_held(folder: Path) -> bool:
    """Tell whether a run that is alive writes in a folder. A run that was killed, however it was, holds no lock."""
    return _is_flocked(folder / LOCK_FILES[0]) or _is_claimed(folder / LOCK_FILES[1])


def _is_flocked(path: Path) -> bool:
    if fcntl is None:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _is_claimed(path: Path) -> bool:
    return path.exists() and not _is_stale(_holder(path))


def _flock(path: Path) -> Callable[[], None] | None:
    """Lock by the operating system; None where it offers no locks."""
    if fcntl is None:
        return None
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock_alone(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            raise _busy(path, "Wait until it ends, or write elsewhere with --out.") from None
        except OSError:
            os.close(descriptor)
            return None
        if _is_still_at(descriptor, path):  # else the last holder removed it between our opening and locking it
            break
        os.close(descriptor)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, _signature())

    def release() -> None:
        path.unlink(missing_ok=True)
        os.close(descriptor)

    return release


def _lock_alone(descriptor: int) -> None:
    """Lock a file, or fail with a BlockingIOError: after a moment, for `is_held` holds it as briefly as it can."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_MOMENT)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _claim(path: Path) -> Callable[[], None]:
    """Lock by creating a file that must not exist; replace one whose process is dead."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        if not _is_stale(_holder(path)):
            mend = f"Wait until it ends, or write elsewhere with --out. If no such process is alive, delete {path}."
            raise _busy(path, mend) from None
        path.unlink(missing_ok=True)
        return _claim(path)
    os.write(descriptor, _signature())
    os.close(descriptor)
    return lambda: path.unlink(missing_ok=True)


def _signature() -> bytes:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": started}).encode()


def _holder(path: Path) -> dict[str, Any]:
    try:
        holder = json.loads(path.read_text())
    except (OSError, ValueError):  # removed, or not yet written
        return {}
    return holder if isinstance(holder, dict) else {}


def _is_stale(holder: dict[str, Any]) -> bool:
    if holder.get("host") != socket.gethostname() or os.name == "nt":  # on Windows os.kill would end the process
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # alive, and another user's
        return False
    return False


def _busy(path: Path, mend: str) -> FolderBusyError:
    holder = _holder(path)
    who = f"process {holder.get('pid', '?')} on {holder.get('host', '?')}, writing since {holder.get('started', '?')}"
    return FolderBusyError(f"{path.parent}: only one run may write in a results folder. Got another one: {who}. {mend}")
