"""Where cohorts are trained: the interface of all executors, and the one that trains in this process.

Executors give the same bytes for the same plan: a cohort brings its number of threads with it. The other executor is
`pool`.
"""

import gc
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple, Protocol

import torch

from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.data import StudyData
from dropout_lab.study.part import Part

TrainPart = Callable[[PlannedCohort, StudyData, str, Callable[[int], None]], Part]
OnEpoch = Callable[[PlannedCohort, int], None]


class Ended(NamedTuple):
    """A cohort that is done with: its part, or what went wrong."""

    cohort: PlannedCohort
    part: Part | None
    error: Exception | None


class Executor(Protocol):
    """Trains the cohorts of a queue."""

    def run(self, waiting: deque[PlannedCohort], on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty, yielding every cohort that ended.

        Whoever iterates may put more cohorts into the queue between two yields.
        """


class WorkerDiedError(RuntimeError):
    """A worker process ended without an answer.

    Args:
        exit_code: of the process; negative for the signal that killed it.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        super().__init__(f"the worker process ended with exit code {exit_code}")


class InProcess:
    """Train one cohort after another in this process.

    Args:
        data: where the cohorts' rows come from.
        device: where to train.
        train: trains one cohort.
    """

    def __init__(self, data: StudyData, device: str, train: TrainPart) -> None:
        self._data = data
        self._device = device
        self._train = train

    def run(self, waiting: deque[PlannedCohort], on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty."""
        while waiting:
            ended = self._ended(waiting.popleft(), on_epoch)
            if ended.error is not None:
                _free_memory()
            yield ended

    def _ended(self, cohort: PlannedCohort, on_epoch: OnEpoch) -> Ended:
        try:
            with _torch_using(cohort.threads, self._device):
                part = self._train(cohort, self._data, self._device, lambda epoch: on_epoch(cohort, epoch))
        except Exception as error:
            return Ended(cohort, None, error.with_traceback(None))
        return Ended(cohort, part, None)


@contextmanager
def _torch_using(threads: int, device: str) -> Iterator[None]:
    """Set torch's threads, and its current GPU, on which what is not told a device computes, for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.cuda.device(device) if device.startswith("cuda") else nullcontext():
            yield
    finally:
        torch.set_num_threads(before)


def _free_memory() -> None:
    """Let go of what a cohort that failed held, so that its halves find room."""
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
