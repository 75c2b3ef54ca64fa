"""How much memory a cohort takes, before it is trained."""

from dropout_lab.optimizers import optimizer_slots
from dropout_lab.training.settings import CohortSettings

_KEPT_COPIES = 4  # parameters, gradients, and the weights of best and stop
_BUFFERS_PER_UNIT = 5  # pre-activation, activation, gradient, noise, and evaluation's own


def estimated_bytes(settings: CohortSettings) -> int:
    """Return the bytes that a cohort's parameters, optimiser and activations take; its data come on top.

    The estimate leaves out what does not grow with the trials (libraries, about 300 MiB).
    """
    copies = _KEPT_COPIES + optimizer_slots(settings.optimizer)
    widths = settings.architecture.widths
    per_row = 2 * widths[0] + _BUFFERS_PER_UNIT * sum(widths[1:])
    numbers = copies * settings.architecture.n_parameters + settings.batch_size * per_row
    return settings.n_trials * numbers * settings.dtype.itemsize
