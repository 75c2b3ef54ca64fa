"""The grid of a study: whether its axes are settings that may vary, and whether every value fits.

Owns the rules of a study as a whole, which its single conditions need not obey: the axes of `sweep` and `tune`, and
settings that ride with others. Must not know files or the command line. It exists because every axis value is checked
before the first step, with a place of its own, while expanding a grid must stay fast.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dropout_lab.config.catalogue import AXES, settings, split_path, suggestion
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.examine import changed, involved, touches
from dropout_lab.config.fields import quantised, repeated
from dropout_lab.config.idle import RIDING_RATES, idle_settings
from dropout_lab.config.misfits import misfits
from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.schema import Study
from dropout_lab.config.tuning import not_tunable, unfair_tuning, without_own_value

_TWO_FORMS = (("model.hidden", "model.width"), ("model.hidden", "model.depth"), ("training.epochs", "training.steps"))


def checked_grid(study: Study, faulty: set[SettingPath]) -> tuple[Study, list[Problem]]:
    """Return `study` with every axis value in its setting's own kind, and the problems of its grid.

    Args:
        study: validated, but for its axes.
        faulty: settings whose value in `study` is a default put in place of a faulty one: nothing is said about them.
    """
    problems = list(_two_forms(study))
    for group in AXES:
        axes: dict[str, tuple[Any, ...]] = {}
        for name, values in getattr(study, group).items():
            checked = [_checked(study, (group, name, index), value, faulty) for index, value in enumerate(values)]
            found = list(_not_an_axis(group, name, study)) or [p for _, errors in checked for p in errors]
            axes[name] = tuple(value for value, _ in checked)
            problems += found or _of_all_values(group, name, axes[name], study, faulty)
        study = study.model_copy(update={group: axes})
    of_study = list(unfair_tuning(study))
    if not problems:
        of_study += [*misfits(study), *idle_settings(study)]
    return study, problems + [problem for problem in of_study if not touches(faulty, involved(problem))]


def _two_forms(study: Study) -> Iterator[Problem]:
    group = {name: group for group in AXES for name in getattr(study, group)}
    for one, other in _TWO_FORMS:
        if one in group and other in group:
            must = f"cannot be an axis beside {one}: they say the same thing"
            yield Problem((group[other], other), must, mend="Keep one of the two.")


def _not_an_axis(group: str, name: str, study: Study) -> Iterator[Problem]:
    setting = settings().get(split_path(name))
    if setting is None:
        yield Problem((group, name), "names no setting", mend=suggestion(split_path(name)))
    elif setting.fixed:
        place = "the sweep" if group == "sweep" else "tune"
        yield Problem((group, name), f"has no place in {place}", mend=setting.fixed)
    elif group == "tune":
        yield from not_tunable(name, study)


def _checked(study: Study, axis: SettingPath, value: Any, faulty: set[SettingPath]) -> tuple[Any, tuple[Problem, ...]]:
    path = split_path(str(axis[1]))
    if path not in settings() or settings()[path].fixed:
        return value, ()
    if value is None and path in (("model", "width"), ("model", "depth")):
        return value, (Problem(axis, "must be a whole number on an axis", "null"),)
    found = changed(study, {path: value})
    if isinstance(found, Study):
        section = getattr(found, str(path[0]))
        as_read = getattr(section, str(path[1])) if len(path) == 2 else section
        return value if as_read is None else as_read, ()
    mine = [problem for problem in found if not touches(faulty, involved(problem) - {path})]
    return value, tuple(_of_axis(problem, path, axis) for problem in mine)


def _of_axis(problem: Problem, path: SettingPath, axis: SettingPath) -> Problem:
    if problem.path[: len(path)] == path:
        return replace(problem, path=axis + problem.path[len(path) :])
    return replace(problem, path=axis, must=f"does not fit: {show_path(problem.path)} {problem.must}")


def _of_all_values(
    group: str, name: str, values: tuple[Any, ...], study: Study, faulty: set[SettingPath]
) -> Iterator[Problem]:
    in_steps = name in RIDING_RATES
    keys = [quantised(value) if in_steps else (type(value), value) for value in values]
    must = "must differ from every other value of its axis" + (" by 1/65536 or more" if in_steps else "")
    for index, first in repeated(keys):
        yield Problem((group, name, index), must, yaml_text(values[index]), f"Item {first} is the same.")
    if group == "tune" and not touches(faulty, {split_path(name)}):
        yield from without_own_value(name, values, study)
