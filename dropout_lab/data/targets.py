"""What the target column says the task is, and the target as codes or numbers.

The one rule for every source whose task is not known beforehand (tables, arrays): text is classification; at most 20
different whole numbers are classification; anything else is regression. `data.task` overrules it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import LARGEST_MAGNITUDE
from dropout_lab.data.sources import SOURCES
from dropout_lab.data.wording import listed, row_numbers
from dropout_lab.errors import DataError
from dropout_lab.metrics import CLASSIFICATION, REGRESSION, TASKS, Task, TaskName

# Digits, quality scores and counts of stars stay below; years, ages and prices of any real table lie above.
MAX_WHOLE_NUMBER_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Target:
    """A target as `Dataset` wants it: the task, ``[rows]`` codes or values, the class names, and what was decided."""

    task: TaskName
    values: npt.NDArray[Any]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]


def read_target(column: npt.NDArray[Any], *, task: str, source: str, name: str) -> Target:
    """Decide the task from a target column and encode it.

    Args:
        column: ``[rows]``, either numeric (NaN = missing) or text (dtype object or str; None = missing).
        task: auto, classification or regression.
        source: what the user called the data, for messages.
        name: the target column's name, for messages.

    Returns:
        int64 codes for classification (classes in numeric or alphabetical order), float64 values for regression.

    Raises:
        DataError: a target is missing, infinite or constant, or text is to be regressed on.
    """
    is_text = column.dtype.kind not in "biuf"
    _refuse_missing_target(column, source=source, name=name)
    levels, codes = np.unique(column, return_inverse=True)
    if len(levels) < 2:
        raise DataError(
            f"{source}: the target must vary. Got {_label(levels[0])} in all {len(column)} rows of {name}. "
            "Name another data.target."
        )
    asked = TASKS.get(task)
    if asked is REGRESSION and is_text:
        raise DataError(
            f"{source}: a target for regression must be numeric. Got text in {name}, such as {levels[0]}. "
            "Set data.task=classification, or name another data.target."
        )
    decided, notes = _decide(asked, levels, is_text=is_text, name=name)
    if decided.predicts_classes:
        return Target(decided.name, codes.astype(np.int64), tuple(map(_label, levels)), notes)
    return Target(decided.name, column.astype(np.float64), (), notes)


def _decide(asked: Task | None, levels: npt.NDArray[Any], *, is_text: bool, name: str) -> tuple[Task, tuple[str, ...]]:
    """Apply the rule of the module's docstring; the note says which branch was taken for numbers."""
    if asked is not None:
        return asked, ()
    if is_text or levels.dtype.kind == "b":
        return CLASSIFICATION, ()
    if len(levels) <= MAX_WHOLE_NUMBER_CLASSES and bool((levels == np.round(levels)).all()):
        return CLASSIFICATION, (
            f"{name} holds {len(levels)} different whole numbers (at most {MAX_WHOLE_NUMBER_CLASSES}), "
            "so they are read as classes; data.task=regression would read them as numbers.",
        )
    return REGRESSION, (
        f"{name} holds {len(levels)} different numbers, so the task is regression: "
        f"only up to {MAX_WHOLE_NUMBER_CLASSES} different whole numbers are read as classes.",
    )


def _refuse_missing_target(column: npt.NDArray[Any], *, source: str, name: str) -> None:
    is_number = column.dtype.kind == "f"
    missing = np.flatnonzero(np.isnan(column) if is_number else [value is None for value in column])
    if len(missing):
        raise DataError(
            f"{source}: every row must have a target. Got none for {name} in {row_numbers(missing)}. "
            "Fill in or remove these rows."
        )
    unbounded = np.flatnonzero(np.abs(column) > LARGEST_MAGNITUDE) if is_number else missing
    if len(unbounded):
        raise DataError(
            f"{source}: every target must be finite and at most {LARGEST_MAGNITUDE:g} in size. "
            f"Got {column[unbounded[0]]} for {name} in {row_numbers(unbounded)}. Correct or remove these rows."
        )


def _label(level: Any) -> str:
    """Name a class as the user wrote it: 3 rather than 3.0 for a whole number."""
    if isinstance(level, (float, np.floating)) and float(level).is_integer():
        return str(int(level))
    return str(level)


def refuse_target_name(target: str | None, *, source: str) -> None:
    """Raise a `DataError` if a target column is named for a source that knows its own target."""
    if target is not None:
        tables = " or ".join(source.name for source in SOURCES.values() if source.needs_target)
        raise DataError(
            f"{source}: data.target must be null, for this source has a target of its own. Got {target}. "
            f"Remove data.target, or give a {tables} file as data.source."
        )


def refuse_other_task(task: str, own: TaskName, *, source: str) -> None:
    """Raise a `DataError` if a source of a known task is asked for the other one."""
    if task not in ("auto", own):
        raise DataError(
            f"{source}: data.task must be one of {listed(['auto', own])} for this source. Got {task}. "
            "Remove data.task, or choose another data.source."
        )
