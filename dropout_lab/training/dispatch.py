"""Which training step a cohort takes: all make the same updates, to rounding."""

import torch

from dropout_lab.kernels import gpu
from dropout_lab.kernels.loading import MEASURING, STACKS, TRAINING, Kernels
from dropout_lab.kernels.updates import CODES
from dropout_lab.model import Parameters, goes_trialwise
from dropout_lab.optimizers import OPTIMIZERS
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
    if gpu.serves(data.train.features) and OPTIMIZERS[settings.optimizer].is_capturable:
        return CapturedStep(settings, data, parameters, learnt_rates)
    if is_compiled(settings, data.train.features.device):
        return CompiledStep(settings, data, parameters)
    return EagerStep(settings, data, parameters, learnt_rates)


def is_compiled(settings: CohortSettings, device: torch.device) -> bool:
    """Tell whether updates are compiled whole: those of ReLU nets of classes with dropout, or none, on a CPU.

    The optimizer must have a compiled update too.
    """
    if settings.optimizer not in CODES:
        return False
    return settings.only_drops_units and goes_trialwise(settings.architecture, settings.task, settings.products, device)


def kernels_of(settings: CohortSettings) -> list[Kernels]:
    """Return the kernels that a cohort takes on a CPU."""
    on_cpu = torch.device("cpu")
    trains = is_compiled(settings, on_cpu)
    measures = goes_trialwise(settings.architecture, settings.task, settings.products, on_cpu)
    needed = {TRAINING: trains, MEASURING: measures, STACKS: not trains or settings.mc_samples > 0}
    return [kernels for kernels, are_needed in needed.items() if are_needed]
