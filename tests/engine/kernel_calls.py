"""Calls of the Triton kernels: on a CUDA device, in Triton's interpreter, or only as far as the compiler.

Which of the last two it is, Triton reads from the environment when it is first imported: each has a process of its own.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from dropout_lab.noise import lane_threshold, survivor_scale
from dropout_lab.randomness import MAX_SEED, Purpose

SEEDS = (3, MAX_SEED)
RATES = (0.0, 2**-16, 0.2, 0.5, 0.9)
HOME = {"step": 7, "layer": 1}

Arrays = Mapping[str, np.ndarray | None]
Call = Callable[..., dict[str, np.ndarray]]
COMPUTE_CAPABILITY = 90
_TYPES = {torch.float32: "fp32", torch.float64: "fp64", torch.int16: "i16", torch.int32: "i32", torch.int64: "i64"}


def noise(dtype: str, *, step: int, layer: int) -> tuple[Arrays, dict[str, int]]:
    """Return the arguments that name the noise, as arrays and as numbers."""
    arrays = {
        "seeds": np.array(SEEDS),
        "step": np.array(step),
        "thresholds": np.array([lane_threshold(rate) for rate in RATES], np.int32),
        "scales": np.array([survivor_scale(rate) for rate in RATES], dtype),
    }
    return arrays, {"purpose": Purpose.DROPOUT_NOISE, "layer": layer}


def call(
    function: str, arrays: Arrays, numbers: Mapping[str, int], stored_transposed: str = "", device: str = "cpu"
) -> dict[str, np.ndarray]:
    """Call ``module.function`` of `dropout_lab.kernels.gpu` and return all arrays as it left them.

    The array named by `stored_transposed` lies in memory with its last two axes exchanged.
    """
    module, name = function.split(".")
    tensors = {
        key: None if array is None else as_tensor(array, device, is_transposed=key == stored_transposed)
        for key, array in arrays.items()
    }
    getattr(import_module(f"dropout_lab.kernels.gpu.{module}"), name)(**tensors, **numbers)
    return {key: tensor.cpu().numpy() for key, tensor in tensors.items() if tensor is not None}


def as_tensor(array: np.ndarray, device: str, *, is_transposed: bool) -> torch.Tensor:
    if is_transposed:
        return torch.from_numpy(array.swapaxes(1, 2).copy()).to(device).mT
    return torch.from_numpy(array.copy()).to(device)


def machine_code(function: str, arrays: Arrays, numbers: Mapping[str, int], stored_transposed: str) -> str:
    """Compile what that call would launch on a CUDA device, down to machine code, and return its PTX."""
    from triton.runtime.jit import JITFunction

    compiled = []

    def compile_launch(kernel: Any, *values: Any, grid: object, warmup: bool, **named: Any) -> None:
        compiled.append(compile_kernel(kernel, dict(zip(kernel.arg_names, values, strict=False)) | named))

    with patch.object(JITFunction, "run", compile_launch):
        call(function, arrays, numbers, stored_transposed=stored_transposed)
    (kernel,) = compiled
    return str(kernel.asm["ptx"])


def compile_kernel(kernel: Any, arguments: dict[str, Any]) -> Any:
    """Compile for these arguments as a launch would: 1 and None are constants, multiples of 16 are known as such."""
    from triton import compile as compile_source
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    num_warps = arguments.pop("num_warps")
    never_special = {kernel.arg_names.index(name) for name in kernel.do_not_specialize or ()}
    signature, constants, attributes = {}, {}, {}
    for index, (name, parameter) in enumerate(zip(kernel.arg_names, kernel.params, strict=True)):
        value = arguments[name]
        if parameter.is_constexpr or value is None or (is_number(value) and value == 1 and index not in never_special):
            signature[name], constants[name] = "constexpr", value
        elif is_number(value):
            signature[name] = "i32"
            if value % 16 == 0 and index not in never_special:
                attributes[index,] = [["tt.divisibility", 16]]
        else:
            signature[name] = f"*{_TYPES[value.dtype]}"
            attributes[index,] = [["tt.divisibility", 16]]
    source = ASTSource(kernel, signature, constexprs=constants, attrs=attributes)
    return compile_source(source, target=GPUTarget("cuda", COMPUTE_CAPABILITY, 32), options={"num_warps": num_warps})


def is_number(value: Any) -> bool:
    return type(value) is int  # as Triton sees it: an IntEnum is none
