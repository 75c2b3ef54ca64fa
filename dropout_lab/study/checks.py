"""What is to be said of a whole study before its first step: what must hold, and what its user should know."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from pathlib import Path

from dropout_lab.config import DropoutSettings, Study, conditional_settings
from dropout_lab.errors import DataError, FolderError, UserError
from dropout_lab.noise import KINDS, SCHEDULES
from dropout_lab.results import format_setting
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.conditions import Condition
from dropout_lab.study.data import TRAIN_ROWS_CAP, StudyData
from dropout_lab.study.noise import is_sampled, noise_settings
from dropout_lab.study.trials import Trial
from dropout_lab.wording import listed, plural


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


_MOST_NAMED = 4


def notes(cohorts: Sequence[PlannedCohort]) -> list[str]:
    """Return what the user should know before training, one sentence each."""
    conditions = [condition for cohort in cohorts for condition in cohort.conditions]
    noisy = [condition for condition in conditions if not condition.is_baseline]
    found = [*_of_data(cohorts), *_of_unused_settings(noisy), *_of_learnt_rates(noisy)]
    return list(dict.fromkeys([*found, *_of_samples(conditions), *_of_tuning(conditions)]))


def _of_data(cohorts: Sequence[PlannedCohort]) -> Iterator[str]:
    for cohort in cohorts:
        yield from cohort.facts.notes
    for cohort in cohorts:
        settings, n_train = cohort.conditions[0].settings, cohort.facts.n_train
        if settings.training.batch_size > n_train:
            yield f"training.batch_size {settings.training.batch_size} is cut to the {n_train} train rows."
        n_measured = settings.evaluation.train_rows or TRAIN_ROWS_CAP
        if n_measured < n_train:
            yield f"train loss is measured on {n_measured:,} fixed rows of {n_train:,} (evaluation.train_rows)."
        if settings.data.label_noise:
            yield (
                f"{settings.data.label_noise:.3g} of the train labels are made wrong on purpose (data.label_noise); "
                "val and test keep the true ones, so a gap can be negative."
            )


def _of_unused_settings(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield a sentence for each setting of the noise that was changed and shapes none of the conditions."""
    shaping = {name for condition in conditions for name in noise_settings(condition.settings)}
    default = DropoutSettings()
    for condition in conditions:
        dropout = condition.settings.dropout
        for name, (other, values) in conditional_settings().items():
            value = getattr(dropout, name)
            if name not in shaping and value != getattr(default, name):
                here = dict.fromkeys(getattr(c.settings.dropout, other) for c in conditions)
                yield (
                    f"dropout.{name} {format_setting(value)} has no effect under dropout.{other} "
                    f"{listed(here, 'or')}: it is for {listed(values)}."
                )


def _of_learnt_rates(conditions: Sequence[Condition]) -> Iterator[str]:
    for kind in dict.fromkeys(
        c.settings.dropout.kind for c in conditions if KINDS[c.settings.dropout.kind].learns_rates
    ):
        yield f"dropout.kind {kind}: the rates given are where learning starts; curves.csv has the learnt ones."


def _of_samples(conditions: Sequence[Condition]) -> Iterator[str]:
    sampled = {c.label for c in conditions if not c.is_baseline and is_sampled(c.settings)}
    others = [label for label in dict.fromkeys(c.label for c in conditions) if label not in sampled]
    if sampled and others:
        hidden = len(others) - _MOST_NAMED
        named = ", ".join(others[:_MOST_NAMED]) + (f" and {hidden} more" if hidden > 0 else "")
        yield f"Monte-Carlo passes need noise at a constant rate, so none are taken of {named} (evaluation.mc_samples)."


def _of_tuning(conditions: Sequence[Condition]) -> Iterator[str]:
    tune = conditions[0].settings.tune if conditions else {}
    if tune:
        yield (
            f"every condition is tuned over the same {plural(prod(map(len, tune.values())), 'candidate')} (tune); what "
            "is better when tuned is known for these, not for values between or beyond them."
        )
