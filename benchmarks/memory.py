"""The most memory that a process and its children held at once.

The kernel's own figure for children (`RUSAGE_CHILDREN`) is that of the largest one alone, counts only those that have
ended, and on Linux begins with what the parent held when it started the child. So on Linux the processes are watched.
"""

import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROC = Path("/proc")
_PAUSE_S = 1.0
"""Rare enough not to disturb what is measured: a look takes some milliseconds."""
IS_WATCHED = sys.platform == "linux"
HOW = (
    "memory of the process and its worker processes, what they share counted once (Linux: Pss), looked at every second"
    if IS_WATCHED
    else "peak of the process and of its largest child (getrusage)"
)


class Peak:
    """The highest value seen so far, in MiB."""

    def __init__(self) -> None:
        self.mib = 0.0

    def see(self, mib: float) -> None:
        """Take note of a value."""
        self.mib = max(self.mib, mib)


@contextmanager
def watching(pid: int, peak: Peak) -> Iterator[None]:
    """Watch a process and its children for as long as the body runs; elsewhere than on Linux, do nothing."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_PAUSE_S):
            peak.see(tree_memory_mib(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    if IS_WATCHED:
        watcher.start()
    try:
        yield
    finally:
        done.set()
        if IS_WATCHED:
            watcher.join()
            peak.see(_field_mib(pid, "status", "VmHWM"))  # the process's own peak, however short


def tree_memory_mib(pid: int) -> float:
    """Return what a process and its descendants hold now; pages that they share count once, in parts."""
    return sum(_field_mib(process, "smaps_rollup", "Pss") for process in (pid, *_descendants(pid)))


def own_peak_mib() -> float:
    """Return the kernel's figures for this process and its largest ended child: what there is without `/proc`."""
    kib = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return kib / 2**20 if sys.platform == "darwin" else kib / 2**10


def _descendants(pid: int) -> Iterator[int]:
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
    except OSError:  # the process has ended
        return
    for thread in threads:
        try:
            children = (thread / "children").read_text("ascii").split()
        except OSError:  # the thread has ended
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _field_mib(pid: int, file: str, field: str) -> float:
    try:
        lines = (_PROC / str(pid) / file).read_text("utf-8").splitlines()
    except OSError:  # the process has ended
        return 0.0
    return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith(f"{field}:")), 0.0)
