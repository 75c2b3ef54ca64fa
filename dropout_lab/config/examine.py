"""Settings in, a validated study or all of its problems out.

Owns the passage from pydantic's errors to ours, the search for every problem at once, and what happens to the other way
of saying the same thing when a new value is put in: a width replaces a list of hidden units, steps replace epochs. It
exists because pydantic names a union's failure once per branch, in programmers' words, and stops before the rules that
join settings; and so that overrides, axes and the Python interface agree.
"""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dropout_lab.config.catalogue import AXES, Setting, sections, settings, suggestion, unknown
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.problem import Problem, SettingPath
from dropout_lab.config.requirements import JsonSchema, accepts, kind, narrowed, requirement, show, slip
from dropout_lab.config.schema import Study

Values = dict[str, Any]

_STAND_IN_SOURCE = "digits"


def plain(value: object) -> Any:
    """Return `value` with sequences as tuples and mappings as dicts with text keys, so that strict kinds compare.

    Scalars and arrays of NumPy become plain numbers and tuples, paths become text, and -0.0 becomes 0.0.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, float):
        return float(value) + 0.0
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return tuple(plain(item) for item in value)
    return value


def with_sections(values: Mapping[str, Any]) -> Values:
    """Return a copy of `values`, each section a dict of its own; an empty section (``training:``) has its defaults."""
    may_be_empty = (*sections(), *AXES)
    copied = {key: {} if value is None and key in may_be_empty else value for key, value in values.items()}
    copied.setdefault("data", {})
    return {key: dict(value) if isinstance(value, dict) else value for key, value in copied.items()}


def validated(values: Values) -> Study | list[Problem]:
    """Return the study that `values` (as `with_sections` returns them) describe, or the first problems found."""
    try:
        return Study.model_validate(values)
    except ValidationError as error:
        return _translated(error.errors(include_url=False), values)


def changed(study: Study, given: Mapping[SettingPath, Any]) -> Study | list[Problem]:
    """Return `study` with other values, or the first problems found."""
    values = study.model_dump()
    return put(values, given) or validated(values)


def examined(values: Values, faulty: set[SettingPath]) -> tuple[Study, list[Problem]]:
    """Return every problem of `values`, and the study they describe with each faulty setting at its default.

    Args:
        values: as `with_sections` returns them.
        faulty: settings already known to be at fault, about which nothing more is said; the new ones are added.
    """
    values = with_sections(values)
    problems: list[Problem] = []
    for path in faulty:
        _take_out(values, path)
    while True:
        found = validated(values)
        if isinstance(found, Study):
            return found, problems
        # A rule that looked at a setting already replaced by its default may be wrong about the user's config.
        problems += [problem for problem in found if not touches(faulty, involved(problem))]
        new = {path for problem in found for path in involved(problem)} - faulty
        if not new:
            raise ValueError(f"a rule does not name every setting it looks at: {found[0]}")
        faulty |= new
        for path in new:
            _take_out(values, path)


def involved(problem: Problem) -> set[SettingPath]:
    """Return the settings (without indices) that a problem is about."""
    return {_setting_path(path) for path in (problem.path, *problem.involved)}


def touches(faulty: set[SettingPath], paths: set[SettingPath]) -> bool:
    """Return whether any of `paths` is faulty, or lies in a faulty section."""
    return any(path[:length] in faulty for path in paths for length in (1, 2))


def _take_out(values: Values, path: SettingPath) -> None:
    """Leave a setting or a section at its default; a source, which has none, at a stand-in."""
    section = values.get(str(path[0])) if path else None
    if len(path) == 2 and isinstance(section, dict):
        section.pop(str(path[1]), None)
    elif path:
        values.pop(str(path[0]), None)
    if path in (("data",), ("data", "source")):
        values.setdefault("data", {}).setdefault("source", _STAND_IN_SOURCE)


def _translated(errors: list[ErrorDetails], values: Values) -> list[Problem]:
    by_path: dict[SettingPath, list[ErrorDetails]] = {}
    for error in errors:
        by_path.setdefault(_without_branches(error["loc"]), []).append(error)
    problems = []
    for path, group in by_path.items():
        # A list of rates fails as a number too: what matters is the item within it.
        if not any(len(other) > len(path) and other[: len(path)] == path for other in by_path):
            problems += _problems_at(path, group, values)
    return problems


def _problems_at(path: SettingPath, errors: list[ErrorDetails], values: Values) -> list[Problem]:
    ruled = [problem for error in errors for problem in error.get("ctx", {}).get("problems", ())]
    if ruled:
        return [problem.under(path) for problem in ruled]
    kinds = {error["type"] for error in errors}
    if "extra_forbidden" in kinds:
        return [unknown(path)]
    if "model_type" in kinds:
        got = show(values[str(path[0])])
        return [Problem(path, "must be a section of settings", got, suggestion(path))]
    if path[0] in AXES and len(path) > 1:
        value = _value_at(values, path)
        mend = f"Write [{yaml_text(value)}]." if kind(value) in ("number", "string", "boolean") else ""
        return [Problem(path, "must be a list of one or more values", show(value), mend)]
    setting = settings()[_setting_path(path)]
    if "missing" in kinds:
        return [Problem(path, "must be given", "nothing", setting.mend)]
    return [_out_of_range(setting, path, _value_at(values, path))]


def _out_of_range(setting: Setting, path: SettingPath, value: object) -> Problem:
    schema = _schema_at(setting, path)
    must = f"must be {requirement(narrowed(schema, value))}"
    default = "" if setting.is_required else f"The default is {show(plain(setting.default), wants_text=True)}."
    mend = slip(schema, value) or setting.mend or default
    return Problem(path, must, show(value, wants_text=accepts(schema, "string")), mend)


def _without_branches(location: tuple[int | str, ...]) -> SettingPath:
    """Drop the names of union branches, which pydantic adds below the setting."""
    depth = len(_setting_path(location))
    return location[:depth] + tuple(step for step in location[depth:] if isinstance(step, int))


def _setting_path(path: SettingPath) -> SettingPath:
    return path[:2] if path and path[0] in (*sections(), *AXES) else path[:1]


def _schema_at(setting: Setting, path: SettingPath) -> JsonSchema:
    schema = setting.schema
    for _ in path[len(setting.path) :]:
        form = narrowed(schema, ())
        schema = form.get("anyOf", [form])[0]["items"]
    return schema


def _value_at(values: Any, path: SettingPath) -> Any:
    for step in path:
        values = values[step]
    return values


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
