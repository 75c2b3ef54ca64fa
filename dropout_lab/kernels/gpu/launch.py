"""What every launch of a kernel shares: the warps of a program, and the check of what it is given."""

import torch
from torch import Tensor

NUM_WARPS = 4
"""128 threads, 16 numbers each: in float32, four 16-byte loads a thread in flight; small nets still fill the GPU."""


def check(tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...], name: str) -> None:
    """Raise ValueError unless a tensor has this type and shape and is contiguous: a kernel would read past its end."""
    if tensor.dtype != dtype or tuple(tensor.shape) != shape or not tensor.is_contiguous():
        raise ValueError(
            f"{name} must be contiguous, {dtype} and {list(shape)}. "
            f"Got {tensor.dtype} and {list(tensor.shape)} with strides {list(tensor.stride())}."
        )
