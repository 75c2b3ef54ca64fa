"""Matrix products from compiled code, by the newest OpenBLAS in the process.

NumPy and SciPy bring one each. Numba's own `np.dot` knows SciPy's alone, which was an eighth slower when it was the
older one. `gemm_address` finds a routine, `product` calls it; its address is passed along, since compiled code that is
kept on the disk outlives it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic
from threadpoolctl import ThreadpoolController

from dropout_lab.kernels.jit import compiled

_ROUTINES = {"float32": "sgemm", "float64": "dgemm"}
_SPELLINGS = ("scipy_{}_64_", "scipy_{}_", "{}_64_", "{}_")
"""How wheels and systems name a Fortran routine: with a prefix of their own, or one for 64-bit integers, or neither."""


@contextmanager
def blas_threads(limit: int) -> Iterator[None]:
    """Let every BLAS library in the process use that many threads for a while."""
    with _controller().limit(limits=limit, user_api="blas"):
        yield


@cache
def gemm_address(dtype: str) -> int:
    """Return the address of the Fortran routine that multiplies matrices.

    Args:
        dtype: float32 or float64.
    """
    routine = _ROUTINES[dtype]
    libraries = [of for of in _controller().info() if of["internal_api"] == "openblas"]
    for library in sorted(libraries, key=_version, reverse=True):
        loaded = ctypes.CDLL(library["filepath"])
        for spelling in _SPELLINGS:
            if hasattr(loaded, spelling.format(routine)):
                found: int = ctypes.cast(getattr(loaded, spelling.format(routine)), ctypes.c_void_p).value or 0
                return found
    address: int = get_cython_function_address("scipy.linalg.cython_blas", routine)
    return address


def _version(library: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in str(library["version"]).split(".") if part.isdecimal())


@cache
def _controller() -> ThreadpoolController:
    import scipy.linalg.cython_blas  # noqa: F401  only a loaded library can be found, and told

    return ThreadpoolController()


@compiled
def product(gemm: int, left: Any, right: Any, out: Any) -> None:
    """Multiply two matrices.

    Args:
        gemm: `gemm_address` for the type of their numbers.
        left: ``[m, k]``; its rows or its columns are contiguous in memory.
        right: ``[k, n]``, likewise.
        out: ``[m, n]``, overwritten; its rows are contiguous.
    """
    m, n = out.shape
    transposed = right.strides[1] != right.itemsize, left.strides[1] != left.itemsize
    sizes = n, m, left.shape[1]  # Fortran reads rows as columns: to it, this is right times left
    ld_right, ld_left, ld_out = _leading_dimension(right), _leading_dimension(left), _leading_dimension(out)
    _call_gemm(gemm, transposed, sizes, right, ld_right, left, ld_left, out, ld_out)


@compiled
def _leading_dimension(matrix: Any) -> Any:
    """Return how many numbers lie between two rows, or two columns where those are contiguous."""
    if matrix.strides[1] == matrix.itemsize:
        return max(matrix.strides[0] // matrix.itemsize, matrix.shape[1])
    return max(matrix.strides[1] // matrix.itemsize, matrix.shape[0])


def _gemm(
    _context: Any,
    _address: Any,
    _transposed: Any,
    _sizes: Any,
    first: Any,
    _first_leading: Any,
    second: Any,
    _second_leading: Any,
    out: Any,
    _out_leading: Any,
) -> Any:
    """Call a Fortran gemm: every argument by reference, with factors 1 and 0.

    Whole numbers go as 64-bit ones; a routine of 32-bit ones reads their lower halves.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, transposed, sizes, first, first_leading, second, second_leading, out, out_leading = arguments
        char, scalar = ir.IntType(8), context.get_value_type(signature.args[3].dtype)

        def reference(value: Any) -> Any:
            return cgutils.alloca_once_value(builder, value)

        def flag(is_transposed: Any) -> Any:
            return reference(builder.select(is_transposed, char(ord("T")), char(ord("N"))))

        def numbers(position: int, array: Any) -> Any:
            return context.make_array(signature.args[position])(context, builder, array).data

        given = [
            *(flag(cgutils.as_bool_bit(builder, of)) for of in cgutils.unpack_tuple(builder, transposed)),
            *map(reference, cgutils.unpack_tuple(builder, sizes)),
            reference(scalar(1.0)),
            numbers(3, first),
            reference(first_leading),
            numbers(5, second),
            reference(second_leading),
            reference(scalar(0.0)),
            numbers(7, out),
            reference(out_leading),
        ]
        routine = ir.FunctionType(ir.VoidType(), [of.type for of in given]).as_pointer()
        builder.call(builder.inttoptr(address, routine), given)
        return context.get_dummy_value()

    integer, flags, sizes = types.int64, types.UniTuple(types.boolean, 2), types.UniTuple(types.int64, 3)
    return types.void(integer, flags, sizes, first, integer, second, integer, out, integer), generate


_call_gemm: Any = intrinsic(_gemm)
