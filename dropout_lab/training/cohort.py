"""The training of a cohort: epochs of updates, and what is measured after each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from dropout_lab.evaluation import Evaluator, Floats, Measurement, RowResults, Rows
from dropout_lab.metrics import TASKS
from dropout_lab.model import Parameters, initial_parameters
from dropout_lab.training.dispatch import training_step
from dropout_lab.training.learnt_rates import LearntRates
from dropout_lab.training.monte_carlo import Inference, InferenceMeter
from dropout_lab.training.points import POINTS, PointTracker
from dropout_lab.training.settings import CohortData, CohortSettings
from dropout_lab.training.weight_scaling import WeightScaling


@dataclass(frozen=True)
class EpochRecord:
    """One evaluation of a cohort.

    Attributes:
        epoch: counted from 1.
        metrics: the columns of a curve, each ``[trials]``; those on true labels too under label noise, and
            `learnt_rate_<layer>` where rates are learnt.
        is_recorded: ``[trials]``; False for a trial that had already diverged before.
    """

    epoch: int
    metrics: dict[str, Floats]
    is_recorded: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TrainingResult:
    """What is known of a cohort when its training has ended. Arrays are ``[trials]`` unless said otherwise.

    Attributes:
        diverged: a loss was not finite.
        point_index: evaluation (counted from 0) of every point, -1 where there is none.
        stopped_index: evaluation at which patience ran out, -1 for never.
        test: measurement of the test rows at every point; empty without test rows.
        rows: per-row losses and predictions by ``(split, point)``, if asked for.
        n_steps: updates made.
        inference: weight scaling and Monte-Carlo averages at every point, if the settings ask for samples.
    """

    diverged: npt.NDArray[np.bool_]
    point_index: dict[str, npt.NDArray[np.int64]]
    stopped_index: npt.NDArray[np.int64]
    test: dict[str, Measurement]
    rows: dict[tuple[str, str], RowResults]
    n_steps: int
    inference: Inference | None = None


class CohortTraining:
    """Train one cohort: iterate over `epochs()`, then call `finish()`.

    Args:
        settings: plain numbers.
        data: tensors on the device to train on.
    """

    def __init__(self, settings: CohortSettings, data: CohortData) -> None:
        self.settings = settings
        self.data = data
        features = data.train.features
        n_conditions, n_seeds = len(settings.conditions), len(settings.seeds)
        self._parameters = initial_parameters(
            settings.architecture, settings.seeds, n_conditions, dtype=settings.dtype, device=features.device
        )
        self._learnt_rates = LearntRates(settings, len(data.train), features) if settings.learns_rates else None
        if self._learnt_rates is not None:
            self._parameters = replace(self._parameters, rate_logits=self._learnt_rates.initial_logits())
        self._step = training_step(settings, data, self._parameters, self._learnt_rates)
        self._weight_scaling = WeightScaling(settings, self._parameters)
        scales = np.broadcast_to(data.target_scales, (n_conditions, n_seeds)).reshape(-1)
        self._evaluator = Evaluator(settings.architecture, settings.task, n_conditions, scales, settings.products)
        self._points = PointTracker(self._parameters, settings.patience)
        self._is_alive = np.ones(settings.n_trials, dtype=bool)
        self._had_finite_objectives = np.ones(settings.n_trials, dtype=bool)
        self._last_index = np.full(settings.n_trials, -1)
        self._n_evaluations = 0

    @torch.inference_mode()
    def epochs(self) -> Iterator[EpochRecord | None]:
        """Train, yielding after every epoch its record, or None where it is not evaluated.

        Ends early when every trial has diverged.
        """
        n_train = len(self.data.train)
        for epoch in range(1, self.settings.total_epochs(n_train) + 1):
            objective: Floats = self._step.run_epoch(epoch - 1).cpu().double().numpy()
            self._had_finite_objectives &= np.isfinite(objective)
            is_evaluated = self.settings.is_evaluated(epoch, n_train)
            yield self._record(epoch, objective) if is_evaluated else None
            if not self._is_alive.any():
                return

    def _record(self, epoch: int, objective: Floats) -> EpochRecord:
        """Measure train and val at the same weights, and follow points and divergence."""
        task = TASKS[self.settings.task]
        parameters = self._weight_scaling.apply(self._parameters)
        train = self._evaluator.measure(parameters, self.data.measured_train)
        val = self._evaluator.measure(parameters, self.data.val)
        is_finite = self._had_finite_objectives & np.isfinite(train.loss) & np.isfinite(val.loss)
        metrics = {f"objective_{task.loss.column}": objective}
        for metric in task.metrics:
            of_train, of_val = train.values[metric.column], val.values[metric.column]
            with np.errstate(invalid="ignore"):
                gap = metric.gap(of_train, of_val)
            metrics |= {f"train_{metric.column}": of_train, f"val_{metric.column}": of_val, f"{metric.column}_gap": gap}
        metrics |= {f"train_true_{column}": values for column, values in train.on_truth.items()}
        if self._learnt_rates is not None:
            metrics |= self._learnt_rates.metrics(self._parameters)
        was_alive = self._is_alive
        self._is_alive = was_alive & is_finite
        self._last_index[was_alive] = self._n_evaluations
        self._points.update(val.loss, self._is_alive)
        self._n_evaluations += 1
        return EpochRecord(epoch, metrics, was_alive)

    @torch.inference_mode()
    def finish(self, *, keep_rows: bool = False) -> TrainingResult:
        """Measure test at the three points, once.

        Args:
            keep_rows: also return the loss and prediction of every val and test row at the points.
        """
        at_points = self._points.finish()
        indices = (self._last_index, self._points.best_index, self._points.stop_index)
        point_index = dict(zip(POINTS, indices, strict=True))
        has_test = len(self.data.test) > 0
        splits = {"val": self.data.val} | ({"test": self.data.test} if has_test else {})
        return TrainingResult(
            diverged=~self._is_alive,
            point_index=point_index,
            stopped_index=self._points.stopped_index,
            test={point: self._measure_test(parameters) for point, parameters in at_points.items()} if has_test else {},
            rows={
                (split, point): self._measure_rows(parameters, rows, is_there=self._is_alive)
                for split, rows in splits.items()
                for point, parameters in at_points.items()
                if keep_rows
            },
            n_steps=self._step.n_made,
            inference=self._measure_inference(at_points, point_index) if self.settings.mc_samples else None,
        )

    def _measure_test(self, parameters: Parameters) -> Measurement:
        return self._evaluator.measure(self._weight_scaling.apply(parameters), self.data.test)

    def _measure_inference(
        self, at_points: dict[str, Parameters], point_index: dict[str, npt.NDArray[np.int64]]
    ) -> Inference:
        meter = InferenceMeter(self.settings, self.data, self._evaluator, self._weight_scaling)
        return meter.measure(at_points, point_index, self._is_alive)

    def _measure_rows(self, parameters: Parameters, rows: Rows, *, is_there: npt.NDArray[np.bool_]) -> RowResults:
        """Measure every row; a trial that has diverged has no loss (nan) and no prediction (-1 or nan)."""
        losses, predicted = self._evaluator.measure_rows(self._weight_scaling.apply(parameters), rows)
        losses[~is_there] = np.nan
        predicted[~is_there] = TASKS[self.settings.task].no_prediction
        return losses, predicted
