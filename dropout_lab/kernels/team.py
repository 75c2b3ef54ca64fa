"""Threads that share the work on one net: who does what, and how they wait for each other.

Every member runs the same compiled code and does its own share of each operation; where it needs what others did, it
waits for all. A member that waits asks again and again, since a net's operations take microseconds, and gives way to
whoever else wants its core.
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

_LINE = 16
"""Shares are cut at multiples of this: a cache line of float32."""
_ENOUGH_FOR_EVER = 2**62
"""Arrivals after which nobody waits: where a member fails, the others must come to an end."""


class Team(NamedTuple):
    """A member's view of its team.

    Attributes:
        member: counted from 0.
        size: of the team.
        arrivals: how often anyone has waited, ``[1]``; the same memory for all members.
        give_way: address of the system's call that lets other threads run.
    """

    member: int
    size: int
    arrivals: npt.NDArray[np.int64]
    give_way: int


def team_of(size: int) -> list[Team]:
    """Return the members of a new team."""
    arrivals = np.zeros(1, dtype=np.int64)
    return [Team(member, size, arrivals, _give_way()) for member in range(size)]


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
        team.arrivals[0] = _ENOUGH_FOR_EVER
        raise


def _give_way() -> int:
    library, name = ("kernel32", "SwitchToThread") if sys.platform == "win32" else (None, "sched_yield")
    return ctypes.cast(getattr(ctypes.CDLL(library), name), ctypes.c_void_p).value or 0


@compiled
def wait(team: Team) -> None:
    """Return when every member has come here."""
    if team.size == 1:
        return
    arrived = _add_one(team.arrivals)
    needed = min((arrived // team.size + 1) * team.size, _ENOUGH_FOR_EVER)
    asked = 0
    while _read(team.arrivals) < needed:
        asked += 1
        if asked % 64 == 0:
            _call(team.give_way)


@compiled
def share_of(team: Team, count: int) -> tuple[int, int]:
    """Return the first of a member's items, and the one after its last."""
    lines = (count + _LINE - 1) // _LINE
    first, stop = lines * team.member // team.size, lines * (team.member + 1) // team.size
    return min(first * _LINE, count), min(stop * _LINE, count)


def _adding(_context: Any, counter: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", place, ir.IntType(64)(1), "seq_cst")

    return types.int64(counter), generate


def _reading(_context: Any, counter: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(place, "seq_cst", 8)

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
