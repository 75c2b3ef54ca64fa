"""Train cohorts one after another and hand each to the one writer; lose nothing on the way.

A cohort that runs out of memory is halved and the plan rewritten; one that fails for another reason is recorded and
left, and the next one is trained.
"""

import gc
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from dropout_lab.errors import LabError
from dropout_lab.results import CohortEntry, ResultsFolder
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.data import StudyData
from dropout_lab.study.machine import Machine
from dropout_lab.study.observer import Observer
from dropout_lab.study.part import Part, train_part

TrainPart = Callable[[PlannedCohort, StudyData, str, Callable[[int], None]], Part]
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def execute_cohorts(
    cohorts: Sequence[PlannedCohort],
    folder: ResultsFolder,
    data: StudyData,
    machine: Machine,
    observer: Observer,
    train: TrainPart = train_part,
) -> None:
    """Train every cohort and write its part.

    Args:
        cohorts: what is missing, in the order to train.
        folder: open for writing; its manifest holds their plan.
        data: where their rows come from.
        machine: device and threads.
        observer: hears of every epoch and cohort.
        train: trains one cohort.

    Raises:
        LabError: results cannot be written.
        KeyboardInterrupt: passed on; what is finished is on the disk.
    """
    waiting = list(cohorts)
    observer.begin(len(waiting), sum(c.n_trials for c in waiting), sum(c.n_trials * c.n_epochs for c in waiting))
    torch.set_num_threads(machine.threads)
    n_cohorts, number = len(waiting), 0
    while waiting:
        cohort = waiting.pop(0)
        try:
            number += 1
            part = _train(cohort, number, data, machine, observer, train)
        except LabError:
            raise
        except Exception as error:
            if _is_out_of_memory(error) and cohort.n_trials > 1:
                halves = cohort.halves()
                folder.update(plan=_replaced(folder.manifest["plan"], cohort, halves))
                waiting[:0] = halves
                n_cohorts, number = n_cohorts + 1, number - 1
                observer.note(f"{cohort.n_trials} trials did not fit into memory at once; trains them in two halves.")
            else:
                _record_failure(folder, cohort, error)
                observer.cohort_done(number, n_cohorts, cohort.n_trials, 0.0, {"failed": cohort.n_trials})
            del error
            _free_memory()
            continue
        folder.write_part(cohort.id, curves=part.curves, trials=part.trials, test=part.test, rows=part.rows)
        observer.cohort_done(number, n_cohorts, cohort.n_trials, part.wall_time_s, part.counts)


def _train(
    cohort: PlannedCohort, number: int, data: StudyData, machine: Machine, observer: Observer, train: TrainPart
) -> Part:
    def on_epoch(epoch: int) -> None:
        observer.epoch_done(number, epoch, cohort.n_epochs, cohort.n_trials)

    with _products_in_tf32(cohort.settings.precision == "tf32"):
        return train(cohort, data, machine.device, on_epoch)


def entry(cohort: PlannedCohort) -> CohortEntry:
    """Return the cohort as the manifest holds it."""
    return CohortEntry(
        id=cohort.id,
        conditions=[condition.label for condition in cohort.conditions],
        seeds=list(cohort.seeds),
        trials=[trial.id for trial in cohort.trials],
    )


def _replaced(plan: list[CohortEntry], cohort: PlannedCohort, halves: list[PlannedCohort]) -> list[CohortEntry]:
    return [new for old in plan for new in (map(entry, halves) if old["id"] == cohort.id else [old])]


def _record_failure(folder: ResultsFolder, cohort: PlannedCohort, error: Exception) -> None:
    text = " ".join(traceback.format_exception_only(error)[-1].split())
    folder.update(failures={trial.id: text for trial in cohort.trials})


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@contextmanager
def _products_in_tf32(wanted: bool) -> Iterator[None]:
    """Set torch's process-wide switch for the time of one cohort."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = wanted
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
