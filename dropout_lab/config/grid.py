"""The grid of a study: whether its axes are settings that may vary, and whether every value fits.

Owns the rules of a study as a whole, which its single conditions need not obey: the axes and a fixed input rate. Must
not know files or the command line. It exists because every axis value is checked before the first step, with a place
of its own, while expanding a grid must stay fast.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dropout_lab.config.catalogue import settings, split_path, suggestion
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.examine import involved, touches, validated
from dropout_lab.config.fields import quantised, repeated
from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.replace import put
from dropout_lab.config.schema import Study

_TWO_FORMS = (("model.hidden", "model.width"), ("model.hidden", "model.depth"), ("training.epochs", "training.steps"))


def checked_grid(study: Study, faulty: set[SettingPath]) -> tuple[Study, list[Problem]]:
    """Return `study` with every axis value in its setting's own kind, and the problems of its grid.

    Args:
        study: validated, but for its sweep.
        faulty: settings whose value in `study` is a default put in place of a faulty one: nothing is said about them.
    """
    problems = list(_idle_input_rate(study, faulty))
    for one, other in _TWO_FORMS:
        if one in study.sweep and other in study.sweep:
            must = f"cannot be an axis beside {one}: they say the same thing"
            problems.append(Problem(("sweep", other), must, mend="Keep one of the two."))
    sweep: dict[str, tuple[Any, ...]] = {}
    for name, values in study.sweep.items():
        checked = [_checked(study, name, index, value, faulty) for index, value in enumerate(values)]
        found = list(_not_an_axis(name)) or [problem for _, errors in checked for problem in errors]
        sweep[name] = tuple(value for value, _ in checked)
        problems += found or _equal_values(name, sweep[name])
    return study.model_copy(update={"sweep": sweep}), problems


def _not_an_axis(name: str) -> Iterator[Problem]:
    setting = settings().get(split_path(name))
    if setting is None:
        yield Problem(("sweep", name), "names no setting", mend=suggestion(split_path(name)))
    elif setting.fixed:
        yield Problem(("sweep", name), "has no place in the sweep", mend=setting.fixed)


def _checked(
    study: Study, name: str, index: int, value: Any, faulty: set[SettingPath]
) -> tuple[Any, tuple[Problem, ...]]:
    path = split_path(name)
    if path not in settings() or settings()[path].fixed:
        return value, ()
    if value is None and path in (("model", "width"), ("model", "depth")):
        return value, (Problem(("sweep", name, index), "must be a whole number on an axis", "null"),)
    values = study.model_dump()
    problems = put(values, {path: value})
    found = problems or validated(values)
    if isinstance(found, Study):
        section = getattr(found, str(path[0]))
        as_read = getattr(section, str(path[1])) if len(path) == 2 else section
        return value if as_read is None else as_read, ()
    mine = [problem for problem in found if not touches(faulty, involved(problem) - {path})]
    return value, tuple(_of_axis(problem, path, ("sweep", name, index)) for problem in mine)


def _of_axis(problem: Problem, path: SettingPath, axis: SettingPath) -> Problem:
    if problem.path[: len(path)] == path:
        return replace(problem, path=axis + problem.path[len(path) :])
    return replace(problem, path=axis, must=f"does not fit: {show_path(problem.path)} {problem.must}")


def _equal_values(name: str, values: tuple[Any, ...]) -> list[Problem]:
    in_steps = name == "dropout.input_rate"
    keys = [quantised(value) if in_steps else (type(value), value) for value in values]
    must = "must differ from every other value of its axis" + (" by 1/65536 or more" if in_steps else "")
    return [
        Problem(("sweep", name, index), must, yaml_text(values[index]), f"Item {first} is the same.")
        for index, first in repeated(keys)
    ]


def _idle_input_rate(study: Study, faulty: set[SettingPath]) -> Iterator[Problem]:
    has_rates = any(any(rate) if isinstance(rate, tuple) else rate > 0 for rate in study.dropout.rates)
    path: SettingPath = ("dropout", "input_rate")
    if study.dropout.input_rate == 0 or has_rates or "dropout.input_rate" in study.sweep:
        return
    if not touches(faulty, {path, ("dropout", "rates")}):
        must = "must be 0 where every rate is 0, since it rides only with nonzero rates"
        got = yaml_text(study.dropout.input_rate)
        yield Problem(path, must, got, f"Make it an axis: sweep: {{dropout.input_rate: [{got}]}}.")
