"""Put new values into the settings of a study, one form at a time.

Owns what happens to the other way of saying the same thing: a width replaces a list of hidden units, steps replace
epochs. Must not know where the values come from: a command line, an axis or a notebook. It exists so that overrides,
axes and the Python API agree.
"""

from collections.abc import Mapping
from typing import Any

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.problem import Problem, SettingPath

_HIDDEN, _WIDTH, _DEPTH = ("model", "hidden"), ("model", "width"), ("model", "depth")
_EPOCHS, _STEPS = ("training", "epochs"), ("training", "steps")


def put(values: dict[str, Any], given: Mapping[SettingPath, Any]) -> list[Problem]:
    """Set every `given` setting in `values`, in place, and drop the other form of what it says.

    A `model.width` or `model.depth` alone takes the other one from `model.hidden`.

    Returns:
        A problem where `model.hidden` has no single width.
    """
    problems = _make_room_for_shape(values, given)
    for form, other in ((_EPOCHS, _STEPS), (_STEPS, _EPOCHS)):
        if given.get(form) is not None and other not in given:
            _section(values, form).pop(other[1], None)
    for path, value in sorted(given.items(), key=lambda item: len(item[0])):
        _section(values, path)[str(path[-1])] = value
    return problems


def _make_room_for_shape(values: dict[str, Any], given: Mapping[SettingPath, Any]) -> list[Problem]:
    shape = [path for path in (_WIDTH, _DEPTH) if given.get(path) is not None]
    model = _section(values, _HIDDEN)
    if _HIDDEN in given and not shape:
        model.pop("width", None)
        model.pop("depth", None)
    if not shape or _HIDDEN in given or not isinstance(model.get("hidden"), tuple):
        return []
    hidden = model.pop("hidden")
    if len(shape) == 2:
        return []
    if not hidden or any(units != hidden[0] for units in hidden):
        must = f"alone cannot replace model.hidden {yaml_text(hidden)}, which has no single width"
        mend = "Give model.hidden, or model.width and model.depth together."
        return [Problem(shape[0], must, yaml_text(given[shape[0]]), mend, (_HIDDEN,))]
    model.update(depth=len(hidden)) if shape == [_WIDTH] else model.update(width=hidden[0])
    return []


def _section(values: dict[str, Any], path: SettingPath) -> dict[str, Any]:
    """Return where the setting at `path` is kept; a section that is no mapping is a fault of its own, and stays."""
    if len(path) == 1:
        return values
    section = values.setdefault(str(path[0]), {})
    return section if isinstance(section, dict) else {}
