"""The one eval-mode function that measures every split, and so both sides of the gap.

All units on, weights fixed, every metric of the task: training calls it after an epoch, and so does whoever measures
test at the end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dropout_lab.losses import losses_and_predictions
from dropout_lab.metrics import LOSS, TASKS, Metric, Task, TaskName
from dropout_lab.model import Architecture, Buffers, Parameters, Products, goes_trialwise, measure_trialwise, predict

_CPU_CHUNK_BYTES = 2**20
"""Activations of one layer of the whole stack: measured best between cache and calls."""
_DEVICE_CHUNK_BYTES = 256 * 2**20
"""The same on any other device, where a call costs more and there is no such cache."""

Floats = npt.NDArray[np.float64]
RowResults = tuple[npt.NDArray[np.float32], npt.NDArray[np.generic]]


@dataclass(frozen=True)
class Rows:
    """Some rows of the data, on the device.

    Attributes:
        features: ``[datasets, rows, in_features]``: one dataset that all seeds share, or one per seed.
        targets: ``[datasets, rows]``: classes as int64, or standardised numbers.
        true_targets: the targets before label noise, or None where there is none.
    """

    features: Tensor
    targets: Tensor
    true_targets: Tensor | None = None

    def __len__(self) -> int:
        return int(self.features.shape[1])


@dataclass(frozen=True)
class Measurement:
    """What a stack of nets does on some rows in eval mode; every array is ``[trials]``.

    Attributes:
        values: of the task's metrics, by what their columns are called, in the task's order.
        on_truth: under label noise, the same against the true labels, of the metrics that are measured on them.
    """

    values: Mapping[str, Floats]
    on_truth: Mapping[str, Floats]

    @property
    def loss(self) -> Floats:
        """Mean loss per example (nats, or squared standardised units)."""
        return self.values[LOSS]


@dataclass(frozen=True)
class Evaluator:
    """How to measure: what stays the same over all measurements of a cohort.

    Attributes:
        architecture: the shape of the nets.
        task: classification or regression.
        n_conditions: the cohort's conditions; its trials are conditions x seeds.
        target_scales: units of the target per standardised unit, ``[trials]``; ones for classification.
        products: the precision of the matrix products.
    """

    architecture: Architecture
    task: TaskName
    n_conditions: int
    target_scales: Floats
    products: Products
    _buffers: Buffers = field(default_factory=Buffers, repr=False, compare=False)

    def measure(self, parameters: Parameters, rows: Rows) -> Measurement:
        """Return the task's metrics of every trial on `rows`; nan where there is no row."""
        n_trials = len(self.target_scales)
        sums = torch.zeros(3, n_trials, dtype=accumulator(rows.features.device), device=rows.features.device)
        for chunk, losses, predicted in self._chunks(parameters, rows):
            sums[0] += losses.sum(1, dtype=sums.dtype)
            if self._task.predicts_classes:
                sums[1] += (predicted == self._per_trial(rows.targets[:, chunk])).sum(1)
                if rows.true_targets is not None:
                    sums[2] += (predicted == self._per_trial(rows.true_targets[:, chunk])).sum(1)
        with np.errstate(invalid="ignore"):
            losses, hits, true_hits = sums.cpu().double().numpy() / (len(rows) or np.nan)
        means, of_split = {"losses": losses, "hits": hits}, self._of_split(parameters, rows)
        on_truth = () if rows.true_targets is None else self._task.metrics_on_truth
        return Measurement(
            {
                metric.column: _of_rows(metric, means[metric.of_rows], self.target_scales)
                if metric.of_rows
                else of_split[metric.name]
                for metric in self._task.metrics
            },
            {metric.column: _of_rows(metric, true_hits, self.target_scales) for metric in on_truth},
        )

    @property
    def _task(self) -> Task:
        return TASKS[self.task]

    def _of_split(self, parameters: Parameters, rows: Rows) -> dict[str, Floats]:
        """Return the metrics that are no mean over rows, by name, from the outputs of all rows."""
        wanted = [metric for metric in self._task.metrics if metric.of_split]
        if not wanted:
            return {}
        chunks = [outputs.cpu().to(torch.float64, copy=True) for _, outputs, _ in self.outputs(parameters, rows)]
        n_trials = len(self.target_scales)
        outputs = torch.cat(chunks, 1).numpy() if chunks else np.empty((n_trials, 0, 1))
        targets = self._per_trial(rows.targets).cpu().numpy()
        return {metric.name: _of_split(metric, outputs, targets) for metric in wanted}

    def measure_rows(self, parameters: Parameters, rows: Rows) -> RowResults:
        """Return loss (float32) and prediction (class as int16, or standardised float32), each ``[trials, rows]``."""
        predicted_type: torch.dtype = getattr(torch, self._task.prediction_type)
        shape = (len(self.target_scales), len(rows))
        all_losses, all_predicted = torch.empty(shape), torch.empty(shape, dtype=predicted_type)
        for chunk, losses, predicted in self._chunks(parameters, rows):
            all_losses[:, chunk] = losses.float().cpu()
            all_predicted[:, chunk] = predicted.to(predicted_type).cpu()
        return all_losses.numpy(), all_predicted.numpy()

    def outputs(self, parameters: Parameters, rows: Rows) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """Yield slices of the rows with their outputs and targets.

        Yields:
            A slice of the rows; their outputs ``[trials, slice, out_features]``, which the next ones overwrite; their
            targets ``[trials, slice]``.
        """
        n_trials = len(self.target_scales)
        row_bytes = n_trials * max(self.architecture.widths[1:]) * rows.features.element_size()
        chunk_bytes = _CPU_CHUNK_BYTES if rows.features.device.type == "cpu" else _DEVICE_CHUNK_BYTES
        chunk_rows = max(32, chunk_bytes // row_bytes)
        rounded = replace(parameters, weights=tuple(map(self.products.operand, parameters.weights)))
        for start in range(0, len(rows), chunk_rows):
            chunk = slice(start, min(start + chunk_rows, len(rows)))
            inputs = per_trial(rows.features[:, chunk], self.n_conditions, n_trials)
            outputs = predict(self.architecture, rounded, inputs, self.products, self._buffers)
            yield chunk, outputs, per_trial(rows.targets[:, chunk], self.n_conditions, n_trials)

    def _chunks(self, parameters: Parameters, rows: Rows) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """Yield slices of the rows with their losses and predictions ``[trials, chunk]``."""
        if goes_trialwise(self.architecture, self.task, self.products, rows.features.device):
            yield slice(None), *measure_trialwise(self.architecture, parameters, rows.features, rows.targets)
            return
        for chunk, outputs, _ in self.outputs(parameters, rows):
            yield chunk, *losses_and_predictions(self.task, outputs, rows.targets[:, chunk])

    def _per_trial(self, values: Tensor) -> Tensor:
        return per_trial(values, self.n_conditions, len(self.target_scales))


def metrics_of_outputs(task: TaskName, outputs: Tensor, targets: Tensor, target_scales: Floats) -> dict[str, Floats]:
    """Return a task's metrics of outputs that no net of the lab gave, by their columns, each ``[trials]``.

    Args:
        task: classification or regression.
        outputs: logits ``[trials, rows, classes]``, or standardised numbers ``[trials, rows, 1]``.
        targets: ``[1, rows]``, of all trials.
        target_scales: as an `Evaluator` has them.
    """
    losses, predicted = losses_and_predictions(task, outputs, targets)
    hits = predicted == targets
    means = {"losses": losses.double().mean(1).numpy(), "hits": hits.double().mean(1).numpy()}
    return {
        metric.column: _of_rows(metric, means[metric.of_rows], target_scales)
        if metric.of_rows
        else _of_split(metric, outputs.double().numpy(), targets.numpy())
        for metric in TASKS[task].metrics
    }


def _of_rows(metric: Metric, mean: Floats, target_scales: Floats) -> Floats:
    return np.sqrt(mean) * target_scales if metric.is_root else mean


def _of_split(metric: Metric, outputs: Floats, targets: npt.NDArray[np.generic]) -> Floats:
    if not outputs.shape[1] or metric.of_split is None:
        return np.full(len(outputs), np.nan)
    with np.errstate(all="ignore"):  # of nets that have diverged
        return metric.of_split(outputs, targets)


def per_trial(values: Tensor, n_conditions: int, n_trials: int) -> Tensor:
    """Repeat ``[datasets, ...]`` over the trials; a dataset shared by all is expanded, not copied."""
    if values.shape[0] == 1:
        return values.expand(n_trials, *values.shape[1:])
    return values.expand(n_conditions, *values.shape).reshape(n_trials, *values.shape[1:])


def accumulator(device: torch.device) -> torch.dtype:
    """Return the type in which many rows are added up: float64 where the device has it."""
    return torch.float32 if device.type == "mps" else torch.float64
