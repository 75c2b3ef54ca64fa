"""Matrix products of a stack at a stated precision."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Products:
    """Matrix products at a stated precision; everything between them stays in the parameters' own type.

    Attributes:
        operands: type that both operands are rounded to first (`torch.bfloat16`), or None to take them as they are.
    """

    operands: torch.dtype | None = None

    def affine(self, bias: Tensor, inputs: Tensor, weights: Tensor, *, out: Tensor) -> Tensor:
        """Return ``inputs @ weights + bias`` of every trial."""
        if self.operands is None:
            return torch.baddbmm(bias, inputs, weights, out=out)
        return torch.add(torch.bmm(inputs.to(self.operands), weights.to(self.operands)), bias, out=out)

    def product(self, left: Tensor, right: Tensor, *, out: Tensor) -> Tensor:
        """Return ``left @ right`` of every trial."""
        if self.operands is None:
            return torch.bmm(left, right, out=out)
        return out.copy_(torch.bmm(left.to(self.operands), right.to(self.operands)))
