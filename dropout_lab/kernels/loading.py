"""Every kernel made ready at once, so that processes forked afterwards need not do it each for itself."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dropout_lab.kernels import cross_entropy, elementwise, philox, trialwise


def are_on_disk() -> bool:
    """Tell whether an earlier process has left compiled kernels; without them loading takes some ten seconds."""
    kernel: Any = trialwise.backpropagate
    folder = getattr(kernel.stats, "cache_path", None)
    return folder is not None and any(Path(folder).glob("trialwise.backpropagate-*.nbi"))


@cache
def load_kernels(dtype: str) -> None:
    """Compile every kernel for a type, or load it from the disk, by calling it with arrays of one element.

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
    _load_trialwise(dtype)


def _load_trialwise(dtype: str) -> None:
    """Run a net of one input, one hidden unit and one class on one row."""
    widths, index = np.ones(3, dtype=np.int64), np.zeros((1, 1), dtype=np.int64)
    memory = np.zeros(4, dtype=dtype)
    addresses = memory.ctypes.data + memory.itemsize * np.arange(4, dtype=np.int64).reshape(2, 2)
    row, losses = np.zeros((1, 1, 1), dtype=dtype), np.zeros((1, 1), dtype=dtype)
    scratch = np.zeros(trialwise.scratch_numbers((1, 1, 1), 1), dtype=dtype)
    no_noise = np.zeros(1, dtype=np.int64), np.zeros((1, 1), dtype=np.int32), np.ones((1, 1), dtype=dtype)
    trialwise.backpropagate(row, index, widths, addresses, addresses, *no_noise, scratch, losses)
    trialwise.measure(row, index, widths, addresses, 1, 0, 1, scratch, losses, index.copy())
