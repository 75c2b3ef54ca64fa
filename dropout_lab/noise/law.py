"""What every kind of noise has in common: a law says what lanes do to values at a rate.

Floor 0. Owns the interface between a kind of noise and whoever applies it. A law holds no state and knows neither seeds
nor layers: random lanes come in, and what multiplies (and perhaps shifts) the values goes out. Coefficients are
computed per rate on the CPU, so that a stack of conditions is one tensor of coefficients, and another rate costs
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Noise:
    """Noise on the values of one layer: ``values * multipliers + shifts``.

    Attributes:
        multipliers: broadcastable to the values.
        shifts: the same; None for none.
        scores: where the rate is learnt, the derivative of ``log multipliers`` in the rate's logit; else None.
    """

    multipliers: Tensor
    shifts: Tensor | None = None
    scores: Tensor | None = None

    def flatten_trials(self) -> Noise:
        """Return the same noise with its first two axes, conditions and seeds, as one."""
        shifts = None if self.shifts is None else self.shifts.flatten(0, 1)
        scores = None if self.scores is None else self.scores.flatten(0, 1)
        return Noise(self.multipliers.flatten(0, 1), shifts, scores)


class Moments(NamedTuple):
    """Mean and variance of what becomes of one value."""

    mean: float
    variance: float


class Law(Protocol):
    """A kind of noise.

    Attributes:
        n_buffers: tensors of the values' shape that `draw` writes to.
    """

    n_buffers: ClassVar[int]

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return what `draw` needs to know of a rate in [0, 1)."""
        ...

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """Turn lanes into noise.

        Args:
            lanes: one draw per element, int16, ``[1, seeds, ...]``.
            coefficients: each of `coefficients` for every condition's rate, ``[conditions, 1, ...]``.
            buffers: `n_buffers` tensors ``[conditions, seeds, ...]``, written in place.

        Returns:
            Tensors ``[conditions, seeds, ...]``, which are the buffers.
        """
        ...

    def moments(self, value: float, rate: float) -> Moments:
        """Return mean and variance of what becomes of `value` at `rate` while training, over the draws."""
        ...
