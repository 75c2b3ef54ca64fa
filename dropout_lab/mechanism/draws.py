"""The engine's noise on one layer: draw k is what row 0 of update k gets in the first hidden layer."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dropout_lab.mechanism.layer import Floats
from dropout_lab.mechanism.request import Request
from dropout_lab.noise import Law, Noise, law_of
from dropout_lab.randomness import LANES_PER_WORD, Purpose, lanes, raw_words

FIRST_HIDDEN_LAYER = 1


def law_of_request(request: Request) -> Law:
    """Return the law of the noise: dropconnect's is Bernoulli's, on weights; concrete's has the paper's temperature."""
    return law_of(request.kind, scaling=request.scaling)


def drawn_noise(request: Request, n_values: int, steps: Sequence[int]) -> Noise:
    """Draw the noise of some updates.

    Args:
        request: kind, rate, scaling and seed.
        n_values: units, or weights.
        steps: updates, counted from 0.

    Returns:
        Multipliers (and shifts), ``[len(steps), n_values]``, float64.
    """
    import torch

    def drawn(step: int) -> npt.NDArray[np.int16]:
        n_words = -(-n_values // LANES_PER_WORD)
        words = raw_words(request.seed, Purpose.DROPOUT_NOISE, count=n_words, layer=FIRST_HIDDEN_LAYER, step=step)
        return lanes(words)[:n_values]

    law, of_steps = law_of_request(request), torch.from_numpy(np.stack([drawn(step) for step in steps]))
    coefficients = torch.tensor(law.coefficients(request.rate), dtype=torch.float64).view(-1, 1, 1)
    buffers = [torch.empty(of_steps.shape, dtype=torch.float64) for _ in range(law.n_buffers)]
    return law.draw(of_steps, coefficients, buffers)


def is_off(request: Request, multipliers: Floats) -> npt.NDArray[np.bool_]:
    """Tell which values are switched off: multiplied by 0, or where that is soft by less than half of 1 / (1 - rate).

    Noise that does not drop switches nothing off.
    """
    if not request.noise.drops:
        return np.zeros_like(multipliers, dtype=np.bool_)
    if request.noise.is_soft:
        return np.less(multipliers * (1 - request.rate), 0.5)
    return np.equal(multipliers, 0)
