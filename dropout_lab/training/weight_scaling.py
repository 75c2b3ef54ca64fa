"""Scaling at inference: the weights that eval mode runs with where nothing was scaled while training.

A unit that was dropped with the rate arrives at inference always, so what reads it is multiplied by the KEEP
probability, 1 - rate. (At rate 0.5 "times the rate" gives the same numbers; at any other it is wrong.) The outputs' own
rate scales the weights and biases that make them. Under dropconnect the weights and biases themselves were dropped.

Source: Srivastava et al. 2014, figure 2: "the outgoing weights of that unit are multiplied by p at test time", where p
is the keep probability. For dropconnect Wan et al. 2013 sample a normal with its moments; this is the mean of that
normal.
"""

from collections.abc import Iterator
from functools import cached_property

import torch
from torch import Tensor

from dropout_lab.model import Parameters
from dropout_lab.noise import KINDS, SCALINGS, keep_probability
from dropout_lab.training.settings import CohortSettings, ConditionSettings


class WeightScaling:
    """The eval-mode weights of a cohort.

    Call `apply` once per measurement, and measure all splits with what it returns. It costs nothing where no condition
    scales at inference.

    Args:
        settings: of the cohort.
        parameters: its live parameters: gives shapes, type and device.
    """

    def __init__(self, settings: CohortSettings, parameters: Parameters) -> None:
        self._parameters = parameters
        self._is_needed = settings.scales_at_inference
        by_condition = [list(_factors(condition, settings.noise_kind)) for condition in settings.conditions]
        self._factors = [
            tuple(self._per_trial(of, len(settings.seeds)) for of in zip(*of_layer, strict=True))
            for of_layer in zip(*by_condition, strict=True)
        ]

    def apply(self, parameters: Parameters) -> Parameters:
        """Return the parameters for eval mode: those given, or a buffer that the next call overwrites."""
        if not self._is_needed:
            return parameters
        scaled = self._scaled
        for layer, (of_weights, of_biases) in enumerate(self._factors):
            torch.mul(parameters.weights[layer], of_weights, out=scaled.weights[layer])
            torch.mul(parameters.biases[layer], of_biases, out=scaled.biases[layer])
        return scaled

    @cached_property
    def _scaled(self) -> Parameters:
        return self._parameters.empty_like()

    def _per_trial(self, of_conditions: tuple[float, ...], n_seeds: int) -> Tensor:
        return self._parameters.weights[0].new_tensor(of_conditions).repeat_interleave(n_seeds).view(-1, 1, 1)


def _factors(condition: ConditionSettings, kind: str) -> Iterator[tuple[float, float]]:
    """Yield the factors on weights and on biases of every layer."""
    is_scaled = SCALINGS[condition.scaling].is_at_inference
    inputs, *hidden, outputs = [keep_probability(rate) if is_scaled else 1.0 for rate in condition.layer_rates]
    if KINDS[kind].on_weights:
        for layer, keep in enumerate([*hidden, outputs]):
            yield (keep if layer else keep * inputs), keep
        return
    for layer, keep in enumerate([inputs, *hidden]):
        of_outputs = outputs if layer == len(hidden) else 1.0
        yield keep * of_outputs, of_outputs
