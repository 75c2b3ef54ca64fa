"""Small cohorts to test with: data, settings, and one call that trains and gathers everything that came out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from dropout_lab.evaluation import Floats, Rows
from dropout_lab.model import Architecture, Parameters
from dropout_lab.optimizers import UpdateSettings
from dropout_lab.training import (
    CohortData,
    CohortSettings,
    CohortTraining,
    ConditionSettings,
    NoiseSource,
    TrainingResult,
)

WIDTHS = (8, 12, 7, 3)
REGRESSION_WIDTHS = (8, 12, 7, 1)
RATES = (0.0, 0.5, 0.3)
"""No input dropout; a rate of its own for each of the two hidden layers."""


@dataclass(frozen=True)
class Trained:
    """A cohort after its training.

    Attributes:
        epochs: the epochs that were evaluated, counted from 1.
        curves: metric by name, each ``[evaluations, trials]``.
        is_recorded: ``[evaluations, trials]``.
        parameters: at the end of training.
        result: what `finish` returned.
    """

    epochs: list[int]
    curves: dict[str, Floats]
    is_recorded: npt.NDArray[np.bool_]
    parameters: Parameters
    result: TrainingResult


def condition(
    *rates: float, learning_rate: float = 0.02, noise: dict[str, object] | None = None, **update: float
) -> ConditionSettings:
    """Return a condition with these rates (inputs first), or `RATES`; `noise`: output rate, scaling, rate schedule."""
    return ConditionSettings(rates or RATES, UpdateSettings(learning_rate, **update), **(noise or {}))


def settings(*conditions: ConditionSettings, widths: tuple[int, ...] = WIDTHS, **options: object) -> CohortSettings:
    """Return the settings of a tiny cohort in float64: 3 epochs in batches of 8."""
    shape = {key: options.pop(key) for key in ("activation", "init") if key in options}
    defaults = {"seeds": (3, 11), "batch_size": 8, "epochs": 3, "precision": "float64"}
    return CohortSettings(Architecture(widths, **shape), conditions or (condition(),), **(defaults | options))


def noise_source(of: CohortSettings, n_train: int = 22) -> NoiseSource:
    """Return the noise of a cohort on the CPU."""
    return NoiseSource(of, n_train, torch.zeros((), dtype=of.dtype))


def rows(
    n_rows: int, *, first: int = 0, task: str = "classification", n_datasets: int = 1, dtype: str = "float64"
) -> Rows:
    """Return `n_rows` made-up rows of 8 features with 3 classes, or with a number to predict."""
    draws = np.random.default_rng(first).normal(size=(n_datasets, n_rows, WIDTHS[0]))
    features = torch.from_numpy(draws).to(getattr(torch, dtype))
    signal = features[..., :3] + 0.3 * features[..., 3:6]
    return Rows(features, signal.argmax(-1) if task == "classification" else signal.sum(-1))


def data(*, n_train: int = 22, task: str = "classification", n_datasets: int = 1, dtype: str = "float64") -> CohortData:
    """Return data whose last batch of 8 is partial (22 = 8 + 8 + 6); train is measured on its first 15 rows."""
    same = {"task": task, "n_datasets": n_datasets, "dtype": dtype}
    train = rows(n_train, first=1, **same)
    measured = Rows(train.features[:, :15], train.targets[:, :15])
    target_scales = np.ones(1) if task == "classification" else np.linspace(2.5, 4.0, n_datasets)
    return CohortData(train, measured, rows(13, first=2, **same), rows(9, first=3, **same), target_scales)


def train(of: CohortSettings, on: CohortData | None = None, *, keep_rows: bool = False) -> Trained:
    """Train a cohort to its end and finish it."""
    training = CohortTraining(of, data() if on is None else on)
    records = [record for record in training.epochs() if record is not None]
    curves = {name: np.stack([record.metrics[name] for record in records]) for name in records[0].metrics}
    is_recorded = np.stack([record.is_recorded for record in records])
    result = training.finish(keep_rows=keep_rows)
    return Trained([record.epoch for record in records], curves, is_recorded, training._parameters, result)
