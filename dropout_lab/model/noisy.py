"""The noise of one pass through a stack of nets, and how it meets the values.

Says where noise can be: on the values of every layer, inputs and outputs included, and on the weights and biases that a
layer is computed with. What kind of noise it is, and who draws it, the nets need not know.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from dropout_lab.noise import Noise


@dataclass(frozen=True)
class PassNoise:
    """The noise of one train-mode pass.

    Attributes:
        values: on the inputs, on every hidden layer after its activation, and on the outputs: each Noise broadcastable
            to ``[trials, batch, units]``, or None where there is none.
        masks: multipliers of every layer's incoming weights and biases, the output layer last:
            ``[trials, in_features + 1, out_features]`` with the biases' in the last row, or None where there are none.
            Empty where no layer has any.
    """

    values: tuple[Noise | None, ...]
    masks: tuple[Tensor | None, ...] = ()


def with_noise(values: Tensor, noise: Noise | None, *, out: Tensor) -> Tensor:
    """Return noisy values, written to `out`; without noise, the values themselves."""
    if noise is None:
        return values
    if noise.shifts is None:
        return torch.mul(values, noise.multipliers, out=out)
    return torch.addcmul(noise.shifts, values, noise.multipliers, out=out)


def logit_gradient(noise: Noise, noisy_values: Tensor, gradient: Tensor) -> Tensor:
    """Return the gradient in the logit of each trial's rate, ``[trials, 1, 1]``; overwrites the noise's scores.

    The derivative of ``value * multiplier`` in the logit is that product times the score.

    Args:
        noise: with scores.
        noisy_values: what `with_noise` returned, ``[trials, batch, units]``.
        gradient: in those, of the same shape.
    """
    scores = noise.scores
    if scores is None:
        raise ValueError("noise at a given rate has no scores")
    return scores.mul_(noisy_values).mul_(gradient).sum(dim=(1, 2), keepdim=True)
