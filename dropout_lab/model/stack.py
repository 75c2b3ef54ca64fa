"""The two passes of a training step, and the one of eval mode.

The backward pass is written out instead of left to autograd: it then runs in buffers that are allocated once.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from dropout_lab.model.activations import ACTIVATIONS
from dropout_lab.model.parameters import Architecture, Parameters, outputs_first
from dropout_lab.model.products import Products


class Workspace:
    """The buffers of one training step for one batch size, allocated once."""

    def __init__(self, architecture: Architecture, n_trials: int, batch_rows: int, like: Tensor) -> None:
        def buffers(widths: Sequence[int]) -> list[Tensor]:
            return [like.new_empty((n_trials, batch_rows, width)) for width in widths]

        hidden = architecture.widths[1:-1]
        self.inputs = buffers(architecture.widths[:1])[0]
        self.kept = buffers(hidden)
        self.activated = buffers(hidden)
        self.gradients = buffers(hidden)
        self.outputs = outputs_first(buffers(architecture.widths[-1:])[0])
        self.layer_inputs: list[Tensor] = []


class StackedMLP:
    """A cohort's nets, their gradients, and the two passes of a training step.

    Args:
        architecture: the shape that all nets share.
        parameters: their weights and biases; updated in place by whoever owns the optimiser.
        products: the precision of the matrix products.
    """

    def __init__(self, architecture: Architecture, parameters: Parameters, products: Products) -> None:
        self.architecture = architecture
        self.parameters = parameters
        self.gradients = parameters.empty_like()
        self.products = products
        self._activation = ACTIVATIONS[architecture.activation]

    def forward(self, workspace: Workspace, noise: Sequence[Tensor | None]) -> Tensor:
        """Run the nets in train mode on `workspace.inputs`.

        Args:
            workspace: its `inputs` hold the batch, dropout on the inputs already applied.
            noise: multipliers of every hidden layer ``[trials, batch, units]``, or None where nothing is dropped.

        Returns:
            Logits or predictions ``[trials, batch, out_features]``, a buffer of the workspace.
        """
        weights, biases = self.parameters.weights, self.parameters.biases
        values = workspace.inputs
        workspace.layer_inputs = [values]
        for layer, multipliers in enumerate(noise):
            kept, out = workspace.kept[layer], workspace.activated[layer]
            self.products.affine(biases[layer], values, weights[layer], out=kept)
            values = self._activation.apply(kept, out)
            if multipliers is not None:
                values = torch.mul(values, multipliers, out=out)
            workspace.layer_inputs.append(values)
        return self.products.affine(biases[-1], values, weights[-1], out=workspace.outputs)

    def backward(self, workspace: Workspace, noise: Sequence[Tensor | None], gradient: Tensor) -> None:
        """Fill `gradients` from the gradient in the outputs of the last `forward` on this workspace."""
        for layer in reversed(range(len(self.parameters.weights))):
            values = workspace.layer_inputs[layer]
            self.products.product(values.transpose(1, 2), gradient, out=self.gradients.weights[layer])
            torch.sum(gradient, dim=1, keepdim=True, out=self.gradients.biases[layer])
            if layer == 0:
                return
            buffer, multipliers = workspace.gradients[layer - 1], noise[layer - 1]
            gradient = self.products.product(gradient, self.parameters.weights[layer].transpose(1, 2), out=buffer)
            if multipliers is not None:
                gradient.mul_(multipliers)
            self._activation.backward(gradient, workspace.kept[layer - 1])


class Buffers:
    """Memory that is used again: a fresh tensor of some megabytes costs a page fault for every four kilobytes."""

    def __init__(self) -> None:
        self._tensors: dict[tuple[object, ...], Tensor] = {}

    def take(self, purpose: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
        """Return a tensor of that shape, with whatever it held when it last served that purpose."""
        key = (purpose, shape)
        if key not in self._tensors:
            self._tensors[key] = like.new_empty(shape)
        return self._tensors[key]


def predict(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Tensor,
    products: Products,
    buffers: Buffers | None = None,
) -> Tensor:
    """Run the nets in eval mode: no noise, every unit on.

    Args:
        architecture: the shape of the nets.
        parameters: of `trials` nets.
        inputs: ``[trials, rows, in_features]``, possibly the same rows expanded over trials.
        products: the precision of the matrix products.
        buffers: where activations and results go; the next call with the same ones overwrites them.

    Returns:
        Logits or predictions ``[trials, rows, out_features]``.
    """
    buffers = buffers or Buffers()
    activation = ACTIVATIONS[architecture.activation]
    n_trials, n_rows, _ = inputs.shape
    values = inputs
    *hidden, output = zip(parameters.weights, parameters.biases, strict=True)
    for layer, (weights, biases) in enumerate(hidden):
        shape = (n_trials, n_rows, weights.shape[2])
        pre, out = (buffers.take(f"{use} {layer}", shape, inputs) for use in ("before", "after"))
        values = activation.apply(products.affine(biases, values, weights, out=pre), out)
    weights, biases = output
    outputs = buffers.take("outputs", (n_trials, weights.shape[2], n_rows), inputs).transpose(1, 2)
    return products.affine(biases, values, weights, out=outputs)
