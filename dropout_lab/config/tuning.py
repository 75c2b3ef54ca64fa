"""The settings that are tuned inside every condition: which may be, and what a fair choice among them needs.

Owns the rules of `tune` that a sweep's axes need not obey. It exists because tuning compares every condition at its
best with the same condition as the config has it, so the config's own values must be among the candidates, and the
seeds enough to choose by others than the reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from dropout_lab.config.catalogue import settings, split_path
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.problem import Problem, SettingPath
from dropout_lab.config.schema import Study
from dropout_lab.wording import listed

FEWEST_SEEDS = 3
_SECTIONS = (("training",), ("model",))


def is_tunable(path: SettingPath) -> bool:
    """Return whether a setting may be tuned: one of how a net is built or trained."""
    return path[:1] in _SECTIONS and path in settings() and not settings()[path].fixed


def own_value(study: Mapping[str, Any], name: str) -> Any:
    """Return the config's own value of a tuned setting: the candidate that the untuned comparison takes.

    Args:
        study: a resolved study as a mapping, as the manifest holds it.
        name: of the setting, such as ``training.learning_rate``. Width and depth are read from ``model.hidden``, which
            is how a resolved study says them; a width is None where the layers differ.

    >>> own_value({"model": {"hidden": [64, 64]}}, "model.width"), own_value({"model": {"hidden": [64]}}, "model.depth")
    (64, 1)
    """
    section, leaf = name.split(".", 1)
    hidden: Sequence[int] = study["model"]["hidden"] if section == "model" else ()
    if leaf == "depth":
        return len(hidden)
    if leaf == "width":
        return hidden[0] if len(set(hidden)) == 1 else None
    return study[section][leaf]


def not_tunable(name: str, study: Study) -> Iterator[Problem]:
    """Yield a problem where the setting `name`, which may be an axis, may not be tuned."""
    path: SettingPath = ("tune", name)
    if name in study.sweep:
        must = "must not be in the sweep too: an axis is compared or tuned, not both"
        yield Problem(path, must, mend="Keep one of the two.", involved=(("sweep", name),))
    elif not is_tunable(split_path(name)):
        must = f"cannot be tuned: only settings of {listed(name for (name,) in _SECTIONS)} can"
        yield Problem(path, must, mend="Make it an axis of the sweep, which compares its values.")


def without_own_value(name: str, values: tuple[Any, ...], study: Study) -> Iterator[Problem]:
    """Yield a problem where the candidates of `name` lack the config's own value."""
    own = own_value(study.model_dump(), name)
    if own not in values:
        must = f"must hold the config's own value {yaml_text(own)}, which the untuned comparison takes"
        mend = f"Add {yaml_text(own)}, or change {name} to one of these."
        yield Problem(("tune", name), must, yaml_text(values), mend, (split_path(name),))


def unfair_tuning(study: Study) -> Iterator[Problem]:
    """Yield a problem where there is nothing to choose, or too few seeds to choose by."""
    if not study.tune:
        return
    if prod(map(len, study.tune.values())) < 2:
        mend = "One candidate is no choice: add others, or leave tune out."
        yield Problem(("tune",), "must hold at least 2 values of a setting", yaml_text(study.tune), mend)
    if len(study.seeds) < FEWEST_SEEDS:
        must = f"must be at least {FEWEST_SEEDS} where settings are tuned: for each seed, the other seeds choose"
        mend = "Write seeds: 5, or leave tune out."
        yield Problem(("seeds",), must, str(len(study.seeds)), mend, (("tune",),))
