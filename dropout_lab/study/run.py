"""A study from its resolved config to a complete results folder.

`prepare_run` checks everything and writes nothing; `Run.execute` trains what is missing. The parts between are in rooms
of their own: conditions, trials, data, cohorts, checks, executors, part, table.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import pandas as pd

from dropout_lab.config import Study, resolved_yaml, study_from_mapping, with_all_settings
from dropout_lab.errors import DONE, FAILURE, INCOMPLETE, INTERRUPTED, FolderError
from dropout_lab.results import (
    ROWS_CAP_MIB,
    ResultsFolder,
    describe_run,
    refuse_other_study,
    union_of_studies,
)
from dropout_lab.study import checks
from dropout_lab.study.checks import notes
from dropout_lab.study.cohorts import PlannedCohort, recorded_cohort
from dropout_lab.study.conditions import Condition, expand
from dropout_lab.study.data import StudyData
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.executors import refuse_unknown
from dropout_lab.study.machine import Machine, find_machine
from dropout_lab.study.observer import Observer, SilentObserver
from dropout_lab.study.planning import plan_cohorts
from dropout_lab.study.references import write_references
from dropout_lab.study.table import printed_table, write_tables
from dropout_lab.study.trials import Trial, make_trial


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        folder: the study's folder.
        counts: the request's trials by status: complete, diverged, failed, interrupted.
        failures: what failed, by trial id.
        interrupted: whether someone stopped it.
        table: a row per condition, as `results_table` gives it.
    """

    folder: Path
    counts: dict[str, int]
    failures: dict[str, str]
    interrupted: bool
    table: pd.DataFrame

    @property
    def n_kept(self) -> int:
        """Trials of the request that are finished, complete or diverged."""
        return self.counts.get("complete", 0) + self.counts.get("diverged", 0)

    @property
    def exit_code(self) -> int:
        """0 all complete, 1 all failed, 3 some trials are not complete, 130 interrupted."""
        if self.interrupted:
            return INTERRUPTED
        if set(self.counts) == {"complete"}:
            return DONE
        return FAILURE if set(self.counts) == {"failed"} else INCOMPLETE


@dataclass(frozen=True)
class Run:
    """A checked request: what will be trained, where, and with what.

    Attributes:
        study: as it will be recorded: grown, if the folder holds some of it already.
        folder: the study's folder.
        machine: devices, cores and limits.
        trials: of the request.
        conditions: of the recorded study, in table order.
        plan: all cohorts of the folder, those of earlier requests first.
        n_planned_before: how many of them an earlier run recorded.
        notes: what the user should know, one sentence each.
        command: what was typed.
        data: where the rows come from.
        executor: a name in `EXECUTORS`, or None for what suits the machine.
    """

    study: Study
    folder: Path
    machine: Machine
    trials: tuple[Trial, ...]
    conditions: tuple[Condition, ...]
    plan: tuple[PlannedCohort, ...]
    n_planned_before: int
    notes: tuple[str, ...]
    command: tuple[str, ...]
    data: StudyData
    executor: str | None = None

    @property
    def cohorts(self) -> tuple[PlannedCohort, ...]:
        """The cohorts that hold trials of this request, finished ones included."""
        wanted = {trial.id for trial in self.trials}
        return tuple(cohort for cohort in self.plan if any(trial.id in wanted for trial in cohort.trials))

    @property
    def device(self) -> str:
        """The devices by name."""
        return self.machine.device

    @property
    def threads(self) -> int:
        """Cores of the CPU to use."""
        return self.machine.threads

    @property
    def n_missing(self) -> int:
        """Trials still to train."""
        return sum(cohort.n_trials for cohort in self.cohorts if not cohort.is_finished)

    def execute(self, observer: Observer | None = None) -> Outcome:
        """Train what is missing and write every table.

        Raises:
            FolderError: another run writes in the folder, or has changed its plan since this one was prepared.
            RunError: results cannot be written.
        """
        folder, interrupted = ResultsFolder(self.folder), False
        with folder.writing():
            self._begin(folder)
            finished = folder.finished_cohorts()
            try:
                missing = [cohort for cohort in self.cohorts if cohort.id not in finished]
                execute_cohorts(
                    missing,
                    folder,
                    self.data,
                    self.machine,
                    observer or SilentObserver(),
                    executor=self.executor,
                )
                write_references(folder, self._trained(folder), self.data, observer or SilentObserver())
            except KeyboardInterrupt:
                interrupted = True
            statuses, summary = write_tables(folder)
            counts = Counter(statuses[trial.id] for trial in self.trials)
            failures = {t.id: folder.manifest["failures"][t.id] for t in self.trials if statuses[t.id] == "failed"}
            folder.update(status=_study_status(statuses, interrupted))
        return Outcome(self.folder, dict(counts), failures, interrupted, printed_table(summary, folder.manifest))

    def _trained(self, folder: ResultsFolder) -> list[Trial]:
        """Return the trials of finished cohorts, in table order."""
        finished = folder.finished_cohorts()
        trials = [trial for cohort in self.plan if cohort.id in finished for trial in cohort.trials]
        order = {condition.label: place for place, condition in enumerate(self.conditions)}
        return sorted(trials, key=lambda trial: (order[trial.condition.label], trial.seed))

    def _begin(self, folder: ResultsFolder) -> None:
        """Record the plan, if the folder's is still the one that this run was prepared for."""
        recorded = folder.manifest["plan"] if folder.exists() else []
        if [cohort["id"] for cohort in recorded] != [cohort.id for cohort in self.plan[: self.n_planned_before]]:
            raise FolderError(
                f"{self.folder}: the plan must be the one that this run was checked against. Got another, written by a "
                "run in between. Give the command again."
            )
        planned = {condition.label for cohort in self.plan for condition in cohort.conditions}
        folder.begin(
            study=self.study.model_dump(mode="json"),
            study_yaml=resolved_yaml(self.study),
            task=self.plan[0].facts.task,
            run=describe_run(device=self.device, threads=self.threads, command=list(self.command)),
            data_fingerprints=checks.fingerprints(self.conditions, self.data),
            conditions=[condition.entry() for condition in self.conditions if condition.label in planned],
            plan=[cohort.entry() for cohort in self.plan],
        )


def prepare_run(
    study: Study,
    *,
    out: str | Path = "results",
    threads: int | None = None,
    executor: str | None = None,
    command: Sequence[str] = (),
) -> Run:
    """Check a whole study before its first step: data, splits, memory, device and folder. Writes nothing.

    Args:
        study: the request.
        out: folder of studies.
        threads: cores of the CPU to use: one for each cohort that trains, more for a large one alone; None = all.
        executor: a name in `EXECUTORS`; None = what suits the machine. The numbers do not depend on it.
        command: what was typed, for the record.

    Raises:
        UserError: something that the user can mend.
    """
    refuse_unknown(executor)
    folder = ResultsFolder(Path(out) / study.name)
    whole, recorded = study, folder.manifest if folder.exists() else None
    if recorded is not None:
        stored, mapping = with_all_settings(recorded["study"]), study.model_dump(mode="json")
        refuse_other_study(folder.path, stored, mapping)
        whole = study_from_mapping(union_of_studies(stored, mapping))
    conditions = expand(whole)
    machine = find_machine(study.device, threads, tuple({c.settings.precision for c in conditions}))
    data = StudyData()
    prints = checks.fingerprints(conditions, data)
    if recorded is not None:
        checks.refuse_other_data(folder.path, recorded["data_fingerprints"], prints)
    trials = _trials(conditions, whole.seeds, prints)
    checks.refuse_duplicates(trials)
    old = [] if recorded is None else _recorded_cohorts(folder, trials, data)
    planned = {trial.id for cohort in old for trial in cohort.trials}
    requested = trials if recorded is None else _trials(expand(study), study.seeds, prints)
    new = plan_cohorts([trial for trial in requested if trial.id not in planned], data, machine)
    plan = _with_rows_while_they_last([*old, *new])
    checks.refuse_mixed_tasks(plan)
    checks.refuse_schedules_beyond_the_training(plan)
    run = Run(
        study=whole,
        folder=folder.path,
        machine=machine,
        trials=tuple(requested),
        conditions=tuple(conditions),
        plan=tuple(plan),
        n_planned_before=len(old),
        notes=(),
        command=tuple(command),
        data=data,
        executor=executor,
    )
    found = notes(run.cohorts)
    if recorded is not None and run.n_missing and recorded["device"] != run.device:
        found.append(f"earlier trials of this folder ran on {recorded['device']}, the new ones run on {run.device}.")
    return replace(run, notes=tuple(found))


def _trials(conditions: Sequence[Condition], seeds: Sequence[int], fingerprints: Mapping[str, str]) -> list[Trial]:
    return [
        make_trial(condition, seed, fingerprints[checks.source_name(condition.settings)])
        for condition in conditions
        for seed in seeds
    ]


def _recorded_cohorts(folder: ResultsFolder, trials: Sequence[Trial], data: StudyData) -> list[PlannedCohort]:
    by_id, finished = {trial.id: trial for trial in trials}, folder.finished_cohorts()
    return [
        recorded_cohort(folder.path, cohort, by_id, data, is_finished=cohort["id"] in finished)
        for cohort in folder.manifest["plan"]
    ]


def _with_rows_while_they_last(plan: Sequence[PlannedCohort]) -> list[PlannedCohort]:
    """Let cohorts keep their rows, in the plan's order, while all of them together stay within the cap."""
    totals = accumulate(cohort.rows_bytes for cohort in plan)
    return [replace(c, keeps_rows=total <= ROWS_CAP_MIB * 2**20) for c, total in zip(plan, totals, strict=True)]


def _study_status(statuses: dict[str, str], interrupted: bool) -> str:
    if interrupted:
        return "interrupted"
    return "complete" if set(statuses.values()) <= {"complete", "diverged"} else "incomplete"
