"""Kernels made ready at once, so that processes forked afterwards need not do it each for itself."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dropout_lab.kernels import cross_entropy, descent, elementwise, philox, trialwise, updates
from dropout_lab.kernels.blas import gemm_address
from dropout_lab.kernels.team import team_of


def are_on_disk() -> bool:
    """Tell whether an earlier process has left compiled kernels; without them loading takes some twenty seconds."""
    kernel: Any = descent.descend
    folder = getattr(kernel.stats, "cache_path", None)
    return folder is not None and any(Path(folder).glob("descent.descend-*.nbi"))


@cache
def load_for_stacks(dtype: str) -> None:
    """Make ready what serves nets that go layer by layer, by calling it with arrays of one element.

    Args:
        dtype: float32 or float64.
    """
    values, bias, logits = (np.zeros((1, 1, 1), dtype=dtype) for _ in range(3))
    lanes, thresholds = np.zeros((1, 1, 1), dtype=np.int16), np.zeros(1, dtype=np.int32)
    scales, losses = np.ones(1, dtype=dtype), np.zeros((1, 1), dtype=dtype)
    index = np.zeros((1, 1), dtype=np.int64)
    philox.fill_words(np.zeros(1, dtype=np.uint64), 0, 0, 0, 0, np.zeros((1, 4), dtype=np.uint64))
    elementwise.gather_rows(losses, index, values)
    elementwise.bias_relu(values, bias)
    elementwise.bias_relu_dropout(values, bias, lanes, thresholds, scales)
    elementwise.dropout(values, lanes, thresholds, scales)
    elementwise.relu_backward(values, values.copy(), scales, bias)
    cross_entropy.losses_and_gradient(logits, index, losses, values)
    cross_entropy.losses_and_predictions(logits, index, losses, index.copy())


@cache
def load_for_training(dtype: str) -> None:
    """Make ready what trains and measures nets trial by trial: one of one unit a layer, on one row.

    Args:
        dtype: float32 or float64.
    """
    index = np.zeros((1, 1), dtype=np.int64)
    memory = np.zeros(4, dtype=dtype)
    addresses = memory.ctypes.data + memory.itemsize * np.arange(4, dtype=np.int64).reshape(2, 2)
    row, losses = np.zeros((1, 1, 1), dtype=dtype), np.zeros((1, 1), dtype=dtype)
    scratch = np.zeros(trialwise.scratch_numbers((1, 1, 1), 1), dtype=dtype)
    (alone,) = team_of(1)
    nets = trialwise.nets_at(gemm_address(dtype), (1, 1, 1), addresses)
    none, thresholds, scales = np.zeros(2, np.int64), np.zeros((1, 1, 2), np.int32), np.ones((1, 1, 2), dtype)
    no_noise = trialwise.NetNoise(none, thresholds[0, 0], scales[0, 0])
    trialwise.measure(alone, nets, row, index, no_noise, 1, 0, 1, scratch, losses, index.copy())
    one = np.ones(1)
    descent.descend(
        alone,
        nets,
        descent.Batches(row[0], index, index, row.copy()),
        descent.Noise(np.zeros(1, dtype=np.uint64), 0, none, none, thresholds, scales),
        updates.Rule(0, np.stack([addresses, addresses]), one, one, one, one),
        one,
        0,
        0,
        addresses,
        scratch,
        np.zeros(1),
    )
