"""Passes of trained nets with their noise on: what Monte-Carlo averaging averages.

The noise of a pass is drawn once and serves all conditions of a seed and all points; only learnt rates, which differ
from point to point, want a draw of their own. Layers before the first noise give every pass the same, and run once.
"""

from collections.abc import Iterator, Sequence
from math import prod

import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.evaluation import Rows, per_trial
from dropout_lab.model import Architecture, Parameters, PassNoise, StackedMLP, Workspace, predict
from dropout_lab.model.noisy import with_noise
from dropout_lab.noise import KINDS
from dropout_lab.randomness import Purpose
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.settings import CohortSettings

BYTES_AT_ONCE = 128 * 2**20
"""What the outputs and activations of one chunk of rows may take, whatever the passes, rows and trials. (A chunk has at
least one row; weights come on top, and dropconnect's masks of them.)"""
_ACTIVATION_BYTES = 4 * 2**20  # of one layer of the whole stack: measured alike from 2 to 16 MiB, slower beyond
_BUFFERS_PER_UNIT = 6  # pre-activation, activation, noise in two parts, lanes, and the values before the noise
_TABLES_MEASURED = 3  # log-probabilities, averages, and what is computed of them


class NoisyPasses:
    """Run a cohort's nets with noise on, at the weights of several points.

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
