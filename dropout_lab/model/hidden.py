"""What happens in a hidden layer between two products: bias, activation, noise, and the way back.

Two ways to the same numbers. On a CPU, and on a CUDA device with Triton, ReLU goes through compiled kernels that read
and write the values once, dropout included; other activations, kinds of noise and devices go through torch, one
operation after the other.
"""

from functools import lru_cache

import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.kernels import elementwise, gpu
from dropout_lab.model.noisy import DrawnMask, ValueNoise, multiply_, with_noise
from dropout_lab.noise import LaneMask


class HiddenLayer:
    """Bias, activation and noise of a hidden layer.

    Args:
        activation: a key of `ACTIVATIONS`.
    """

    def __init__(self, activation: str) -> None:
        self._activation = ACTIVATIONS[activation]
        self._is_relu = self._activation.is_relu

    def forward(self, products: Tensor, bias: Tensor, noise: ValueNoise | None, *, out: Tensor) -> Tensor:
        """Return what leaves the layer.

        Args:
            products: values times weights, ``[trials, batch, units]``; overwritten by what `backward` needs.
            bias: ``[trials, 1, units]``.
            noise: on the activated values, or None.
            out: a buffer of that shape, which may or may not be what is returned.
        """
        if not self._is_compiled(products):
            return with_noise(self._activation.apply(products.add_(bias), out), noise, out=out)
        mask = _fused_mask(products, noise)
        _bias_relu(products, bias, mask)
        return products if mask is not None else with_noise(products, noise, out=out)

    def backward(
        self, gradient: Tensor, values: Tensor, kept: Tensor, noise: ValueNoise | None, *, bias_gradient: Tensor
    ) -> None:
        """Turn the gradient in what left the layer into that in its products, in place, and fill the bias's.

        Args:
            gradient: ``[trials, batch, units]``.
            values: what `forward` returned.
            kept: what it left of the products.
            noise: as `forward` had it.
            bias_gradient: ``[trials, 1, units]``, overwritten.
        """
        mask = _fused_mask(gradient, noise) if self._is_compiled(gradient) else None
        if mask is not None:
            _relu_backward(gradient, values, mask.scales, bias_gradient)
            return
        if noise is not None:
            multiply_(gradient, noise)
        if self._is_compiled(gradient):
            _relu_backward(gradient, kept, None, bias_gradient)
            return
        self._activation.backward(gradient, kept)
        torch.sum(gradient, dim=1, keepdim=True, out=bias_gradient)

    def _is_compiled(self, values: Tensor) -> bool:
        return self._is_relu and (values.device.type == "cpu" or gpu.serves(values))


def _fused_mask(values: Tensor, noise: ValueNoise | None) -> LaneMask | DrawnMask | None:
    """Return noise that the device's kernels apply together with ReLU, else None."""
    if gpu.serves(values):
        return noise if isinstance(noise, DrawnMask) else None
    return noise if isinstance(noise, LaneMask) else None


def _bias_relu(products: Tensor, bias: Tensor, mask: LaneMask | DrawnMask | None) -> None:
    """Add the bias, apply ReLU and dropout, in place."""
    if gpu.serves(products):
        _bias_relu_on_gpu(products, bias, mask)
    elif isinstance(mask, LaneMask):
        elementwise.bias_relu_dropout(
            products.numpy(), bias.numpy(), mask.lanes.numpy(), mask.thresholds.numpy(), mask.scales.numpy()
        )
    else:
        elementwise.bias_relu(products.numpy(), bias.numpy())


def _bias_relu_on_gpu(products: Tensor, bias: Tensor, mask: LaneMask | DrawnMask | None) -> None:
    from dropout_lab.kernels.gpu.elementwise import bias_relu_, bias_relu_dropout_

    if isinstance(mask, DrawnMask):
        bias_relu_dropout_(products, bias, **mask.arguments)
    else:
        bias_relu_(products, bias)


def _relu_backward(gradient: Tensor, values: Tensor, scales: Tensor | None, bias_gradient: Tensor) -> None:
    """Undo ReLU, and the scaling of what was kept where there are scales."""
    if gpu.serves(gradient):
        from dropout_lab.kernels.gpu.elementwise import relu_dropout_backward_

        relu_dropout_backward_(gradient, values, scales, bias_gradient)
        return
    factors = _one(gradient.dtype) if scales is None else scales
    elementwise.relu_backward(gradient.numpy(), values.numpy(), factors.numpy(), bias_gradient.numpy())


@lru_cache
def _one(dtype: torch.dtype) -> Tensor:
    return torch.ones(1, dtype=dtype)
