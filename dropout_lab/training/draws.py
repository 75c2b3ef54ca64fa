"""The noise of a pass: lanes drawn once per seed, turned into noise at the rates of every condition.

Layer 0 is the inputs, 1 the first hidden layer, L + 1 the outputs; each has a stream of its own. Row r and unit u of a
layer's values read 16-bit lane ``r * units + u``. Dropconnect masks the weights and biases that a layer is computed
with: weight (i, o) reads lane ``i * out_features + o`` of that layer's stream, bias o lane ``in_features * out_features
+ o``, as if the biases were one row of weights more.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dropout_lab.kernels import gpu, philox
from dropout_lab.kernels.philox import LANES_PER_BLOCK
from dropout_lab.model import Buffers, DrawnMask, PassNoise, ValueNoise
from dropout_lab.noise import KINDS, LaneMask, Noise, law_of
from dropout_lab.randomness import LANES_PER_WORD, Purpose, lanes
from dropout_lab.training.settings import CohortSettings


class NoiseSource:
    """Draw the noise of all layers for any step, rows and purpose.

    The same arguments give the same noise. What `draw` returns lies in buffers that the next call overwrites.

    Args:
        settings: of the cohort: the kind of noise, and its conditions' rates, scalings and schedules.
        n_train: train rows, by which a schedule knows how many updates there are.
        like: gives type and device.
    """

    def __init__(self, settings: CohortSettings, n_train: int, like: Tensor) -> None:
        self._settings = settings
        self._n_steps = settings.total_steps(n_train)
        self._steps_per_epoch = settings.steps_per_epoch(n_train)
        self._like = like
        self._laws = [
            law_of(settings.noise_kind, scaling=condition.scaling, temperature=settings.concrete.temperature)
            for condition in settings.conditions
        ]
        self._stays_undecided = KINDS[settings.noise_kind].has_kernels
        self._full_coefficients = [
            tuple(of.to(like.device) for of in of_layer)
            for of_layer in self._coefficients([1.0] * len(settings.conditions))
        ]
        self._has_schedules = any(not condition.rate_schedule.is_constant for condition in settings.conditions)
        self._seeds = np.array(settings.seeds, dtype=np.uint64)
        self._lane_buffers: dict[tuple[int, tuple[int, int], int], tuple[npt.NDArray[np.uint64], Tensor]] = {}
        self._buffers = Buffers()

    def draw(
        self,
        step: int | Tensor,
        n_rows: int,
        *,
        rate_logits: Sequence[Tensor] = (),
        purpose: Purpose = Purpose.DROPOUT_NOISE,
        first_row: int = 0,
    ) -> PassNoise:
        """Draw the noise of one train-mode pass.

        Args:
            step: the update, or the sample, counted from 0; may be an int64 tensor ``[]``.
            n_rows: rows of the pass.
            rate_logits: `Parameters.rate_logits` of the nets, which noise with learnt rates needs.
            purpose: `DROPOUT_NOISE` for training, where rates follow their schedules; `MC_SAMPLES` for samples of
                trained nets, at the full rates.
            first_row: the row of the split that the pass begins with: chunks of rows draw what the whole split would.
        """
        settings, widths = self._settings, self._settings.architecture.widths
        coefficients = self._coefficients_at(step, purpose, rate_logits)
        masks_weights = KINDS[settings.noise_kind].on_weights
        values: list[ValueNoise | None] = [None] * len(widths)
        masks: list[Tensor | None] = [None] * len(settings.architecture.layers)
        for layer in settings.noisy_layers:
            of_layer = coefficients[layer]
            if masks_weights and layer > 0:
                shape = (widths[layer - 1] + 1, widths[layer])
                drawn = self._draw_lanes(layer, step, purpose, shape)
                masks[layer - 1] = self._apply_law(layer, drawn, of_layer).multipliers
            else:
                shape, first_lane = (n_rows, widths[layer]), first_row * widths[layer]
                values[layer] = self._draw_values(layer, step, purpose, shape, first_lane, of_layer)
        return PassNoise(tuple(values), tuple(masks) if masks_weights else ())

    def thresholds_and_scales(
        self, first_step: int, n_steps: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.floating[Any]]]:
        """Return what bernoulli noise makes of its draws in some updates, or in one where all are alike.

        Returns:
            Both ``[updates, conditions, layers]``, all layers from the inputs to the outputs.
        """
        steps = range(first_step, first_step + n_steps) if self._has_schedules else (first_step,)
        by_step = [self._coefficients_at(step, Purpose.DROPOUT_NOISE, ()) for step in steps]
        thresholds, scales = (
            np.stack([np.stack([of_layer[k].numpy() for of_layer in of_step], -1) for of_step in by_step])
            for k in range(2)
        )
        return thresholds, scales

    def _draw_values(
        self,
        layer: int,
        step: int | Tensor,
        purpose: Purpose,
        shape: tuple[int, int],
        first_lane: int,
        coefficients: Sequence[Tensor],
    ) -> ValueNoise:
        """Return the noise on the values of all trials, ``[trials, *shape]``."""
        drawn = self._draw_lanes(layer, step, purpose, shape, first_lane)
        if self._stays_undecided:
            thresholds, scales = coefficients
            return LaneMask(drawn, thresholds, scales)
        return self._apply_law(layer, drawn, coefficients)

    def _draw_lanes(
        self, layer: int, step: int | Tensor, purpose: Purpose, shape: tuple[int, int], first_lane: int = 0
    ) -> Tensor:
        """Return one lane per element, ``[seeds, *shape]``, as int16."""
        first_block, skipped = divmod(first_lane, LANES_PER_BLOCK)
        words, drawn = self._lane_buffer(layer, shape, skipped)
        philox.fill_words(self._seeds, int(purpose), layer, int(step), first_block, words)
        return drawn.contiguous().to(self._like.device)

    def _lane_buffer(self, layer: int, shape: tuple[int, int], skipped: int) -> tuple[npt.NDArray[np.uint64], Tensor]:
        """Return memory for the words of whole blocks, and its lanes after the first `skipped`, ``[seeds, *shape]``."""
        key = (layer, shape, skipped)
        if key not in self._lane_buffers:
            stop = skipped + prod(shape)
            n_words = -(-stop // LANES_PER_BLOCK) * LANES_PER_BLOCK // LANES_PER_WORD
            words = np.empty((len(self._seeds), n_words), dtype=np.uint64)
            drawn = torch.from_numpy(lanes(words)[:, skipped:stop]).unflatten(1, shape)
            self._lane_buffers[key] = words, drawn
        return self._lane_buffers[key]

    def _apply_law(self, layer: int, drawn: Tensor, coefficients: Sequence[Tensor]) -> Noise:
        """Turn lanes into the noise of all trials, ``[trials, *shape]``."""
        law = self._laws[0]  # they differ in coefficients alone
        shape = (len(self._laws), *drawn.shape)
        buffers = [self._buffers.take(f"{layer} {k}", shape, self._like) for k in range(law.n_buffers)]
        return law.draw(drawn.unsqueeze(0), coefficients, buffers).flatten_trials()

    def _coefficients_at(
        self, step: int | Tensor, purpose: Purpose, rate_logits: Sequence[Tensor]
    ) -> Sequence[tuple[Tensor, ...]]:
        """Return what the law needs of every layer's rates: learnt, on schedule, or as they stand."""
        if rate_logits:
            return [(logits.view(-1, len(self._settings.seeds), 1, 1),) for logits in rate_logits]
        if purpose is not Purpose.DROPOUT_NOISE or not self._has_schedules:
            return self._full_coefficients
        return [tuple(of.to(self._like.device) for of in of_layer) for of_layer in self._scheduled(int(step))]

    def _scheduled(self, step: int) -> list[tuple[Tensor, ...]]:
        """Return the coefficients of an update, on the CPU."""
        schedules = [condition.rate_schedule for condition in self._settings.conditions]
        return self._coefficients([schedule.at(step, self._n_steps, self._steps_per_epoch) for schedule in schedules])

    def _coefficients(self, factors: Sequence[float]) -> list[tuple[Tensor, ...]]:
        """Return the law's coefficients of every layer's rates, each condition's times its factor, on the CPU.

        They are ``[conditions, 1, 1, 1]``; for a mask that stays undecided ``[conditions]``, thresholds as int32.
        """
        by_condition = [
            [law.coefficients(factor * rate) for rate in condition.layer_rates]
            for law, condition, factor in zip(self._laws, self._settings.conditions, factors, strict=True)
        ]
        by_layer = [list(zip(*of_layer, strict=True)) for of_layer in zip(*by_condition, strict=True)]
        dtype = self._like.dtype
        if self._stays_undecided:
            return [(torch.tensor(t, dtype=torch.int32), torch.tensor(scales, dtype=dtype)) for t, scales in by_layer]
        return [tuple(torch.tensor(c, dtype=dtype).view(-1, 1, 1, 1) for c in of_layer) for of_layer in by_layer]


class DeviceNoise(NoiseSource):
    """Draw the noise of a recorded update, which reads its step on the device and draws anew at every replay.

    Call `begin_epoch`, then `draw` with the step as a tensor. On a CUDA device lanes are drawn by kernels that read the
    step themselves, Bernoulli's where they are applied; nothing waits for the device. Elsewhere the CPU reads the step
    and draws, which gives the same noise.

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
            for k, table in enumerate(tables):
                table.copy_(torch.stack([of_step[layer][k] for of_step in by_step]))

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
