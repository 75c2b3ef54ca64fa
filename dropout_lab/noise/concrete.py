"""Concrete noise: a soft Bernoulli whose rate is learnt, by the gradient of the objective in the rate itself.

A unit is dropped by a share z between 0 and 1 that is nearly always close to either end; as the temperature falls to 0,
z becomes Bernoulli dropout's 0 or 1. Since z is smooth in the rate, so is the objective.

Source: Gal, Hron & Kendall 2017, "Concrete dropout", equation 5; their p is the rate:
z = sigmoid((logit p + logit u) / t) with u uniform, and the values are multiplied by (1 - z) / (1 - p).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, ClassVar

from dropout_lab.noise.kind import Kind, Moments, Noise, Shown
from dropout_lab.noise.lanes import LaneTable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor


@dataclass(frozen=True)
class Concrete:
    """Soft multipliers, with the scores that a gradient in the rate's logit needs.

    A lane is read as u = 1 - (lane + 32768.5) / 65536: as the temperature falls to 0, the multipliers become those of
    `Bernoulli` at the same lanes, low lanes being the dropped ones.

    Attributes:
        temperature: above 0; the paper's 0.1.
    """

    temperature: float = 0.1
    n_buffers: ClassVar[int] = 2

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return the logit of the rate, where learning starts: minus infinity at 0, which drops nothing."""
        return (log(rate / (1 - rate)) if rate else -inf,)

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """See `Law.draw`; the only coefficient may differ from trial to trial: ``[conditions, seeds, 1, ...]``.

        The scores are ``d log multiplier / d logit = rate - z / temperature``.
        """
        import torch

        multipliers, scores = buffers
        (logits,) = coefficients
        t = self.temperature
        uniform_logits = UNIFORM_LOGITS.look_up(lanes, like=multipliers)
        keep = torch.add(uniform_logits, logits, out=multipliers).mul_(-1 / t).sigmoid_()
        torch.mul(keep, 1 / t, out=scores).add_(logits.sigmoid() - 1 / t)
        return Noise(keep.mul_(1 + logits.exp()), scores=scores)

    def moments(self, value: float, rate: float) -> Moments:
        """See `Law.moments`: over all lanes, since there is no closed form."""
        import numpy as np

        (logit,) = self.coefficients(rate)
        with np.errstate(over="ignore"):
            multipliers = 1 / (1 + np.exp((UNIFORM_LOGITS.values() + logit) / self.temperature)) / (1 - rate)
        return Moments(float(value * multipliers.mean()), float(value**2 * multipliers.var()))


def _uniform_logits(middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    import numpy as np

    logits: npt.NDArray[np.float64] = np.log((1 - middles) / middles)
    return logits


UNIFORM_LOGITS = LaneTable(_uniform_logits)
"""The logit of every lane's uniform, which is 1 minus the middle of the lane's cell."""


CONCRETE = Kind(
    name="concrete",
    law=lambda options: Concrete(options.temperature),
    does="learns each layer's rate, and begins at the rates given",
    title="Concrete dropout",
    noun="concrete dropout",
    sentence=(
        "Concrete dropout learns each layer's rate by the gradient of the objective, beginning at the rate in a "
        "condition's name. Its units are switched off softly, and the objective is charged for rates far from 0.5 and "
        "for large weights."
    ),
    paper=(
        r"concrete dropout \cite{gal2017} learnt the rate of every layer by the gradient of the objective, starting at "
        "$r$"
    ),
    paper_options=(
        "Concrete dropout had temperature {concrete_temperature}, length scale {concrete_length_scale} and entropy "
        "weight {concrete_entropy}."
    ),
    citations=("gal2017",),
    shown=Shown(
        drawn=(
            "Off at random, softly: at each update every unit is multiplied by (1 - z)/(1 - rate), where z lies "
            "between 0 and 1 and nearly always close to one of them. {off} marks z above 0.5. Since z is smooth in the "
            "rate, the rate can be learnt."
        ),
        learning="What is off contributes and learns less; not nothing, since it is off only softly.",
        kept=(
            "Scaling keeps the expected value, nearly: soft noise has no closed form; theory averages all its draws."
        ),
    ),
    options=("concrete_temperature", "concrete_length_scale", "concrete_entropy"),
    learns_rates=True,
    is_soft=True,
)
