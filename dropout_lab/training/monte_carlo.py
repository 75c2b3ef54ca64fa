"""Inference at the points: weight scaling for every trial, and Monte-Carlo averaging for those with noise.

Both are measured at the same weights by the same sums. The noise of a pass is drawn once and serves every condition of
a seed, every point and every chunk of rows, so that what differs between them is not the luck of the draw; only learnt
rates, which differ from point to point, want a draw of their own.

Sources: Srivastava et al. 2014, section 7.5 (how many sampled nets it takes to meet weight scaling); Gal & Ghahramani
2016, "Dropout as a Bayesian approximation" (the mean over passes with noise on, and their spread).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.evaluation import (
    Averages,
    ClassSamples,
    Evaluator,
    Floats,
    NumberSamples,
    Rows,
    Samples,
    passes_differ,
    per_trial,
    sample_counts,
)
from dropout_lab.metrics import TASKS
from dropout_lab.model import Architecture, Parameters, PassNoise, StackedMLP, Workspace, predict
from dropout_lab.model.noisy import with_noise
from dropout_lab.model.parameters import outputs_first
from dropout_lab.noise import KINDS
from dropout_lab.randomness import Purpose
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.settings import CohortData, CohortSettings, ConditionSettings
from dropout_lab.training.weight_scaling import WeightScaling

BYTES_AT_ONCE = 128 * 2**20
"""What the outputs and activations of one chunk of rows may take, whatever the passes, rows and trials. (A chunk has at
least one row; weights come on top, and dropconnect's masks of them.)"""
_ACTIVATION_BYTES = 4 * 2**20  # of one layer of the whole stack: measured alike from 2 to 16 MiB, slower beyond
_BUFFERS_PER_UNIT = 6  # pre-activation, activation, noise in two parts, lanes, and the values before the noise
_TABLES_MEASURED = 3  # log-probabilities, averages, and what is computed of them

Key = tuple[str, str]
"""Split and point."""


@dataclass(frozen=True)
class Inference:
    """What the trained nets of a cohort are worth, by either way of using them.

    Attributes:
        weight_scaling: one pass in eval mode, by split and point; arrays ``[1, trials]``.
        n_samples: the numbers of passes that were averaged.
        sampled: the trials that have noise to sample, as indices.
        monte_carlo: averages over passes, by split and point; arrays ``[counts, sampled trials]``.
        lacks_spread: ``[trials]``; True where noise was on and yet, at some point, every pass gave every row the same
            output: an average of such passes would be one pass in disguise. To be left out, and named.
    """

    weight_scaling: dict[Key, Averages]
    n_samples: tuple[int, ...]
    sampled: npt.NDArray[np.int64]
    monte_carlo: dict[Key, Averages]
    lacks_spread: npt.NDArray[np.bool_]


def can_be_sampled(condition: ConditionSettings) -> bool:
    """Tell whether a condition has noise, at rates that stayed: of rates that changed, none is the one to sample at."""
    return any(condition.layer_rates) and condition.rate_schedule.is_constant


class InferenceMeter:
    """Measure what trained nets are worth, by either way of using them.

    Args:
        settings: of the cohort.
        data: its rows; val is measured, and test where there is any.
        evaluator: of the cohort: eval mode.
        weight_scaling: of the cohort: the weights of eval mode.
    """

    def __init__(
        self, settings: CohortSettings, data: CohortData, evaluator: Evaluator, weight_scaling: WeightScaling
    ) -> None:
        self._settings = settings
        self._n_train = len(data.train)
        self._splits = {"val": data.val} | ({"test": data.test} if len(data.test) else {})
        self._evaluator = evaluator
        self._weight_scaling = weight_scaling
        self._counts = sample_counts(settings.mc_samples)
        n_seeds = len(settings.seeds)
        sampled = [i for i, condition in enumerate(settings.conditions) if can_be_sampled(condition)]
        self._noisy = replace(settings, conditions=tuple(settings.conditions[i] for i in sampled))
        self._sampled = np.array([i * n_seeds + seed for i in sampled for seed in range(n_seeds)], dtype=np.int64)

    def measure(
        self,
        points: Mapping[str, Parameters],
        indices: Mapping[str, npt.NDArray[np.int64]],
        is_alive: npt.NDArray[np.bool_],
    ) -> Inference:
        """Measure at every point; where two of them are the same evaluation, only once.

        Args:
            points: the parameters at every point, as they were trained.
            indices: the evaluation of every point, ``[trials]`` each.
            is_alive: trials that have not diverged; what is returned of the others means nothing.
        """
        first_alike = _first_alike(indices, is_alive)
        distinct = {point: points[point] for point in dict.fromkeys(first_alike.values())}
        monte_carlo, differ = self._monte_carlo(distinct) if len(self._sampled) else ({}, np.ones(0, dtype=bool))
        lacks_spread = np.zeros(self._settings.n_trials, dtype=bool)
        lacks_spread[self._sampled] = ~differ
        weight_scaling = {
            (split, point): self._in_eval_mode(parameters, rows)
            for point, parameters in distinct.items()
            for split, rows in self._splits.items()
        }
        return Inference(
            weight_scaling=_at_all(weight_scaling, first_alike),
            n_samples=self._counts,
            sampled=self._sampled,
            monte_carlo=_at_all(monte_carlo, first_alike),
            lacks_spread=lacks_spread & is_alive,
        )

    def _in_eval_mode(self, parameters: Parameters, rows: Rows) -> Averages:
        samples = self._samples((1,), 1, self._evaluator.target_scales)
        for _, outputs, targets in self._evaluator.outputs(self._weight_scaling.apply(parameters), rows):
            samples.add(outputs.mT.unsqueeze(0), targets)
        return samples.averages()

    def _monte_carlo(self, points: Mapping[str, Parameters]) -> tuple[dict[Key, Averages], npt.NDArray[np.bool_]]:
        """Return the averages by split and point, and which sampled trials have passes that differ at every point."""
        n_samples, scales = self._settings.mc_samples, self._evaluator.target_scales[self._sampled]
        passes = NoisyPasses(self._noisy, [self._of_sampled(p) for p in points.values()], self._n_train)
        averages: dict[Key, Averages] = {}
        differ = torch.zeros(len(points), len(self._sampled), dtype=torch.bool)
        for split, rows in self._splits.items():
            of_points = [self._samples(self._counts, n_samples, scales) for _ in points]
            for tables, targets in passes.tables(rows, n_samples):
                for samples, table in zip(of_points, tables, strict=True):
                    samples.add(table, targets)
                differ |= torch.stack([passes_differ(table) for table in tables]).cpu()
            averages |= {(split, point): of.averages() for point, of in zip(points, of_points, strict=True)}
        return averages, differ.all(0).numpy()

    def _samples(self, counts: Sequence[int], n_passes: int, target_scales: Floats) -> Samples:
        device = self._splits["val"].features.device
        if TASKS[self._settings.task].predicts_classes:
            return ClassSamples(counts, n_passes, len(target_scales), device)
        return NumberSamples(counts, n_passes, target_scales, device)

    def _of_sampled(self, parameters: Parameters) -> Parameters:
        """Return the parameters of the sampled trials, laid out in memory as they were."""
        indices = torch.from_numpy(self._sampled).to(parameters.weights[0].device)

        def select(tensor: Tensor) -> Tensor:
            selected = tensor.index_select(0, indices)
            return selected if tensor.is_contiguous() else outputs_first(selected)

        of_each = (parameters.weights, parameters.biases, parameters.rate_logits)
        return Parameters(*(tuple(map(select, tensors)) for tensors in of_each))


def _first_alike(indices: Mapping[str, npt.NDArray[np.int64]], is_alive: npt.NDArray[np.bool_]) -> dict[str, str]:
    """Return, for every point, the first one that lies at the same evaluation in all trials that count."""
    return {
        point: next(name for name, other in indices.items() if np.array_equal(other[is_alive], index[is_alive]))
        for point, index in indices.items()
    }


def _at_all(measured: Mapping[Key, Averages], first_alike: Mapping[str, str]) -> dict[Key, Averages]:
    """Return what was measured at the first of alike points at all of them."""
    return {
        (split, point): averages
        for (split, measured_at), averages in measured.items()
        for point, first in first_alike.items()
        if first == measured_at
    }


class NoisyPasses:
    """Run a cohort's nets with noise on, at the weights of several points.

    Layers before the first noise give every pass the same, and run once.

    Args:
        settings: of conditions that all have noise.
        points: the parameters at every point, as they were trained: sampling needs no scaling of weights.
        n_train: train rows of the cohort.
    """

    def __init__(self, settings: CohortSettings, points: Sequence[Parameters], n_train: int) -> None:
        self._settings = settings
        self._points = points
        self._noise = NoiseSource(settings, n_train, points[0].weights[0])
        self._cut = _layers_before_noise(settings)
        after = Architecture(settings.architecture.widths[self._cut :], settings.architecture.activation)
        self._nets = [
            StackedMLP(after, Parameters(point.weights[self._cut :], point.biases[self._cut :]), settings.products)
            for point in points
        ]

    def tables(self, rows: Rows, n_samples: int) -> Iterator[tuple[list[Tensor], Tensor]]:
        """Run `n_samples` passes over all rows, some rows at a time.

        Pass t over row r has the same noise in whatever chunks the rows come.

        Yields:
            Outputs at every point, each ``[passes, trials, out_features, rows]``, which the next chunk overwrites; and
            targets ``[trials, rows]``.
        """
        n_conditions, n_trials = len(self._settings.conditions), self._settings.n_trials
        chunk_rows = min(len(rows), self._rows_at_once(n_samples))
        shape = (n_samples, n_trials, self._settings.architecture.widths[-1])
        memory = rows.features.new_empty(len(self._points), prod(shape) * chunk_rows)
        for first_row in range(0, len(rows), chunk_rows):
            chunk = slice(first_row, min(first_row + chunk_rows, len(rows)))
            features = per_trial(rows.features[:, chunk], n_conditions, n_trials)
            n_rows = features.shape[1]
            tables = list(memory[:, : prod(shape) * n_rows].view(-1, *shape, n_rows))
            self._fill(tables, features, first_row)
            yield tables, per_trial(rows.targets[:, chunk], n_conditions, n_trials)

    def _fill(self, tables: Sequence[Tensor], features: Tensor, first_row: int) -> None:
        """Write the outputs of every pass over a chunk that begins at row `first_row` of its split."""
        n_trials, n_rows, _ = features.shape
        workspace = Workspace(self._nets[0].architecture, n_trials, n_rows, features)
        noisy = workspace.inputs
        values = [self._before_noise(point, features) for point in self._points]
        for sample in range(len(tables[0])):
            noise = None
            for point, net, before, table in zip(self._points, self._nets, values, tables, strict=True):
                if noise is None or point.rate_logits:
                    noise = self._noise.draw(
                        sample,
                        n_rows,
                        rate_logits=point.rate_logits,
                        purpose=Purpose.MC_SAMPLES,
                        first_row=first_row,
                    )
                workspace.inputs = with_noise(before, noise.values[self._cut], out=noisy)
                later = PassNoise((None, *noise.values[self._cut + 1 :]), noise.masks[self._cut :])
                table[sample] = net.forward(workspace, later).mT

    def _before_noise(self, point: Parameters, features: Tensor) -> Tensor:
        """Return the values that the first noise meets, ``[trials, rows, units]``."""
        if self._cut == 0:
            return features
        whole = self._settings.architecture
        before = predict(
            Architecture(whole.widths[: self._cut + 1], whole.activation),
            Parameters(point.weights[: self._cut], point.biases[: self._cut]),
            features,
            self._settings.products,
        )
        return ACTIVATIONS[whole.activation].apply(before, torch.empty_like(before)).contiguous()

    def _rows_at_once(self, n_samples: int) -> int:
        """Return how many rows make a chunk that stays within `BYTES_AT_ONCE`, and the activations in the cache."""
        widths = self._settings.architecture.widths
        bytes_per_number = self._settings.n_trials * self._settings.dtype.itemsize
        numbers = n_samples * widths[-1] * (len(self._points) + _TABLES_MEASURED) + _BUFFERS_PER_UNIT * sum(widths)
        fitting = BYTES_AT_ONCE // (numbers * bytes_per_number)
        return max(1, min(fitting, max(32, _ACTIVATION_BYTES // (max(widths) * bytes_per_number))))


def _layers_before_noise(settings: CohortSettings) -> int:
    """Return how many layers of weights, at most all but the last, come before anything is random."""
    first = settings.noisy_layers[0]
    if KINDS[settings.noise_kind].on_weights and first > 0:
        first -= 1  # it is the layer's own weights that are dropped
    return min(first, len(settings.architecture.layers) - 1)
