"""What must hold of a whole study before its first step."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dropout_lab.config import Study
from dropout_lab.errors import DataError, FolderError, UserError
from dropout_lab.noise import SCHEDULES
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.conditions import Condition
from dropout_lab.study.data import StudyData
from dropout_lab.study.trials import Trial
from dropout_lab.wording import listed


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


def refuse_duplicates(trials: Iterable[Trial]) -> None:
    """Raise a UserError if two conditions would train the very same net."""
    first: dict[str, Condition] = {}
    for trial in trials:
        same = first.setdefault(trial.id, trial.condition)
        if same.label != trial.condition.label:
            raise _duplicates(same, trial.condition)


def _duplicates(one: Condition, other: Condition) -> UserError:
    axes = [path for path in {**one.swept, **other.swept} if one.swept.get(path) != other.swept.get(path)]
    without_effect = f", where {listed(axes)} {'makes' if len(axes) == 1 else 'make'} no difference" if axes else ""
    return UserError(
        "sweep: every condition must differ in what shapes its numbers. Got the same training twice: "
        f"{one.label}, and {other.label}{without_effect}. "
        "Leave out an axis, or one of its values, or sweep the two in studies of their own."
    )


def refuse_mixed_tasks(cohorts: Sequence[PlannedCohort]) -> None:
    """Raise a DataError if a study would mix classification and regression, whose tables differ."""
    of_task = {cohort.facts.task: cohort for cohort in cohorts}
    if len(of_task) > 1:
        examples = [f"{task} ({source_name(c.conditions[0].settings)})" for task, c in of_task.items()]
        raise DataError(f"data.task: a study must have one task. Got {listed(examples)}. Give each a study of its own.")


def refuse_schedules_beyond_the_training(cohorts: Sequence[PlannedCohort]) -> None:
    """Raise a UserError if early dropout would never be off or late dropout never on, where steps say how long."""
    for cohort in cohorts:
        for condition, settings in zip(cohort.conditions, cohort.settings.conditions, strict=True):
            schedule = settings.rate_schedule
            at_the_end = SCHEDULES[schedule.kind].may_switch_at_the_end
            if isinstance(schedule.until, int) and schedule.until >= cohort.n_epochs + at_the_end:
                bound = "at most" if at_the_end else "below"
                raise UserError(
                    f"dropout.schedule_until: it must be {bound} the epochs that training takes, {cohort.n_epochs} "
                    f"here. Got {schedule.until} in {condition.label}. "
                    "Write fewer epochs, a share of the training such as 0.25, or null for 1/6."
                )
