"""A trial's identity: a hash of all that shapes its numbers and nothing else.

Not in it: the study's name, the other seeds, the other values of an axis, the device, where the data lie, versions.
Settings without effect (the momentum of Adam, the rates of a net without dropout) are left out too, so a trial that
would compute the same is the same trial.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dropout_lab.config import Study
from dropout_lab.optimizers import OPTIMIZERS, SCHEDULES
from dropout_lab.study.conditions import Condition
from dropout_lab.study.noise import is_sampled, noise_settings

ENGINE_FORMAT = 1


LATER_SETTINGS: Final[Mapping[str, Any]] = {
    "output_rate": 0,
    "noise": {
        "kind": "bernoulli",
        "scaling": "inverted",
        "schedule": "constant",
        "concrete_entropy": None,  # null has never stood in a name
        "mc_samples": 0,
    },
}
"""What joined the identity after the first trials were named, where it stands in it, each with the value that all
trials had until then. At that value it is left out, so that trials keep their names. A new setting is named here."""


@dataclass(frozen=True)
class Trial:
    """One condition x one seed, trained once."""

    id: str
    condition: Condition
    seed: int


def make_trial(condition: Condition, seed: int, data_fingerprint: str) -> Trial:
    """Return the trial of `condition` and `seed` on data with that fingerprint."""
    settings = condition.settings
    identity = {
        "engine_format": ENGINE_FORMAT,
        "data": data_fingerprint,
        "seed": seed,
        "split": split_settings(settings, seed),
        "rates": None if condition.is_baseline else [condition.input_rate, *condition.rates],
        "shape": shape_settings(settings),
        "update": update_settings(settings),
    }
    if not condition.is_baseline:
        samples = settings.evaluation.mc_samples if is_sampled(settings) else 0
        identity |= {
            "output_rate": condition.output_rate,
            "noise": noise_settings(settings) | {"mc_samples": samples},
        }
    canonical = json.dumps(_without(LATER_SETTINGS, identity), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Trial(hashlib.sha256(canonical.encode()).hexdigest()[:16], condition, seed)


def _without(as_ever: Mapping[str, Any], identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an identity is not as it ever was; a group of which nothing is left is left out too."""
    named = {}
    for name, value in identity.items():
        if name in as_ever and isinstance(value, dict):
            if rest := _without(as_ever[name], value):
                named[name] = rest
        elif name not in as_ever or value != as_ever[name]:
            named[name] = value
    return named


def split_settings(settings: Study, seed: int) -> dict[str, Any]:
    """Return what decides the rows of a trial and how they are prepared."""
    data = settings.data.model_dump(exclude={"source", "root", "target", "task", "split_seed"})
    per_seed = settings.data.split_seed == "per_seed"
    return data | {"split_seed": seed if per_seed else settings.data.split_seed}


def shape_settings(settings: Study) -> dict[str, Any]:
    """Return what all trials of a cohort must share, their data apart."""
    training = settings.training
    return {
        "hidden": list(settings.model.hidden),
        "activation": settings.model.activation,
        "init": settings.model.init,
        "epochs": training.epochs,
        "steps": training.steps,
        "batch_size": training.batch_size,
        "optimizer": training.optimizer,
        "schedule": [training.schedule, *(getattr(training, name) for name in SCHEDULES[training.schedule].settings)],
        "patience": training.patience,
        "every": settings.evaluation.every,
        "train_rows": settings.evaluation.train_rows,
        "precision": settings.precision,
    }


def update_settings(settings: Study) -> dict[str, Any]:
    """Return what may differ between the trials of a cohort, their rates apart."""
    training = settings.training
    return {
        "learning_rate": training.learning_rate,
        "momentum": training.momentum if OPTIMIZERS[training.optimizer].has_momentum else None,
        "weight_decay": training.weight_decay,
        "max_norm": training.max_norm,
    }
