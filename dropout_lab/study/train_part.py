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

from dropout_lab.evaluation import Averages
from dropout_lab.metrics import TASKS, curve_metrics, true_metrics
from dropout_lab.results import METHODS
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.study.data import CohortRows, StudyData, cohort_rows
from dropout_lab.training import POINTS, CohortTraining, EpochRecord, Inference, TrainingResult


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


_NAMED = 6  # trials that a note names before it counts the rest


@dataclass(frozen=True)
class _Block:
    """The averages of one split, point and method.

    Attributes:
        split: val or test.
        point: last, best or stop.
        method: weight scaling or monte carlo.
        n_samples: one for each of the averages' counts.
        trials: indices in the cohort of the averages' trials.
        is_shown: which of these trials have rows.
        averages: arrays ``[counts, trials]``.
    """

    split: str
    point: str
    method: str
    n_samples: tuple[int, ...]
    trials: npt.NDArray[np.int64]
    is_shown: npt.NDArray[np.bool_]
    averages: Averages


def inference_frame(cohort: PlannedCohort, records: list[EpochRecord], result: TrainingResult) -> pd.DataFrame | None:
    """Return the rows of `inference.csv`, or None for a cohort without samples.

    Complete trials have rows of weight scaling; of Monte-Carlo averages only those whose passes differ.
    """
    if result.inference is None:
        return None
    ids, epochs = _ids(cohort), np.array([record.epoch for record in records])
    frames: list[pd.DataFrame] = []
    for block in _blocks(result, result.inference):
        n_counts, index = len(block.n_samples), result.point_index[block.point]
        columns = {
            "trial": np.tile(ids[block.trials], n_counts),
            "split": block.split,
            "point": block.point,
            "epoch": np.tile(epochs[index[block.trials]], n_counts),
            "method": block.method,
            "n_samples": np.repeat(block.n_samples, len(block.trials)),
        }
        metrics = {name: values.ravel() for name, values in block.averages.metrics.items()}
        frames.append(pd.DataFrame(columns | metrics)[np.tile(block.is_shown, n_counts)])
    return pd.concat(frames, ignore_index=True)


def reliability_frame(cohort: PlannedCohort, result: TrainingResult) -> pd.DataFrame | None:
    """Return the rows of `reliability.csv`, without empty bins; None without samples, and in regression."""
    if result.inference is None:
        return None
    ids = _ids(cohort)
    frames: list[pd.DataFrame] = []
    for block in _blocks(result, result.inference):
        reliability = block.averages.reliability
        if reliability is None:
            return None
        n_trials, n_bins = reliability.n_rows.shape
        columns = {
            "trial": np.repeat(ids[block.trials], n_bins),
            "split": block.split,
            "point": block.point,
            "method": block.method,
            "bin": np.tile(np.arange(1, n_bins + 1), n_trials),
            "n_rows": reliability.n_rows.ravel(),
            "confidence": reliability.confidence.ravel(),
            "accuracy": reliability.accuracy.ravel(),
        }
        is_shown = np.repeat(block.is_shown, n_bins) & (reliability.n_rows.ravel() > 0)
        frames.append(pd.DataFrame(columns)[is_shown])
    return pd.concat(frames, ignore_index=True)


def spread_notes(cohort: PlannedCohort, result: TrainingResult) -> tuple[str, ...]:
    """Return a sentence that names the trials without Monte-Carlo rows because their passes were all alike."""
    if result.inference is None or not result.inference.lacks_spread.any():
        return ()
    lacking = np.flatnonzero(result.inference.lacks_spread)
    named = [f"{cohort.trials[i].condition.label} seed {cohort.trials[i].seed}" for i in lacking[:_NAMED]]
    more = len(lacking) - len(named)
    names = "; ".join(named) + (f"; and {more} more" if more else "")
    n_samples = result.inference.n_samples[-1]
    return (
        f"{len(lacking)} of {cohort.n_trials} trials have no Monte-Carlo rows: with noise on, all {n_samples} passes "
        f"gave every row the same output, so there is nothing to average ({names}). Either their hidden units are dead "
        "or so few are dropped that no pass met one.",
    )


def _blocks(result: TrainingResult, inference: Inference) -> Iterator[_Block]:
    everyone = np.arange(len(result.diverged))
    is_sampled = ~(result.diverged | inference.lacks_spread)[inference.sampled]
    scaling, averaging = METHODS
    for (split, point), averages in inference.weight_scaling.items():
        yield _Block(split, point, scaling, (0,), everyone, ~result.diverged, averages)
    for (split, point), averages in inference.monte_carlo.items():
        yield _Block(split, point, averaging, inference.n_samples, inference.sampled, is_sampled, averages)


def _ids(cohort: PlannedCohort) -> npt.NDArray[np.str_]:
    return np.array([trial.id for trial in cohort.trials])
