"""Threads that share the work on one net: who does what, and how they wait for each other.

Every member runs the same compiled code and does its own share of each operation; where it needs what others did, it
waits for all, at a `barrier`. A member that waits spins, since a net's operations take microseconds, and yields its
core now and then to whoever else wants it.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dropout_lab.kernels.jit import compiled

_CACHE_LINE = 16
"""Shares are cut at multiples of this: a cache line of float32."""
_RELEASED = 2**62
"""Arrivals after which nobody waits: where a member fails, the others must come to an end."""


class Team(NamedTuple):
    """A member's view of its team.

    Attributes:
        member: counted from 0.
        size: of the team.
        arrivals: how often anyone has come to a barrier, ``[1]``; the same memory for all members.
        sched_yield: address of the system's call that lets other threads run.
    """

    member: int
    size: int
    arrivals: npt.NDArray[np.int64]
    sched_yield: int


def team_of(size: int) -> list[Team]:
    """Return the members of a new team."""
    arrivals = np.zeros(1, dtype=np.int64)
    return [Team(member, size, arrivals, _sched_yield_address()) for member in range(size)]


@contextmanager
def teamwork(size: int) -> Iterator[Callable[[Callable[[Team], None]], None]]:
    """Yield what calls a function for every member of a team: the first here, the others on threads of their own."""
    first, *others = team_of(size)

    def together(work: Callable[[Team], None]) -> None:
        def guarded(member: Team) -> None:
            with _release(first):
                work(member)

        with _release(first):
            waiting = [threads.submit(guarded, member) for member in others]
            work(first)
        for other in waiting:
            other.result()

    with ThreadPoolExecutor(max(1, len(others))) as threads:  # starts none before it is given work
        yield together


@contextmanager
def _release(team: Team) -> Iterator[None]:
    """Let nobody wait any more where a member fails."""
    try:
        yield
    except BaseException:
        team.arrivals[0] = _RELEASED
        raise


def _sched_yield_address() -> int:
    library, name = ("kernel32", "SwitchToThread") if sys.platform == "win32" else (None, "sched_yield")
    return ctypes.cast(getattr(ctypes.CDLL(library), name), ctypes.c_void_p).value or 0


@compiled
def barrier(team: Team) -> None:
    """Return when every member has come here."""
    if team.size == 1:
        return
    arrived = _add_one(team.arrivals)
    needed = min((arrived // team.size + 1) * team.size, _RELEASED)
    spins = 0
    while _read(team.arrivals) < needed:
        spins += 1
        if spins % 64 == 0:
            _call(team.sched_yield)


@compiled
def share_of(team: Team, count: int) -> tuple[int, int]:
    """Return the first of a member's items, and the one after its last."""
    lines = (count + _CACHE_LINE - 1) // _CACHE_LINE
    first, stop = lines * team.member // team.size, lines * (team.member + 1) // team.size
    return min(first * _CACHE_LINE, count), min(stop * _CACHE_LINE, count)


def _adding(_context: Any, counter: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", address, ir.IntType(64)(1), "seq_cst")

    return types.int64(counter), generate


def _reading(_context: Any, counter: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(address, "seq_cst", 8)

    return types.int64(counter), generate


def _calling(_context: Any, _address: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        routine = ir.FunctionType(ir.IntType(32), []).as_pointer()
        builder.call(builder.inttoptr(arguments[0], routine), [])
        return context.get_dummy_value()

    return types.void(types.int64), generate


_add_one: Any = intrinsic(_adding)
_read: Any = intrinsic(_reading)
_call: Any = intrinsic(_calling)
