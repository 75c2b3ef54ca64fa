"""What is to be shown: the request, in plain numbers, and the layer that its noise falls on.

The layer has given values, or units with random weights. Units: ``outputs = activation(parameters) * multipliers +
shifts``, where a unit's parameter is its incoming weight on one input of 1 (given values have no activation).
Dropconnect: ``outputs = parameters * multipliers * inputs``, the contributions of one unit's incoming weights, which
that unit adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropout_lab.noise import KINDS, PLAIN, SCALINGS, Kind, Noise, keep_probability, quantised_rate
from dropout_lab.randomness import Purpose, normals, raw_words

if TYPE_CHECKING:
    from torch import Tensor

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Request:
    """A layer and the noise on it.

    Attributes:
        rate: probability that a unit (or a weight) is dropped, in [0, 1).
        values: of the layer's units, or of one unit's inputs where weights are dropped; empty for a random layer.
        n_units: units of a random layer, where no values are given.
        kind: a name in `noise.KINDS`.
        scaling: a name in `noise.SCALINGS`; does something to kinds that are scaled.
        seed: names the draws, and the random layer.
        n_draws: how many draws to show.
    """

    rate: float
    values: tuple[float, ...] = ()
    n_units: int = 0
    kind: str = PLAIN
    scaling: str = "inverted"
    seed: int = 42
    n_draws: int = 5

    @property
    def noise(self) -> Kind:
        """The kind of noise."""
        return KINDS[self.kind]

    @property
    def drops_weights(self) -> bool:
        """Whether the noise falls on the weights of one unit instead of on units."""
        return self.noise.on_weights

    @property
    def is_scaled_at_inference(self) -> bool:
        """Whether training leaves the survivors as they are, and eval mode multiplies by the keep probability."""
        return SCALINGS[self.scaling].is_at_inference

    @property
    def true_rate(self) -> float:
        """The rate in steps of 1/65536: the probability with which a value is truly dropped.

        >>> Request(0.5).true_rate, Request(1e-6).true_rate
        (0.5, 0.0)
        """
        return quantised_rate(self.rate)

    @property
    def eval_factor(self) -> float:
        """What eval mode multiplies the noisy values by: 1, or the keep probability.

        >>> Request(0.25).eval_factor, Request(0.25, scaling="inference").eval_factor
        (1.0, 0.75)
        """
        return keep_probability(self.rate) if self.is_scaled_at_inference else 1.0


@dataclass(frozen=True)
class Layer:
    """A layer of n noisy values.

    Attributes:
        parameters: what learns, ``[n]``: a weight each, or the given values.
        inputs: what each noisy value is multiplied by afterwards, ``[n]``: ones, or the inputs of dropped weights.
        activation: between the parameters and the noise; None for none.
    """

    parameters: Floats
    inputs: Floats
    activation: str | None = None

    def activated(self, parameters: Tensor) -> Tensor:
        """Return what the noise falls on, keeping the way back for gradients."""
        from dropout_lab.activations import ACTIVATIONS

        if self.activation is None:
            return parameters
        values = parameters.clone()  # activations work in place
        return ACTIVATIONS[self.activation].apply(values, values)

    def outputs(self, parameters: Tensor, noise: Noise) -> Tensor:
        """Return what the layer hands on, ``[draws, n]``."""
        import torch

        noisy = self.activated(parameters) * noise.multipliers
        if noise.shifts is not None:
            noisy = noisy + noise.shifts
        return noisy * torch.from_numpy(self.inputs)


def layer_of(request: Request) -> Layer:
    """Return the layer that a request asks for.

    A random layer's weights are standard normals of the seed's stream of initial weights of layer 1; where weights are
    dropped, they have variance 2/n, as He et al. 2015, and their inputs are the ReLU of the stream of layer 0, which no
    net uses.
    """
    given = np.array(request.values, dtype=np.float64)
    if request.drops_weights:
        if len(given):
            return Layer(np.ones_like(given), given)
        inputs = np.maximum(_normals(request, layer=0), 0)
        return Layer(_normals(request, layer=1) * np.sqrt(2 / request.n_units), inputs)
    if len(given):
        return Layer(given, np.ones_like(given))
    weights = _normals(request, layer=1)
    return Layer(weights, np.ones_like(weights), request.noise.activation or "relu")


def _normals(request: Request, *, layer: int) -> Floats:
    return normals(raw_words(request.seed, Purpose.INITIAL_WEIGHTS, count=request.n_units, layer=layer))
