"""A running study told in lines, one for each finished cohort; and whether a stream gets these or a moving bar.

The bar has a module of its own, because it alone needs rich.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from dropout_lab.wording import plural


def write_line(stream: TextIO | None, text: str) -> None:
    """Write a line to a stream; a reader who has gone away (a closed pipe) must not end a training.

    Args:
        stream: None is one that was closed before the program began.
        text: one line or more.
    """
    if stream is None:
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError:
        return


class CohortLines:
    """Write one line for each finished cohort.

    Args:
        stream: as for `write_line`.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:
        """Say nothing: what will be trained was announced already."""

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Say nothing: an epoch may last milliseconds."""

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Write how the cohort ended."""
        write_line(self._stream, cohort_line(cohort, n_cohorts, n_trials, wall_time_s, counts))

    def note(self, text: str) -> None:
        """Write the note."""
        write_line(self._stream, f"note: {text}")


def cohort_line(cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: Mapping[str, int]) -> str:
    """Say how a cohort ended.

    >>> cohort_line(1, 2, 10, 4.21, {"complete": 9, "diverged": 1})
    'cohort 1/2: 10 trials in 4.2 s (9 complete, 1 diverged)'
    """
    return f"cohort {cohort}/{n_cohorts}: {plural(n_trials, 'trial')} in {wall_time_s:.1f} s ({status_counts(counts)})"


def status_counts(counts: Mapping[str, int]) -> str:
    """Name the statuses that occur: ``9 complete, 1 diverged``."""
    return ", ".join(f"{count:,} {status}" for status, count in counts.items() if count) or "none"


if TYPE_CHECKING:
    from rich.console import Console

    from dropout_lab.progress.bar import ProgressBar


@contextmanager
def shown(stream: TextIO | None) -> "Iterator[CohortLines | ProgressBar]":
    """Yield an observer that shows a running study, and take its bar away at the end, however the run ends.

    Args:
        stream: where to show it: a bar on a terminal that can redraw a line and in a notebook that has ipywidgets, a
            line for each finished cohort elsewhere. None is a stream that was closed: nothing is shown.
    """
    console = _console(stream)
    if console is None:
        yield CohortLines(stream)
        return
    from dropout_lab.progress.bar import ProgressBar

    with ProgressBar(console) as bar:
        yield bar


def _console(stream: TextIO | None) -> "Console | None":
    """Return where a bar can move, if anywhere."""
    if stream is None:
        return None
    is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    may_be_notebook = "IPython" in sys.modules and find_spec("ipywidgets") is not None
    if not (is_terminal or may_be_notebook):
        return None
    from rich.console import Console

    if is_terminal:
        return Console(file=stream)
    console = Console()
    return console if console.is_jupyter else None
