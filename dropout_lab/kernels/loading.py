"""Kernels made ready at once, so that processes forked afterwards need not do it each for itself."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from dropout_lab.kernels import cross_entropy, descent, elementwise, philox, trialwise, updates
from dropout_lab.kernels.blas import gemm_address
from dropout_lab.kernels.jit import is_on_disk
from dropout_lab.kernels.team import team_of


class Kernels(NamedTuple):
    """Kernels that are needed together.

    Attributes:
        load: compiles them for float32 or float64, or loads them from the disk; done once in a process.
        largest: the one that takes longest.
    """

    load: Callable[[str], None]
    largest: Any

    @property
    def are_on_disk(self) -> bool:
        """Whether an earlier process has left them; without, loading takes up to twenty seconds."""
        return is_on_disk(self.largest)


@cache
def _load_for_stacks(dtype: str) -> None:
    """Call what serves nets that go layer by layer with arrays of one element."""
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
def _load_for_measuring(dtype: str) -> None:
    """Measure a net of one unit a layer on one row."""
    (alone,), nets, noise, scratch, row, index, _memory = _smallest(dtype)
    no_noise = trialwise.NetNoise(noise.words, noise.thresholds[0, 0], noise.scales[0, 0])
    losses = np.zeros((1, 1), dtype=dtype)
    trialwise.measure(alone, nets, row, index, no_noise, 1, 0, 1, scratch, losses, index.copy())


@cache
def _load_for_training(dtype: str) -> None:
    """Train a net of one unit a layer on one row."""
    (alone,), nets, noise, scratch, row, index, _memory = _smallest(dtype)
    one, addresses = np.ones(1), nets.parameters
    rule = updates.Rule(0, np.stack([addresses, addresses]), one, one, one, one)
    rows = descent.Batches(row[0], index, index, row.copy())
    descent.descend(alone, nets, rows, noise, rule, one, 0, 0, addresses, scratch, np.zeros(1))


def _smallest(dtype: str) -> tuple[Any, ...]:
    """Return team, nets, noise, scratch, a row and its number as the kernels take them, and the memory they lie in."""
    memory = np.zeros(4, dtype=dtype)
    addresses = memory.ctypes.data + memory.itemsize * np.arange(4, dtype=np.int64).reshape(2, 2)
    nets = trialwise.nets_at(gemm_address(dtype), (1, 1, 1), addresses)
    none, thresholds, scales = np.zeros(2, np.int64), np.zeros((1, 1, 2), np.int32), np.ones((1, 1, 2), dtype)
    noise = descent.Noise(np.zeros(1, dtype=np.uint64), 0, none, none, thresholds, scales)
    scratch = np.zeros(trialwise.scratch_numbers(nets, 1), dtype=dtype)
    row, index = np.zeros((1, 1, 1), dtype=dtype), np.zeros((1, 1), dtype=np.int64)
    return team_of(1), nets, noise, scratch, row, index, memory


STACKS = Kernels(_load_for_stacks, elementwise.bias_relu_dropout)
MEASURING = Kernels(_load_for_measuring, trialwise.measure)
TRAINING = Kernels(_load_for_training, descent.descend)
