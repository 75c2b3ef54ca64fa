"""What sixteen random bits can decide: rates in steps of 1/65536, and a number for every lane.

The quantised rate is the true one everywhere: thresholds, scales and variances all use it, so that means are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
    from torch import Tensor

    Floats = npt.NDArray[np.float64]

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


def keep_probability(rate: float) -> float:
    """Return 1 - quantised rate: what the 2014 paper calls p, and multiplies by at inference.

    >>> keep_probability(0.25), keep_probability(0.0)
    (0.75, 1.0)
    """
    return 1 - quantised_rate(rate)


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


class LaneTable:
    """A function of the lane: what a 16-bit draw becomes where no formula on the lane itself is as fast.

    Lanes are 65,536 values, so any function of them is a table; it is worked out in float64 on the CPU, where its bits
    are the same on every machine, and rounded to the type that is asked for.

    Args:
        function: takes the middles of the lanes' cells, (lane + 32768.5) / 65536, the lowest first: in (0, 1).
    """

    def __init__(self, function: Callable[[Floats], Floats]) -> None:
        self._function = function
        self._values: Floats | None = None
        self._tensors: dict[tuple[torch.dtype, torch.device], Tensor] = {}

    def values(self) -> Floats:
        """Return the number of every lane, the lowest lane first: ``[65536]``."""
        if self._values is None:
            import numpy as np

            self._values = self._function((np.arange(LANE_VALUES) + 0.5) / LANE_VALUES)
        return self._values

    def look_up(self, lanes: Tensor, like: Tensor) -> Tensor:
        """Return the numbers of int16 lanes in the type of `like`, in the lanes' shape."""
        import torch

        key = (like.dtype, like.device)
        if key not in self._tensors:
            self._tensors[key] = torch.from_numpy(self.values()).to(like.dtype).to(like.device)
        index = (lanes.to(torch.int32) - LOWEST_LANE).flatten()  # three times as fast as indexing with brackets
        return self._tensors[key].index_select(0, index).view(lanes.shape)
