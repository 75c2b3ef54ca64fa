"""The element-wise work of a training step on a CUDA device, as Triton kernels that work in place and wait for nothing.

Random lanes are drawn inside the kernels, the same bits as `dropout_lab.randomness` gives on a CPU, so that no mask is
ever stored. Every kernel may be captured in a CUDA graph after one call that compiles it: shapes are fixed at the call,
and the step's number is read from a tensor on the device, so that a replay draws anew.

`philox`, `elementwise` and `cross_entropy` import Triton and can be imported only where `is_available()`. Tensors must
lie on the current CUDA device.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

NUM_WARPS = 4
"""128 threads, 16 numbers each: in float32, four 16-byte loads a thread in flight; small nets still fill the GPU."""


@cache
def is_available() -> bool:
    """Tell whether Triton is installed, and a C compiler with which it builds what starts its kernels.

    Says nothing of a CUDA device. Imports nothing.
    """
    compilers = (os.environ.get("CC"), "gcc", "clang")
    return find_spec("triton") is not None and any(shutil.which(name) for name in compilers if name)


def serves(tensor: Tensor) -> bool:
    """Tell whether the kernels can work on a tensor: it lies on the current CUDA device, and they can be compiled."""
    if not tensor.is_cuda:
        return False
    import torch

    return tensor.device.index == torch.cuda.current_device() and is_available()


def check(tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...], name: str) -> None:
    """Raise ValueError unless a tensor has this type and shape and is contiguous: a kernel would read past its end."""
    if tensor.dtype != dtype or tuple(tensor.shape) != shape or not tensor.is_contiguous():
        raise ValueError(
            f"{name} must be contiguous, {dtype} and {list(shape)}. "
            f"Got {tensor.dtype} and {list(tensor.shape)} with strides {list(tensor.stride())}."
        )
