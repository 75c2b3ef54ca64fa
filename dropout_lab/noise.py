"""Dropout noise: from random lanes to multipliers that are 0 or 1 / (1 - rate).

Floor 0. Owns the law of dropout and its quantisation; takes the random bits as an argument, so it holds no state and
knows neither seeds nor layers. A unit is dropped when its 16-bit lane lies below a threshold set by the rate: the lane
belongs to the seed, the threshold to the condition, so every rate of a seed is decided by the same draws, and the units
dropped at 0.2 are among those dropped at 0.5. Sixteen bits set a rate to within 1/65536; the survivors are scaled
by the *quantised* keep probability, so the mean is exact.

Source: Srivastava et al. 2014, JMLR 15:1929-1958. Their p is the keep probability, our 1 - rate; they scale at
inference, this module scales while training ("inverted" dropout, as `torch.nn.Dropout`), which has the same mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

LANE_VALUES = 2**16
LOWEST_LANE = -(2**15)


def dropped_lanes(rate: float) -> int:
    """Return how many of the 65,536 lane values drop a unit at `rate`: the rate, quantised.

    >>> dropped_lanes(0.5), dropped_lanes(0.0)
    (32768, 0)
    """
    return round(LANE_VALUES * rate)


def quantised_rate(rate: float) -> float:
    """Return the probability with which a unit is truly dropped at `rate`, exact in binary.

    >>> quantised_rate(0.5)
    0.5
    """
    return dropped_lanes(rate) / LANE_VALUES


def survivor_scale(rate: float) -> float:
    """Return 1 / (1 - quantised rate), the factor on every unit that is kept.

    >>> survivor_scale(0.5), survivor_scale(0.0)
    (2.0, 1.0)
    """
    return LANE_VALUES / (LANE_VALUES - dropped_lanes(rate))


def lane_threshold(rate: float) -> int:
    """Return the greatest lane that still drops a unit: a unit is kept where ``lane > threshold``.

    Lanes are signed 16-bit integers; at rate 0 the threshold lies below them all.

    >>> lane_threshold(0.0), lane_threshold(0.5)
    (-32769, -1)
    """
    return LOWEST_LANE + dropped_lanes(rate) - 1


def noise_multipliers(lanes: Tensor, thresholds: Tensor, scales: Tensor, *, out: Tensor) -> Tensor:
    """Fill `out` with dropout's multipliers: `scales` where a unit is kept, 0 where it is dropped.

    The comparison is done in floating point, where ``clamp(lane - threshold, 0, 1)`` is exact for 16-bit lanes and
    vectorised on every device; a boolean mask and `torch.where` cost ten times as much on a CPU.

    Args:
        lanes: one draw per unit, as floats, ``[1, seeds, batch, units]``.
        thresholds: `lane_threshold` of each condition, ``[conditions, 1, 1, 1]``.
        scales: `survivor_scale` of each condition, ``[conditions, 1, 1, 1]``.
        out: ``[conditions, seeds, batch, units]``, written in place.

    Returns:
        `out`.
    """
    import torch

    return torch.sub(lanes, thresholds, out=out).clamp_(0, 1).mul_(scales)
