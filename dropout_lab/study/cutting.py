"""How large a cohort is, where a rectangle of trials is cut, and on how many threads a cohort trains.

Owns the rules that were measured, with their constants, so that all of them can be measured anew in one place.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dropout_lab.study.machine import Machine

_CPU_COHORT_BYTES = 10 * 2**20
"""What a stack of small nets may take on a CPU: where it goes layer by layer, its weights and activations beyond that
leave the second-level cache, and a trial costs a fifth more; where it goes trial by trial, more trials gain nothing."""
_CPU_COHORT_TRIALS = 5
"""Nets too large for the cache at any number still share their draws: this many of them train together."""
_CALLS_IN_TRIALS = {True: 0.6, False: 1.4}
"""What a step's calls and draws cost, however many trials they serve, in trials, where updates are compiled and where
not: measured with small nets on a thread, where stacks of 1, 3, 5 and 9 took 0.36, 0.25, 0.23 and 0.22 ms per trial and
step, evaluation included, and layer by layer 0.56, 0.32, 0.28 and 0.27."""
_WORK_OF_A_THREAD = {True: 16e6, False: 32e6}
"""Work of a step, in multiply-adds of its forward pass, that is worth one thread more: see `threads_of`."""


def trials_at_once(machine: Machine, trial_bytes: float) -> int:
    """Return how many trials of that many bytes may train together, at least 1."""
    limit = machine.fitting(trial_bytes)
    if machine.is_cpu:
        limit //= machine.workers
        limit = min(limit, max(_CPU_COHORT_TRIALS, int(_CPU_COHORT_BYTES / trial_bytes)))
    return max(1, limit)


def threads_of(step_work: float, n_cohorts: int, machine: Machine, *, is_compiled: bool = True) -> int:
    """Return on how many threads each of the cohorts of a plan trains.

    Cohorts beside each other use the cores better than threads within one, so there is more than one thread only where
    there are fewer cohorts than cores, and then all cohorts get the same share, rounded down: 3 cohorts on 2 cores
    train on one thread each, in two rounds, and 3 on 4 cores leave one core idle. And the work must be worth it:
    threads that wait for each other at the end of each small product gain little on an idle machine and lose on a busy
    one. Measured on two cores, the fastest of 14 epochs on one thread took so many times as long as the fastest on two:

    =================  ==========  ===========================  ========
    net                batch       work, million multiply-adds  speed-up
    =================  ==========  ===========================  ========
    64-128-128-10      64, 128     1.7, 3.3                     1.1, 1.3
    five of these      64          8                            1.2
    64-256-256-10      64          5                            1.4
    64-512-512-10      64          19                           1.5
    784-128-128-10     128         15                           1.0
    784-256-256-10     64, 128     17, 34                       1.5, 1.4
    784-512-512-10     64, 128     43, 86                       1.4, 1.4
    784-1024-1024-10   128         238                          1.6
    =================  ==========  ===========================  ========

    While the machine's host was busy, the second thread made the smaller ones slower by up to a fifth. So a second
    thread starts at 16 million, a third at 32. Where nets go layer by layer, torch's threads wait at every operation,
    and gained little up to 30 million: there every thread needs twice the work.

    Args:
        step_work: trials x parameters of one net x rows of a batch.
        n_cohorts: of the plan, at least 1.
        machine: where they train; on another device than a CPU one thread feeds it.
        is_compiled: whether updates are compiled whole, or go layer by layer.
    """
    if not machine.is_cpu:
        return 1
    return max(1, min(machine.threads // n_cohorts, 1 + int(step_work / _WORK_OF_A_THREAD[is_compiled])))


def cut_rectangle(
    n_conditions: int, n_seeds: int, *, limit: int, workers: int, is_compiled: bool = True
) -> tuple[int, int]:
    """Choose into how many parts to cut conditions and seeds.

    The workers take the parts in rounds, and a part costs its trials plus a fixed price for its calls; among all ways
    that keep every part within the limit, the least rounds x cost wins, then the smallest largest part, then seeds cut
    rather than conditions.

    Args:
        n_conditions: rows of the rectangle.
        n_seeds: its columns.
        limit: most trials of a part.
        workers: parts that train at once.
        is_compiled: as for `threads_of`.

    >>> cut_rectangle(2, 5, limit=100, workers=1), cut_rectangle(2, 5, limit=100, workers=2)
    ((1, 1), (2, 1))
    """
    most_parts = 4 * max(workers, -(-n_conditions * n_seeds // limit))
    fitting = [
        (-(-p * q // workers) * (n_conditions * n_seeds / (p * q) + _CALLS_IN_TRIALS[is_compiled]), largest, p, q)
        for p in range(1, n_conditions + 1)
        for q in range(1, min(n_seeds, most_parts // p) + 1)
        if (largest := -(-n_conditions // p) * -(-n_seeds // q)) <= limit
    ]
    _, _, condition_parts, seed_parts = min(fitting) if fitting else (0, 0, n_conditions, n_seeds)
    return condition_parts, seed_parts


def cut_evenly(items: Sequence[Any], n_parts: int) -> list[tuple[Any, ...]]:
    """Cut a sequence into parts of nearly equal length."""
    edges = np.linspace(0, len(items), n_parts + 1).round().astype(int)
    return [tuple(items[a:b]) for a, b in pairwise(edges)]
