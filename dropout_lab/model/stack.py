"""The passes of a stack of nets: forward and backward of a training step, and eval mode.

The backward pass is written out instead of left to autograd: it then runs in buffers that are allocated once.
"""

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from dropout_lab.model.hidden import HiddenLayer
from dropout_lab.model.noisy import PassNoise, logit_gradient, multiply_, with_noise
from dropout_lab.model.parameters import Architecture, Parameters, outputs_first
from dropout_lab.model.products import Products


class Workspace:
    """The buffers of one training step for one batch size, allocated once, and what `forward` leaves for `backward`."""

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
        self.operands: list[Tensor] = []  # these as products take them

    @cached_property
    def input_gradient(self) -> Tensor:
        """A buffer that only a learnt rate of the inputs needs."""
        return torch.empty_like(self.inputs)


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
        self.products = products
        self._hidden = HiddenLayer(architecture.activation)
        self._used: list[Tensor] = []  # weights as the last forward pass took them

    @cached_property
    def gradients(self) -> Parameters:
        """What `backward` fills; nets that only run forward have none."""
        return self.parameters.empty_like()

    @cached_property
    def _thinned(self) -> Parameters:
        return self.parameters.empty_like()

    def forward(self, workspace: Workspace, noise: PassNoise) -> Tensor:
        """Run the nets in train mode on `workspace.inputs`, which take the inputs' noise in place.

        Returns:
            Logits or predictions ``[trials, batch, out_features]``, a buffer of the workspace.
        """
        thinned = self._thin(noise.masks)
        weights, biases = [self.products.operand(of_layer) for of_layer in thinned.weights], thinned.biases
        self._used = weights
        input_noise, *hidden_noise, output_noise = noise.values
        values = with_noise(workspace.inputs, input_noise, out=workspace.inputs)
        workspace.layer_inputs, workspace.operands = [values], [self.products.operand(values)]
        for layer, of_layer in enumerate(hidden_noise):
            products = self.products.product(workspace.operands[-1], weights[layer], out=workspace.kept[layer])
            values = self._hidden.forward(products, biases[layer], of_layer, out=workspace.activated[layer])
            workspace.layer_inputs.append(values)
            workspace.operands.append(self.products.operand(values))
        outputs = self.products.affine(biases[-1], workspace.operands[-1], weights[-1], out=workspace.outputs)
        return with_noise(outputs, output_noise, out=outputs)

    def backward(self, workspace: Workspace, noise: PassNoise, gradient: Tensor) -> None:
        """Fill `gradients` from the gradient in the outputs of the last `forward`, which is overwritten.

        Args:
            workspace: of that `forward`.
            noise: of that `forward`.
            gradient: ``[trials, batch, out_features]``.
        """
        self._gather_logit_gradient(noise, -1, workspace.outputs, gradient)
        if noise.values[-1] is not None:
            multiply_(gradient, noise.values[-1])
        torch.sum(gradient, dim=1, keepdim=True, out=self.gradients.biases[-1])
        for layer in reversed(range(len(self._used))):
            values, rounded = workspace.layer_inputs[layer], self.products.operand(gradient)
            of_values = workspace.operands[layer].transpose(1, 2)
            self.products.product(of_values, rounded, out=self.gradients.weights[layer])
            if layer > 0:
                gradient = self._propagate(rounded, layer, out=workspace.gradients[layer - 1])
                self._gather_logit_gradient(noise, layer, values, gradient)
                kept, bias_gradient = workspace.kept[layer - 1], self.gradients.biases[layer - 1]
                self._hidden.backward(gradient, values, kept, noise.values[layer], bias_gradient=bias_gradient)
        if noise.values[0] is not None and noise.values[0].scores is not None:
            gradient = self._propagate(gradient, 0, out=workspace.input_gradient)
            self._gather_logit_gradient(noise, 0, workspace.inputs, gradient)
        for layer, mask in enumerate(noise.masks):
            if mask is not None:
                self.gradients.weights[layer].mul_(mask[:, :-1])
                self.gradients.biases[layer].mul_(mask[:, -1:])

    def _propagate(self, gradient: Tensor, layer: int, *, out: Tensor) -> Tensor:
        """Turn the gradient in a layer's pre-activations into that in the values it read."""
        return self.products.product(gradient, self._used[layer].transpose(1, 2), out=out)

    def _gather_logit_gradient(self, noise: PassNoise, layer: int, noisy_values: Tensor, gradient: Tensor) -> None:
        """Fill the gradient of a layer's learnt rate, if it has one, from that in its noisy values."""
        of_layer = noise.values[layer]
        if of_layer is not None and of_layer.scores is not None:
            self.gradients.rate_logits[layer].copy_(logit_gradient(of_layer, noisy_values, gradient))

    def _thin(self, masks: Sequence[Tensor | None]) -> Parameters:
        """Return the parameters that a pass computes with: masked where there is a mask."""
        if not masks:
            return self.parameters
        weights, biases = list(self.parameters.weights), list(self.parameters.biases)
        for layer, mask in enumerate(masks):
            if mask is not None:
                weights[layer] = torch.mul(weights[layer], mask[:, :-1], out=self._thinned.weights[layer])
                biases[layer] = torch.mul(biases[layer], mask[:, -1:], out=self._thinned.biases[layer])
        return Parameters(tuple(weights), tuple(biases))


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

    @property
    def n_bytes(self) -> int:
        """What all tensors hold."""
        return sum(tensor.nbytes for tensor in self._tensors.values())


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
    hidden_layer = HiddenLayer(architecture.activation)
    n_trials, n_rows, _ = inputs.shape
    values = inputs
    *hidden, output = zip(parameters.weights, parameters.biases, strict=True)
    for layer, (weights, biases) in enumerate(hidden):
        shape = (n_trials, n_rows, weights.shape[2])
        pre, out = (buffers.take(f"{use} {layer}", shape, inputs) for use in ("before", "after"))
        values = hidden_layer.forward(products.product(values, weights, out=pre), biases, None, out=out)
    weights, biases = output
    outputs = buffers.take("outputs", (n_trials, weights.shape[2], n_rows), inputs).transpose(1, 2)
    return products.affine(biases, values, weights, out=outputs)
