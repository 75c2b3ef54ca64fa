"""Training one cohort: a record after every measured epoch, and a result at the end."""

from dropout_lab.model import Architecture
from dropout_lab.noise import RateSchedule
from dropout_lab.optimizers import Schedule, UpdateSettings
from dropout_lab.training.cohort import CohortTraining, EpochRecord, TrainingResult
from dropout_lab.training.dispatch import is_compiled, kernels_of
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.memory import estimated_bytes
from dropout_lab.training.monte_carlo import Inference
from dropout_lab.training.points import POINTS
from dropout_lab.training.settings import CohortData, CohortSettings, ConcreteSettings, ConditionSettings
from dropout_lab.training.weight_scaling import WeightScaling

__all__ = [
    "POINTS",
    "Architecture",
    "CohortData",
    "CohortSettings",
    "CohortTraining",
    "ConcreteSettings",
    "ConditionSettings",
    "EpochRecord",
    "Inference",
    "NoiseSource",
    "RateSchedule",
    "Schedule",
    "TrainingResult",
    "UpdateSettings",
    "WeightScaling",
    "estimated_bytes",
    "is_compiled",
    "kernels_of",
]
