"""Whole passes of ReLU nets, one trial after another, so that what a trial needs stays in the processor's cache.

A stack of nets, pushed through one layer after another, streams all its weights and activations through memory at
every product. Here one trial goes forward and back, or through all rows of a split, before the next one begins: its
products find what they need near by, and there is one call for a whole stack. Every product is one call of the BLAS
library, of a single trial's matrices: what a trial's numbers are does not depend on its neighbours, to the last bit.

Arrays of a layer come as addresses, so that one compiled function serves nets of any depth. Weights lie as the model
keeps them: hidden layers ``[trials, in, out]``, the output layer ``[trials, classes, hidden]``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.cross_entropy import loss_and_gradient_of_trial, loss_and_prediction_of_trial
from dropout_lab.kernels.elementwise import bias_relu_of_trial, masked_bias_relu_of_trial, relu_backward_of_trial
from dropout_lab.kernels.jit import compiled, matrix_at

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


@compiled
def backpropagate(
    inputs: Floats,
    targets: Integers,
    widths: Integers,
    parameters: Integers,
    gradients: Integers,
    lanes: Integers,
    thresholds: npt.NDArray[np.int32],
    scales: Floats,
    scratch: Floats,
    losses: Floats,
) -> None:
    """Go forward and back through every net: the loss of every row, and the gradients of the batch's mean loss.

    Args:
        inputs: ``[trials, batch, in_features]``, trials = conditions x seeds, conditions outermost.
        targets: ``[datasets, batch]``.
        widths: units of the inputs, of every hidden layer, and classes.
        parameters: addresses of every layer's weights, then of its biases, ``[2, layers]``.
        gradients: addresses of memory for theirs, overwritten, ``[2, layers]``.
        lanes: addresses of every hidden layer's lanes, int16 ``[seeds, batch, units]``; 0 where nothing is dropped.
        thresholds: ``[hidden layers, conditions]``; a unit is kept where its lane is greater.
        scales: ``[hidden layers, conditions]``: the factor on what is kept; 1 where nothing is dropped.
        scratch: at least `scratch_numbers` numbers.
        losses: ``[trials, batch]``, in nats, overwritten.

    Raises:
        ValueError: a target is none of the classes.
    """
    trials, batch, _ = inputs.shape
    n_hidden = widths.shape[0] - 2
    classes = widths[n_hidden + 1]
    seeds = trials // thresholds.shape[1]
    for n in range(trials):
        condition, seed = n // seeds, n % seeds
        values, stop = inputs[n], 0
        for layer in range(n_hidden):
            units = widths[layer + 1]
            out = scratch[stop : stop + batch * units].reshape(batch, units)
            stop += batch * units
            np.dot(values, matrix_at(parameters[0, layer], n, widths[layer], units, losses), out)
            bias = matrix_at(parameters[1, layer], n, 1, units, losses)
            if lanes[layer] == 0:
                bias_relu_of_trial(out, bias)
            else:
                drawn = matrix_at(lanes[layer], seed, batch, units, _LANES)
                masked_bias_relu_of_trial(out, bias, drawn, thresholds[layer, condition], scales[layer, condition])
            values = out
        logits = scratch[stop : stop + batch * classes].reshape(classes, batch)
        stop += batch * classes
        weights = matrix_at(parameters[0, n_hidden], n, classes, widths[n_hidden], losses)
        np.dot(weights, values.T, logits)
        _add_bias(logits, matrix_at(parameters[1, n_hidden], n, 1, classes, losses))
        loss_and_gradient_of_trial(logits, targets[n % targets.shape[0]], losses[n], logits)
        _sum_rows(logits, matrix_at(gradients[1, n_hidden], n, 1, classes, losses))
        np.dot(logits, values, matrix_at(gradients[0, n_hidden], n, classes, widths[n_hidden], losses))
        if n_hidden == 0:
            continue
        gradient = scratch[stop : stop + batch * widths[n_hidden]].reshape(batch, widths[n_hidden])
        spare = stop + batch * widths.max()
        np.dot(logits.T, weights, gradient)
        for layer in range(n_hidden - 1, -1, -1):
            units, n_in = widths[layer + 1], widths[layer]
            bias_gradient = matrix_at(gradients[1, layer], n, 1, units, losses)
            relu_backward_of_trial(gradient, values, scales[layer, condition], bias_gradient)
            if layer > 0:
                begin = batch * widths[1:layer].sum()
                values = scratch[begin : begin + batch * n_in].reshape(batch, n_in)
            else:
                values = inputs[n]
            np.dot(values.T, gradient, matrix_at(gradients[0, layer], n, n_in, units, losses))
            if layer > 0:
                before = scratch[spare : spare + batch * n_in].reshape(batch, n_in)
                np.dot(gradient, matrix_at(parameters[0, layer], n, n_in, units, losses).T, before)
                gradient, spare, stop = before, stop, spare


@compiled
def measure(
    features: Floats,
    targets: Integers,
    widths: Integers,
    parameters: Integers,
    chunk_rows: int,
    first_row: int,
    stop_row: int,
    scratch: Floats,
    losses: Floats,
    predicted: Integers,
) -> None:
    """Run every net on some rows in eval mode: the loss of every row and its predicted class, the first of equals.

    Args:
        features: ``[datasets, rows, in_features]``: one dataset that all trials share, or one per seed.
        targets: ``[datasets, rows]``.
        widths: as for `backpropagate`.
        parameters: as for `backpropagate`.
        chunk_rows: rows that go through a net at once.
        first_row: to begin with.
        stop_row: after the last.
        scratch: at least `scratch_numbers` numbers for chunks of that many rows.
        losses: ``[trials, rows]``, in nats, overwritten.
        predicted: ``[trials, rows]``, overwritten.

    Raises:
        ValueError: a target is none of the classes.
    """
    trials, datasets = losses.shape[0], features.shape[0]
    n_hidden = widths.shape[0] - 2
    classes = widths[n_hidden + 1]
    for n in range(trials):
        dataset = n % datasets
        for first in range(first_row, stop_row, chunk_rows):
            last = min(first + chunk_rows, stop_row)
            batch, stop = last - first, 0
            values = features[dataset, first:last]
            for layer in range(n_hidden):
                units = widths[layer + 1]
                out = scratch[stop : stop + batch * units].reshape(batch, units)
                stop += batch * units
                np.dot(values, matrix_at(parameters[0, layer], n, widths[layer], units, losses), out)
                bias_relu_of_trial(out, matrix_at(parameters[1, layer], n, 1, units, losses))
                values = out
            logits = scratch[stop : stop + batch * classes].reshape(classes, batch)
            np.dot(matrix_at(parameters[0, n_hidden], n, classes, widths[n_hidden], losses), values.T, logits)
            _add_bias(logits, matrix_at(parameters[1, n_hidden], n, 1, classes, losses))
            of_rows = targets[dataset, first:last]
            loss_and_prediction_of_trial(logits, of_rows, losses[n, first:last], predicted[n, first:last])


def scratch_numbers(widths: tuple[int, ...], rows: int) -> int:
    """Return how many numbers of scratch memory the passes over some rows at once need."""
    return rows * (sum(widths[1:]) + 2 * max(widths))


_LANES = np.zeros(1, dtype=np.int16)


@compiled
def _add_bias(logits: Floats, bias: Floats) -> None:
    for c in range(logits.shape[0]):
        for r in range(logits.shape[1]):
            logits[c, r] += bias[0, c]


@compiled
def _sum_rows(gradient: Floats, bias_gradient: Floats) -> None:
    for c in range(gradient.shape[0]):
        total = gradient.dtype.type(0)
        for r in range(gradient.shape[1]):
            total += gradient[c, r]
        bias_gradient[0, c] = total
