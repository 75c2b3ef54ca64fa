"""The Python API: load a study, run one, look at it in a notebook.

The command line's sibling: the same studies, checks, errors and progress, as objects instead of text. `dropout_lab`
hands out what is here under its own name, and imports this room when it is first asked for it.
"""

from typing import TYPE_CHECKING, Any

from dropout_lab.notebook.loading import load
from dropout_lab.notebook.running import run
from dropout_lab.notebook.study_results import StudyResults

if TYPE_CHECKING:
    from dropout_lab.drawing import Picture
    from dropout_lab.verdict import Verdict

__all__ = ["Picture", "StudyResults", "Verdict", "load", "run"]
_ROOMS = {"Picture": "dropout_lab.drawing", "Verdict": "dropout_lab.verdict"}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ROOMS[name]), name)
