"""Settings that ask for something no condition of the grid has: a rate that rides with nothing, samples of no noise.

Owns these rules, which look at the config and its axes together. Must not know files. It exists because a setting
without any effect is a slip that the user finds out too late, after the training.
"""

from collections.abc import Iterator
from itertools import product

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.effects import shaping_settings
from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.schema import Study
from dropout_lab.noise import SCHEDULES
from dropout_lab.wording import listed

RIDING_RATES = ("dropout.input_rate", "dropout.output_rate")
"""Rates that ride with the nonzero hidden rates, unless they are axes, which are taken literally."""

_RATES: SettingPath = ("dropout", "rates")
_KIND: SettingPath = ("dropout", "kind")
_SCHEDULE: SettingPath = ("dropout", "schedule")


def idle_settings(study: Study) -> Iterator[Problem]:
    """Yield a problem for every setting that no condition of the grid would show.

    Args:
        study: validated, its axes too.
    """
    yield from _rates_that_ride_with_nothing(study)
    yield from _axes_without_effect(study)
    yield from _samples_of_nothing(study)


def _rates_that_ride_with_nothing(study: Study) -> Iterator[Problem]:
    for name in RIDING_RATES:
        path = tuple(name.split("."))
        rate = getattr(study.dropout, path[1])
        if rate and not _has_hidden_rates(study) and name not in study.sweep:
            must = "must be 0 where every rate is 0, since it rides only with nonzero rates"
            mend = f"Make it an axis: sweep: {{{show_path(path)}: [{yaml_text(rate)}]}}."
            yield Problem(path, must, yaml_text(rate), mend, (_RATES,))


def _axes_without_effect(study: Study) -> Iterator[Problem]:
    kinds = study.sweep.get("dropout.kind", (study.dropout.kind,))
    schedules = study.sweep.get("dropout.schedule", (study.dropout.schedule,))
    shaping = {name for kind, schedule in product(kinds, schedules) for name in shaping_settings(kind, schedule)}
    for name in study.sweep:
        section, _, leaf = name.partition(".")
        if section == "dropout" and leaf not in shaping and name not in RIDING_RATES:
            noise = f"dropout.kind {listed(kinds, 'or')} and dropout.schedule {listed(schedules, 'or')}"
            must = f"must shape some condition: it has no effect under {noise}"
            yield Problem(("sweep", name), must, mend="Leave this axis out.", involved=(_KIND, _SCHEDULE))


def _samples_of_nothing(study: Study) -> Iterator[Problem]:
    if not study.evaluation.mc_samples:
        return
    schedules = study.sweep.get("dropout.schedule", (study.dropout.schedule,))
    has_noise = _has_hidden_rates(study) or any(any(study.sweep.get(name, ())) for name in RIDING_RATES)
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
