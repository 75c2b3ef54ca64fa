"""What an optimiser does to the parameters of one net on a CPU, number by number, and the max-norm constraint.

`dropout_lab.optimizers` calls torch's kernels for whole stacks; these follow the same rules, and a net's numbers do not
depend on where it lies in a stack: torch's kernels round the last numbers of a vector otherwise than the others.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.jit import compiled, inlined, matrix_at
from dropout_lab.kernels.team import Team, share_of, wait

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
        decays: of the weights, ``[trials]``.
        max_norms: of a hidden unit's incoming weights, ``[trials]``, infinite where there is no bound.
    """

    optimizer: int
    slots: Integers
    learning_rates: npt.NDArray[np.float64]
    momenta: npt.NDArray[np.float64]
    decays: npt.NDArray[np.float64]
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
    factor: float,
    like: Floats,
) -> None:
    """Update one net; a member does its share.

    Args:
        team: who shares the work.
        rule: of the cohort.
        n: the net's place in the stack.
        widths: units of the inputs, of every hidden layer, and classes.
        parameters: addresses of every layer's weights, then of its biases, ``[2, layers]``.
        gradients: addresses of this net's, ``[2, layers]``.
        n_updates: this one included, from 1.
        factor: of the schedule, on the learning rate.
        like: an array of the type of all numbers.
    """
    rate = rule.learning_rates[n] * factor
    for kind in range(2):
        for layer in range(widths.shape[0] - 1):
            size = widths[layer + 1] * (widths[layer] if kind == 0 else 1)
            first, stop = share_of(team, size)
            _update(
                rule.optimizer,
                matrix_at(parameters[kind, layer], n, 1, size, like)[0, first:stop],
                matrix_at(gradients[kind, layer], 0, 1, size, like)[0, first:stop],
                matrix_at(rule.slots[0, kind, layer], n, 1, size, like)[0, first:stop],
                matrix_at(rule.slots[1, kind, layer], n, 1, size, like)[0, first:stop],
                n_updates,
                rate,
                rule.momenta[n],
                rule.decays[n],
            )
    if rule.max_norms[n] < np.inf:
        wait(team)
        for layer in range(widths.shape[0] - 2):
            weights = matrix_at(parameters[0, layer], n, widths[layer], widths[layer + 1], like)
            first, stop = share_of(team, widths[layer + 1])
            _limit_norms(weights, rule.max_norms[n], first, stop)


@inlined
def _update(
    optimizer: int,
    parameters: Floats,
    gradients: Floats,
    first: Floats,
    second: Floats,
    n_updates: int,
    rate: float,
    momentum: float,
    decay: float,
) -> None:
    """Update some numbers ``[n]``; `first` and `second` are what the optimiser remembers of them."""
    if optimizer in (_ADAM, _ADAMW):
        _adam(parameters, gradients, first, second, n_updates, rate, decay, optimizer == _ADAMW)
    elif optimizer == _RMSPROP:
        _rmsprop(parameters, gradients, first, rate, decay)
    elif optimizer == _SGD:
        _sgd(parameters, gradients, rate, decay)
    elif optimizer in (_MOMENTUM, _NESTEROV):
        _momentum(parameters, gradients, first, rate, momentum, decay, optimizer == _NESTEROV)


@inlined
def _sgd(parameters: Floats, gradients: Floats, rate: float, decay: float) -> None:
    number = parameters.dtype.type
    step, pull = number(rate), number(decay)
    for i in range(parameters.shape[0]):
        parameters[i] -= step * (gradients[i] + pull * parameters[i])


@inlined
def _momentum(
    parameters: Floats, gradients: Floats, speeds: Floats, rate: float, momentum: float, decay: float, nesterov: bool
) -> None:
    number = parameters.dtype.type
    step, pull, kept = number(rate), number(decay), number(momentum)
    ahead, of_gradient = (kept, number(1)) if nesterov else (number(1), number(0))
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + pull * parameters[i]
        speed = kept * speeds[i] + gradient
        speeds[i] = speed
        parameters[i] -= step * (ahead * speed + of_gradient * gradient)


@inlined
def _rmsprop(parameters: Floats, gradients: Floats, squares: Floats, rate: float, decay: float) -> None:
    number = parameters.dtype.type
    step, pull = number(rate), number(decay)
    kept, new, epsilon = number(0.99), number(1 - 0.99), number(1e-8)
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + pull * parameters[i]
        square = kept * squares[i] + new * (gradient * gradient)
        squares[i] = square
        parameters[i] -= step * gradient / (np.sqrt(square) + epsilon)


@inlined
def _adam(
    parameters: Floats,
    gradients: Floats,
    means: Floats,
    squares: Floats,
    n_updates: int,
    rate: float,
    decay: float,
    decoupled: bool,
) -> None:
    """Adam, or AdamW, which shrinks the weights themselves.

    Sources: Kingma & Ba 2015, "Adam: a method for stochastic optimization"; Loshchilov & Hutter 2019, "Decoupled weight
    decay regularization".
    """
    number = parameters.dtype.type
    new_mean, new_square = number(1 - 0.9), number(1 - 0.999)
    step = number(rate / (1 - 0.9**n_updates))
    root, epsilon = number(np.sqrt(1 - 0.999**n_updates)), number(1e-8)
    pull = number(0 if decoupled else decay)
    left = number(1 - rate * decay if decoupled else 1)
    for i in range(parameters.shape[0]):
        gradient = gradients[i] + pull * parameters[i]
        mean = means[i] + new_mean * (gradient - means[i])
        square = squares[i] + new_square * (gradient * gradient - squares[i])
        means[i], squares[i] = mean, square
        parameters[i] = left * parameters[i] - step * mean / (np.sqrt(square) / root + epsilon)


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
    number = weights.dtype.type
    factors = np.zeros(stop - first, weights.dtype)
    for i in range(weights.shape[0]):
        row = weights[i, first:stop]
        for u in range(row.shape[0]):
            factors[u] += row[u] * row[u]
    for u in range(factors.shape[0]):
        norm = np.sqrt(factors[u])
        factors[u] = number(max_norm) / norm if norm > max_norm else number(1)
    for i in range(weights.shape[0]):
        row = weights[i, first:stop]
        for u in range(row.shape[0]):
            row[u] *= factors[u]
