"""Several cohorts at once, each in a worker process of its own: beside each other on the cores, or one on every GPU.

On a CPU, cores are used by training several cohorts at once, small ones on one thread each: threads that wait for each
other inside one small product lose much of their time, more as soon as anything else runs on the machine.
"""

from collections import deque
from collections.abc import Generator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Literal, NamedTuple

from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.data import StudyData
from dropout_lab.study.executors import Ended, OnEpoch, TrainPart, WorkerDiedError
from dropout_lab.study.train_part import Part
from dropout_lab.study.worker import work_for_parent


class WorkerPool:
    """Train several cohorts at once, each in a worker process.

    Forked workers start at once and share the data that this process has read. CUDA does not survive a fork, so workers
    with a GPU each must be spawned; they are replaced after any error, which may have spoilt their GPU's state.

    Args:
        data: where the cohorts' rows come from.
        train: trains one cohort in a worker.
        devices: one for each worker, at least one.
        n_threads: cores to use. Cohorts wait while those that train have all of them; one that was planned with more
            trains alone. None where the cores are not what trains.
        start_method: of the workers.
    """

    def __init__(
        self,
        data: StudyData,
        train: TrainPart,
        devices: Sequence[str],
        *,
        n_threads: int | None,
        start_method: Literal["fork", "spawn"],
    ) -> None:
        self._data = data
        self._train = train
        self._n_threads = n_threads
        self._start_method = start_method
        self._idle = [self._start(device) for device in devices]
        self._busy: dict[Connection, tuple[_Worker, PlannedCohort]] = {}

    def run(self, waiting: deque[PlannedCohort], on_epoch: OnEpoch) -> Generator[Ended, None, None]:
        """Train from the queue's left until it is empty and every worker has answered."""
        try:
            while waiting or self._busy:
                self._deal(waiting)
                for pipe in wait(list(self._busy)):
                    worker, cohort = self._busy[pipe]  # type: ignore[index]
                    answer = worker.answer()
                    if isinstance(answer, int):
                        on_epoch(cohort, answer)
                        continue
                    del self._busy[worker.pipe]
                    self._idle.append(self._fresh(worker) if _is_worn(worker, answer) else worker)
                    self._deal(waiting)  # before the yield: who iterates writes files while the worker goes on
                    yield Ended(cohort, answer, None) if isinstance(answer, Part) else Ended(cohort, None, answer)
        finally:
            self._stop()

    def _deal(self, waiting: deque[PlannedCohort]) -> None:
        """Hand cohorts to idle workers while there are cores for them."""
        while waiting and self._idle and self._has_cores_for(waiting[0]):
            worker = self._idle.pop()
            if worker.takes(waiting[0]):
                self._busy[worker.pipe] = (worker, waiting.popleft())
            else:
                self._idle.append(self._start(worker.device))

    def _has_cores_for(self, cohort: PlannedCohort) -> bool:
        if self._n_threads is None or not self._busy:
            return True
        used = sum(training.threads for _, training in self._busy.values())
        return used + cohort.threads <= self._n_threads

    def _fresh(self, worker: "_Worker") -> "_Worker":
        worker.terminate()
        worker.end()
        return self._start(worker.device)

    def _start(self, device: str) -> "_Worker":
        context: Any = get_context(self._start_method)
        ours, theirs = context.Pipe()
        arguments = (theirs, self._data, device, self._train)
        process = context.Process(target=work_for_parent, args=arguments, daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, device)

    def _stop(self) -> None:
        workers = [*self._idle, *(worker for worker, _ in self._busy.values())]
        for worker in workers:
            worker.terminate()
        for worker in workers:  # they end at the same time
            worker.end()
        self._idle, self._busy = [], {}


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection
    device: str

    def takes(self, cohort: PlannedCohort) -> bool:
        """Send a cohort to be trained; False where the worker is no more."""
        try:
            self.pipe.send(cohort)
        except OSError:
            self.terminate()
            self.end()
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

    def terminate(self) -> None:
        self.process.terminate()

    def end(self) -> None:
        self.process.join()
        self.pipe.close()


def _is_worn(worker: _Worker, answer: Part | Exception) -> bool:
    return isinstance(answer, WorkerDiedError) or (worker.device != "cpu" and isinstance(answer, Exception))
