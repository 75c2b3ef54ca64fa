"""A study from its resolved config to a complete results folder.

`prepare_run` checks everything and writes nothing; `Run.execute` trains what is missing. The parts between are in rooms
of their own: conditions, trials, cohorts, data, part, execute.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from dropout_lab.config import Study, resolved_yaml, study_from_mapping
from dropout_lab.errors import DONE, FAILURE, INCOMPLETE, INTERRUPTED, FolderError
from dropout_lab.results import ResultsFolder, describe_run, refuse_other_study, union_of_studies
from dropout_lab.study.cohorts import PlannedCohort, plan_cohorts, recorded_cohort
from dropout_lab.study.conditions import Condition, expand
from dropout_lab.study.data import TRAIN_ROWS_CAP, StudyData
from dropout_lab.study.execute import entry, execute_cohorts
from dropout_lab.study.machine import Machine, find_machine
from dropout_lab.study.observer import Observer, SilentObserver
from dropout_lab.study.table import results_table, write_summary
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
        machine: device, threads and limits.
        trials: of the request.
        cohorts: that hold them, finished ones included.
        notes: what the user should know, one sentence each.
        command: what was typed.
    """

    study: Study
    folder: Path
    machine: Machine
    trials: tuple[Trial, ...]
    cohorts: tuple[PlannedCohort, ...]
    notes: tuple[str, ...]
    command: tuple[str, ...]
    conditions: tuple[Condition, ...]
    other_cohorts: tuple[PlannedCohort, ...]
    data: StudyData

    @property
    def device(self) -> str:
        """The device's name."""
        return self.machine.device

    @property
    def threads(self) -> int:
        """On a CPU, how many one-thread workers train at once."""
        return self.machine.threads

    @property
    def n_missing(self) -> int:
        """Trials still to train."""
        return sum(cohort.n_trials for cohort in self.cohorts if not cohort.is_finished)

    def execute(self, observer: Observer | None = None) -> Outcome:
        """Train what is missing and write every table.

        Raises:
            FolderError: another run writes in the folder.
            RunError: results cannot be written.
        """
        folder, interrupted = ResultsFolder(self.folder), False
        with folder.writing():
            self._begin(folder)
            try:
                missing = [cohort for cohort in self.cohorts if not cohort.is_finished]
                execute_cohorts(missing, folder, self.data, self.machine, observer or SilentObserver())
            except KeyboardInterrupt:
                interrupted = True
            write_summary(folder)
            statuses = folder.statuses()
            counts = Counter(statuses[trial.id] for trial in self.trials)
            failures = {t.id: folder.manifest["failures"][t.id] for t in self.trials if statuses[t.id] == "failed"}
            folder.update(status=_study_status(statuses, interrupted))
        return Outcome(self.folder, dict(counts), failures, interrupted, results_table(self.folder))

    def _begin(self, folder: ResultsFolder) -> None:
        planned = {condition.label for c in (*self.other_cohorts, *self.cohorts) for condition in c.conditions}
        first = {self.data.source_key(c.settings): c for c in self.conditions}
        folder.begin(
            study=self.study.model_dump(mode="json"),
            study_yaml=resolved_yaml(self.study),
            task="regression" if self.cohorts[0].facts.task == "regression" else "classification",
            run=describe_run(device=self.device, threads=self.threads, command=list(self.command)),
            data_fingerprints={
                c.settings.data.source: self.data.dataset(c.settings).fingerprint for c in first.values()
            },
            conditions=[condition.entry() for condition in self.conditions if condition.label in planned],
            plan=[entry(cohort) for cohort in (*self.other_cohorts, *self.cohorts)],
        )


def prepare_run(
    study: Study,
    *,
    out: str | Path = "results",
    device: str | None = None,
    threads: int | None = None,
    command: Sequence[str] = (),
) -> Run:
    """Check a whole study before its first step: data, splits, memory, device and folder. Writes nothing.

    Args:
        study: the request.
        out: folder of studies.
        device: instead of the study's own.
        threads: on a CPU, how many cohorts train at once, each on one thread; None = one per core.
        command: what was typed, for the record.

    Raises:
        UserError: something that the user can mend.
    """
    folder = ResultsFolder(Path(out) / study.name)
    whole, recorded = study, folder.manifest if folder.exists() else None
    if recorded is not None:
        mapping = study.model_dump(mode="json")
        refuse_other_study(folder.path, recorded["study"], mapping)
        whole = study_from_mapping(union_of_studies(recorded["study"], mapping))
    conditions = expand(whole)
    data = StudyData()
    machine = find_machine(device or study.device, threads, tuple({c.settings.precision for c in conditions}))
    if recorded is not None:
        _refuse_other_data(folder, conditions, data, recorded["data_fingerprints"])

    def trials_of(request: Study) -> list[Trial]:
        return [
            make_trial(condition, seed, data.dataset(condition.settings).fingerprint)
            for condition in (conditions if request is whole else expand(request))
            for seed in request.seeds
        ]

    requested, all_trials = trials_of(study), trials_of(whole)
    by_id = {trial.id: trial for trial in all_trials}
    plan = recorded["plan"] if recorded is not None else []
    finished = folder.finished_cohorts() if recorded is not None else set()
    old = [recorded_cohort(folder.path, cohort, by_id, data, is_finished=cohort["id"] in finished) for cohort in plan]
    planned = {trial.id for cohort in old for trial in cohort.trials}
    new = plan_cohorts([trial for trial in requested if trial.id not in planned], data, machine)
    ids = {trial.id for trial in requested}
    concerned = [cohort for cohort in old if any(trial.id in ids for trial in cohort.trials)]
    cohorts = (*concerned, *new)
    run = Run(
        study=whole,
        folder=folder.path,
        machine=machine,
        trials=tuple(requested),
        cohorts=cohorts,
        notes=(),
        command=tuple(command),
        conditions=tuple(conditions),
        other_cohorts=tuple(cohort for cohort in old if cohort not in concerned),
        data=data,
    )
    return replace(run, notes=tuple(dict.fromkeys(_notes(run, recorded["device"] if recorded else None))))


def _refuse_other_data(
    folder: ResultsFolder, conditions: list[Condition], data: StudyData, fingerprints: dict[str, str]
) -> None:
    for condition in conditions:
        source = condition.settings.data.source
        now = data.dataset(condition.settings).fingerprint
        before = fingerprints.get(source, now)
        if now != before:
            raise FolderError(
                f"{folder.path}: the data must be those this folder was trained on. Got other contents of {source} "
                f"(fingerprint {now[:12]}, was {before[:12]}). Restore the data, or give the study another name=."
            )


def _notes(run: Run, device_before: str | None) -> list[str]:
    notes = [note for cohort in run.cohorts for note in cohort.facts.notes]
    for cohort in run.cohorts:
        settings, facts = cohort.conditions[0].settings, cohort.facts
        if settings.training.batch_size > facts.n_train:
            notes.append(
                f"training.batch_size {settings.training.batch_size} is cut to the {facts.n_train} train rows."
            )
        if (settings.evaluation.train_rows or TRAIN_ROWS_CAP) < facts.n_train:
            n_measured = settings.evaluation.train_rows or TRAIN_ROWS_CAP
            notes.append(
                f"train loss is measured on {n_measured:,} fixed rows of {facts.n_train:,} (evaluation.train_rows)."
            )
        if settings.data.label_noise:
            notes.append("Under label noise val and test keep their true labels, so a gap can be negative.")
    if device_before not in {None, run.device}:
        notes.append(f"This folder was begun on {device_before}; the new trials run on {run.device}.")
    return notes


def _study_status(statuses: dict[str, str], interrupted: bool) -> str:
    if interrupted:
        return "interrupted"
    return "complete" if set(statuses.values()) <= {"complete", "diverged"} else "incomplete"
