"""What the user of a study should know before its first step, though nothing is wrong: a sentence each."""

from collections.abc import Iterator, Sequence
from math import prod

from dropout_lab.config import DropoutSettings, conditional_settings
from dropout_lab.noise import KINDS
from dropout_lab.results import format_setting
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.conditions import Condition
from dropout_lab.study.data import TRAIN_ROWS_CAP
from dropout_lab.study.noise import is_sampled, noise_settings
from dropout_lab.wording import listed, plural

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
