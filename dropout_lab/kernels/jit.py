"""How a kernel is compiled: once, kept on disk, without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a function for the types that it is first called with.

    Machine code is kept beside the source, or in the user's cache; where neither can be written, it is compiled anew by
    every process.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        kernel: Any = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba found no folder to write to
        kernel = numba.njit(**options)(function)
    else:
        kept, file = kernel._cache, kernel._cache._cache_file
        file._source_stamp = file._source_stamp, _source_of_all()
        for name in ("load_overload", "save_overload"):
            setattr(kept, name, _forgiving(getattr(kept, name), file.flush))
    return cast(Kernel, kernel)


def _forgiving(access: Callable[..., Any], forget_all: Callable[[], None]) -> Callable[..., Any]:
    """Do without the disk where what lies there is damaged, which is then forgotten, or where nothing more fits."""

    def accessing(*arguments: Any) -> Any:
        try:
            return access(*arguments)
        except Exception:
            with suppress(Exception):
                forget_all()
            return None

    return accessing


def is_on_disk(kernel: Any) -> bool:
    """Tell whether an earlier process has left machine code of a kernel that is still good."""
    file = getattr(kernel._cache, "_cache_file", None)
    try:
        return file is not None and bool(file._load_index())
    except Exception:  # it is damaged
        return False


@cache
def _source_of_all() -> str:
    """Return what changes with any kernel: Numba knows of a function's own file alone, not of those that it calls."""
    return sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def inlined(function: Kernel) -> Kernel:
    """Make a function part of its callers: for what few call, since all that is compiled by itself takes time."""
    return cast(Kernel, numba.njit(inline="always", nogil=True, error_model="numpy")(function))


def _full_product(_context: Any, _left: Any, _right: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, double = ir.IntType(64), ir.IntType(128)
        left, right = (builder.zext(argument, double) for argument in arguments)
        product = builder.mul(left, right)
        high = builder.trunc(builder.lshr(product, ir.Constant(double, 64)), word)
        return context.make_tuple(builder, signature.return_type, (high, builder.trunc(product, word)))

    return types.Tuple((types.uint64, types.uint64))(types.uint64, types.uint64), generate


def _float_of_bits(_context: Any, _bits: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


def _pointer(_context: Any, _address: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


full_product: Callable[[Any, Any], tuple[Any, Any]] = intrinsic(_full_product)  # type: ignore[assignment]
"""Return the high and the low word of the 128-bit product of two 64-bit words: one instruction, not four."""
float_of_bits: Callable[[Any], Any] = intrinsic(_float_of_bits)  # type: ignore[assignment]
"""Return the float32 whose bits an int32 holds."""
_pointer_to: Callable[[Any], Any] = intrinsic(_pointer)  # type: ignore[assignment]


@compiled
def matrix_at(address: int, index: int, rows: int, columns: int, like: Any) -> Any:
    """Return matrix `index` of a stack of matrices ``[..., rows, columns]`` that lies at an address.

    Args:
        address: of memory that must outlive what is returned.
        index: counted from 0.
        rows: of every matrix.
        columns: of every matrix.
        like: an array of the type of its numbers.
    """
    offset = index * rows * columns * like.itemsize
    return numba.carray(_pointer_to(address + offset), (rows, columns), like.dtype)  # type: ignore[attr-defined]
