"""What every reader is given: the settings of the data section that concern reading."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """A source as the user asked for it.

    Args:
        source: a name, or the path of a file.
        target: the column to predict; tables only.
        task: auto, classification or regression.
        root: where downloaded sets may lie, looked at first.
    """

    source: str
    target: str | None = None
    task: str = "auto"
    root: Path | None = None
