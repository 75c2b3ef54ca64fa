"""What an optimiser does to the parameters of one net on a CPU, number by number, and the max-norm constraint.

`dropout_lab.optimizers` calls torch's kernels for whole stacks; these follow the same rules, and a net's numbers do not
depend on where it lies in a stack: torch's kernels round the last numbers of a vector otherwise than the others.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.jit import compiled, inlined, matrix_at
from dropout_lab.kernels.team import Team, barrier, share_of

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]

_SGD, _MOMENTUM, _NESTEROV, _RMSPROP, _ADAM, _ADAMW = range(6)
CODES: Final = {
    "sgd": _SGD,
    "momentum": _MOMENTUM,
    "nesterov": _NESTEROV,
    "rmsprop": _RMSPROP,
    "adam": _ADAM,
    "adamw": _ADAMW,
}
"""The optimizers that have a compiled update, each with the number that `Rule.optimizer` takes."""
N_SLOTS = 2
"""The most numbers per parameter that a compiled update remembers."""


class Rule(NamedTuple):
    """How the nets of a cohort are updated.

    Attributes:
        optimizer: a value of `CODES`.
        slots: addresses of what it remembers of every trial, ``[2, 2, layers]``: first and second number; weights and
            biases.
        learning_rates: ``[trials]``, before the schedule.
        momenta: ``[trials]``.
        weight_decays: of weights and biases, ``[trials]``.
        max_norms: of a hidden unit's incoming weights, ``[trials]``, infinite where there is no bound.
    """

    optimizer: int
    slots: Integers
    learning_rates: npt.NDArray[np.float64]
    momenta: npt.NDArray[np.float64]
    weight_decays: npt.NDArray[np.float64]
    max_norms: npt.NDArray[np.float64]


@compiled
def update_net(
    team: Team,
    rule: Rule,
    n: int,
    widths: Integers,
    parameters: Integers,
    gradients: Integers,
    n_updates: int,
    learning_rate_factor: float,
    like: Floats,
) -> None:
    """Update one net; a member does its share.

    Args:
        team: who shares the work.
        rule: of the cohort.
        n: which of the stack, counted from 0.
        widths: units of the inputs, of every hidden layer, and classes.
        parameters: addresses of every layer's weights, then of its biases, ``[2, layers]``.
        gradients: addresses of this net's, ``[2, layers]``.
        n_updates: this one included, from 1.
        learning_rate_factor: of the schedule.
        like: an array of the type of all numbers.
    """
    learning_rate = rule.learning_rates[n] * learning_rate_factor
    for is_bias in range(2):
        for layer in range(widths.shape[0] - 1):
            size = widths[layer + 1] * (1 if is_bias else widths[layer])
            first, stop = share_of(team, size)
            _update(
                rule.optimizer,
                matrix_at(parameters[is_bias, layer], n, 1, size, like)[0, first:stop],
                matrix_at(gradients[is_bias, layer], 0, 1, size, like)[0, first:stop],
                matrix_at(rule.slots[0, is_bias, layer], n, 1, size, like)[0, first:stop],
                matrix_at(rule.slots[1, is_bias, layer], n, 1, size, like)[0, first:stop],
                n_updates,
                learning_rate,
                rule.momenta[n],
                rule.weight_decays[n],
            )
    if rule.max_norms[n] < np.inf:
        barrier(team)
        for layer in range(widths.shape[0] - 2):
            weights = matrix_at(parameters[0, layer], n, widths[layer], widths[layer + 1], like)
            first, stop = share_of(team, widths[layer + 1])
            _limit_norms(weights, rule.max_norms[n], first, stop)


@inlined
def _update(
    optimizer: int,
    parameters: Floats,
    gradients: Floats,
    first_slot: Floats,
    second_slot: Floats,
    n_updates: int,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
) -> None:
    """Update some numbers ``[n]``; the slots hold what the optimiser remembers of them."""
    if optimizer in (_ADAM, _ADAMW):
        _adam(
            parameters, gradients, first_slot, second_slot, n_updates, learning_rate, weight_decay, optimizer == _ADAMW
        )
    elif optimizer == _RMSPROP:
        _rmsprop(parameters, gradients, first_slot, learning_rate, weight_decay)
    elif optimizer == _SGD:
        _sgd(parameters, gradients, learning_rate, weight_decay)
    elif optimizer in (_MOMENTUM, _NESTEROV):
        _momentum(parameters, gradients, first_slot, learning_rate, momentum, weight_decay, optimizer == _NESTEROV)


@inlined
def _sgd(parameters: Floats, gradients: Floats, learning_rate: float, weight_decay: float) -> None:
    dtype = parameters.dtype.type
    step_size, decay = dtype(learning_rate), dtype(weight_decay)
    for i in range(parameters.shape[0]):
        parameters[i] -= step_size * (gradients[i] + decay * parameters[i])


@inlined
def _momentum(
    parameters: Floats,
    gradients: Floats,
    velocities: Floats,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
    nesterov: bool,
) -> None:
    dtype = parameters.dtype.type
    step_size, decay, keep = dtype(learning_rate), dtype(weight_decay), dtype(momentum)
    of_velocity, of_gradient = (keep, dtype(1)) if nesterov else (dtype(1), dtype(0))
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + decay * parameters[i]
        velocity = keep * velocities[i] + gradient
        velocities[i] = velocity
        parameters[i] -= step_size * (of_velocity * velocity + of_gradient * gradient)


@inlined
def _rmsprop(parameters: Floats, gradients: Floats, squares: Floats, learning_rate: float, weight_decay: float) -> None:
    dtype = parameters.dtype.type
    step_size, decay = dtype(learning_rate), dtype(weight_decay)
    keep, new, epsilon = dtype(0.99), dtype(1 - 0.99), dtype(1e-8)
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + decay * parameters[i]
        square = keep * squares[i] + new * (gradient * gradient)
        squares[i] = square
        parameters[i] -= step_size * gradient / (np.sqrt(square) + epsilon)


@inlined
def _adam(
    parameters: Floats,
    gradients: Floats,
    means: Floats,
    squares: Floats,
    n_updates: int,
    learning_rate: float,
    weight_decay: float,
    decoupled: bool,
) -> None:
    """Adam, or AdamW, which shrinks the weights themselves.

    Sources: Kingma & Ba 2015, "Adam: a method for stochastic optimization"; Loshchilov & Hutter 2019, "Decoupled weight
    decay regularization".
    """
    dtype = parameters.dtype.type
    new_mean, new_square = dtype(1 - 0.9), dtype(1 - 0.999)
    step_size = dtype(learning_rate / (1 - 0.9**n_updates))
    bias_correction, epsilon = dtype(np.sqrt(1 - 0.999**n_updates)), dtype(1e-8)
    decay = dtype(0 if decoupled else weight_decay)
    shrink = dtype(1 - learning_rate * weight_decay if decoupled else 1)
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + decay * parameters[i]
        mean = means[i] + new_mean * (gradient - means[i])
        square = squares[i] + new_square * (gradient * gradient - squares[i])
        means[i], squares[i] = mean, square
        parameters[i] = shrink * parameters[i] - step_size * mean / (np.sqrt(square) / bias_correction + epsilon)


@inlined
def _limit_norms(weights: Floats, max_norm: float, first: int, stop: int) -> None:
    """Scale the incoming weights of units ``first .. stop`` down to a norm of at most `max_norm`, in place.

    Source: Srivastava et al. 2014, section 5.1 (their c).

    Args:
        weights: ``[in, out]``.
        max_norm: above 0.
        first: unit to begin with.
        stop: unit after the last.
    """
    dtype = weights.dtype.type
    factors = np.zeros(stop - first, weights.dtype)
    for i in range(weights.shape[0]):
        row = weights[i, first:stop]
        for u in range(row.shape[0]):
            factors[u] += row[u] * row[u]
    for u in range(factors.shape[0]):
        norm = np.sqrt(factors[u])
        factors[u] = dtype(max_norm) / norm if norm > max_norm else dtype(1)
    for i in range(weights.shape[0]):
        row = weights[i, first:stop]
        for u in range(row.shape[0]):
            row[u] *= factors[u]
