"""The grid of a study: whether its axes may vary, every value fits, and the values fit each other.

Owns the rules of a study as a whole, which its single conditions need not obey: the axes of `sweep` and `tune`, the
combinations of their values, and settings that no condition of the grid would use. Every axis value is checked before
the first step, with a place of its own, while expanding a grid must stay fast; a setting without any effect is a slip
that the user would find out too late, after the training.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from dropout_lab.config.catalogue import AXES, settings, split_path, suggestion
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.effects import shaping_settings
from dropout_lab.config.examine import changed, involved, touches
from dropout_lab.config.fields import quantised, repeated
from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.rules import JOINED
from dropout_lab.config.schema import Study
from dropout_lab.config.tuning import not_tunable, unfair_tuning, without_own_value
from dropout_lab.noise import SCHEDULES
from dropout_lab.wording import listed

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
        of_study += [*_invalid_combinations(study), *_unused_settings(study)]
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
    in_steps = name in OUTER_RATES
    keys = [quantised(value) if in_steps else (type(value), value) for value in values]
    must = "must differ from every other value of its axis" + (" by 1/65536 or more" if in_steps else "")
    for index, first in repeated(keys):
        yield Problem((group, name, index), must, yaml_text(values[index]), f"Item {first} is the same.")
    if group == "tune" and not touches(faulty, {split_path(name)}):
        yield from without_own_value(name, values, study)


def _invalid_combinations(study: Study) -> Iterator[Problem]:
    """Yield a problem for the first combination that breaks each rule.

    Args:
        study: validated, every single axis value too.
    """
    axes = {name: values for name, values in (study.sweep | study.tune).items() if split_path(name) in JOINED}
    if len(axes) < 2:
        return
    seen: set[SettingPath] = set()
    for values in product(*axes.values()):
        combination = dict(zip(map(split_path, axes), values, strict=True))
        found = changed(study, combination)
        for problem in found if isinstance(found, list) else ():
            if problem.path not in seen:
                seen.add(problem.path)
                yield _of_grid(problem, combination, "sweep" if study.sweep else "tune")


def _of_grid(problem: Problem, combination: Mapping[SettingPath, object], group: str) -> Problem:
    looked_at = involved(problem)
    joined = [f"{show_path(path)} {yaml_text(value)}" for path, value in combination.items() if path in looked_at]
    must = f"must not combine {listed(joined)}: {show_path(problem.path)} {problem.must}"
    return Problem((group,), must, mend="Leave one of the values out, or make two studies.", involved=tuple(looked_at))


OUTER_RATES = ("dropout.input_rate", "dropout.output_rate")
"""Rates of the inputs and outputs: they apply only with nonzero hidden rates, unless they are axes, taken literally."""

_RATES: SettingPath = ("dropout", "rates")
_KIND: SettingPath = ("dropout", "kind")
_SCHEDULE: SettingPath = ("dropout", "schedule")


def _unused_settings(study: Study) -> Iterator[Problem]:
    """Yield a problem for every setting that no condition of the grid would show.

    Args:
        study: validated, its axes too.
    """
    yield from _rates_without_noise_beside_them(study)
    yield from _axes_without_effect(study)
    yield from _samples_of_nothing(study)


def _rates_without_noise_beside_them(study: Study) -> Iterator[Problem]:
    for name in OUTER_RATES:
        path = tuple(name.split("."))
        rate = getattr(study.dropout, path[1])
        if rate and not _has_hidden_rates(study) and name not in study.sweep:
            must = "must be 0 where every rate is 0, since it applies only with nonzero rates"
            mend = f"Make it an axis: sweep: {{{show_path(path)}: [{yaml_text(rate)}]}}."
            yield Problem(path, must, yaml_text(rate), mend, (_RATES,))


def _axes_without_effect(study: Study) -> Iterator[Problem]:
    kinds = study.sweep.get("dropout.kind", (study.dropout.kind,))
    schedules = study.sweep.get("dropout.schedule", (study.dropout.schedule,))
    shaping = {name for kind, schedule in product(kinds, schedules) for name in shaping_settings(kind, schedule)}
    for name in study.sweep:
        section, _, leaf = name.partition(".")
        if section == "dropout" and leaf not in shaping and name not in OUTER_RATES:
            noise = f"dropout.kind {listed(kinds, 'or')} and dropout.schedule {listed(schedules, 'or')}"
            must = f"must shape some condition: it has no effect under {noise}"
            yield Problem(("sweep", name), must, mend="Leave this axis out.", involved=(_KIND, _SCHEDULE))


def _samples_of_nothing(study: Study) -> Iterator[Problem]:
    if not study.evaluation.mc_samples:
        return
    schedules = study.sweep.get("dropout.schedule", (study.dropout.schedule,))
    has_noise = _has_hidden_rates(study) or any(any(study.sweep.get(name, ())) for name in OUTER_RATES)
    if has_noise and any(SCHEDULES[schedule].is_constant for schedule in schedules):
        return
    mend = "Write dropout.schedule: constant" if has_noise else "Give dropout.rates a rate above 0"
    yield Problem(
        ("evaluation", "mc_samples"),
        "must be 0 where no condition has noise at a constant rate to sample",
        str(study.evaluation.mc_samples),
        f"{mend}, or leave mc_samples out.",
        (_RATES, _SCHEDULE),
    )


def _has_hidden_rates(study: Study) -> bool:
    return any(any(rate) if isinstance(rate, tuple) else rate > 0 for rate in study.dropout.rates)
