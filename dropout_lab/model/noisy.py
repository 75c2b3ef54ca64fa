"""The noise of one pass through a stack of nets, and how it meets the values.

Says where noise can be: on the values of every layer, inputs and outputs included, and on the weights and biases that a
layer is computed with. What kind of noise it is, and who draws it, the nets need not know.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import torch
from torch import Tensor

from dropout_lab.kernels import elementwise
from dropout_lab.noise import LaneMask, Noise


@dataclass(frozen=True)
class DrawnMask:
    """Bernoulli noise that is drawn on the device by whatever applies it, forward and backward the same.

    Attributes:
        seeds: int64, ``[seeds]``.
        step: int64, ``[]``; read whenever the noise is applied, so it moves on only after the backward pass.
        purpose: a `Purpose`.
        layer: whose stream, 0 = the inputs.
        thresholds: of every condition, int32, ``[conditions]``.
        scales: the survivors' factor of every condition, ``[conditions]``.
    """

    seeds: Tensor
    step: Tensor
    purpose: int
    layer: int
    thresholds: Tensor
    scales: Tensor
    shifts: ClassVar[None] = None
    scores: ClassVar[None] = None

    @property
    def arguments(self) -> dict[str, Any]:
        """What a kernel that draws takes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


ValueNoise = Noise | LaneMask | DrawnMask


@dataclass(frozen=True)
class PassNoise:
    """The noise of one train-mode pass.

    Attributes:
        values: on the inputs, on every hidden layer after its activation, and on the outputs: each broadcastable to
            ``[trials, batch, units]``, or None where there is none.
        masks: multipliers of every layer's incoming weights and biases, the output layer last:
            ``[trials, in_features + 1, out_features]`` with the biases' in the last row, or None where there are none.
            Empty where no layer has any.
    """

    values: tuple[ValueNoise | None, ...]
    masks: tuple[Tensor | None, ...] = ()


def with_noise(values: Tensor, noise: ValueNoise | None, *, out: Tensor) -> Tensor:
    """Return noisy values, written to `out`; without noise, the values themselves."""
    if noise is None:
        return values
    if isinstance(noise, LaneMask | DrawnMask):
        return multiply_(values if out is values else out.copy_(values), noise)
    if noise.shifts is None:
        return torch.mul(values, noise.multipliers, out=out)
    return torch.addcmul(noise.shifts, values, noise.multipliers, out=out)


def multiply_(values: Tensor, noise: ValueNoise) -> Tensor:
    """Multiply values, or a gradient in them, by the noise's multipliers, in place."""
    if isinstance(noise, DrawnMask):
        from dropout_lab.kernels.gpu.elementwise import dropout_

        dropout_(values, **noise.arguments)
        return values
    if isinstance(noise, LaneMask) and values.is_contiguous() and values.device.type == "cpu":
        elementwise.dropout(values.numpy(), noise.lanes.numpy(), noise.thresholds.numpy(), noise.scales.numpy())
        return values
    return values.mul_(noise.multipliers)


def logit_gradient(noise: ValueNoise, noisy_values: Tensor, gradient: Tensor) -> Tensor:
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
