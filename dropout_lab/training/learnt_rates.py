"""Learnt rates: where they start, what keeps them from 0 or 1, and what is logged of them.

The objective of a learnt rate is the data loss plus the distance of its noise from a prior, whose gradients are written
out here; the data loss alone would drive most rates to 0. The objective loss that is recorded stays the data loss.

Source: Gal, Hron & Kendall 2017, "Concrete dropout", equations 3 and 4. Their p is our rate; their M is our W / (1-p),
since we scale the survivors while training. Per row, for every layer with K units that the weights W read:
entropy_weight * K * (p log p + (1-p) log(1-p)) + l^2 / (2 N) * ||W||^2 / (1-p).
"""

import torch
from torch import Tensor

from dropout_lab.evaluation import Floats
from dropout_lab.metrics import TASKS
from dropout_lab.model import Parameters
from dropout_lab.noise import law_of
from dropout_lab.training.settings import CohortSettings


class LearntRates:
    """The rates that a cohort of concrete noise learns.

    Args:
        settings: of the cohort.
        n_train: their N.
        like: gives type and device.
    """

    def __init__(self, settings: CohortSettings, n_train: int, like: Tensor) -> None:
        self._settings = settings
        self._like = like
        per_nat = TASKS[settings.task].loss_per_nat
        entropy = settings.concrete.entropy
        self._entropy_weight = per_nat * (1 / n_train if entropy is None else entropy)
        self._weight_penalty = per_nat * settings.concrete.length_scale**2 / n_train

    def initial_logits(self) -> tuple[Tensor, ...]:
        """Return `Parameters.rate_logits` at the start of training: every condition's own rates."""
        law, n_seeds = law_of(self._settings.noise_kind), len(self._settings.seeds)
        by_layer = zip(*(condition.layer_rates for condition in self._settings.conditions), strict=True)
        return tuple(
            self._like.new_tensor([law.coefficients(rate)[0] for rate in rates for _ in range(n_seeds)]).view(-1, 1, 1)
            for rates in by_layer
        )

    def add_prior_gradients(self, parameters: Parameters, gradients: Parameters) -> None:
        """Add the prior's gradients in the logits and in the weights that read a layer, in place.

        To a trial that does not learn the layer's rate nothing is added.
        """
        widths = self._settings.architecture.widths
        for layer in self._settings.noisy_layers:
            logits = parameters.rate_logits[layer]
            rates, odds = logits.sigmoid(), logits.exp()
            slope = self._entropy_weight * widths[layer] * _finite(logits) * rates * (1 - rates)
            if self._weight_penalty and layer < len(parameters.weights):
                weights = parameters.weights[layer]
                squares = torch.linalg.vector_norm(weights, dim=(1, 2), keepdim=True).square_()
                slope += self._weight_penalty / 2 * squares * odds
                gradients.weights[layer].addcmul_(weights, self._weight_penalty * (1 + odds) * logits.isfinite())
            gradients.rate_logits[layer].add_(slope)

    def metrics(self, parameters: Parameters) -> dict[str, Floats]:
        """Return `learnt_rate_<layer>` of every trial; nan where it learns none."""
        n_layers = len(parameters.rate_logits)
        names = {layer: str(layer) for layer in range(1, n_layers - 1)}
        names |= {
            layer: name
            for layer, name in ((0, "inputs"), (n_layers - 1, "outputs"))
            if layer in self._settings.noisy_layers
        }
        logits = {name: parameters.rate_logits[layer].flatten() for layer, name in sorted(names.items())}
        return {
            f"learnt_rate_{name}": torch.where(of_layer.isneginf(), torch.nan, of_layer.sigmoid())
            .cpu()
            .double()
            .numpy()
            for name, of_layer in logits.items()
        }


def _finite(logits: Tensor) -> Tensor:
    """Return the logits with 0 for a rate that is not learnt."""
    return logits.nan_to_num(neginf=0.0)
