"""ReLU nets that tell classes apart, on a CPU, one trial after another: see `kernels.trialwise`.

`StackedMLP` and `predict` are the other way, one layer after another, for all nets, noises and devices. Both give the
same numbers to rounding. This one is faster, and what it computes of a trial does not depend on the others. Here nets
are measured so; `dropout_lab.training.compiled` trains them.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.kernels import trialwise
from dropout_lab.kernels.blas import blas_threads, gemm_address
from dropout_lab.kernels.team import team_of
from dropout_lab.kernels.trialwise import NetNoise, Nets
from dropout_lab.metrics import TASKS, TaskName
from dropout_lab.model.parameters import Architecture, Parameters
from dropout_lab.model.products import Products

CHUNK_ROWS = 256
"""Rows that are measured at once: their activations and the weights of a small net fit into a second-level cache."""


def goes_trialwise(architecture: Architecture, task: TaskName, products: Products, device: torch.device) -> bool:
    """Tell whether nets go trial by trial: those of ReLU and classes, at full precision on a CPU."""
    return (
        device.type == "cpu"
        and ACTIVATIONS[architecture.activation].is_relu
        and TASKS[task].predicts_classes
        and products.operands is None
    )


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
    dtype = losses.numpy().dtype
    (alone,) = team_of(1)
    nets, no_noise = addressed_nets(architecture, parameters), _no_noise(architecture, dtype)
    rows = features.contiguous().numpy(), targets.contiguous().numpy()
    n_numbers = trialwise.scratch_numbers(nets, CHUNK_ROWS)

    def measure(first: int, last: int) -> None:
        scratch = np.empty(n_numbers, dtype)
        trialwise.measure(
            alone, nets, *rows, no_noise, CHUNK_ROWS, first, last, scratch, losses.numpy(), predicted.numpy()
        )

    stretch = CHUNK_ROWS * -(-n_rows // (CHUNK_ROWS * torch.get_num_threads()))  # whole chunks: the same on any number
    first, *others = [(start, min(start + stretch, n_rows)) for start in range(0, n_rows, stretch)] or [(0, 0)]
    with blas_threads(1), ThreadPoolExecutor(max(1, len(others))) as threads:
        waiting = [threads.submit(measure, *of_rows) for of_rows in others]
        measure(*first)
        for other in waiting:
            other.result()
    return losses, predicted


def addressed_nets(architecture: Architecture, parameters: Parameters) -> Nets:
    """Return a stack of nets as the kernels take it: good for as long as the parameters keep their memory.

    Raises:
        ValueError: the parameters do not lie in memory as the kernels expect it.
    """
    *hidden, output = parameters.weights
    if not all(tensor.is_contiguous() for tensor in (*hidden, output.mT, *parameters.biases)):
        raise ValueError("weights must be contiguous, those of the output layer with the classes outermost")
    addresses = [[tensor.data_ptr() for tensor in of] for of in (parameters.weights, parameters.biases)]
    gemm = gemm_address(str(parameters.weights[0].dtype).removeprefix("torch."))
    return trialwise.nets_at(gemm, architecture.widths, np.array(addresses, dtype=np.int64))


def _no_noise(architecture: Architecture, dtype: npt.DTypeLike) -> NetNoise:
    n_layers = len(architecture.layers)
    return NetNoise(np.zeros(n_layers, np.int64), np.zeros(n_layers, np.int32), np.ones(n_layers, dtype))
