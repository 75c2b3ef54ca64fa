"""ReLU nets that tell classes apart, on a CPU, one trial after another: see `kernels.trialwise`.

`StackedMLP` and `predict` are the other way, one layer after another, for all nets, noises and devices. Both give the
same numbers to rounding. This one is faster on one thread, and what it computes of a trial does not depend on the
others. On several threads the training passes go layer by layer, whose products torch shares among them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from threadpoolctl import ThreadpoolController
from torch import Tensor

from dropout_lab.kernels import trialwise
from dropout_lab.metrics import Task
from dropout_lab.model.noisy import PassNoise, with_noise
from dropout_lab.model.parameters import Architecture, Parameters
from dropout_lab.model.products import Products
from dropout_lab.noise import LaneMask

CHUNK_ROWS = 256
"""Rows that are measured at once: their activations and the weights of a small net fit into a second-level cache."""


def goes_trialwise(architecture: Architecture, task: Task, products: Products, like: Tensor) -> bool:
    """Tell whether nets go trial by trial: those of ReLU and classes, at full precision on a CPU."""
    return (
        like.device.type == "cpu"
        and architecture.activation == "relu"
        and task == "classification"
        and products.operands is None
    )


def is_dropout_on_values(noise: PassNoise) -> bool:
    """Tell whether the noise of a pass is dropout of inputs and hidden units, or none."""
    *before, outputs = noise.values
    return outputs is None and not noise.masks and all(of is None or isinstance(of, LaneMask) for of in before)


class TrialwiseNets:
    """The training passes of a cohort's nets.

    Args:
        architecture: the shape that all nets share.
        parameters: their weights and biases.
        gradients: filled by `backpropagate`.
        n_conditions: trials are conditions x seeds.
    """

    def __init__(
        self, architecture: Architecture, parameters: Parameters, gradients: Parameters, n_conditions: int
    ) -> None:
        self._widths = np.array(architecture.widths, dtype=np.int64)
        self._tensors = parameters, gradients  # their addresses are good as long as they are
        self._parameters, self._gradients = _addresses(parameters), _addresses(gradients)
        n_hidden = len(architecture.widths) - 2
        self._lanes = np.zeros(n_hidden, dtype=np.int64)
        self._thresholds = np.zeros((n_hidden, n_conditions), dtype=np.int32)
        self._scales = np.ones((n_hidden, n_conditions), dtype=_type_of(parameters))
        self._scratch = np.empty(0, dtype=_type_of(parameters))

    def backpropagate(self, inputs: Tensor, targets: Tensor, noise: PassNoise) -> Tensor:
        """Fill the gradients and return the loss of every row, ``[trials, batch]``.

        To be called within `one_blas_thread`.

        Args:
            inputs: ``[trials, batch, in_features]``; they take the inputs' noise in place.
            targets: ``[datasets, batch]``.
            noise: one for which `is_dropout_on_values` holds.
        """
        inputs = with_noise(inputs, noise.values[0], out=inputs)
        self._lanes[:], self._scales[:] = 0, 1
        for layer, mask in enumerate(noise.values[1:-1]):
            if isinstance(mask, LaneMask):
                self._lanes[layer] = mask.lanes.data_ptr()
                self._thresholds[layer] = mask.thresholds.numpy()
                self._scales[layer] = mask.scales.numpy()
        n_trials, batch, _ = inputs.shape
        needed = trialwise.scratch_numbers(tuple(self._widths), batch)
        if len(self._scratch) < needed:
            self._scratch = np.empty(needed, dtype=self._scratch.dtype)
        losses = inputs.new_empty(n_trials, batch)
        trialwise.backpropagate(
            inputs.numpy(),
            targets.numpy(),
            self._widths,
            self._parameters,
            self._gradients,
            self._lanes,
            self._thresholds,
            self._scales,
            self._scratch,
            losses.numpy(),
        )
        return losses


def measure_trialwise(
    architecture: Architecture, parameters: Parameters, features: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the loss and the predicted class of every row in eval mode.

    Args:
        architecture: the shape of the nets.
        parameters: of all trials.
        features: ``[datasets, rows, in_features]``.
        targets: ``[datasets, rows]``.

    Returns:
        Both ``[trials, rows]``; classes as int64.
    """
    n_rows = features.shape[1]
    losses = features.new_empty(len(parameters.weights[0]), n_rows)
    predicted = torch.empty_like(losses, dtype=torch.int64)
    fixed = (
        features.contiguous().numpy(),
        targets.contiguous().numpy(),
        np.array(architecture.widths, dtype=np.int64),
        _addresses(parameters),
        CHUNK_ROWS,
    )
    n_numbers, dtype = trialwise.scratch_numbers(architecture.widths, CHUNK_ROWS), _type_of(parameters)

    def measure(first: int, last: int) -> None:
        trialwise.measure(*fixed, first, last, np.empty(n_numbers, dtype), losses.numpy(), predicted.numpy())

    stretch = CHUNK_ROWS * -(-n_rows // (CHUNK_ROWS * torch.get_num_threads()))  # whole chunks: the same on any number
    first, *others = [(start, min(start + stretch, n_rows)) for start in range(0, n_rows, stretch)] or [(0, 0)]
    with one_blas_thread(), ThreadPoolExecutor(max(1, len(others))) as threads:
        waiting = [threads.submit(measure, *of_rows) for of_rows in others]
        measure(*first)
        for other in waiting:
            other.result()
    return losses, predicted


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the BLAS library under NumPy and SciPy use one thread for a while: small products are slower on several."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    import scipy.linalg.cython_blas  # noqa: F401  what the kernels call; only a loaded library can be told

    return ThreadpoolController()


def _addresses(parameters: Parameters) -> npt.NDArray[np.int64]:
    """Return where every layer's weights, then biases lie, ``[2, layers]``."""

    def of(tensors: Sequence[Tensor]) -> list[int]:
        return [tensor.data_ptr() for tensor in tensors]

    return np.array([of(parameters.weights), of(parameters.biases)], dtype=np.int64)


def _type_of(parameters: Parameters) -> str:
    return str(parameters.weights[0].dtype).removeprefix("torch.")
