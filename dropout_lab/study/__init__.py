"""Running a study: expand its grid, plan cohorts, train them, hand the records to the one writer.

`prepare_run` imports torch; the rest does not, so it is imported when first asked for.
"""

from typing import TYPE_CHECKING, Any

from dropout_lab.study.announcement import announcement
from dropout_lab.study.conditions import MANY_TRIALS, Condition, grid_size, refuse_unconfirmed
from dropout_lab.study.observer import Observer, SilentObserver
from dropout_lab.study.status import StudyStatus, folder_status
from dropout_lab.study.table import TABLE_POINT, bring_up_to_date, results_table

if TYPE_CHECKING:
    from dropout_lab.study.run import Outcome, Run, prepare_run
    from dropout_lab.study.trials import Trial

__all__ = [
    "MANY_TRIALS",
    "TABLE_POINT",
    "Condition",
    "Observer",
    "Outcome",
    "Run",
    "SilentObserver",
    "StudyStatus",
    "Trial",
    "announcement",
    "bring_up_to_date",
    "folder_status",
    "grid_size",
    "prepare_run",
    "refuse_unconfirmed",
    "results_table",
]
_LATER = {"Outcome": "run", "Run": "run", "prepare_run": "run", "Trial": "trials"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
