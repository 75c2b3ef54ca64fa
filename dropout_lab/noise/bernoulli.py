"""Bernoulli noise, dropout proper: a unit is off with probability rate, and the survivors are scaled up or not.

A unit is dropped when its 16-bit lane lies below a threshold set by the rate: the lane belongs to the seed, the
threshold to the condition, so every rate of a seed is decided by the same draws, and the units dropped at 0.2 are among
those dropped at 0.5.

Sources: Srivastava et al. 2014, JMLR 15:1929-1958. Their p is the keep probability, our 1 - rate; they scale nothing
while training and multiply by p at inference ("inference" scaling). "Inverted" dropout, as `torch.nn.Dropout`,
multiplies the survivors by 1 / (1 - rate) while training and leaves inference alone. The two give the same mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dropout_lab.noise.kind import Kind, Moments, Noise, Shown
from dropout_lab.noise.lanes import keep_probability, lane_threshold, survivor_scale
from dropout_lab.noise.scaling import SCALINGS

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Bernoulli:
    """Multipliers that are 0 or, where a unit is kept, 1 / (1 - rate).

    Attributes:
        is_inverted: scale the survivors while training; False leaves them as they are, for scaling at inference.
    """

    is_inverted: bool = True
    n_buffers: ClassVar[int] = 1

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return the threshold and the survivors' scale."""
        return lane_threshold(rate), survivor_scale(rate) if self.is_inverted else 1.0

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """See `Law.draw`."""
        (out,) = buffers
        thresholds, scales = coefficients
        return Noise(noise_multipliers(lanes.to(out.dtype), thresholds, scales, out=out))

    def moments(self, value: float, rate: float) -> Moments:
        """See `Law.moments`.

        >>> Bernoulli().moments(3.0, 0.5), Bernoulli(is_inverted=False).moments(4.0, 0.25)
        (Moments(mean=3.0, variance=9.0), Moments(mean=3.0, variance=3.0))
        """
        keep, (_, scale) = keep_probability(rate), self.coefficients(rate)
        return Moments(keep * scale * value, keep * (1 - keep) * (scale * value) ** 2)


@dataclass(frozen=True)
class LaneMask:
    """Bernoulli noise as the draws and thresholds that decide it: a `Noise` that is worked out only where it is needed.

    Attributes:
        lanes: one draw per element, int16, ``[seeds, ...]``.
        thresholds: of every condition, int32, ``[conditions]``.
        scales: the survivors' factor of every condition, ``[conditions]``.
    """

    lanes: Tensor
    thresholds: Tensor
    scales: Tensor
    shifts: ClassVar[None] = None
    scores: ClassVar[None] = None

    @property
    def multipliers(self) -> Tensor:
        """``[trials, ...]``, trials = conditions x seeds; worked out at every call."""
        lanes = self.lanes.to(self.scales.dtype).unsqueeze(0)
        thresholds, scales = (
            c.to(lanes.dtype).view(-1, *[1] * (lanes.dim() - 1)) for c in (self.thresholds, self.scales)
        )
        out = lanes.new_empty((len(scales), *self.lanes.shape))
        return noise_multipliers(lanes, thresholds, scales, out=out).flatten(0, 1)


def noise_multipliers(lanes: Tensor, thresholds: Tensor, scales: Tensor, *, out: Tensor) -> Tensor:
    """Fill `out` with dropout's multipliers: `scales` where a unit is kept, 0 where it is dropped.

    The comparison is done in floating point, where ``clamp(lane - threshold, 0, 1)`` is exact for 16-bit lanes and
    vectorised on every device; a boolean mask and `torch.where` cost ten times as much on a CPU.

    Args:
        lanes: one draw per unit, as floats, ``[1, seeds, batch, units]``.
        thresholds: `lane_threshold` of each condition, ``[conditions, 1, 1, 1]``.
        scales: the survivors' factor of each condition, ``[conditions, 1, 1, 1]``.
        out: ``[conditions, seeds, batch, units]``, written in place.

    Returns:
        `out`.
    """
    import torch

    return torch.sub(lanes, thresholds, out=out).clamp_(0, 1).mul_(scales)


BERNOULLI = Kind(
    name="bernoulli",
    law=lambda options: Bernoulli(is_inverted=not SCALINGS[options.scaling].is_at_inference),
    does="drops units, as torch.nn.Dropout",
    title="Bernoulli dropout",
    noun="dropout",
    noun_beside_others="Bernoulli dropout",
    sentence="Bernoulli dropout switches each unit off with the rate as its probability.",
    paper=r"dropout \cite{srivastava2014} set each hidden unit to zero with probability $r$",
    citations=("srivastava2014",),
    shown=Shown("Off at random: at each update every unit is switched off ({off}) with probability {rate}."),
    is_scaled=True,
    has_kernels=True,
)
