"""A trial's identity: a hash of all that shapes its numbers and nothing else.

Not in it: the study's name, the other seeds, the other values of an axis, the device, where the data lie, versions.
Settings without effect (the momentum of Adam, the rates of a net without dropout) are left out too, so a trial that
would compute the same is the same trial.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from dropout_lab.config import Study
from dropout_lab.optimizers import OPTIMIZERS, SCHEDULES
from dropout_lab.study.conditions import Condition
from dropout_lab.study.noise import identifying_noise

ENGINE_FORMAT = 1


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
        identity |= _noise(condition)
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Trial(hashlib.sha256(canonical.encode()).hexdigest()[:16], condition, seed)


def _noise(condition: Condition) -> dict[str, Any]:
    """Return what of the noise is not as it was before there was a choice; trials of that time keep their names."""
    noise = identifying_noise(condition.settings)
    output_rate = {"output_rate": condition.output_rate} if condition.output_rate else {}
    return output_rate | ({"noise": noise} if noise else {})


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
        "momentum": training.momentum if "momentum" in OPTIMIZERS[training.optimizer].settings else None,
        "weight_decay": training.weight_decay,
        "max_norm": training.max_norm,
    }
