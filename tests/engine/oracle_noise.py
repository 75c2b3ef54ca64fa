"""The noise of the plain loop, kind by kind, from literal NumPy Philox words; imports nothing of the engine.

Layer 0 is the inputs, then come the hidden layers, then the outputs. Every formula is written as its paper has it, from
the documented layout of the draws.
"""

from dataclasses import dataclass
from functools import cache
from math import exp

import numpy as np
import torch
from scipy.special import ndtri
from torch import Tensor, nn

DROPOUT_NOISE = 5
SELU_ALPHA, SELU_LAMBDA = 1.6732632423543772, 1.0507009873554805


@dataclass(frozen=True)
class NoiseRecipe:
    """The noise of one trial: rates of the inputs, of every hidden layer, and of the outputs."""

    kind: str
    rates: tuple[float, ...]
    scaling: str
    schedule: str
    schedule_until: float
    schedule_gamma: float
    temperature: float
    length_scale: float
    entropy: float | None


def philox(seed: int, purpose: int, layer: int, step: int, count: int) -> np.ndarray:
    key = np.array([seed, purpose], dtype=np.uint64)
    counter = np.array([0, step, layer, 0], dtype=np.uint64)
    return np.random.Philox(key=key, counter=counter).random_raw(count)


@cache
def signed_lanes(seed: int, layer: int, step: int, count: int) -> Tensor:
    element = np.arange(count)
    words = philox(seed, DROPOUT_NOISE, layer, step, count // 4 + 1)
    lanes = (words[element // 4] >> (16 * (element % 4)).astype(np.uint64) & np.uint64(0xFFFF)).astype(np.int64)
    return torch.from_numpy(np.where(lanes < 32768, lanes, lanes - 65536))


@cache
def deviation_of_every_lane() -> float:
    return float(ndtri((np.arange(65536) + 0.5) / 65536).std())


def quantised(rate: float) -> float:
    return round(65536 * rate) / 65536


def rates_at(recipe: NoiseRecipe, step: int, n_steps: int, steps_per_epoch: int) -> list[float]:
    """Return the rates of update `step`, counted from 0."""
    until = recipe.schedule_until * (steps_per_epoch if isinstance(recipe.schedule_until, int) else n_steps)
    factor = {
        "constant": 1.0,
        "early": 1 - step / until if step < until else 0.0,
        "late": 0.0 if step < until else 1.0,
        "linear": (step + 1) / n_steps,
        "curriculum": 1 - exp(-recipe.schedule_gamma / n_steps * step),
    }[recipe.schedule]
    return [rate * factor for rate in recipe.rates]


class Drawn:
    """What one update draws."""

    def __init__(
        self, recipe: NoiseRecipe, rates: list[float], seed: int, step: int, logits: dict[int, nn.Parameter]
    ) -> None:
        self.recipe, self.rates, self.seed, self.step, self.logits = recipe, rates, seed, step, logits

    def on_values(self, values: Tensor, layer: int) -> Tensor:
        kind = self.recipe.kind
        if not self.recipe.rates[layer] or (kind == "dropconnect" and layer):
            return values
        lanes = signed_lanes(self.seed, layer, self.step, values.numel()).view(values.shape)
        if kind == "gaussian":
            return values * self._gaussian(lanes, layer).to(values.dtype)
        if kind == "alpha":
            return self._alpha(values, lanes, layer)
        if kind == "concrete":
            return self._concrete(values, lanes, layer)
        return values * self._bernoulli(lanes, layer).to(values.dtype)

    def on_layer(self, layer: nn.Linear, number: int) -> tuple[Tensor, Tensor]:
        """Return the weights ``[out, in]`` and biases that layer `number`, 1 being the first, is computed with."""
        if self.recipe.kind != "dropconnect" or not self.recipe.rates[number]:
            return layer.weight, layer.bias
        n_out, n_in = layer.weight.shape
        lanes = signed_lanes(self.seed, number, self.step, n_in * n_out + n_out)
        multipliers = self._bernoulli(lanes, number).to(layer.weight.dtype)
        of_weights, of_biases = multipliers[: n_in * n_out].view(n_in, n_out).T, multipliers[n_in * n_out :]
        return layer.weight * of_weights, layer.bias * of_biases

    def _kept(self, lanes: Tensor, layer: int) -> Tensor:
        return lanes >= -32768 + round(65536 * self.rates[layer])

    def _bernoulli(self, lanes: Tensor, layer: int) -> Tensor:
        kept = self._kept(lanes, layer).double()
        return kept if self.recipe.scaling == "inference" else kept / (1 - quantised(self.rates[layer]))

    def _gaussian(self, lanes: Tensor, layer: int) -> Tensor:
        normal = ndtri((lanes.numpy() + 32768.5) / 65536) / deviation_of_every_lane()
        keep = 1 - quantised(self.rates[layer])
        return torch.from_numpy(1 + ((1 - keep) / keep) ** 0.5 * normal)

    def _alpha(self, values: Tensor, lanes: Tensor, layer: int) -> Tensor:
        q, limit = 1 - quantised(self.rates[layer]), -SELU_LAMBDA * SELU_ALPHA
        a = (q + limit**2 * q * (1 - q)) ** -0.5
        b = -a * (1 - q) * limit
        return a * torch.where(self._kept(lanes, layer), values, limit) + b

    def _concrete(self, values: Tensor, lanes: Tensor, layer: int) -> Tensor:
        u = 1 - (lanes.double() + 32768.5) / 65536
        p = torch.sigmoid(self.logits[layer].double())
        z = torch.sigmoid((p.log() - (1 - p).log() + u.log() - (1 - u).log()) / self.recipe.temperature)
        return values * ((1 - z) / (1 - p)).to(values.dtype)


class Silent(Drawn):
    """Eval mode: nothing is drawn; what was not scaled while training is multiplied by the keep probability."""

    def __init__(self, recipe: NoiseRecipe) -> None:
        super().__init__(recipe, list(recipe.rates), 0, 0, {})

    def on_values(self, values: Tensor, layer: int) -> Tensor:
        return values if self.recipe.kind == "dropconnect" and layer else values * self._keep(layer)

    def on_layer(self, layer: nn.Linear, number: int) -> tuple[Tensor, Tensor]:
        keep = self._keep(number) if self.recipe.kind == "dropconnect" else 1.0
        return layer.weight * keep, layer.bias * keep

    def _keep(self, layer: int) -> float:
        return 1 - quantised(self.rates[layer]) if self.recipe.scaling == "inference" else 1.0


def initial_logits(recipe: NoiseRecipe, dtype: torch.dtype) -> dict[int, nn.Parameter]:
    """Return the logit of every rate that is learnt, by layer."""
    if recipe.kind != "concrete":
        return {}
    return {
        layer: nn.Parameter(torch.tensor(np.log(rate / (1 - rate)), dtype=dtype))
        for layer, rate in enumerate(recipe.rates)
        if rate
    }


def prior_penalty(
    recipe: NoiseRecipe, logits: dict[int, nn.Parameter], layers: list[nn.Linear], n_train: int, *, is_squared: bool
) -> Tensor | float:
    """Return the terms that a learnt rate adds to the mean loss."""
    widths = [layers[0].in_features, *(layer.out_features for layer in layers)]
    entropy_weight = 1 / n_train if recipe.entropy is None else recipe.entropy
    total: Tensor | float = 0.0
    for layer, logit in logits.items():
        p = torch.sigmoid(logit)
        total += entropy_weight * widths[layer] * (p * p.log() + (1 - p) * (1 - p).log())
        if layer < len(layers):
            total += recipe.length_scale**2 / (2 * n_train) * layers[layer].weight.square().sum() / (1 - p)
    return 2 * total if is_squared else total
