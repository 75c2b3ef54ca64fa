"""JAX by hand: all trials at once in one compiled function, `jit(vmap(scan))`, with Adam written out.

The last batch of an epoch, and of an evaluation, is filled up with rows of weight zero, so that shapes are static. A
turn compiles anew and tells how long that took.
"""

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Task, Work
from benchmarks.peers import Outcome, Turn
from benchmarks.rows import Source

Array = Any  # jax.Array, or nested containers of them
_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that compiles and trains `work`, its rows on the device."""
    rows = source.read()
    train, val = (
        (jax.device_put(features), jax.device_put(classes.astype(np.int32)))
        for features, classes in ((rows.train_features, rows.train_classes), (rows.val_features, rows.val_classes))
    )
    trials = [(rate, seed) for rate in work.rates for seed in work.seeds]
    rates = jnp.array([rate for rate, _ in trials], jnp.float32)
    keys = jax.vmap(jax.random.key)(jnp.array([seed for _, seed in trials]))

    def turn() -> Outcome:
        started = time.perf_counter()
        study: Callable[..., Array] = jax.vmap(partial(_train, work), in_axes=(0, 0, None, None))
        compiled = jax.jit(study).lower(rates, keys, train, val).compile()
        compile_time_s = time.perf_counter() - started
        metrics = np.asarray(compiled(rates, keys, train, val))  # [trials, epochs, 4]
        val_losses = metrics[:, :, 2].reshape(len(work.rates), len(work.seeds), work.epochs).mean(1)
        return Outcome(dict(zip(work.rates, val_losses.tolist(), strict=True)), compile_time_s)

    return turn


def _train(work: Work, rate: Array, key: Array, train: tuple[Array, Array], val: tuple[Array, Array]) -> Array:
    """Train one trial; return its metrics after every epoch, ``[epochs, 4]``."""
    weights_key, epochs_key = jax.random.split(key)
    parameters = _initial_parameters(work.task.widths, weights_key)
    zeros = jax.tree.map(jnp.zeros_like, parameters)

    def epoch(state: Array, epoch_key: Array) -> tuple[Array, Array]:
        order_key, noise_key = jax.random.split(epoch_key)
        batches = _batches(work.task, order_key)
        noise_keys = jax.random.split(noise_key, work.task.steps_per_epoch)
        state, _ = jax.lax.scan(partial(_step, rate, train), state, (*batches, noise_keys))
        return state, jnp.stack([*_measure(state[0], train), *_measure(state[0], val)])

    _, metrics = jax.lax.scan(epoch, (parameters, zeros, zeros, 0), jax.random.split(epochs_key, work.epochs))
    return metrics


def _initial_parameters(widths: tuple[int, ...], key: Array) -> Array:
    """Draw PyTorch's initial weights: uniform, bounded by one over the root of the inputs."""
    parameters = []
    for layer_key, (n_in, n_out) in zip(jax.random.split(key, len(widths) - 1), pairwise(widths), strict=True):
        drawn = jax.random.uniform(layer_key, (n_in + 1, n_out), minval=-(n_in**-0.5), maxval=n_in**-0.5)
        parameters.append((drawn[:-1], drawn[-1]))
    return parameters


def _batches(task: Task, key: Array) -> tuple[Array, Array]:
    """Return the rows of every step in a new order, and their weights, ``[steps, batch]`` each."""
    shape = (task.steps_per_epoch, task.batch_size)
    n_missing = shape[0] * shape[1] - task.n_train
    order = jnp.pad(jax.random.permutation(key, task.n_train), (0, n_missing))
    return order.reshape(shape), jnp.pad(jnp.ones(task.n_train), (0, n_missing)).reshape(shape)


def _step(rate: Array, train: tuple[Array, Array], state: Array, step: Array) -> tuple[Array, None]:
    parameters, first, second, number = state
    index, weights, key = step
    features, classes = train[0][index], train[1][index]

    def loss(trained: Array) -> Array:
        losses = _losses(_outputs(trained, features, rate, key), classes)
        return (losses * weights).sum() / weights.sum()

    gradients, number = jax.grad(loss)(parameters), number + 1
    first = jax.tree.map(lambda mean, g: _BETA1 * mean + (1 - _BETA1) * g, first, gradients)
    second = jax.tree.map(lambda mean, g: _BETA2 * mean + (1 - _BETA2) * g * g, second, gradients)
    size, root = LEARNING_RATE / (1 - _BETA1**number), jnp.sqrt(1 - _BETA2**number)
    parameters = jax.tree.map(
        lambda p, mean, square: p - size * mean / (jnp.sqrt(square) / root + _EPSILON), parameters, first, second
    )
    return (parameters, first, second, number), None


def _outputs(parameters: Array, features: Array, rate: Array, key: Array | None) -> Array:
    """Return the logits; with dropout if there is a key."""
    *hidden, (last_weights, last_bias) = parameters
    for number, (weights, bias) in enumerate(hidden):
        features = jax.nn.relu(features @ weights + bias)
        if key is not None:
            kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - rate, features.shape)
            features = jnp.where(kept, features / (1 - rate), 0)
    return features @ last_weights + last_bias


def _losses(outputs: Array, classes: Array) -> Array:
    """Return every row's cross-entropy."""
    chosen = jnp.take_along_axis(outputs, classes[:, None], axis=1)[:, 0]
    return jax.nn.logsumexp(outputs, axis=1) - chosen


def _measure(parameters: Array, split: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return mean loss and accuracy in eval mode, in equal batches of at most 512 rows."""
    n_rows = len(split[1])
    n_batches = ceil(n_rows / EVALUATION_BATCH_SIZE)
    batch_size = ceil(n_rows / n_batches)
    index = jnp.arange(n_batches * batch_size)

    def sums(batch: Array) -> Array:
        rows, weights = jnp.minimum(batch, n_rows - 1), batch < n_rows
        outputs, classes = _outputs(parameters, split[0][rows], 0.0, None), split[1][rows]
        correct = outputs.argmax(1) == classes
        return jnp.stack([(_losses(outputs, classes) * weights).sum(), (correct * weights).sum()])

    loss, correct = jax.lax.map(sums, index.reshape(n_batches, batch_size)).sum(0) / n_rows
    return loss, correct
