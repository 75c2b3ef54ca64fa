"""Passes of one ReLU net that tells classes apart, so that what it needs stays in the processor's cache.

A stack of nets, pushed through one layer after another, streams all its weights and activations through memory at
every product. Here one net goes forward and back, or through all rows of a split, before the next one begins: its
products find what they need near by. Every product is one call of the BLAS library, of a single net's matrices: what a
net's numbers are does not depend on its neighbours, to the last bit.

Arrays of a layer come as addresses, so that one compiled function serves nets of any depth. Weights lie as the model
keeps them: hidden layers ``[trials, in, out]``, the output layer ``[trials, classes, hidden]``.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.blas import product
from dropout_lab.kernels.cross_entropy import loss_and_gradient_of_trial, loss_and_prediction_of_trial
from dropout_lab.kernels.elementwise import bias_relu_rows, dropout_rows, masked_bias_relu_rows, relu_backward_rows
from dropout_lab.kernels.jit import compiled, inlined, matrix_at
from dropout_lab.kernels.team import Team, barrier, share_of

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]
_LANES = np.zeros(1, dtype=np.int16)


class Nets(NamedTuple):
    """A stack of nets.

    Attributes:
        gemm: `gemm_address` for the type of their numbers.
        widths: units of the inputs, of every hidden layer, and classes.
        parameters: addresses of every layer's weights, then of its biases, ``[2, layers]``.
        offsets: where in the scratch memory of a pass lie the values of every layer (noisy inputs, what leaves the
            hidden layers, logits), the losses, two gradients, and the end, in numbers per row, ``[layers + 5]``.
    """

    gemm: int
    widths: Integers
    parameters: Integers
    offsets: Integers


class NetNoise(NamedTuple):
    """The dropout of one net in one pass; every array is ``[hidden layers + 1]``, the inputs first.

    Attributes:
        lanes: addresses of lanes, int16 ``[batch, units]``; 0 where nothing is dropped.
        thresholds: a unit is kept where its lane is greater.
        scales: the factor on what is kept; 1 where nothing is dropped.
    """

    lanes: Integers
    thresholds: npt.NDArray[np.int32]
    scales: Floats


def nets_at(gemm: int, widths: tuple[int, ...], parameters: Integers) -> Nets:
    """Return a stack of nets; arguments as for its attributes."""
    offsets = np.cumsum([0, *widths, 1, max(widths), max(widths)])
    return Nets(gemm, np.array(widths, dtype=np.int64), parameters, offsets)


def scratch_numbers(nets: Nets, rows: int) -> int:
    """Return how many numbers of scratch memory the passes over some rows at once need."""
    return rows * int(nets.offsets[-1])


@compiled
def backpropagate(
    team: Team,
    nets: Nets,
    n: int,
    inputs: Floats,
    targets: Integers,
    noise: NetNoise,
    gradients: Integers,
    scratch: Floats,
) -> float:
    """Go forward and back through one net: the gradients of the batch's mean loss, and the sum of its losses.

    All members see the gradients after the next barrier.

    Args:
        team: who shares the work.
        nets: the stack.
        n: which of them, counted from 0.
        inputs: ``[batch, in_features]``.
        targets: ``[batch]``.
        noise: of this net and pass.
        gradients: addresses of memory for the gradients of one net, overwritten, ``[2, layers]``.
        scratch: at least `scratch_numbers` numbers, the same for all members.

    Returns:
        In nats, to member 0; 0 to the others.

    Raises:
        ValueError: a target is none of the classes. Only for a team of one: others would wait for ever.
    """
    widths, parameters, offsets = nets.widths, nets.parameters, inputs.shape[0] * nets.offsets
    batch, n_hidden = inputs.shape[0], widths.shape[0] - 2
    classes, n_in = widths[n_hidden + 1], widths[n_hidden]
    values, logits = _forward(team, nets, n, inputs, noise, scratch)
    loss = 0.0
    if team.member == 0:
        losses = scratch[offsets[n_hidden + 2] : offsets[n_hidden + 3]]
        loss_and_gradient_of_trial(logits, targets, losses, logits)
        for row in range(batch):
            loss += losses[row]
    barrier(team)  # from here on, nobody needs the gradients of the net before
    first, last = share_of(team, n_in)
    if team.member == 0:
        _sum_rows(logits, matrix_at(gradients[1, n_hidden], 0, 1, classes, scratch))
    weights_gradient = matrix_at(gradients[0, n_hidden], 0, classes, n_in, scratch)
    product(nets.gemm, logits, values[:, first:last], weights_gradient[:, first:last])
    if n_hidden == 0:
        return loss
    current, other = offsets[n_hidden + 3], offsets[n_hidden + 4]
    gradient = scratch[current : current + batch * n_in].reshape(batch, n_in)
    weights = matrix_at(parameters[0, n_hidden], n, classes, n_in, scratch)
    product(nets.gemm, logits.T, weights[:, first:last], gradient[:, first:last])
    for layer in range(n_hidden - 1, -1, -1):
        units, n_in = widths[layer + 1], widths[layer]
        bias_gradient = matrix_at(gradients[1, layer], 0, 1, units, scratch)
        relu_backward_rows(gradient, values, noise.scales[layer + 1], bias_gradient, first, last)
        if layer > 0 or noise.lanes[0] != 0:
            values = scratch[offsets[layer] : offsets[layer + 1]].reshape(batch, n_in)
        else:
            values = inputs
        weights_gradient = matrix_at(gradients[0, layer], 0, n_in, units, scratch)
        product(nets.gemm, values.T, gradient[:, first:last], weights_gradient[:, first:last])
        if layer > 0:
            barrier(team)
            first, last = share_of(team, n_in)
            current, other = other, current
            before = scratch[current : current + batch * n_in].reshape(batch, n_in)
            weights = matrix_at(parameters[0, layer], n, n_in, units, scratch)
            product(nets.gemm, gradient, weights[first:last].T, before[:, first:last])
            gradient = before
    return loss


@compiled
def measure(
    alone: Team,
    nets: Nets,
    features: Floats,
    targets: Integers,
    no_noise: NetNoise,
    chunk_rows: int,
    first_row: int,
    stop_row: int,
    scratch: Floats,
    losses: Floats,
    predicted: Integers,
) -> None:
    """Run every net on some rows in eval mode: the loss of every row and its predicted class, the first of equals.

    Args:
        alone: a team of one.
        nets: the stack.
        features: ``[datasets, rows, in_features]``: one dataset that all trials share, or one per seed.
        targets: ``[datasets, rows]``.
        no_noise: zeros for lanes.
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
    for n in range(trials):
        dataset = n % datasets
        for first in range(first_row, stop_row, chunk_rows):
            last = min(first + chunk_rows, stop_row)
            _, logits = _forward(alone, nets, n, features[dataset, first:last], no_noise, scratch)
            of_rows = targets[dataset, first:last]
            loss_and_prediction_of_trial(logits, of_rows, losses[n, first:last], predicted[n, first:last])


@compiled
def _forward(team: Team, nets: Nets, n: int, inputs: Floats, noise: NetNoise, scratch: Floats) -> tuple[Floats, Floats]:
    """Go forward through one net; arguments as for `backpropagate`.

    Returns:
        What leaves the last hidden layer, for all members; the logits ``[classes, batch]``, for member 0.
    """
    widths, parameters, offsets = nets.widths, nets.parameters, inputs.shape[0] * nets.offsets
    values, batch, output = inputs, inputs.shape[0], widths.shape[0] - 2
    for layer in range(output + 1):
        if layer == 0 and noise.lanes[0] == 0:
            continue
        units = widths[layer]
        out = scratch[offsets[layer] : offsets[layer + 1]].reshape(batch, units)
        drawn = matrix_at(noise.lanes[layer], 0, batch, units, _LANES)
        first, last = share_of(team, units)
        if layer == 0:
            dropout_rows(inputs, drawn, noise.thresholds[0], noise.scales[0], out, first, last)
        else:
            weights = matrix_at(parameters[0, layer - 1], n, widths[layer - 1], units, scratch)
            bias = matrix_at(parameters[1, layer - 1], n, 1, units, scratch)
            product(nets.gemm, values, weights[:, first:last], out[:, first:last])
            if noise.lanes[layer] == 0:
                bias_relu_rows(out, bias, first, last)
            else:
                masked_bias_relu_rows(out, bias, drawn, noise.thresholds[layer], noise.scales[layer], first, last)
        barrier(team)
        values = out
    classes = widths[output + 1]
    logits = scratch[offsets[output + 1] : offsets[output + 2]].reshape(classes, batch)
    if team.member == 0:
        weights = matrix_at(parameters[0, output], n, classes, widths[output], scratch)
        product(nets.gemm, weights, values.T, logits)
        _add_bias(logits, matrix_at(parameters[1, output], n, 1, classes, scratch))
    return values, logits


@inlined
def _add_bias(logits: Floats, bias: Floats) -> None:
    for c in range(logits.shape[0]):
        for r in range(logits.shape[1]):
            logits[c, r] += bias[0, c]


@inlined
def _sum_rows(gradient: Floats, bias_gradient: Floats) -> None:
    for c in range(gradient.shape[0]):
        total = gradient.dtype.type(0)
        for r in range(gradient.shape[1]):
            total += gradient[c, r]
        bias_gradient[0, c] = total
