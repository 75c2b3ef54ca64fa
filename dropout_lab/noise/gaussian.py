"""Gaussian noise: every unit is multiplied by a normal draw with mean 1 and Bernoulli dropout's variance.

The normal is drawn in 65,536 equally likely values, the quantiles of the middle of each lane's cell, stretched by a
hundred-thousandth so that their variance is 1 exactly: one 16-bit lane a unit, shared by all rates of a seed as for
Bernoulli dropout, and an exact mean and variance at every rate. The largest multiplier lies 4.3 standard deviations
out.

Source: Srivastava et al. 2014, section 10: N(1, sigma^2) with sigma^2 = (1 - p) / p, where p is the keep probability;
in the rate, sigma^2 = rate / (1 - rate).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

from dropout_lab.noise.kind import Kind, Moments, Noise, Shown
from dropout_lab.noise.lanes import LaneTable, quantised_rate

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor


@dataclass(frozen=True)
class Gaussian:
    """Multipliers ``1 + sigma * z`` with z standard normal."""

    n_buffers: ClassVar[int] = 1

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return sigma."""
        q = quantised_rate(rate)
        return (sqrt(q / (1 - q)),)

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """See `Law.draw`."""
        import torch

        (out,) = buffers
        (sigma,) = coefficients
        return Noise(torch.mul(STANDARD_NORMALS.look_up(lanes, like=out), sigma, out=out).add_(1))

    def moments(self, value: float, rate: float) -> Moments:
        """See `Law.moments`.

        >>> Gaussian().moments(3.0, 0.5)
        Moments(mean=3.0, variance=9.0)
        """
        q = quantised_rate(rate)
        return Moments(value, q / (1 - q) * value**2)


def _quantiles(middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    import numpy as np
    from scipy.special import ndtri

    quantiles: npt.NDArray[np.float64] = ndtri(middles)
    quantiles /= np.sqrt(np.mean(quantiles**2))
    return quantiles


STANDARD_NORMALS = LaneTable(_quantiles)
"""The normal of every lane: mean 0 and variance 1."""


GAUSSIAN = Kind(
    name="gaussian",
    law=lambda _: Gaussian(),
    does="multiplies them by normal noise of the same mean and variance",
    title="Gaussian dropout",
    noun="Gaussian noise",
    sentence=(
        "Gaussian noise multiplies each unit by a normal draw with mean 1 and variance rate / (1 - rate), the variance "
        "that Bernoulli dropout has."
    ),
    paper=(
        r"Gaussian noise \cite{srivastava2014} multiplied each hidden unit by a normal draw of mean 1 and variance "
        "$r/(1-r)$"
    ),
    citations=("srivastava2014",),
    shown=Shown(
        drawn=(
            "Nothing is switched off: at each update every unit is multiplied by a normal number of its own, with mean "
            "1 and variance rate/(1 - rate) = {variance}."
        ),
        learning="Every unit contributes and learns, some more and some less.",
        kept="Nothing is scaled: the noise has mean 1, so on average the outputs are what they are without dropout.",
    ),
    drops=False,
)
