"""The two streams: results to stdout, everything else to stderr, as plain text.

Owns how a line is written and how wide a terminal is. Texts of users (paths, values) are never read as markup, and
never wrapped, so that they can be copied and tested.
"""

import os
import shutil
import sys
import traceback

import typer

from dropout_lab.errors import RunError
from dropout_lab.progress import write_line

_DEBUG = "DROPOUT_LAB_DEBUG"

PAGE = 80
"""Columns of running text, and of a table that no terminal limits: what mails, issues and printed pages have."""


def can_write(letters: str) -> bool:
    """Tell whether stdout's encoding has all of these letters."""
    try:
        letters.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def result(text: str) -> None:
    """Write what the user asked for to stdout; a letter that its encoding lacks is written as its number.

    Raises:
        RunError: stdout cannot take the text: its disk is full.
        BrokenPipeError: its reader has gone away, as `head` does; the command ends without a word.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    _write(text.encode(encoding, "backslashreplace").decode(encoding))


def document(text: str) -> None:
    """Write a whole document to stdout, which is about to become a file: in UTF-8, whatever a terminal would read.

    Raises:
        RunError, BrokenPipeError: as for `result`.
    """
    _write(text.encode("utf-8", "replace"))


def _write(text: str | bytes) -> None:
    try:
        typer.echo(text, nl=isinstance(text, str))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(
            f"stdout: it must take what is printed. Got: {error.strerror or error}. Free the disk, or send the output "
            "elsewhere and give the command again: what is finished is kept."
        ) from None


def say(text: str) -> None:
    """Write a message to stderr; a reader who has gone away must not end a training."""
    write_line(sys.stderr, text)


def say_unexpected(error: Exception, subject: str = "dropout-lab") -> None:
    """Say on stderr that something failed which nobody foresaw: one message, and no traceback unless asked for."""
    text = " ".join("".join(traceback.format_exception_only(error)).split())
    say(f"error: {subject} failed for a reason it does not know. Got {text}.")
    if os.environ.get(_DEBUG):
        say("".join(traceback.format_exception(error)))
    else:
        say(f"Set {_DEBUG}=1 to see where; what was finished before is kept.")


def table_width() -> int:
    """Return how wide a table may be: as wide as the terminal that stdout is, or `PAGE` in a pipe or a file."""
    # A stream that was closed before the program began is None.
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if is_terminal else PAGE
