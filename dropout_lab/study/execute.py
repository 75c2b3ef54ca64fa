"""Train cohorts and hand each to the one writer; lose nothing on the way.

A cohort that runs out of memory is halved and the plan rewritten; one whose worker died is trained once more; one that
fails for another reason is recorded and left, and the next one is trained.
"""

import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import closing

import torch

from dropout_lab.errors import LabError
from dropout_lab.results import CohortEntry, ResultsFolder
from dropout_lab.study.cohorts import MIB, PlannedCohort
from dropout_lab.study.data import StudyData
from dropout_lab.study.executors import Ended, Job, TrainPart, WorkerDiedError, runner_of
from dropout_lab.study.machine import Machine
from dropout_lab.study.observer import Observer
from dropout_lab.study.train_part import train_part
from dropout_lab.training import kernels_of

_KILLED = -9  # by SIGKILL; by number, since Windows lacks the name
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def execute_cohorts(
    cohorts: Sequence[PlannedCohort],
    folder: ResultsFolder,
    data: StudyData,
    machine: Machine,
    observer: Observer,
    train: TrainPart = train_part,
    *,
    executor: str | None = None,
) -> None:
    """Train every cohort and write its part.

    Args:
        cohorts: what is missing.
        folder: open for writing; its manifest holds their plan.
        data: where their rows come from.
        machine: device and threads.
        observer: hears of every epoch and cohort.
        train: trains one cohort.
        executor: a name in `EXECUTORS`, or None for what suits the machine.

    Raises:
        LabError: results cannot be written.
        KeyboardInterrupt: passed on; what is finished is on the disk.
    """
    if machine.is_cpu:
        _load_kernels(cohorts, observer)
    runner = runner_of(Job(cohorts, data, machine, train, _at_once(cohorts, machine)), executor)
    # Largest first: the workers then end at about the same time.
    waiting = deque(sorted(cohorts, key=_amount_of_work, reverse=True))
    numbers = {cohort.id: number for number, cohort in enumerate(waiting, start=1)}
    observer.begin(len(waiting), sum(c.n_trials for c in waiting), sum(c.n_trials * c.n_epochs for c in waiting))

    died: set[str] = set()

    def on_epoch(cohort: PlannedCohort, epoch: int) -> None:
        observer.epoch_done(numbers[cohort.id], epoch, cohort.n_epochs, cohort.n_trials)

    with closing(runner.run(waiting, on_epoch)) as results:
        for ended in results:
            cohort = ended.cohort
            if isinstance(ended.error, WorkerDiedError) and cohort.id not in died:
                died.add(cohort.id)
                waiting.appendleft(cohort)
                observer.note(f"{ended.error}; its {cohort.n_trials} trials train again.")
                continue
            if cohort.n_trials > 1 and _is_out_of_memory(ended.error):
                halves = cohort.halves()
                folder.update(plan=_replaced(folder.manifest["plan"], cohort, halves))
                waiting.extendleft(reversed(halves))
                numbers |= {halves[0].id: numbers[cohort.id], halves[1].id: len(numbers) + 1}
                del numbers[cohort.id]
                observer.note(f"{cohort.n_trials} trials did not fit into memory at once: they train in two halves.")
                continue
            counts = _save(folder, ended)
            wall_time_s = 0.0 if ended.part is None else ended.part.wall_time_s
            observer.cohort_done(numbers[cohort.id], len(numbers), cohort.n_trials, wall_time_s, counts)
            for note in () if ended.part is None else ended.part.notes:
                observer.note(note)


def _load_kernels(cohorts: Sequence[PlannedCohort], observer: Observer) -> None:
    """Make the compiled kernels ready, once, here, and not in every worker."""
    needed = {(kernels, cohort.settings.dtype) for cohort in cohorts for kernels in kernels_of(cohort.settings)}
    if not all(kernels.are_on_disk for kernels, _ in needed):
        observer.note("The engine's kernels are compiled for this machine: up to twenty seconds, this once.")
    for kernels, dtype in needed:
        kernels.load(str(dtype).removeprefix("torch."))


def _amount_of_work(cohort: PlannedCohort) -> int:
    """Return the parameters that a cohort updates over its whole training: what its time goes with."""
    return cohort.n_trials * cohort.n_parameters * cohort.settings.total_steps(cohort.facts.n_train)


def _at_once(cohorts: Sequence[PlannedCohort], machine: Machine) -> int:
    """Return how many of the cohorts train at once: as many as there are workers, and room for on a CPU."""
    n_workers = min(machine.workers, len(cohorts))
    if n_workers > 1 and machine.is_cpu:
        n_workers = min(n_workers, machine.fitting(max(cohort.memory_mib for cohort in cohorts) * MIB))
    return max(1, n_workers)


def _save(folder: ResultsFolder, ended: Ended) -> dict[str, int]:
    """Write a cohort's part, or record why it failed; return its trials by status."""
    cohort, part, error = ended
    if part is not None:
        folder.write_part(
            cohort.id,
            curves=part.curves,
            trials=part.trials,
            test=part.test,
            inference=part.inference,
            reliability=part.reliability,
            rows=part.rows,
        )
        return part.counts
    if isinstance(error, LabError):
        raise error
    text = " ".join("".join(traceback.format_exception_only(error)).split()) if error is not None else ""
    folder.update(failures={trial.id: text for trial in cohort.trials})
    return {"failed": cohort.n_trials}


def _replaced(plan: list[CohortEntry], cohort: PlannedCohort, halves: list[PlannedCohort]) -> list[CohortEntry]:
    return [new for old in plan for new in ([half.entry() for half in halves] if old["id"] == cohort.id else [old])]


def _is_out_of_memory(error: Exception | None) -> bool:
    """Tell whether less at once may help: a worker killed outright, twice, counts: so the system makes room."""
    if isinstance(error, WorkerDiedError):
        return error.exit_code == _KILLED
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)
