"""What the settings of the noise come to in a condition: those that shape it, and what training takes.

The one place that turns the section `dropout` of a config into numbers; its rates are the conditions' business.
"""

from typing import Any

from dropout_lab.config import Study, shaping_settings
from dropout_lab.noise import PAPERS_SHARE, SCHEDULES


def noise_settings(study: Study) -> dict[str, Any]:
    """Return the settings of the noise, rates apart, that shape a condition with noise: by name, as they are meant."""
    dropout = study.dropout
    found = {name: getattr(dropout, name) for name in shaping_settings(dropout.kind, dropout.schedule)}
    if "schedule_until" in found and dropout.schedule_until is None:
        found["schedule_until"] = PAPERS_SHARE
    return found


def shared_noise(study: Study) -> list[Any]:
    """Return what of the noise all conditions of a cohort must share."""
    own = ("scaling", "schedule", "schedule_until", "schedule_gamma")  # of every condition
    shared = {name: value for name, value in noise_settings(study).items() if name not in own}
    return [shared, study.evaluation.mc_samples]


def is_sampled(study: Study) -> bool:
    """Tell whether Monte-Carlo passes are taken of a condition with noise: if asked for, at constant rates."""
    return study.evaluation.mc_samples > 0 and SCHEDULES[study.dropout.schedule].is_constant
