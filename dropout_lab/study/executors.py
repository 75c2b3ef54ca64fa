"""Where cohorts are trained: in this process, or in one-thread worker processes beside it.

One small interface, two back ends that give the same bytes. On a CPU every cohort trains on one thread, and cores are
used by training several cohorts at once: threads that wait for each other inside one small product lose most of their
time as soon as anything else runs on the machine, and numbers would depend on how many there are.
"""

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, Protocol, cast

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


class InProcess:
    """Train one cohort after another in this process."""

    def __init__(self, data: StudyData, device: str, train: TrainPart) -> None:
        self._data = data
        self._device = device
        self._train = train

    def run(self, waiting: deque[PlannedCohort], on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty."""
        with _one_thread():
            while waiting:
                yield self._ended(waiting.popleft(), on_epoch)

    def _ended(self, cohort: PlannedCohort, on_epoch: OnEpoch) -> Ended:
        try:
            part = self._train(cohort, self._data, self._device, lambda epoch: on_epoch(cohort, epoch))
        except Exception as error:
            return Ended(cohort, None, error.with_traceback(None))
        return Ended(cohort, part, None)


class WorkerDiedError(RuntimeError):
    """A worker process ended without an answer.

    Args:
        exit_code: of the process; negative for the signal that killed it.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        super().__init__(f"the worker process ended with exit code {exit_code}")


class WorkerPool:
    """Train several cohorts at once, each in a worker process of one thread.

    Workers are forked where that is safe (Linux): they start at once and share the data that this process has read.

    Args:
        data: where the cohorts' rows come from.
        train: trains one cohort in a worker.
        n_workers: how many at once, at least 1.
    """

    def __init__(self, data: StudyData, train: TrainPart, n_workers: int) -> None:
        self._data = data
        self._train = train
        self._idle = [self._start() for _ in range(n_workers)]

    def run(self, waiting: deque[PlannedCohort], on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty and every worker has answered."""
        busy: dict[Connection, tuple[_Worker, PlannedCohort]] = {}
        try:
            while waiting or busy:
                while waiting and self._idle:
                    worker = self._idle.pop()
                    if worker.takes(waiting[0]):
                        busy[worker.pipe] = (worker, waiting.popleft())
                    else:
                        self._idle.append(self._start())
                for pipe in wait(list(busy)):
                    worker, cohort = busy[pipe]  # type: ignore[index]
                    answer = worker.answer()
                    if isinstance(answer, int):
                        on_epoch(cohort, answer)
                        continue
                    del busy[worker.pipe]
                    is_dead = isinstance(answer, WorkerDiedError)
                    self._idle.append(self._start() if is_dead else worker)
                    part, error = (answer, None) if isinstance(answer, Part) else (None, answer)
                    yield Ended(cohort, part, error)
        finally:
            for worker in (*self._idle, *(worker for worker, _ in busy.values())):
                worker.stop()
            self._idle = []

    def _start(self) -> "_Worker":
        context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work_for_parent, args=(theirs, self._data, self._train), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection

    def takes(self, cohort: PlannedCohort) -> bool:
        """Send a cohort to be trained; False where the worker is no more."""
        try:
            self.pipe.send(cohort)
        except OSError:
            self.stop()
            return False
        return True

    def answer(self) -> int | Part | Exception:
        """Return a finished epoch's number, a finished part, or what went wrong."""
        try:
            answer: int | Part | Exception = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return WorkerDiedError(self.process.exitcode)
        return answer

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.pipe.close()


def _work_for_parent(pipe: Connection, data: StudyData, train: TrainPart) -> None:
    """Train what comes through the pipe for as long as the parent lives. Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    executor = InProcess(data, "cpu", train)
    while True:
        for ended in executor.run(deque([pipe.recv()]), lambda _, epoch: pipe.send(epoch)):
            pipe.send(ended.part if ended.error is None else _portable(ended.error))


def _die_with_parent() -> None:
    """End this process, and with it its share of the folder's lock, as soon as the parent is gone.

    The pipe does not tell: forked workers hold each other's ends open.
    """
    wait([cast(BaseProcess, parent_process()).sentinel])
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """Return an error that survives the way through a pipe."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


@contextmanager
def _one_thread() -> Iterator[None]:
    """Set torch to one thread for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
