"""What must hold of a whole study before its first step, and what its user should know of it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dropout_lab.config import Study
from dropout_lab.errors import DataError, FolderError, UserError
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.conditions import Condition
from dropout_lab.study.data import TRAIN_ROWS_CAP, StudyData
from dropout_lab.study.trials import Trial


def source_name(settings: Study) -> str:
    """Return what names a condition's data in the manifest: its source, and the target where one is named.

    >>> from dropout_lab.config import study_from_mapping
    >>> source_name(study_from_mapping({"data": {"source": "iris"}}))
    'iris'
    """
    data = settings.data
    return data.source if data.target is None else f"{data.source} (target {data.target})"


def fingerprints(conditions: Iterable[Condition], data: StudyData) -> dict[str, str]:
    """Return the fingerprint of every data set of a study, by its name."""
    return {source_name(c.settings): data.dataset(c.settings).fingerprint for c in conditions}


def refuse_other_data(folder: Path, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Raise a FolderError if a folder was trained on other contents of the same source."""
    for name, fingerprint in now.items():
        if before.get(name, fingerprint) != fingerprint:
            raise FolderError(
                f"{folder}: the data must be those this folder was trained on. Got other contents of {name} "
                f"(fingerprint {fingerprint[:12]}, was {before[name][:12]}). "
                "Restore the data, or give the study another name=."
            )


def refuse_twins(trials: Iterable[Trial]) -> None:
    """Raise a UserError if two conditions would train the very same net."""
    first: dict[str, Condition] = {}
    for trial in trials:
        twin = first.setdefault(trial.id, trial.condition)
        if twin.label != trial.condition.label:
            raise UserError(
                "sweep: every condition must differ in what shapes its numbers. Got the same training twice: "
                f"{twin.label}, and {trial.condition.label}. "
                "Remove the axis that has no effect there, or sweep the two in studies of their own."
            )


def refuse_mixed_tasks(cohorts: Sequence[PlannedCohort]) -> None:
    """Raise a DataError if a study would mix classification and regression, whose tables differ."""
    of_task = {cohort.facts.task: cohort for cohort in cohorts}
    if len(of_task) > 1:
        examples = [f"{task} ({source_name(c.conditions[0].settings)})" for task, c in of_task.items()]
        raise DataError(
            f"data.task: a study must have one task. Got {' and '.join(examples)}. Give each a study of its own."
        )


def notes(cohorts: Sequence[PlannedCohort]) -> list[str]:
    """Return what the user should know before training, one sentence each."""
    found = [note for cohort in cohorts for note in cohort.facts.notes]
    for cohort in cohorts:
        settings, n_train = cohort.conditions[0].settings, cohort.facts.n_train
        if settings.training.batch_size > n_train:
            found.append(f"training.batch_size {settings.training.batch_size} is cut to the {n_train} train rows.")
        n_measured = settings.evaluation.train_rows or TRAIN_ROWS_CAP
        if n_measured < n_train:
            found.append(f"train loss is measured on {n_measured:,} fixed rows of {n_train:,} (evaluation.train_rows).")
        if settings.data.label_noise:
            found.append(
                f"{settings.data.label_noise:.3g} of the train labels are made wrong on purpose (data.label_noise); "
                "val and test keep the true ones, so a gap can be negative."
            )
    return list(dict.fromkeys(found))
