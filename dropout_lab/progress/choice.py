"""Which of the ways of showing progress fits a stream.

Owns the choice; the bar has a module of its own, because it alone needs rich.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from dropout_lab.progress.lines import CohortLines

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
