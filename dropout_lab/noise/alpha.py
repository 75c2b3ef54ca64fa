"""Alpha dropout: a dropped unit takes SELU's negative limit instead of 0, and all are then shifted back into shape.

On values with mean 0 and variance 1, as SELU layers give, mean and variance stay what they were; multiplying by 0 would
pull both away from where SELU holds them.

Source: Klambauer et al. 2017, "Self-normalizing neural networks", section 2; their q is the keep probability. With
alpha' = -lambda alpha: out = a (x k + alpha' (1 - k)) + b, where a = (q + alpha'^2 q (1 - q))^(-1/2) and
b = -a (1 - q) alpha'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dropout_lab.noise.bernoulli import noise_multipliers
from dropout_lab.noise.kind import Kind, Moments, Noise, Shown
from dropout_lab.noise.lanes import keep_probability, lane_threshold

if TYPE_CHECKING:
    from torch import Tensor

SELU_LIMIT = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
"""What SELU comes to far below 0: their alpha'."""


@dataclass(frozen=True)
class Alpha:
    """Multipliers ``a`` or 0, and the shifts that go with them."""

    n_buffers: ClassVar[int] = 2

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return the threshold, a, and the shift of a dropped unit."""
        keep = keep_probability(rate)
        scale = (keep + SELU_LIMIT**2 * keep * (1 - keep)) ** -0.5
        shift = -scale * (1 - keep) * SELU_LIMIT
        return lane_threshold(rate), scale, scale * SELU_LIMIT + shift

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """See `Law.draw`: the shift of a kept unit is b, that of a dropped one a alpha' + b."""
        import torch

        multipliers, shifts = buffers
        thresholds, scales, dropped_shifts = coefficients
        noise_multipliers(lanes.to(multipliers.dtype), thresholds, scales, out=multipliers)
        return Noise(multipliers, torch.mul(multipliers, -SELU_LIMIT, out=shifts).add_(dropped_shifts))

    def moments(self, value: float, rate: float) -> Moments:
        """See `Law.moments`; mean 0 and variance 1 are kept over such values together, not at each of them."""
        keep, (_, scale, dropped) = keep_probability(rate), self.coefficients(rate)
        kept = scale * value + dropped - scale * SELU_LIMIT
        return Moments(keep * kept + (1 - keep) * dropped, keep * (1 - keep) * (kept - dropped) ** 2)


ALPHA = Kind(
    name="alpha",
    law=lambda _: Alpha(),
    does="drops to SELU's negative limit (activation selu)",
    title="Alpha dropout",
    noun="alpha dropout",
    sentence=(
        "Alpha dropout sends each unit to SELU's lowest value with the rate as its probability, then scales and shifts "
        "all units so that their mean and variance stay what SELU made them."
    ),
    paper=(
        r"alpha dropout \cite{klambauer2017} set each hidden unit to the negative limit of SELU with probability $r$, "
        "and scaled and shifted all units so that mean and variance were kept"
    ),
    citations=("klambauer2017",),
    shown=Shown(
        drawn=(
            "Off at random: at each update every unit is switched off ({off}) with probability {rate}: its value "
            "becomes SELU's lower limit, not 0. Then all values are multiplied and shifted alike, so that mean 0 and "
            "variance 1 stay what they were."
        ),
        kept=(
            "Scaling keeps mean and variance: not those of each value, but mean 0 and variance 1 over a layer, as SELU "
            "gives them where there are many units."
        ),
    ),
    activation="selu",
    activation_reason="which keeps the mean and variance that SELU layers give",
)
