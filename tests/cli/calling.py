"""How the tests call the program, in this process and in one of its own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Ended]

# A shell that starts its jobs in the background hands them a SIGINT that is ignored.
PROGRAM = (
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from dropout_lab.cli import main; sys.exit(main())",
)


def environment(**changes: str) -> dict[str, str]:
    """The environment of a process that finds this checkout, whether or not the package is installed."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **changes}
