"""The tables of a cohort's inference, weight scaling beside Monte-Carlo averaging, and what was left out of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.evaluation import Averages
from dropout_lab.results import METHODS
from dropout_lab.study.cohorts import PlannedCohort
from dropout_lab.training import EpochRecord, Inference, TrainingResult

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
