"""Settings in words: what a value reads as, and how figures name a setting of dropout, a condition's or a study's.

Paths and values in, text out; knows no conditions. It exists so that every figure calls the same
setting by the same name.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dropout_lab.noise import KINDS

Value = float | str

ABSENT = ""  # no such setting here; `null` is a value
KIND = "dropout.kind"
RATES = ("rate", "input_rate", "dropout.output_rate")  # where all of these are 0, nothing is ever dropped
CHOICE = "choice"  # the made-up setting of a tuned study, see `tuned_view`; its values speak for themselves
CHOSEN = "chosen"  # its column of the tuned settings of a trial, in words


def value_of(cell: object) -> Value:
    """Read a cell: a number where it reads as one, `ABSENT` where empty, else its text, `null` included."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ABSENT
    if isinstance(cell, (bool, np.bool_)):
        return str(cell).lower()
    try:
        return float(str(cell))
    except ValueError:
        return str(cell)


def is_learnt(kind: object) -> bool:
    """Tell whether a value of `dropout.kind` is noise whose rates are learnt; a baseline has none."""
    return kind in KINDS and KINDS[str(kind)].learns_rates


def text(value: Value) -> str:
    """Write a value as a user would: `0.5`, `100`, `128-128`."""
    return value if isinstance(value, str) else f"{value:.12g}"


def is_zero(rate: Value) -> bool:
    """Tell whether a rate, or every layer's rate of a text such as `0-0.5`, is zero."""
    if isinstance(rate, float):
        return rate == 0
    try:
        return all(float(part) == 0 for part in rate.split("-"))
    except ValueError:
        return False


def drops_nothing(settings: Mapping[str, Value]) -> bool:
    """Tell whether neither a unit, nor an input, nor an output is ever dropped, by the settings' paths."""
    return all(is_zero(settings.get(path, 0.0)) for path in RATES)


def leaf(path: str) -> str:
    """Return a path's last name: `data.train_size` -> `train_size`."""
    return path.rsplit(".", 1)[-1]


def in_words(name: str) -> str:
    """Write the name of a setting as running text does: `train_size` -> `train size`."""
    return name.replace("_", " ")


def is_missing(path: str, value: Value) -> bool:
    """Tell whether a condition has not got a setting of dropout, as a baseline has no kind."""
    return value == ABSENT and path.startswith("dropout.")


def settings_label(settings: Mapping[str, Value]) -> str:
    """Name settings of dropout, by path: `rate 0.5, kind gaussian`, `start rate 0.5, kind concrete`.

    Rates of 0 but the first are left out.
    """
    if drops_nothing(settings):
        return "baseline"
    said = {
        path: value
        for path, value in settings.items()
        if value != ABSENT and (path == "rate" or path not in RATES or not is_zero(value))
    }
    start = "start " if is_learnt(settings.get(KIND)) else ""
    return ", ".join((start if path == "rate" else "") + say(path, value) for path, value in said.items())


def plain(chosen: str) -> str:
    """Write chosen settings as figures do.

    >>> plain("training.learning_rate=0.01 training.batch_size=32")
    'learning rate 0.01, batch size 32'
    """
    return ", ".join(
        in_words(leaf(path)) + " " + value for path, _, value in (one.partition("=") for one in chosen.split(" "))
    )


def short_names(paths: Sequence[str]) -> list[str]:
    """Shorten paths to their last names, in words, where no two of these are the same."""
    leaves = [leaf(path) for path in paths]
    return [in_words(name) if leaves.count(name) == 1 else path for name, path in zip(leaves, paths, strict=True)]


def say(path: str, value: Value, name: str | None = None) -> str:
    """Name a setting with its value.

    Args:
        path: of the setting.
        value: its value.
        name: what to call it; None for its last name.

    >>> say("data.train_size", 100.0), say("dropout.output_rate", 0.5), say(CHOICE, "tuned")
    ('train size 100', 'output rate 0.5', 'tuned')
    """
    return text(value) if path == CHOICE else f"{name or short_names([path])[0]} {text(value)}"


def say_all(paths: Sequence[str], values: Sequence[Value]) -> str:
    """Name settings with their values, as far as there are any: `kind gaussian, train size 100`."""
    named = zip(paths, values, short_names(paths), strict=True)
    return ", ".join(say(path, value, name) for path, value, name in named if not is_missing(path, value))
