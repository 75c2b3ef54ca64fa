"""The plan: which trials train together as one stack, and on how many threads.

Trials share a cohort when their shapes are equal: same rows, widths, batches and epochs, and the same kind of noise.
Within one, rates, their schedule and scaling, learning rate, momentum, weight decay and max-norm may differ. A cohort
is a rectangle of conditions x seeds, so that all rates of a seed share its draws; it is cut where it is too large, or
where another worker would have nothing to do.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import torch

from dropout_lab.errors import UserError
from dropout_lab.study.cohorts import MIB, PlannedCohort, make_cohort
from dropout_lab.study.cutting import cut_evenly, cut_rectangle, threads_of, trials_at_once
from dropout_lab.study.data import StudyData
from dropout_lab.study.machine import Machine
from dropout_lab.study.noise import shared_noise
from dropout_lab.study.trials import Trial, shape_settings, update_settings
from dropout_lab.training import estimated_bytes, is_compiled


def plan_cohorts(trials: Sequence[Trial], data: StudyData, machine: Machine) -> list[PlannedCohort]:
    """Group trials into cohorts, in the trials' order.

    Raises:
        DataError: the data do not hold what a trial asks of them.
        UserError: a single trial would not fit into the machine's memory.
    """
    groups: dict[str, dict[str, list[Trial]]] = {}
    for trial in trials:
        of_group = groups.setdefault(_group_key(trial, data), {})
        of_group.setdefault(trial.condition.label, []).append(trial)
    whole = [make_cohort(rows, data) for of_group in groups.values() for rows in _rectangles(of_group.values())]
    workers = -(-machine.workers // max(1, len(whole)))  # for each: several cohorts keep several workers busy anyway
    plan = [part for cohort in whole for part in _cut_to_fit(cohort, machine, workers)]
    return [replace(cohort, threads=_threads_of(cohort, len(plan), machine)) for cohort in plan]


def _threads_of(cohort: PlannedCohort, n_cohorts: int, machine: Machine) -> int:
    return threads_of(cohort.step_work, n_cohorts, machine, is_compiled=_is_compiled(cohort))


def _is_compiled(cohort: PlannedCohort) -> bool:
    return is_compiled(cohort.settings, torch.device("cpu"))


def _group_key(trial: Trial, data: StudyData) -> str:
    settings = trial.condition.settings
    facts = data.facts(settings, trial.seed)
    one_split = 0 if settings.data.split_seed == "per_seed" else trial.seed
    key = [data.split_key(settings, one_split), facts.n_features, shape_settings(settings), shared_noise(settings)]
    return json.dumps(key, sort_keys=True)


def _rectangles(by_condition: Iterable[list[Trial]]) -> Iterator[list[list[Trial]]]:
    """Yield groups of conditions that need the same seeds; a list of trials per condition."""
    same_seeds: dict[tuple[int, ...], list[list[Trial]]] = {}
    for trials in by_condition:
        same_seeds.setdefault(tuple(trial.seed for trial in trials), []).append(trials)
    for rows in same_seeds.values():
        # Equal updates next to each other are one call of the optimiser.
        yield sorted(rows, key=lambda trials: json.dumps(update_settings(trials[0].condition.settings), sort_keys=True))


def _cut_to_fit(cohort: PlannedCohort, machine: Machine, workers: int) -> Iterator[PlannedCohort]:
    per_trial = estimated_bytes(cohort.settings) / cohort.n_trials
    if per_trial > machine.memory_bytes:
        raise UserError(
            f"memory: one trial of {cohort.conditions[0].label} must fit into the memory of {machine.device}. "
            f"Got {per_trial / MIB:,.0f} MiB of {machine.memory_bytes / MIB:,.0f} MiB. "
            "Use smaller model.hidden or training.batch_size."
        )
    condition_parts, seed_parts = cut_rectangle(
        len(cohort.conditions),
        len(cohort.seeds),
        limit=trials_at_once(machine, per_trial),
        workers=workers,
        is_compiled=_is_compiled(cohort),
    )
    for conditions in cut_evenly(cohort.conditions, condition_parts):
        for seeds in cut_evenly(cohort.seeds, seed_parts):
            yield cohort.part(conditions, seeds)
