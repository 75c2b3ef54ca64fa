"""From trials to cohorts: which trials train together as one stack.

Trials share a cohort when their shapes are equal: same rows, widths, batches and epochs, and the same kind of noise.
Within one, rates, their schedule and scaling, learning rate, momentum, weight decay and max-norm may differ. A cohort
is a rectangle of conditions x seeds, so that all rates of a seed share its draws; it is cut where it is too large, or
where another worker would have nothing to do.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

from dropout_lab.errors import FolderError, UserError
from dropout_lab.noise import RateSchedule
from dropout_lab.results import CohortEntry
from dropout_lab.study.conditions import Condition
from dropout_lab.study.data import DataFacts, StudyData
from dropout_lab.study.machine import Machine
from dropout_lab.study.noise import noise_settings, shared_noise
from dropout_lab.study.trials import Trial, shape_settings, update_settings
from dropout_lab.training import (
    Architecture,
    CohortSettings,
    ConcreteSettings,
    ConditionSettings,
    Schedule,
    UpdateSettings,
    estimated_bytes,
)

_MIB = 2**20
_CALLS_IN_TRIALS = 1.4
"""What a step's calls cost, however many trials it serves, in trials: measured with small nets on one thread, where
stacks of 1, 3, 5 and 9 took 0.56, 0.32, 0.28 and 0.27 ms per trial and step."""


@dataclass(frozen=True)
class PlannedCohort:
    """Trials that train together.

    Attributes:
        conditions: one row of the rectangle each.
        seeds: one column each.
        trials: row by row.
        facts: of the data, equal for all trials.
        settings: what training takes.
        is_finished: whether its part lies in the results folder.
        keeps_rows: whether the loss of every val and test row is kept.
    """

    conditions: tuple[Condition, ...]
    seeds: tuple[int, ...]
    trials: tuple[Trial, ...]
    facts: DataFacts
    settings: CohortSettings
    is_finished: bool = False
    keeps_rows: bool = True

    @property
    def id(self) -> str:
        """A hash of its trials, in their order."""
        return hashlib.sha256(" ".join(trial.id for trial in self.trials).encode()).hexdigest()[:12]

    @property
    def n_trials(self) -> int:
        """Conditions x seeds."""
        return len(self.trials)

    @property
    def n_parameters(self) -> int:
        """Weights and biases of one net."""
        return self.settings.architecture.n_parameters

    @property
    def memory_mib(self) -> float:
        """Estimated memory of the stack and its data."""
        n_splits = len(self.seeds) if self.conditions[0].settings.data.split_seed == "per_seed" else 1
        data_bytes = n_splits * self.facts.n_rows * self.facts.n_features * self.settings.dtype.itemsize
        return (estimated_bytes(self.settings) + data_bytes) / _MIB

    @property
    def rows_bytes(self) -> int:
        """Size of what `keeps_rows` keeps: a float32 loss and a prediction at three points."""
        n_measured = self.facts.n_val + self.facts.n_test
        return self.n_trials * n_measured * 3 * (4 + (4 if self.settings.task == "regression" else 2))

    @property
    def n_epochs(self) -> int:
        """Epochs that training begins."""
        return self.settings.total_epochs(self.facts.n_train)

    def part(self, conditions: Sequence[Condition], seeds: Sequence[int]) -> "PlannedCohort":
        """Return the cohort of some of its conditions and seeds."""
        n_seeds = len(self.seeds)
        row = {condition.label: number for number, condition in enumerate(self.conditions)}
        column = {seed: number for number, seed in enumerate(self.seeds)}
        kept = {condition.label for condition in conditions}
        settings = tuple(s for c, s in zip(self.conditions, self.settings.conditions, strict=True) if c.label in kept)
        return replace(
            self,
            conditions=tuple(conditions),
            seeds=tuple(seeds),
            trials=tuple(self.trials[row[c.label] * n_seeds + column[seed]] for c, seed in product(conditions, seeds)),
            settings=replace(self.settings, conditions=settings, seeds=tuple(seeds)),
        )

    def halves(self) -> list["PlannedCohort"]:
        """Return the two halves of a cohort of at least two trials: fewer seeds if it can, else fewer conditions."""
        if len(self.seeds) > 1:
            return [self.part(self.conditions, seeds) for seeds in _cut(self.seeds, 2)]
        return [self.part(conditions, self.seeds) for conditions in _cut(self.conditions, 2)]


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
    whole = [_cohort(rows, data) for of_group in groups.values() for rows in _rectangles(of_group.values())]
    workers = -(-machine.workers // max(1, len(whole)))  # for each: several cohorts keep several workers busy anyway
    return [part for cohort in whole for part in _cut_to_fit(cohort, machine, workers)]


def _group_key(trial: Trial, data: StudyData) -> str:
    settings = trial.condition.settings
    facts = data.facts(settings, trial.seed)
    one_split = 0 if settings.data.split_seed == "per_seed" else trial.seed
    key = [data.split_key(settings, one_split), facts.n_features, shape_settings(settings), shared_noise(settings)]
    return json.dumps(key, sort_keys=True)


def _rectangles(by_condition: Any) -> Iterator[list[list[Trial]]]:
    """Yield groups of conditions that need the same seeds; a list of trials per condition."""
    same_seeds: dict[tuple[int, ...], list[list[Trial]]] = {}
    for trials in by_condition:
        same_seeds.setdefault(tuple(trial.seed for trial in trials), []).append(trials)
    for rows in same_seeds.values():
        # Equal updates next to each other are one call of the optimiser.
        yield sorted(rows, key=lambda trials: json.dumps(update_settings(trials[0].condition.settings), sort_keys=True))


def _cohort(rows: list[list[Trial]], data: StudyData) -> PlannedCohort:
    first = rows[0][0]
    facts = data.facts(first.condition.settings, first.seed)
    seeds = tuple(trial.seed for trial in rows[0])
    conditions = tuple(trials[0].condition for trials in rows)
    return PlannedCohort(
        conditions=conditions,
        seeds=seeds,
        trials=tuple(trial for trials in rows for trial in trials),
        facts=facts,
        settings=_settings(conditions, seeds, facts),
    )


def _settings(conditions: tuple[Condition, ...], seeds: tuple[int, ...], facts: DataFacts) -> CohortSettings:
    """Turn config objects into the plain numbers that training takes."""
    # A baseline's own kind of noise does nothing; as recorded, it may stand beside conditions of another kind.
    study = next((c.settings for c in conditions if not c.is_baseline), conditions[0].settings)
    training = study.training
    return CohortSettings(
        architecture=Architecture(
            (facts.n_features, *study.model.hidden, facts.n_outputs), study.model.activation, study.model.init
        ),
        conditions=tuple(map(_condition_settings, conditions)),
        seeds=seeds,
        task="regression" if facts.task == "regression" else "classification",
        batch_size=min(training.batch_size, facts.n_train),
        epochs=training.epochs or 0,
        n_steps=training.steps,
        optimizer=training.optimizer,
        schedule=Schedule(
            training.schedule, training.schedule_final, training.schedule_every, training.schedule_factor
        ),
        every=study.evaluation.every,
        patience=training.patience,
        precision=study.precision,
        noise_kind=study.dropout.kind,
        concrete=ConcreteSettings(
            study.dropout.concrete_temperature, study.dropout.concrete_length_scale, study.dropout.concrete_entropy
        ),
        mc_samples=study.evaluation.mc_samples,
    )


def _condition_settings(condition: Condition) -> ConditionSettings:
    noise = {} if condition.is_baseline else noise_settings(condition.settings)
    of_rates = {"kind": "schedule", "until": "schedule_until", "gamma": "schedule_gamma"}
    training = condition.settings.training
    return ConditionSettings(
        (condition.input_rate, *condition.rates),
        UpdateSettings(
            training.learning_rate,
            training.momentum if training.optimizer in {"momentum", "nesterov"} else 0.0,
            training.weight_decay,
            training.max_norm,
        ),
        output_rate=condition.output_rate,
        scaling=noise.get("scaling", "inverted"),
        rate_schedule=RateSchedule(**{key: noise[name] for key, name in of_rates.items() if name in noise}),
    )


def _cut_to_fit(cohort: PlannedCohort, machine: Machine, workers: int) -> Iterator[PlannedCohort]:
    per_trial = estimated_bytes(cohort.settings) / cohort.n_trials
    if per_trial > machine.memory_bytes:
        raise UserError(
            f"memory: one trial of {cohort.conditions[0].label} must fit into the memory of {machine.device}. "
            f"Got {per_trial / _MIB:,.0f} MiB of {machine.memory_bytes / _MIB:,.0f} MiB. "
            "Use smaller model.hidden or training.batch_size."
        )
    condition_parts, seed_parts = cut_rectangle(
        len(cohort.conditions), len(cohort.seeds), limit=machine.cohort_limit(per_trial), workers=workers
    )
    for conditions in _cut(cohort.conditions, condition_parts):
        for seeds in _cut(cohort.seeds, seed_parts):
            yield cohort.part(conditions, seeds)


def cut_rectangle(n_conditions: int, n_seeds: int, *, limit: int, workers: int) -> tuple[int, int]:
    """Choose into how many parts to cut conditions and seeds.

    The workers take the parts in rounds, and a part costs its trials plus a fixed price for its calls; among all ways
    that keep every part within the limit, the least rounds x cost wins, then the smallest largest part, then seeds cut
    rather than conditions.

    Args:
        n_conditions: rows of the rectangle.
        n_seeds: its columns.
        limit: most trials of a part.
        workers: parts that train at once.

    >>> cut_rectangle(2, 5, limit=100, workers=1), cut_rectangle(2, 5, limit=100, workers=2)
    ((1, 1), (2, 1))
    """
    most_parts = 4 * max(workers, -(-n_conditions * n_seeds // limit))
    fitting = [
        (-(-p * q // workers) * (n_conditions * n_seeds / (p * q) + _CALLS_IN_TRIALS), largest, p, q)
        for p in range(1, n_conditions + 1)
        for q in range(1, min(n_seeds, most_parts // p) + 1)
        if (largest := -(-n_conditions // p) * -(-n_seeds // q)) <= limit
    ]
    _, _, condition_parts, seed_parts = min(fitting) if fitting else (0, 0, n_conditions, n_seeds)
    return condition_parts, seed_parts


def _cut(items: Sequence[Any], n_parts: int) -> list[tuple[Any, ...]]:
    """Cut a sequence into parts of nearly equal length."""
    edges = np.linspace(0, len(items), n_parts + 1).round().astype(int)
    return [tuple(items[a:b]) for a, b in pairwise(edges)]


def recorded_cohort(
    folder: Path, recorded: CohortEntry, trials: Mapping[str, Trial], data: StudyData, *, is_finished: bool
) -> PlannedCohort:
    """Rebuild a cohort from a results folder's plan.

    Raises:
        FolderError: the plan holds trials that this study does not have.
    """
    unknown = [trial for trial in recorded["trials"] if trial not in trials]
    if unknown:
        raise FolderError(
            f"{folder}: its plan must hold trials of this study alone. Got {len(unknown)} that this version of "
            "dropout-lab would not make. Give the study another name=, or write elsewhere with --out."
        )
    n_seeds = len(recorded["seeds"])
    ids = recorded["trials"]
    rows = [[trials[i] for i in ids[start : start + n_seeds]] for start in range(0, len(ids), n_seeds)]
    return replace(_cohort(rows, data), is_finished=is_finished)
