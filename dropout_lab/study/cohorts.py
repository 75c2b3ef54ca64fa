"""A planned cohort: trials that train as one stack, what training takes of them, and how a folder records it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from dropout_lab.errors import FolderError
from dropout_lab.metrics import TASKS
from dropout_lab.noise import RateSchedule
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.results import CohortEntry
from dropout_lab.study.conditions import Condition
from dropout_lab.study.cutting import cut_evenly
from dropout_lab.study.data import DataFacts, StudyData
from dropout_lab.study.noise import noise_settings
from dropout_lab.study.trials import Trial
from dropout_lab.training import (
    Architecture,
    CohortSettings,
    ConcreteSettings,
    ConditionSettings,
    Schedule,
    UpdateSettings,
    estimated_bytes,
)

MIB = 2**20


@dataclass(frozen=True)
class PlannedCohort:
    """Trials that train together.

    Attributes:
        conditions: one row of the rectangle each.
        seeds: one column each.
        trials: row by row.
        facts: of the data, equal for all trials.
        settings: what training takes.
        threads: of a CPU, that its numbers depend on to the last bit.
        is_finished: whether its part lies in the results folder.
        keeps_rows: whether the loss of every val and test row is kept.
    """

    conditions: tuple[Condition, ...]
    seeds: tuple[int, ...]
    trials: tuple[Trial, ...]
    facts: DataFacts
    settings: CohortSettings
    threads: int = 1
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
        return (estimated_bytes(self.settings) + data_bytes) / MIB

    @property
    def rows_bytes(self) -> int:
        """Size of what `keeps_rows` keeps: a float32 loss and a prediction at three points."""
        n_measured = self.facts.n_val + self.facts.n_test
        prediction = np.dtype(TASKS[self.settings.task].prediction_type)
        return self.n_trials * n_measured * 3 * (4 + prediction.itemsize)

    @property
    def n_epochs(self) -> int:
        """Epochs that training begins."""
        return self.settings.total_epochs(self.facts.n_train)

    @property
    def step_work(self) -> int:
        """Multiply-adds of a step's forward pass, all trials together."""
        return self.n_trials * self.n_parameters * self.settings.batch_size

    def entry(self) -> CohortEntry:
        """Return the cohort as the manifest holds it."""
        return CohortEntry(
            id=self.id,
            conditions=[condition.label for condition in self.conditions],
            seeds=list(self.seeds),
            trials=[trial.id for trial in self.trials],
            threads=self.threads,
        )

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
            return [self.part(self.conditions, seeds) for seeds in cut_evenly(self.seeds, 2)]
        return [self.part(conditions, self.seeds) for conditions in cut_evenly(self.conditions, 2)]


def make_cohort(rows: Sequence[Sequence[Trial]], data: StudyData) -> PlannedCohort:
    """Return the cohort of some trials: a row per condition, with the same seeds in each.

    Raises:
        DataError: the data do not hold what they ask of them.
    """
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
        task=facts.task,
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
            training.momentum if OPTIMIZERS[training.optimizer].has_momentum else 0.0,
            training.weight_decay,
            training.max_norm,
        ),
        output_rate=condition.output_rate,
        scaling=noise.get("scaling", "inverted"),
        rate_schedule=RateSchedule(**{key: noise[name] for key, name in of_rates.items() if name in noise}),
    )


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
    return replace(make_cohort(rows, data), threads=recorded.get("threads", 1), is_finished=is_finished)
