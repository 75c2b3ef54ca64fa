"""The activations of hidden layers and the schemes of initial weights, each a record: all that any room knows of one.

The one place to add either: write a record and name it in `ACTIVATIONS` or `INITIALISATIONS`. The choices of the
config, the words of a paper and what a net computes follow from it. torch is imported where a function runs, so that
the names are there at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor

_LEAK = 0.01
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@dataclass(frozen=True)
class Activation:
    """A nonlinearity, forward and backward.

    Attributes:
        name: what the config calls it.
        words: what a text calls it.
        apply: ``apply(pre, out)`` returns the activated values, in place or in `out`, and leaves in `pre` what
            `backward` needs.
        backward: ``backward(gradient, kept)`` turns the gradient in the activated values into that in the
            pre-activations, in place; `kept` is what `apply` left.
        initialisation: the scheme of `INITIALISATIONS` that suits it.
        is_relu: whether it is what the compiled kernels compute. All others go through torch.
    """

    name: str
    words: str
    apply: "Callable[[Tensor, Tensor], Tensor]"
    backward: "Callable[[Tensor, Tensor], Tensor]"
    initialisation: str
    is_relu: bool = False


def _aten() -> Any:
    import torch

    return torch.ops.aten


def _relu_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    return _aten().threshold_backward.grad_input(gradient, kept, 0, grad_input=gradient)


def _tanh_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    return _aten().tanh_backward.grad_input(gradient, kept, grad_input=gradient)


def _sigmoid_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    return _aten().sigmoid_backward.grad_input(gradient, kept, grad_input=gradient)


def _gelu(pre: "Tensor", out: "Tensor") -> Any:
    return _aten().gelu.out(pre, out=out)


def _gelu_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    return _aten().gelu_backward.grad_input(gradient, kept, grad_input=gradient)


def _selu(pre: "Tensor", _out: "Tensor") -> Any:
    return _aten().selu_(pre)


def _selu_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    constants = (_SELU_ALPHA, _SELU_SCALE, 1.0, True)
    return _aten().elu_backward.grad_input(gradient, *constants, kept, grad_input=gradient)


def _leaky_relu(pre: "Tensor", _out: "Tensor") -> Any:
    return _aten().leaky_relu_(pre, _LEAK)


def _leaky_relu_backward(gradient: "Tensor", kept: "Tensor") -> Any:
    return _aten().leaky_relu_backward.grad_input(gradient, kept, _LEAK, True, grad_input=gradient)


ACTIVATIONS: Final[dict[str, Activation]] = {
    activation.name: activation
    for activation in (
        Activation("relu", "ReLU", lambda pre, _: pre.clamp_min_(0), _relu_backward, "he", is_relu=True),
        Activation("tanh", "hyperbolic tangent", lambda pre, _: pre.tanh_(), _tanh_backward, "glorot"),
        Activation("sigmoid", "logistic sigmoid", lambda pre, _: pre.sigmoid_(), _sigmoid_backward, "glorot"),
        Activation("gelu", "GELU", _gelu, _gelu_backward, "he"),
        Activation("selu", "SELU", _selu, _selu_backward, "lecun"),
        Activation("leaky_relu", "leaky ReLU", _leaky_relu, _leaky_relu_backward, "he"),
    )
}


@dataclass(frozen=True)
class Initialisation:
    """A scheme of initial weights.

    Attributes:
        name: what the config calls it.
        words: what a text calls it.
        deviation: of normal weights, by a layer's inputs and outputs; its biases are 0. None: weights and biases are
            uniform with the bound 1/sqrt(inputs), as in `torch.nn.Linear`.
        suits_the_activation: whether it is no scheme of its own, but that of the activation.
        citations: keys of its sources in report/citations.bib.
    """

    name: str
    words: str
    deviation: Callable[[int, int], float] | None = None
    suits_the_activation: bool = False
    citations: tuple[str, ...] = ()


OUTPUT_INITIALISATION = "lecun"
"""The scheme of the output layer where that of the hidden layers suits their activation."""

_AUTO = "the scheme of He et al., of Glorot and Bengio or of LeCun et al., whichever suits the activation"

INITIALISATIONS: Final[dict[str, Initialisation]] = {
    scheme.name: scheme
    for scheme in (
        Initialisation("auto", _AUTO, suits_the_activation=True, citations=("he2015", "glorot2010", "lecun1998")),
        Initialisation("he", "the scheme of He et al.", lambda n_in, _: sqrt(2 / n_in), citations=("he2015",)),
        Initialisation(
            "glorot",
            "the scheme of Glorot and Bengio",
            lambda n_in, n_out: sqrt(2 / (n_in + n_out)),
            citations=("glorot2010",),
        ),
        Initialisation("lecun", "the scheme of LeCun et al.", lambda n_in, _: sqrt(1 / n_in), citations=("lecun1998",)),
        Initialisation("torch", "PyTorch's default for linear layers", citations=("paszke2019",)),
    )
}
