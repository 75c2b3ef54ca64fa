"""The nonlinearities of the hidden layers, forward and backward, in place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

_aten: Final[Any] = torch.ops.aten
_LEAK = 0.01
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@dataclass(frozen=True)
class Activation:
    """A nonlinearity: `apply(pre, out)` returns the activated values and leaves in `pre` what `backward` needs.

    `backward(grad, kept)` turns the gradient in the activated values into that in the pre-activation, in place.
    """

    apply: Callable[[Tensor, Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]
    auto_init: str


ACTIVATIONS: Final = {
    "relu": Activation(
        lambda pre, _out: pre.clamp_min_(0),
        lambda grad, kept: _aten.threshold_backward.grad_input(grad, kept, 0, grad_input=grad),
        "he",
    ),
    "tanh": Activation(
        lambda pre, _out: pre.tanh_(),
        lambda grad, kept: _aten.tanh_backward.grad_input(grad, kept, grad_input=grad),
        "glorot",
    ),
    "sigmoid": Activation(
        lambda pre, _out: pre.sigmoid_(),
        lambda grad, kept: _aten.sigmoid_backward.grad_input(grad, kept, grad_input=grad),
        "glorot",
    ),
    "gelu": Activation(
        lambda pre, out: _aten.gelu.out(pre, out=out),
        lambda grad, kept: _aten.gelu_backward.grad_input(grad, kept, grad_input=grad),
        "he",
    ),
    "selu": Activation(
        lambda pre, _out: torch.selu_(pre),
        lambda grad, kept: _aten.elu_backward.grad_input(
            grad, _SELU_ALPHA, _SELU_SCALE, 1.0, True, kept, grad_input=grad
        ),
        "lecun",
    ),
    "leaky_relu": Activation(
        lambda pre, _out: torch.nn.functional.leaky_relu_(pre, _LEAK),
        lambda grad, kept: _aten.leaky_relu_backward.grad_input(grad, kept, _LEAK, True, grad_input=grad),
        "he",
    ),
}
