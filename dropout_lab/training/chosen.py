"""Which training step a cohort takes: all make the same updates, to rounding."""

import torch
from torch import Tensor

from dropout_lab.kernels import gpu
from dropout_lab.kernels.loading import load_for_stacks, load_for_training
from dropout_lab.model import Parameters, goes_trialwise
from dropout_lab.training.captured import CapturedStep
from dropout_lab.training.compiled import CompiledStep
from dropout_lab.training.learnt_rates import LearntRates
from dropout_lab.training.settings import CohortData, CohortSettings
from dropout_lab.training.step import EagerStep, TrainingStep


def training_step(
    settings: CohortSettings, data: CohortData, parameters: Parameters, learnt_rates: LearntRates | None
) -> TrainingStep:
    """Return the fastest step that does what the settings ask for, on the device of the data.

    Args:
        settings: plain numbers.
        data: tensors on the device to train on.
        parameters: of all trials; updated in place.
        learnt_rates: the prior of rates that are learnt, or None.
    """
    if gpu.serves(data.train.features):
        return CapturedStep(settings, data, parameters, learnt_rates)
    if _is_compiled(settings, data.train.features):
        return CompiledStep(settings, data, parameters)
    return EagerStep(settings, data, parameters, learnt_rates)


def load_kernels_for(settings: CohortSettings) -> None:
    """Compile what a cohort takes on a CPU, or load it from the disk."""
    dtype, on_cpu = str(settings.dtype).removeprefix("torch."), torch.empty(0)
    if goes_trialwise(settings.architecture, settings.task, settings.products, on_cpu):
        load_for_training(dtype)
    if not _is_compiled(settings, on_cpu):
        load_for_stacks(dtype)


def _is_compiled(settings: CohortSettings, like: Tensor) -> bool:
    return settings.only_drops_units and goes_trialwise(settings.architecture, settings.task, settings.products, like)
