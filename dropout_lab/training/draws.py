"""The noise of a pass: lanes drawn once per seed, turned into noise at the rates of every condition.

Layer 0 is the inputs, 1 the first hidden layer, L + 1 the outputs; each has a stream of its own. Row r and unit u of a
layer's values read 16-bit lane ``r * units + u``. Dropconnect masks the weights and biases that a layer is computed
with: weight (i, o) reads lane ``i * out_features + o`` of that layer's stream, bias o lane ``in_features * out_features
+ o``, as if the biases were one row of weights more.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import torch
from torch import Tensor

from dropout_lab.model import Buffers, PassNoise
from dropout_lab.noise import Noise, law_of
from dropout_lab.randomness import LANES_PER_WORD, Purpose, lanes, raw_words
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
        self._full_coefficients = self._coefficients([1.0] * len(settings.conditions))
        self._has_schedules = any(condition.rate_schedule.kind != "constant" for condition in settings.conditions)
        self._buffers = Buffers()

    def draw(
        self,
        step: int,
        n_rows: int,
        *,
        rate_logits: Sequence[Tensor] = (),
        purpose: Purpose = Purpose.DROPOUT_NOISE,
        first_row: int = 0,
    ) -> PassNoise:
        """Draw the noise of one train-mode pass.

        Args:
            step: the update, or the sample, counted from 0.
            n_rows: rows of the pass.
            rate_logits: `Parameters.rate_logits` of the nets, which concrete noise needs.
            purpose: `DROPOUT_NOISE` for training, where rates follow their schedules; `MC_SAMPLES` for samples of
                trained nets, at the full rates.
            first_row: the row of the split that the pass begins with: chunks of rows draw what the whole split would.
        """
        settings, widths = self._settings, self._settings.architecture.widths
        coefficients = self._coefficients_at(step, purpose, rate_logits)
        masks_weights = settings.noise_kind == "dropconnect"
        values: list[Noise | None] = [None] * len(widths)
        masks: list[Tensor | None] = [None] * len(settings.architecture.layers)
        for layer in settings.noisy_layers:
            if masks_weights and layer > 0:
                shape, first_lane = (widths[layer - 1] + 1, widths[layer]), 0
            else:
                shape, first_lane = (n_rows, widths[layer]), first_row * widths[layer]
            drawn = self._draw_lanes(layer, step, purpose, shape, first_lane)
            noise = self._draw_noise(layer, drawn, coefficients[layer])
            if masks_weights and layer > 0:
                masks[layer - 1] = noise.multipliers
            else:
                values[layer] = noise
        return PassNoise(tuple(values), tuple(masks) if masks_weights else ())

    def _draw_lanes(self, layer: int, step: int, purpose: Purpose, shape: tuple[int, int], first_lane: int) -> Tensor:
        """Return one lane per element, ``[1, seeds, *shape]``, as int16."""
        first_word, skipped = divmod(first_lane, LANES_PER_WORD)
        stop = skipped + prod(shape)
        count = -(-stop // LANES_PER_WORD)
        drawn = [
            lanes(raw_words(seed, purpose, count=count, layer=layer, step=step, first=first_word))[skipped:stop]
            for seed in self._settings.seeds
        ]
        return torch.from_numpy(np.stack(drawn)).to(self._like.device).view(1, len(drawn), *shape)

    def _draw_noise(self, layer: int, drawn: Tensor, coefficients: Sequence[Tensor]) -> Noise:
        """Turn lanes into the noise of all trials, ``[trials, *shape]``."""
        law = self._laws[0]  # they differ in coefficients alone
        shape = (len(self._laws), *drawn.shape[1:])
        buffers = [self._buffers.take(f"{layer} {number}", shape, self._like) for number in range(law.n_buffers)]
        return law.draw(drawn, coefficients, buffers).flatten_trials()

    def _coefficients_at(
        self, step: int, purpose: Purpose, rate_logits: Sequence[Tensor]
    ) -> Sequence[tuple[Tensor, ...]]:
        """Return what the law needs of every layer's rates: learnt, on schedule, or as they stand."""
        if rate_logits:
            return [(logits.view(-1, len(self._settings.seeds), 1, 1),) for logits in rate_logits]
        if purpose is not Purpose.DROPOUT_NOISE or not self._has_schedules:
            return self._full_coefficients
        schedules = [condition.rate_schedule for condition in self._settings.conditions]
        return self._coefficients([schedule.at(step, self._n_steps, self._steps_per_epoch) for schedule in schedules])

    def _coefficients(self, factors: Sequence[float]) -> list[tuple[Tensor, ...]]:
        """Return the law's coefficients of every layer's rates, each condition's times its factor.

        They are ``[conditions, 1, 1, 1]``.
        """
        by_condition = [
            [law.coefficients(factor * rate) for rate in condition.layer_rates]
            for law, condition, factor in zip(self._laws, self._settings.conditions, factors, strict=True)
        ]
        return [
            tuple(self._like.new_tensor(values).view(-1, 1, 1, 1) for values in zip(*of_layer, strict=True))
            for of_layer in zip(*by_condition, strict=True)
        ]
