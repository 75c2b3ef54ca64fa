"""Train one cohort and lay out what it gave as the tables of its part."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from dropout_lab.metrics import TASKS, curve_metrics, true_metrics
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.data import CohortRows, StudyData, cohort_rows
from dropout_lab.study.inference import inference_frame, reliability_frame, spread_notes
from dropout_lab.training import POINTS, CohortTraining, EpochRecord, TrainingResult


@dataclass(frozen=True)
class Part:
    """The tables of a finished cohort, as the results folder takes them, and how many trials have which status.

    Attributes:
        curves: one row per trial and measured epoch.
        trials: one row per trial.
        test: one row per trial and point.
        rows: arrays of the rows file, if it is kept.
        wall_time_s: of the cohort's training, its measurements after the epochs included.
        inference: one row per trial, split, point, method and number of samples; None for a cohort without samples.
        reliability: one row per trial, split, point, method and bin; None in regression too.
        notes: what the user should know of it, one sentence each.
    """

    curves: pd.DataFrame
    trials: pd.DataFrame
    test: pd.DataFrame
    rows: Mapping[str, npt.NDArray[Any]] | None
    wall_time_s: float
    inference: pd.DataFrame | None = None
    reliability: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Trials by status."""
        return {str(status): int(n) for status, n in self.trials["status"].value_counts().items()}


def train_part(cohort: PlannedCohort, data: StudyData, device: str, on_epoch: Callable[[int], None]) -> Part:
    """Train a cohort.

    Args:
        cohort: what to train.
        data: where its rows come from.
        device: where to train it.
        on_epoch: called with the number of every finished epoch.

    Returns:
        Its part. A diverged trial's curve ends with its first non-finite row, and test says nothing of it.
    """
    started = time.perf_counter()
    rows = cohort_rows(data, cohort.conditions[0].settings, cohort.seeds, device)
    records = []
    with _products_in_tf32(cohort.settings.precision == "tf32"):
        training = CohortTraining(cohort.settings, rows.data)
        for epoch, record in enumerate(training.epochs(), start=1):
            if record is not None:
                records.append(record)
            on_epoch(epoch)
        wall_time_s = time.perf_counter() - started  # without Monte-Carlo passes, which are no cost of training
        result = training.finish(keep_rows=cohort.keeps_rows)
    curves = _curves(cohort, records)
    return Part(
        curves=curves,
        trials=_trials(cohort, records, result, device, wall_time_s),
        test=_test(cohort, records, result),
        rows=_rows(cohort, result, rows) if cohort.keeps_rows else None,
        wall_time_s=wall_time_s,
        inference=inference_frame(cohort, records, result),
        reliability=reliability_frame(cohort, result),
        notes=spread_notes(cohort, result),
    )


@contextmanager
def _products_in_tf32(wanted: bool) -> Iterator[None]:
    """Set torch's process-wide switch for the time of one cohort."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = wanted
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def _curves(cohort: PlannedCohort, records: list[EpochRecord]) -> pd.DataFrame:
    is_recorded = np.concatenate([record.is_recorded for record in records])
    columns: dict[str, Any] = {
        "trial": np.tile([trial.id for trial in cohort.trials], len(records))[is_recorded],
        "epoch": np.repeat([record.epoch for record in records], cohort.n_trials)[is_recorded],
    }
    for name in records[0].metrics:
        columns[name] = np.concatenate([record.metrics[name] for record in records])[is_recorded]
    for name in true_metrics(cohort.settings.task):
        columns.setdefault(name, None)  # of another cohort's label noise, if of any
    return pd.DataFrame(columns)


def _trials(
    cohort: PlannedCohort, records: list[EpochRecord], result: TrainingResult, device: str, wall_time_s: float
) -> pd.DataFrame:
    facts, settings = cohort.facts, cohort.settings
    epochs = np.array([record.epoch for record in records])
    n_epochs = epochs[result.point_index["last"]]
    columns: dict[str, Any] = {
        "trial": [trial.id for trial in cohort.trials],
        "status": np.where(result.diverged, "diverged", "complete"),
        "epochs": n_epochs,
        "steps": np.minimum(n_epochs * settings.steps_per_epoch(facts.n_train), settings.total_steps(facts.n_train)),
        "n_train": facts.n_train,
        "n_val": facts.n_val,
        "n_test": facts.n_test,
        "n_parameters": cohort.n_parameters,
        "device": device,
        "wall_time_s": wall_time_s / cohort.n_trials,
    }
    for point in POINTS:
        index = result.point_index[point]
        columns[f"{point}_epoch"] = _where_there(index, epochs[index])
        for metric in curve_metrics(settings.task):
            by_epoch = np.stack([record.metrics[metric] for record in records])
            columns[f"{point}_{metric}"] = _where_there(index, by_epoch[index, np.arange(cohort.n_trials)])
    columns["stopped_at_epoch"] = _where_there(result.stopped_index, epochs[result.stopped_index])
    return pd.DataFrame(columns)


def _test(cohort: PlannedCohort, records: list[EpochRecord], result: TrainingResult) -> pd.DataFrame:
    metrics = [metric.column for metric in TASKS[cohort.settings.task].metrics]
    rows = [
        (trial.id, point, records[result.point_index[point][i]].epoch, *(measured.values[name][i] for name in metrics))
        for i, trial in enumerate(cohort.trials)
        for point, measured in result.test.items()
        if not result.diverged[i]
    ]
    return pd.DataFrame(rows, columns=["trial", "point", "epoch", *(f"test_{name}" for name in metrics)])


def _rows(cohort: PlannedCohort, result: TrainingResult, rows: CohortRows) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the rows file: what statistics over rows need beyond the trials' means."""
    arrays: dict[str, npt.NDArray[Any]] = {"trials": np.array([trial.id for trial in cohort.trials])}
    arrays |= {f"{part}_rows": numbers for part, numbers in rows.row_numbers.items()}
    as_predicted = TASKS[cohort.settings.task].prediction_type
    for part, measured in (("val", rows.data.val), ("test", rows.data.test)):
        arrays[f"{part}_targets"] = measured.targets.cpu().numpy().astype(as_predicted)
    for (part, point), (losses, predicted) in result.rows.items():
        arrays[f"{part}_{point}_loss"] = losses
        arrays[f"{part}_{point}_prediction"] = predicted
    return arrays


def _where_there(index: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> list[Any]:
    """Return the values of trials that have such a point, None for the others."""
    return [value if there else None for value, there in zip(values.tolist(), index >= 0, strict=True)]
