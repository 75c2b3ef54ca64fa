"""The shape of one net, and the weights and biases of a stack of them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Architecture:
    """The shape of one net.

    Attributes:
        widths: units of the inputs, of every hidden layer, and of the outputs.
        activation: a key of `ACTIVATIONS`, after every hidden layer.
        init: a key of `INITIALISATIONS`.
    """

    widths: tuple[int, ...]
    activation: str = "relu"
    init: str = "auto"

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(in_features, out_features) of every layer, the output layer last."""
        return tuple(zip(self.widths, self.widths[1:], strict=False))

    @property
    def n_parameters(self) -> int:
        """Weights and biases of one net.

        >>> Architecture((784, 512, 512, 10)).n_parameters
        669706
        """
        return sum(n_in * n_out + n_out for n_in, n_out in self.layers)


@dataclass(frozen=True)
class Parameters:
    """What a stack of nets learns.

    Attributes:
        weights: ``[trials, in_features, out_features]`` of every layer.
        biases: ``[trials, 1, out_features]`` of every layer.
        rate_logits: where rates are learnt, the logit of the rate on the inputs, on every hidden layer and on the
            outputs, each ``[trials, 1, 1]`` and minus infinity where nothing is dropped; else empty.
    """

    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    rate_logits: tuple[Tensor, ...] = ()

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All weights, then all biases, then all logits of rates."""
        return self.weights + self.biases + self.rate_logits

    def empty_like(self) -> "Parameters":
        """Return parameters of the same shapes, filled with zeros."""
        return self._map(torch.zeros_like)

    def clone(self) -> "Parameters":
        """Return a copy."""
        return self._map(torch.clone)

    def copy_trials(self, source: "Parameters", trials: Tensor) -> None:
        """Overwrite some trials with those of `source`; `trials` holds their indices as int64."""
        for mine, theirs in zip(self.tensors, source.tensors, strict=True):
            mine.index_copy_(0, trials, theirs.index_select(0, trials))

    def _map(self, function: Callable[[Tensor], Tensor]) -> "Parameters":
        return Parameters(*(tuple(map(function, of)) for of in (self.weights, self.biases, self.rate_logits)))


def outputs_first(values: Tensor) -> Tensor:
    """Return the same values with the last axis outermost in a trial's memory.

    The output layer's weights, gradients and logits are kept so: with ten classes innermost, their products run three
    to five times slower and the softmax fifteen times.
    """
    return values.transpose(1, 2).contiguous().transpose(1, 2)
