"""The pass of eval mode: no noise, every unit on."""

from torch import Tensor

from dropout_lab.model.hidden import HiddenLayer
from dropout_lab.model.parameters import Architecture, Parameters
from dropout_lab.model.products import Products


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
