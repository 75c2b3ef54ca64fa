"""Concrete noise: a soft Bernoulli whose rate is learnt, by the gradient of the objective in the rate itself.

Floor 0. A unit is dropped by a share z between 0 and 1 that is nearly always close to either end; as the temperature
falls to 0, z becomes Bernoulli dropout's 0 or 1. Since z is smooth in the rate, so is the objective.

Source: Gal, Hron & Kendall 2017, "Concrete dropout", equation 5; their p is the rate:
z = sigmoid((logit p + logit u) / t) with u uniform, and the values are multiplied by (1 - z) / (1 - p).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, ClassVar

from dropout_lab.noise.lane_table import LaneTable
from dropout_lab.noise.law import Moments, Noise

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
