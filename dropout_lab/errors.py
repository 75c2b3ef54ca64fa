"""The errors a user can mend, and the exit codes that go with them.

A `ValueError` is for programmers; what a user can mend is a `LabError`, whose text follows one template::

    <place>: <what must hold>. Got <value> (<file:line, or command line>). <how to mend it, or the nearest name>
"""

from collections.abc import Iterable, Sequence

DONE = 0
FAILURE = 1
USAGE = 2
INCOMPLETE = 3
INTERRUPTED = 130


def complaint(thing: str, must: str, got: str = "", mend: str = "") -> str:
    """Return what is wrong in the words of the template, without its place: the one form of every such message.

    Args:
        thing: a setting or an option, as the user writes it.
        must: what must hold, read after it, without a full stop.
        got: the value that came; empty where the rest says it all.
        mend: how to mend it: whole sentences, or empty.

    >>> complaint("--units", "must be a whole number", "many", "Try 64.")
    '--units must be a whole number. Got many. Try 64.'
    """
    return " ".join(part for part in (f"{thing} {must}.", f"Got {got}." if got else "", mend) if part)


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the name that is spelt most like `name`, ignoring case; empty where none is close.

    Args:
        name: what the user wrote.
        names: what there is.
        cutoff: how alike the two must be, from 0 to 1 for equal.
    """
    from difflib import get_close_matches

    by_folded = {candidate.casefold(): candidate for candidate in names}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[close[0]] if close else ""


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return the question whether the nearest name was meant, or `otherwise` where none is close.

    >>> did_you_mean("Digit", ["iris", "digits"]), did_you_mean("x", ["iris"], "Check the spelling.")
    ('Did you mean digits?', 'Check the spelling.')
    """
    near = nearest(name, names)
    return f"Did you mean {near}?" if near else otherwise


class LabError(Exception):
    """An error with a message for the user and an exit code; the command line prints it without a traceback."""

    exit_code = FAILURE


class UserError(LabError):
    """Something the user mends before the first step: the command, the data, a results folder."""

    exit_code = USAGE


class ConfigError(UserError):
    """All problems of one configuration at once.

    Args:
        source: what was read, as the user knows it (``configs/mnist.yaml``, or ``the command line``).
        problems: one line each, ``<file:line or command line>: <what must hold>. Got ... . <mend>``.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{count} in {source}:", *(f"  {problem}" for problem in self.problems)]))


class DataError(UserError):
    """The data cannot be read, or do not hold what the study asks of them."""


class FolderError(UserError):
    """A results folder is missing, foreign, damaged or of another study."""


class FolderBusyError(FolderError):
    """Another run writes in a results folder right now."""


class RunError(LabError):
    """Training failed at run time for a reason that is not the user's config."""
