"""Where cohorts are trained: the executors there are, each a record, and the one that trains in this process.

The one place to add an executor: write a `CohortRunner` in a module of its own and name it in `EXECUTORS`. Executors
give the same bytes for the same plan: a cohort brings its number of threads with it. Nothing heavy is imported before
something runs, so that the names are there at once.
"""

import gc
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from dropout_lab.errors import UserError

if TYPE_CHECKING:
    from dropout_lab.study.cohorts import PlannedCohort
    from dropout_lab.study.data import StudyData
    from dropout_lab.study.machine import Machine
    from dropout_lab.study.train_part import Part

TrainPart = Callable[["PlannedCohort", "StudyData", str, Callable[[int], None]], "Part"]
OnEpoch = Callable[["PlannedCohort", int], None]


class Ended(NamedTuple):
    """A cohort that is done with: its part, or what went wrong."""

    cohort: "PlannedCohort"
    part: "Part | None"
    error: Exception | None


class CohortRunner(Protocol):
    """Trains the cohorts of a queue."""

    def run(self, waiting: "deque[PlannedCohort]", on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty, yielding every cohort that ended.

        Whoever iterates may put more cohorts into the queue between two yields, and may stop at any of them: what still
        trains is then given up. An error of a cohort is yielded with it, and the others train.
        """


@dataclass(frozen=True)
class Job:
    """What is to be trained, and with what.

    Attributes:
        cohorts: what is missing.
        data: where their rows come from.
        machine: devices, threads and memory.
        train: trains one cohort.
        at_once: how many cohorts this machine can train at once, at least 1.
    """

    cohorts: "Sequence[PlannedCohort]"
    data: "StudyData"
    machine: "Machine"
    train: TrainPart
    at_once: int


@dataclass(frozen=True)
class Executor:
    """One way to train cohorts.

    Attributes:
        name: what --executor calls it.
        words: where it trains them.
        runner: makes what runs a job.
        is_chosen: whether a job is its own where no executor is named; never, for one that must be named.
        trains_several: whether several cohorts may train at once.
    """

    name: str
    words: str
    runner: Callable[[Job], CohortRunner]
    is_chosen: Callable[[Job], bool] = lambda _job: False
    trains_several: bool = True


def _in_process(job: Job) -> CohortRunner:
    return InProcess(job.data, job.machine.devices[0], job.train)


def _pool(job: Job) -> CohortRunner:
    from dropout_lab.study.pool import WorkerPool

    if not job.machine.is_cpu:
        devices = job.machine.devices[: job.at_once]
        return WorkerPool(job.data, job.train, devices, n_threads=None, start_method="spawn")
    start_method: Literal["fork", "spawn"] = "fork" if sys.platform == "linux" else "spawn"
    devices = ("cpu",) * job.at_once
    return WorkerPool(job.data, job.train, devices, n_threads=job.machine.threads, start_method=start_method)


EXECUTORS: Final[dict[str, Executor]] = {
    executor.name: executor
    for executor in (
        Executor(
            "process",
            "one cohort after another in the process that was started",
            _in_process,
            is_chosen=lambda job: job.at_once == 1,
            trains_several=False,
        ),
        Executor(
            "pool",
            "several cohorts at once in worker processes: beside each other on the cores, or one on every GPU",
            _pool,
            is_chosen=lambda job: job.at_once > 1,
        ),
    )
}


def refuse_unknown(executor: str | None) -> None:
    """Raise a `UserError` unless `executor` is None or a name of `EXECUTORS`."""
    if executor is not None and executor not in EXECUTORS:
        raise UserError(
            f"executor: it must be one of {', '.join(EXECUTORS)}. Got {executor}. Leave it out to have the machine's."
        )


def runner_of(job: Job, executor: str | None = None) -> CohortRunner:
    """Return what runs a job: the executor of that name, or the first that is chosen for it."""
    if executor is not None:
        return EXECUTORS[executor].runner(job)
    return next(one for one in EXECUTORS.values() if one.is_chosen(job)).runner(job)


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

    def __init__(self, data: "StudyData", device: str, train: TrainPart) -> None:
        self._data = data
        self._device = device
        self._train = train

    def run(self, waiting: "deque[PlannedCohort]", on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty."""
        while waiting:
            ended = self._ended(waiting.popleft(), on_epoch)
            if ended.error is not None:
                _free_memory()
            yield ended

    def _ended(self, cohort: "PlannedCohort", on_epoch: OnEpoch) -> Ended:
        try:
            with _torch_using(cohort.threads, self._device):
                part = self._train(cohort, self._data, self._device, lambda epoch: on_epoch(cohort, epoch))
        except Exception as error:
            return Ended(cohort, None, error.with_traceback(None))
        return Ended(cohort, part, None)


@contextmanager
def _torch_using(threads: int, device: str) -> Iterator[None]:
    """Set torch's threads, and its current GPU, on which what is not told a device computes, for a while."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.cuda.device(device) if device.startswith("cuda") else nullcontext():
            yield
    finally:
        torch.set_num_threads(before)


def _free_memory() -> None:
    """Let go of what a cohort that failed held, so that its halves find room."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
