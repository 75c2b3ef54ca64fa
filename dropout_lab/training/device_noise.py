"""Noise whose step is a number on the device: what a recorded update draws anew each time it is replayed.

On a CUDA device lanes are drawn by kernels that read the step themselves, Bernoulli's where they are applied; nothing
waits for the device. Elsewhere the CPU reads the step and draws, which gives the same noise.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from dropout_lab.kernels import gpu
from dropout_lab.model import DrawnMask, ValueNoise
from dropout_lab.randomness import Purpose
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.settings import CohortSettings


class DeviceNoise(NoiseSource):
    """Draw the noise of training: call `begin_epoch`, then `draw` with the step as a tensor.

    Args:
        settings: as for `NoiseSource`.
        n_train: as for `NoiseSource`.
        like: as for `NoiseSource`.
    """

    def __init__(self, settings: CohortSettings, n_train: int, like: Tensor) -> None:
        super().__init__(settings, n_train, like)
        self._draws_on_device = gpu.serves(like)
        self._device_seeds = torch.tensor(settings.seeds, dtype=torch.int64, device=like.device)
        self._of_epoch = {
            layer: [of.new_empty((self._steps_per_epoch, *of.shape)) for of in self._full_coefficients[layer]]
            for layer in settings.noisy_layers
            if self._has_schedules
        }

    def begin_epoch(self, first_step: int) -> None:
        """Copy what schedules make of the rates to the device, for an epoch that begins with update `first_step`."""
        if not self._has_schedules:
            return
        last_step = self._n_steps - 1  # schedules end there, perhaps amid the epoch
        steps = range(first_step, first_step + self._steps_per_epoch)
        by_step = [self._scheduled(min(step, last_step)) for step in steps]
        for layer, tables in self._of_epoch.items():
            for number, table in enumerate(tables):
                table.copy_(torch.stack([of_step[layer][number] for of_step in by_step]))

    def _coefficients_at(
        self, step: int | Tensor, purpose: Purpose, rate_logits: Sequence[Tensor]
    ) -> Sequence[tuple[Tensor, ...]]:
        if rate_logits or not self._has_schedules or purpose is not Purpose.DROPOUT_NOISE:
            return super()._coefficients_at(step, purpose, rate_logits)
        batch = torch.as_tensor(step, device=self._like.device).remainder(self._steps_per_epoch).view(1)
        n_layers = len(self._full_coefficients)
        return [
            tuple(table.index_select(0, batch)[0] for table in self._of_epoch.get(layer, ()))
            for layer in range(n_layers)
        ]

    def _draw_values(
        self,
        layer: int,
        step: int | Tensor,
        purpose: Purpose,
        shape: tuple[int, int],
        first_lane: int,
        coefficients: Sequence[Tensor],
    ) -> ValueNoise:
        is_drawn_where_applied = self._stays_undecided and self._draws_on_device and first_lane == 0
        if not (is_drawn_where_applied and isinstance(step, Tensor)):
            return super()._draw_values(layer, step, purpose, shape, first_lane, coefficients)
        thresholds, scales = coefficients
        return DrawnMask(self._device_seeds, step, int(purpose), layer, thresholds, scales)

    def _draw_lanes(
        self, layer: int, step: int | Tensor, purpose: Purpose, shape: tuple[int, int], first_lane: int = 0
    ) -> Tensor:
        if not (self._draws_on_device and isinstance(step, Tensor)):
            return super()._draw_lanes(layer, step, purpose, shape, first_lane)
        from dropout_lab.kernels.gpu.philox import fill_lanes

        seeds = self._device_seeds
        drawn = torch.empty((len(seeds), prod(shape)), dtype=torch.int16, device=seeds.device)
        fill_lanes(drawn, seeds, step, purpose=int(purpose), layer=layer, first_lane=first_lane)
        return drawn.view(-1, *shape)
