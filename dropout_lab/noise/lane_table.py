"""A number for every lane, worked out once: what a 16-bit draw becomes where no formula on the lane itself is as fast.

Floor 0. Lanes are 65,536 values, so any function of them is a table; it is worked out in float64 on the CPU, where its
bits are the same on every machine, and rounded to the type that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dropout_lab.noise.quantised import LANE_VALUES, LOWEST_LANE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
    from torch import Tensor

    Floats = npt.NDArray[np.float64]


class LaneTable:
    """A function of the lane.

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
