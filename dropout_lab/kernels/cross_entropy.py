"""Softmax cross-entropy of stacked logits, classes outermost: losses with their gradient, or with predictions.

Rows are innermost, so that every loop over them is one over neighbours in memory.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import overload

from dropout_lab.kernels.jit import compiled, float_of_bits, inlined

Floats = npt.NDArray[np.floating[Any]]
Classes = npt.NDArray[np.int64]


@compiled
def losses_and_gradient(logits: Floats, targets: Classes, losses: Floats, gradient: Floats) -> None:
    """Work out the loss of every row, and the gradient of the batch's mean loss.

    Args:
        logits: ``[trials, classes, rows]``.
        targets: ``[datasets, rows]``: of one dataset that all trials share, or of one per seed; trials = conditions x
            seeds.
        losses: ``[trials, rows]``, in nats, overwritten.
        gradient: ``[trials, classes, rows]``, overwritten; may be the logits themselves.

    Raises:
        ValueError: a target is none of the classes.
    """
    for n in range(logits.shape[0]):
        loss_and_gradient_of_trial(logits[n], targets[n % targets.shape[0]], losses[n], gradient[n])


@compiled
def losses_and_predictions(logits: Floats, targets: Classes, losses: Floats, predicted: Classes) -> None:
    """Work out the loss and the predicted class of every row, the first of equals.

    Args:
        logits: ``[trials, classes, rows]``.
        targets: as for `losses_and_gradient`.
        losses: ``[trials, rows]``, in nats, overwritten.
        predicted: ``[trials, rows]``, overwritten.

    Raises:
        ValueError: a target is none of the classes.
    """
    for n in range(logits.shape[0]):
        loss_and_prediction_of_trial(logits[n], targets[n % targets.shape[0]], losses[n], predicted[n])


@compiled
def loss_and_gradient_of_trial(logits: Floats, targets: Classes, losses: Floats, gradient: Floats) -> None:
    """Do what `losses_and_gradient` does, for one trial."""
    classes, rows = logits.shape
    highest, total = np.empty(rows, logits.dtype), np.zeros(rows, logits.dtype)
    share = logits.dtype.type(1) / logits.dtype.type(rows)
    _put_target_logits(logits, targets, losses)
    for r in range(rows):
        highest[r] = logits[0, r]
    for c in range(1, classes):
        for r in range(rows):
            highest[r] = logits[c, r] if logits[c, r] > highest[r] else highest[r]
    for c in range(classes):
        for r in range(rows):
            exponential = _exp(logits[c, r] - highest[r])
            gradient[c, r] = exponential
            total[r] += exponential
    for r in range(rows):
        losses[r] = np.log(total[r]) - (losses[r] - highest[r])
        total[r] = share / total[r]
    for c in range(classes):
        for r in range(rows):
            gradient[c, r] *= total[r]
    for r in range(rows):
        gradient[targets[r], r] -= share


@compiled
def loss_and_prediction_of_trial(logits: Floats, targets: Classes, losses: Floats, predicted: Classes) -> None:
    """Do what `losses_and_predictions` does, for one trial."""
    classes, rows = logits.shape
    highest, total = np.empty(rows, logits.dtype), np.zeros(rows, logits.dtype)
    best = np.zeros(rows, np.int32)
    _put_target_logits(logits, targets, losses)
    for r in range(rows):
        highest[r] = logits[0, r]
    for c in range(1, classes):
        for r in range(rows):
            is_higher = logits[c, r] > highest[r]
            highest[r] = logits[c, r] if is_higher else highest[r]
            best[r] = c if is_higher else best[r]
    for c in range(classes):
        for r in range(rows):
            total[r] += _exp(logits[c, r] - highest[r])
    for r in range(rows):
        losses[r] = np.log(total[r]) - (losses[r] - highest[r])
        predicted[r] = best[r]


@inlined
def _put_target_logits(logits: Floats, targets: Classes, losses: Floats) -> None:
    """Put the logits of the targets where the losses will be."""
    for r in range(logits.shape[1]):
        target = targets[r]
        if target < 0 or target >= logits.shape[0]:
            raise ValueError("a target must be one of the classes")  # compiled code would read beyond the logits
        losses[r] = logits[target, r]


def _exp(x: Any) -> Any:
    """Return e to the x, for x at most 0: a polynomial in float32, which the compiler makes into vectors."""
    return np.exp(x)


_LOG2_E = np.float32(1.44269504)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LOWEST, _LOWEST_EXPONENT = np.float32(-87.0), np.float32(-126)
"""Below, e to the x is less than the smallest normal number, and counts as 0."""


@overload(_exp, inline="always")
def _exp_of_type(x: Any) -> Any:
    return _exp_float32 if x == types.float32 else _exp_float64


def _exp_float32(x: Any) -> Any:
    zero, one = np.float32(0), np.float32(1)
    n = np.floor(x * _LOG2_E + np.float32(0.5))
    r = x - n * _LN2_HIGH - n * _LN2_LOW
    series = np.float32(1 / 5040)
    series = series * r + np.float32(1 / 720)
    series = series * r + np.float32(1 / 120)
    series = series * r + np.float32(1 / 24)
    series = series * r + np.float32(1 / 6)
    series = series * r + np.float32(0.5)
    series = series * r + one
    series = series * r + one
    exponent = np.int32(n if n > _LOWEST_EXPONENT else _LOWEST_EXPONENT)  # also where x is not a number
    power = series * float_of_bits((exponent + np.int32(127)) << np.int32(23))
    return zero if x < _LOWEST else power


def _exp_float64(x: Any) -> Any:
    return np.exp(x)
