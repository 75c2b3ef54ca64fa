"""The errors a user can mend, and the exit codes that go with them.

Floor 0: importable from everywhere, imports nothing. A `ValueError` is for programmers; what a user can mend is a
`LabError`, whose text follows one template::

    <place>: <what must hold>. Got <value> (<file:line, or command line>). <how to mend it, or the nearest name>
"""

from collections.abc import Sequence

DONE = 0
FAILURE = 1
USAGE = 2
INCOMPLETE = 3
INTERRUPTED = 130


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
