"""The floor: what the arithmetic of a trial and step takes at the best rate that this machine is seen to reach.

Matrix products of the training step and of the evaluation, at the best float32 rate of any size of product, library and
way to use the cores; and the fused Adam update of all parameters, the best way too. Measured anew in every turn.
No training needs less with these operations; a better Adam than torch's could.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Self

from benchmarks.cases import Task

_SQUARE_SIZES = (256, 512, 1024)
_LIBRARIES = ("torch", "numpy")
_STACKS = (1, 9)
"""Trials whose parameters one Adam call updates: alone, and as many as stay in a second-level cache with small nets."""
_TIME_S = 0.15
"""Of each measurement, so that a turn of the floor takes a few seconds."""


@dataclass(frozen=True)
class Floor:
    """Parts of the floor, in ms per trial and step, and how they were reached."""

    training_ms: float
    evaluation_ms: float
    adam_ms: float
    gemm_gflops: float
    gemm_way: str
    adam_way: str

    @property
    def total_ms(self) -> float:
        """All parts together."""
        return self.training_ms + self.evaluation_ms + self.adam_ms


def training_flops(task: Task) -> float:
    """Return the operations of the products of a mean training step: forward, weight and input gradients.

    The first layer's inputs need no gradient.
    """
    products = [n_in * n_out for n_in, n_out in pairwise(task.widths)]
    return 2 * task.n_train / task.steps_per_epoch * (3 * sum(products) - products[0])


def evaluation_flops(task: Task) -> float:
    """Return the operations of measuring train and val once an epoch, as a share of one step."""
    per_row = sum(2 * n_in * n_out for n_in, n_out in pairwise(task.widths))
    return per_row * (task.n_train + task.n_val) / task.steps_per_epoch


class FloorMeter:
    """Measures the floor of a task with all cores: one process with all threads, or a one-thread process for each.

    Args:
        task: whose floor.
        n_threads: cores to use; None for all.
    """

    def __init__(self, task: Task, n_threads: int | None) -> None:
        self._task = task
        self._n_threads = n_threads or _n_cores()

    def __enter__(self) -> Self:
        context = get_context("spawn")
        barrier = context.Barrier(self._n_threads)
        self._whole = ProcessPoolExecutor(1, context, _begin, (self._n_threads, None))
        self._single = [ProcessPoolExecutor(1, context, _begin, (1, barrier)) for _ in range(self._n_threads)]
        self.measure()  # warms up
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self._whole, *self._single):
            process.shutdown()

    def measure(self) -> Floor:
        """Measure once."""
        products = [(library, size) for library in _LIBRARIES for size in _SQUARE_SIZES]
        flops, way = max(self._rates(gemm_flops, [(f"{lib}, {n} x {n}", (lib, n)) for lib, n in products]))
        per_s, adam_way = max(
            self._rates(adam_updates, [(f"stacks of {n}", (self._task.n_parameters, n)) for n in _STACKS])
        )
        return Floor(
            training_ms=1e3 * training_flops(self._task) / flops,
            evaluation_ms=1e3 * evaluation_flops(self._task) / flops,
            adam_ms=1e3 / per_s,
            gemm_gflops=flops / 1e9,
            gemm_way=way,
            adam_way=adam_way,
        )

    def _rates(
        self, measure: Callable[..., float], candidates: Sequence[tuple[str, tuple[Any, ...]]]
    ) -> Iterator[tuple[float, str]]:
        """Yield the rate of all cores together, and its description, for each candidate in each way."""
        for name, arguments in candidates:
            yield self._whole.submit(measure, *arguments).result(), f"{name}, one process with all threads"
            if self._n_threads > 1:
                rates = [process.submit(measure, *arguments) for process in self._single]
                yield sum(rate.result() for rate in rates), f"{name}, {self._n_threads} one-thread processes"


_BARRIER: list[Any] = []


def _begin(n_threads: int, barrier: Any) -> None:
    import numpy as np
    import torch
    from threadpoolctl import threadpool_limits

    np.ones((2, 2)) @ np.ones((2, 2))  # its library is loaded, and can be told
    torch.set_num_threads(n_threads)
    threadpool_limits(n_threads)
    _BARRIER[:] = [] if barrier is None else [barrier]


def gemm_flops(library: str, size: int) -> float:
    """Return the float32 operations a second of square products."""
    import torch

    left, right, product = torch.rand(3, size, size).unbind()
    if library == "torch":
        return 2 * size**3 * _calls_per_s(lambda: torch.mm(left, right, out=product))
    import numpy as np

    arrays = left.numpy(), right.numpy(), product.numpy()
    return 2 * size**3 * _calls_per_s(lambda: np.matmul(arrays[0], arrays[1], out=arrays[2]))


def adam_updates(n_parameters: int, n_trials: int) -> float:
    """Return how many trials a second the fused Adam update can serve."""
    import torch

    parameters = torch.rand(n_trials * n_parameters, requires_grad=True)
    parameters.grad = torch.rand_like(parameters)
    optimizer = torch.optim.Adam([parameters], fused=True)
    return n_trials * _calls_per_s(optimizer.step)


def _calls_per_s(call: Callable[[], object]) -> float:
    """Call again and again for a while, in step with the other processes."""
    call()
    for barrier in _BARRIER:
        barrier.wait(timeout=60)
    n_calls, started = 0, time.perf_counter()
    while time.perf_counter() - started < _TIME_S:
        call()
        n_calls += 1
    return n_calls / (time.perf_counter() - started)


def _n_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
