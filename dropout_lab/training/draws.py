"""What a training step draws: which rows, and which units are off. All of it belongs to the seeds, none to a rate."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from dropout_lab.evaluation import Rows
from dropout_lab.noise import lane_threshold, noise_multipliers, survivor_scale
from dropout_lab.randomness import Purpose, lanes, permutation, raw_words


class BatchOrder:
    """Batches of one epoch after another, in an order of each seed's own.

    Epoch ``e`` (from 0) of a seed is the permutation of step ``e``; batch ``b`` is its rows ``b * batch_size`` onwards.
    """

    def __init__(self, train: Rows, seeds: Sequence[int], n_conditions: int) -> None:
        self._rows = train
        self._seeds = seeds
        self._n_conditions = n_conditions
        self._features = train.features.flatten(0, 1)
        self._targets = train.targets.flatten(0, 1)
        offsets = torch.arange(len(seeds)) * len(train) if train.features.shape[0] > 1 else torch.zeros(len(seeds))
        self._offsets = offsets.to(torch.int64).view(-1, 1)
        self._order = self._offsets

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of epoch `epoch`, counted from 0."""
        orders = [permutation(s, Purpose.BATCH_ORDER, count=len(self._rows), step=epoch) for s in self._seeds]
        self._order = (torch.from_numpy(np.stack(orders)) + self._offsets).to(self._features.device)

    def take(self, start: int, stop: int, *, out: Tensor) -> Tensor:
        """Copy the features of rows ``start .. stop`` of the epoch to `out` and return their targets.

        Args:
            start: first row.
            stop: row after the last.
            out: ``[trials, stop - start, in_features]``.

        Returns:
            Targets ``[trials, stop - start]``.
        """
        index = self._order[:, start:stop].reshape(-1)
        shape = (len(self._seeds), stop - start)
        out.view(self._n_conditions, *shape, -1).copy_(self._features.index_select(0, index).view(*shape, -1))
        targets = self._targets.index_select(0, index).view(shape)
        return targets.expand(self._n_conditions, *shape).reshape(-1, stop - start)


class DropoutNoise:
    """Multipliers of every noisy layer, drawn once per seed and shared by all rates.

    The draw of row ``b``, unit ``u`` of layer ``l`` (0 = the inputs) at step ``k`` is 16-bit lane ``b * units + u`` of
    that seed's stream of layer ``l`` and step ``k``.

    Args:
        widths: units of the inputs and of every hidden layer.
        rates: of the same layers, one tuple per condition.
        seeds: one stream of draws each.
        like: gives type and device.
    """

    def __init__(
        self, widths: Sequence[int], rates: Sequence[tuple[float, ...]], seeds: Sequence[int], like: Tensor
    ) -> None:
        self._widths = widths
        self._seeds = seeds
        self._is_noisy = [any(layer_rates) for layer_rates in zip(*rates, strict=True)]
        self._thresholds = like.new_tensor([[lane_threshold(r) for r in layers] for layers in rates])
        self._scales = like.new_tensor([[survivor_scale(r) for r in layers] for layers in rates])
        self._buffers: dict[tuple[int, int], Tensor] = {}

    def draw(self, step: int, batch_rows: int) -> list[Tensor | None]:
        """Return the multipliers ``[trials, batch_rows, units]`` of every layer at `step`; None where none drops."""
        return [self._layer(layer, step, batch_rows) if noisy else None for layer, noisy in enumerate(self._is_noisy)]

    def _layer(self, layer: int, step: int, batch_rows: int) -> Tensor:
        n_conditions, n_seeds, width = len(self._thresholds), len(self._seeds), self._widths[layer]
        key = (layer, batch_rows)
        if key not in self._buffers:
            self._buffers[key] = self._thresholds.new_empty((n_conditions, n_seeds, batch_rows, width))
        n_lanes = batch_rows * width
        drawn = np.stack(
            [
                lanes(raw_words(seed, Purpose.DROPOUT_NOISE, count=-(-n_lanes // 4), layer=layer, step=step))[:n_lanes]
                for seed in self._seeds
            ]
        )
        floats = torch.from_numpy(drawn).to(self._thresholds.device).to(self._thresholds.dtype)
        multipliers = noise_multipliers(
            floats.view(1, n_seeds, batch_rows, width),
            self._thresholds[:, layer].view(-1, 1, 1, 1),
            self._scales[:, layer].view(-1, 1, 1, 1),
            out=self._buffers[key],
        )
        return multipliers.flatten(0, 1)
