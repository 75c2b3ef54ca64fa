"""How much memory a cohort takes, before it is trained."""

from dropout_lab.noise import KINDS, law_of
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.training.points import POINTS
from dropout_lab.training.settings import CohortSettings

_KEPT_COPIES = 4  # parameters, gradients, and the weights of best and stop
_BUFFERS_PER_UNIT = 5  # pre-activation, activation, gradient, noise, and evaluation's own


def estimated_bytes(settings: CohortSettings) -> int:
    """Return the bytes that a cohort's parameters, optimiser and activations take; its data come on top.

    The estimate leaves out what does not grow with the trials (libraries, about 300 MiB). Nets whose updates are
    compiled take less: the gradients and activations of one net at a time.
    """
    copies = _KEPT_COPIES + OPTIMIZERS[settings.optimizer].n_slots
    kind = KINDS[settings.noise_kind]
    if kind.on_weights:
        copies += 2  # masks, and masked parameters
    if settings.scales_at_inference:
        copies += 1
    if settings.mc_samples:
        copies += len(POINTS) * (2 if kind.on_weights else 1)  # those that are sampled
    widths = settings.architecture.widths
    per_row = 2 * widths[0] + _BUFFERS_PER_UNIT * sum(widths[1:])
    if law_of(kind.name).n_buffers > 1:
        per_row += 2 * widths[0] + sum(widths[1:])  # noise in two parts; the gradient of the inputs
    numbers = copies * settings.architecture.n_parameters + settings.batch_size * per_row
    return settings.n_trials * numbers * settings.dtype.itemsize
