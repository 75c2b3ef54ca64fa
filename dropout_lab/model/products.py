"""Matrix products of a stack at a stated precision.

A result that is stored outputs first (see `outputs_first`) is computed as its transpose, which is contiguous: torch's
batched products would fall back to one product after another.
"""

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

    def operand(self, values: Tensor) -> Tensor:
        """Return values as products take them, for those that go into several."""
        return values if self.operands is None else values.to(self.operands)

    def affine(self, bias: Tensor, inputs: Tensor, weights: Tensor, *, out: Tensor) -> Tensor:
        """Return ``inputs @ weights + bias`` of every trial."""
        if self.operands is not None:
            return torch.add(torch.bmm(self.operand(inputs), self.operand(weights)), bias, out=out)
        if out.is_contiguous():
            return torch.baddbmm(bias, inputs, weights, out=out)
        torch.baddbmm(bias.mT, weights.mT, inputs.mT, out=out.mT)
        return out

    def product(self, left: Tensor, right: Tensor, *, out: Tensor) -> Tensor:
        """Return ``left @ right`` of every trial."""
        if self.operands is not None:
            return out.copy_(torch.bmm(self.operand(left), self.operand(right)))
        if out.is_contiguous():
            return torch.bmm(left, right, out=out)
        torch.bmm(right.mT, left.mT, out=out.mT)
        return out
