"""Updates of a whole cohort on a CPU, one after another: rows, noise, passes, optimiser.

This is the training step of the usual net; `dropout_lab.training.compiled` prepares what it takes. A team of threads
runs it together, or one thread by itself.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.jit import compiled, inlined, matrix_at
from dropout_lab.kernels.philox import LANES_PER_BLOCK, fill_words
from dropout_lab.kernels.team import Team, barrier, share_of
from dropout_lab.kernels.trialwise import NetNoise, Nets, backpropagate
from dropout_lab.kernels.updates import Rule, update_net

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


class Batches(NamedTuple):
    """The rows of an epoch.

    Attributes:
        features: ``[rows of all datasets, in_features]``.
        order: which of them come, one after another, ``[seeds, rows]``.
        targets: theirs, in that order.
        inputs: memory for the rows of one batch, ``[seeds, batch_size, in_features]``.
    """

    features: Floats
    order: Integers
    targets: Integers
    inputs: Floats


class Noise(NamedTuple):
    """The dropout of a cohort; layer 0 is the inputs, 1 the first hidden layer.

    Attributes:
        seeds: ``[seeds]``.
        purpose: second word of Philox's key.
        words: addresses of memory for every layer's draws, uint64 ``[seeds, words]``; 0 where nothing is dropped.
        n_words: of one seed, ``[layers]``: four to a block.
        thresholds: of every update, or one for all, ``[updates, conditions, layers]``.
        scales: the factors on what is kept, likewise; 1 where nothing is dropped.
    """

    seeds: npt.NDArray[np.uint64]
    purpose: int
    words: Integers
    n_words: Integers
    thresholds: npt.NDArray[np.int32]
    scales: Floats


@compiled
def descend(
    team: Team,
    nets: Nets,
    batches: Batches,
    noise: Noise,
    rule: Rule,
    learning_rate_factors: npt.NDArray[np.float64],
    first_row: int,
    n_made: int,
    gradients: Integers,
    scratch: Floats,
    totals: npt.NDArray[np.float64],
) -> None:
    """Update every net of a stack on one batch after another; all members of the team call this.

    Args:
        team: who shares the work.
        nets: the stack: conditions x seeds, conditions outermost.
        batches: the rows of the epoch.
        noise: of the cohort.
        rule: of the cohort.
        learning_rate_factors: of the schedule, one per update.
        first_row: of the epoch, to begin with.
        n_made: updates made before.
        gradients: addresses of memory for the gradients of one net, ``[2, layers]``.
        scratch: as for `backpropagate`, for a whole batch.
        totals: the summed losses of every trial, ``[trials]``; added to.
    """
    seeds, n_rows = batches.order.shape
    for k in range(learning_rate_factors.shape[0]):
        start = first_row + k * batches.inputs.shape[1]
        stop = min(start + batches.inputs.shape[1], n_rows)
        _gather(team, batches, start, stop)
        _draw(team, noise, nets.widths, n_made + k, stop - start)
        barrier(team)
        update = k if noise.thresholds.shape[0] > 1 else 0
        for n in range(totals.shape[0]):
            condition, seed = n // seeds, n % seeds
            net_noise = NetNoise(
                _lanes_of(noise, seed), noise.thresholds[update, condition], noise.scales[update, condition]
            )
            inputs, targets = batches.inputs[seed, : stop - start], batches.targets[seed, start:stop]
            loss = backpropagate(team, nets, n, inputs, targets, net_noise, gradients, scratch)
            if team.member == 0:
                totals[n] += loss
            barrier(team)
            update_net(
                team,
                rule,
                n,
                nets.widths,
                nets.parameters,
                gradients,
                n_made + k + 1,
                learning_rate_factors[k],
                scratch,
            )


@inlined
def _lanes_of(noise: Noise, seed: int) -> Integers:
    """Return the addresses of a seed's lanes, 0 where nothing is dropped."""
    addresses = noise.words.copy()
    for layer in range(addresses.shape[0]):
        if addresses[layer] != 0:
            addresses[layer] += 8 * seed * noise.n_words[layer]
    return addresses


@inlined
def _gather(team: Team, batches: Batches, start: int, stop: int) -> None:
    """Copy a member's share of every seed's rows."""
    first, last = share_of(team, stop - start)
    for seed in range(batches.order.shape[0]):
        for b in range(first, last):
            row, out = batches.features[batches.order[seed, start + b]], batches.inputs[seed, b]
            for f in range(row.shape[0]):
                out[f] = row[f]


@inlined
def _draw(team: Team, noise: Noise, widths: Integers, step: int, batch: int) -> None:
    """Draw a member's share of every layer's lanes."""
    for layer in range(noise.words.shape[0]):
        if noise.words[layer] != 0:
            blocks = (batch * widths[layer] + LANES_PER_BLOCK - 1) // LANES_PER_BLOCK
            first, last = share_of(team, blocks)
            words = matrix_at(noise.words[layer], 0, noise.seeds.shape[0], noise.n_words[layer], noise.seeds)
            fill_words(noise.seeds, noise.purpose, layer, step, first, words[:, 4 * first : 4 * last])
