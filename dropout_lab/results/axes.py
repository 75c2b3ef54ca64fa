"""What the settings of a study are along its axes: which values occur, and what columns follow from them.

Reads a resolved study as plain mappings. Settings that an older version did not have are absent from its studies, and
mean what they meant then.
"""

from collections.abc import Collection, Mapping
from typing import Any

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.noise import KINDS, PLAIN, SCALINGS, SCHEDULES
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.optimizers import SCHEDULES as LEARNING_RATE_SCHEDULES

REGISTRIES: dict[str, Collection[str]] = {
    "model.activation": ACTIVATIONS,
    "model.init": INITIALISATIONS,
    "training.optimizer": OPTIMIZERS,
    "training.schedule": LEARNING_RATE_SCHEDULES,
    "dropout.kind": KINDS,
    "dropout.schedule": SCHEDULES,
    "dropout.scaling": SCALINGS,
}
"""The settings whose values are names of a registry: one that is not in it was written by another version."""


def axes_of(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return the axes of a study's grid, path -> values: those of the sweep, then those that are tuned over."""
    return {**(study.get("sweep") or {}), **(study.get("tune") or {})}


def values_of(study: Mapping[str, Any], path: str, default: Any) -> list[Any]:
    """Return all values that a setting has in a study: those of its axis, else the config's one.

    >>> values_of({"dropout": {"kind": "alpha"}, "sweep": {}}, "dropout.kind", "bernoulli")
    ['alpha']
    """
    axes = axes_of(study)
    if path in axes:
        return list(axes[path])
    section, name = path.split(".", 1)
    return [(study.get(section) or {}).get(name, default)]


def unknown_name(study: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first setting with a value that its registry has not, and the value; None where all are known.

    >>> unknown_name({"dropout": {"kind": "alpha"}, "sweep": {"training.optimizer": ["adam", "lion"]}})
    ('training.optimizer', 'lion')
    """
    return next(
        (
            (path, str(value))
            for path, known in REGISTRIES.items()
            for value in values_of(study, path, None)
            if value is not None and str(value) not in known
        ),
        None,
    )


def takes_samples(study: Mapping[str, Any]) -> bool:
    """Tell whether Monte-Carlo samples are taken anywhere in a study."""
    return any(values_of(study, "evaluation.mc_samples", 0))


def learnt_rates(study: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns of learnt rates: none where no rates are learnt, else a column for every layer that has one.

    >>> learnt_rates({"dropout": {"kind": "concrete", "input_rate": 0.2}, "model": {"hidden": [64, 64]}})
    ('learnt_rate_inputs', 'learnt_rate_1', 'learnt_rate_2')
    """
    if not any(KINDS[kind].learns_rates for kind in values_of(study, "dropout.kind", PLAIN)):
        return ()
    inputs, outputs = (
        [f"learnt_rate_{place}s"] if any(values_of(study, f"dropout.{place}_rate", 0.0)) else []
        for place in ("input", "output")
    )
    hidden = [f"learnt_rate_{layer}" for layer in range(1, _deepest(study) + 1)]
    return (*inputs, *hidden, *outputs)


def _deepest(study: Mapping[str, Any]) -> int:
    hidden = values_of(study, "model.hidden", [])
    if "model.depth" in axes_of(study):
        return max(map(int, values_of(study, "model.depth", 0)))
    return max(map(len, hidden))
