"""What happens to a stack's values between two products: bias, ReLU and dropout in one pass, in place.

A mask is never stored: forward, a unit is kept where its lane lies above its rate's threshold; backward, `value > 0`
says both active and kept. Multiplying, rather than choosing, lets what is not a number stay so: a diverged trial is
found by it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.jit import compiled

Floats = npt.NDArray[np.floating[Any]]
Lanes = npt.NDArray[np.int16]
Thresholds = npt.NDArray[np.int32]


@compiled
def bias_relu_rows(values: Floats, bias: Floats, first: int, stop: int) -> None:
    """Do what `bias_relu` does, for the units ``first .. stop`` of one trial: ``[batch, units]`` and ``[1, units]``."""
    zero = values.dtype.type(0)
    biases = bias[0, first:stop]
    for b in range(values.shape[0]):
        row = values[b, first:stop]
        for u in range(row.shape[0]):
            value = row[u] + biases[u]
            row[u] = zero if value <= zero else value


@compiled
def masked_bias_relu_rows(
    values: Floats, bias: Floats, lanes: Lanes, threshold: int, scale: float, first: int, stop: int
) -> None:
    """Do what `bias_relu_dropout` does, for some units of one trial."""
    zero = values.dtype.type(0)
    biases = bias[0, first:stop]
    for b in range(values.shape[0]):
        row, drawn = values[b, first:stop], lanes[b, first:stop]
        for u in range(row.shape[0]):
            value = row[u] + biases[u]
            multiplier = scale if drawn[u] > threshold else zero
            row[u] = (zero if value <= zero else value) * multiplier


@compiled
def dropout_rows(
    values: Floats, lanes: Lanes, threshold: int, scale: float, out: Floats, first: int, stop: int
) -> None:
    """Do what `dropout` does, for some units of one trial, from `values` to `out`."""
    zero = values.dtype.type(0)
    for b in range(values.shape[0]):
        row, drawn, written = values[b, first:stop], lanes[b, first:stop], out[b, first:stop]
        for u in range(row.shape[0]):
            written[u] = row[u] * (scale if drawn[u] > threshold else zero)


@compiled
def relu_backward_rows(
    gradient: Floats, values: Floats, scale: float, bias_gradient: Floats, first: int, stop: int
) -> None:
    """Do what `relu_backward` does, for some units of one trial."""
    zero = values.dtype.type(0)
    total = bias_gradient[0, first:stop]
    for u in range(total.shape[0]):
        total[u] = zero
    for b in range(values.shape[0]):
        row, kept = gradient[b, first:stop], values[b, first:stop]
        for u in range(row.shape[0]):
            passed = zero if kept[u] <= zero else row[u] * scale
            row[u] = passed
            total[u] += passed


@compiled
def bias_relu(values: Floats, bias: Floats) -> None:
    """Add the bias and apply ReLU, in place.

    Args:
        values: ``[trials, batch, units]``.
        bias: ``[trials, 1, units]``.
    """
    for n in range(values.shape[0]):
        bias_relu_rows(values[n], bias[n], 0, values.shape[2])


@compiled
def bias_relu_dropout(values: Floats, bias: Floats, lanes: Lanes, thresholds: Thresholds, scales: Floats) -> None:
    """Add the bias, apply ReLU and dropout, in place.

    Args:
        values: ``[trials, batch, units]``, trials = conditions x seeds, conditions outermost.
        bias: ``[trials, 1, units]``.
        lanes: ``[seeds, batch, units]``.
        thresholds: ``[conditions]``; a unit is kept where its lane is greater.
        scales: ``[conditions]``: the factor on what is kept.
    """
    seeds = lanes.shape[0]
    for n in range(values.shape[0]):
        c = n // seeds
        masked_bias_relu_rows(values[n], bias[n], lanes[n % seeds], thresholds[c], scales[c], 0, values.shape[2])


@compiled
def dropout(values: Floats, lanes: Lanes, thresholds: Thresholds, scales: Floats) -> None:
    """Multiply values, or a gradient in them, by dropout's multipliers, in place.

    Args:
        values: ``[trials, batch, units]``.
        lanes: as for `bias_relu_dropout`.
        thresholds: as for `bias_relu_dropout`.
        scales: as for `bias_relu_dropout`.
    """
    seeds = lanes.shape[0]
    for n in range(values.shape[0]):
        c = n // seeds
        dropout_rows(values[n], lanes[n % seeds], thresholds[c], scales[c], values[n], 0, values.shape[2])


@compiled
def relu_backward(gradient: Floats, values: Floats, scales: Floats, bias_gradient: Floats) -> None:
    """Turn the gradient in what left a hidden layer into that in its pre-activations, in place, summed for the bias.

    Args:
        gradient: ``[trials, batch, units]``.
        values: what left the layer, of the same shape.
        scales: ``[conditions]``: the factor on what was kept.
        bias_gradient: ``[trials, 1, units]``, overwritten.
    """
    seeds = values.shape[0] // scales.shape[0]
    for n in range(values.shape[0]):
        relu_backward_rows(gradient[n], values[n], scales[n // seeds], bias_gradient[n], 0, values.shape[2])


@compiled
def gather_rows(rows: Floats, index: npt.NDArray[np.int64], out: Floats) -> None:
    """Copy the rows of every seed's batch to all its trials.

    Args:
        rows: ``[rows, features]``.
        index: ``[seeds, batch]``.
        out: ``[trials, batch, features]``, overwritten.
    """
    seeds, batch = index.shape
    for n in range(out.shape[0]):
        for b in range(batch):
            row = index[n % seeds, b]
            for f in range(rows.shape[1]):
                out[n, b, f] = rows[row, f]
