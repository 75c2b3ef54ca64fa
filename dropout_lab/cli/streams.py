"""The two streams: results to stdout, everything else to stderr, as plain text.

Floor 5, cli. Owns how a line is written and how wide a terminal is; must not know what is said. Texts of users (paths,
values) are never read as markup, and never wrapped, so that they can be copied and tested.
"""

import os
import shutil
import sys
from typing import TextIO

import typer


def result(text: str) -> None:
    """Write what the user asked for to stdout."""
    typer.echo(text)


def say(text: str) -> None:
    """Write a message to stderr; a reader who has gone away (a closed pipe) must not end a training."""
    try:
        typer.echo(text, err=True)
    except OSError:
        return


def table_width() -> int | None:
    """Return the columns of the terminal that stdout is; None where it is a pipe or a file."""
    return shutil.get_terminal_size().columns if _is_terminal(sys.stdout) else None


def can_move_a_bar() -> bool:
    """Tell whether stderr is a terminal that can redraw a line."""
    return _is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def _is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; None is one that was closed before the program began."""
    return stream is not None and stream.isatty()
