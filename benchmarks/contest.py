"""Turns: every contender in a process of its own, one after another, again and again.

Owns processes, clock and turns. Must not know what is trained. What disturbs the machine disturbs all contenders of a
turn, so ratios are taken within turns; each turn begins with another contender.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

from benchmarks.cases import LAB, Entry, Task
from benchmarks.floor import Floor, FloorMeter
from benchmarks.memory import IS_WATCHED, Peak, own_peak_mib, watching
from benchmarks.peers import PEERS, Outcome
from benchmarks.rows import Source

Say = Callable[[str], None]


@dataclass
class Measured:
    """What is known of an entry, a value per turn.

    Attributes:
        times_ms: wall time per trial and step, compiling included.
        compile_times_ms: the part of it that compiling took.
        reading_times_ms: the part of it that reading and checking took.
        peak_mib: the most memory that its process and their children held.
        val_losses: after every epoch, by rate.
        problem: why there is nothing to show; empty if there is.
    """

    times_ms: list[float] = field(default_factory=list)
    compile_times_ms: list[float] = field(default_factory=list)
    reading_times_ms: list[float] = field(default_factory=list)
    peak_mib: float = 0.0
    val_losses: dict[float, list[float]] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Contest:
    """The turns of one task.

    Attributes:
        entries: what was measured of everyone.
        floors: one per turn.
        note: what a reader must know of the rows.
    """

    entries: dict[Entry, Measured]
    floors: list[Floor]
    note: str


class Contestant:
    """An entry and its process."""

    def __init__(self, entry: Entry, source: Source, n_threads: int | None) -> None:
        self.entry, self.source = entry, source
        self.measured, self._peak = Measured(), Peak()
        self._process = lone_process(n_threads)
        self._pid = self._process.submit(os.getpid).result()

    def warm_up(self) -> None:
        """Import, compile and fill caches: one trial for one epoch. Find out whether the contender is there."""
        work = self.entry.work
        brief = replace(work, rates=work.rates[:1], seeds=work.seeds[:1], epochs=1)
        missing = self._process.submit(missing_package, self.entry.contender).result()
        if missing:
            self.measured.problem = "not installed"
        else:
            self._train(replace(self.entry, work=brief))

    def take_turn(self) -> None:
        """Train all of its work against the clock."""
        if self.measured.problem:
            return
        found = self._train(self.entry)
        if found is not None:
            wall_time_s, outcome = found
            per_trial_step = 1e3 / self.entry.work.n_trial_steps
            self.measured.times_ms.append(wall_time_s * per_trial_step)
            self.measured.compile_times_ms.append(outcome.compile_time_s * per_trial_step)
            self.measured.reading_times_ms.append(outcome.reading_time_s * per_trial_step)
            self.measured.val_losses = outcome.val_losses
            self.measured.peak_mib = self._peak.mib

    def _train(self, entry: Entry) -> tuple[float, Outcome] | None:
        """Return the wall time in s and what came of it; None if it failed, which for the lab ends everything."""
        try:
            with watching(self._pid, self._peak):
                found = self._process.submit(timed_turn, entry, self.source).result()
            if not IS_WATCHED:
                self._peak.see(self._process.submit(own_peak_mib).result())
        except Exception as error:
            if entry.contender == LAB:
                raise
            self.measured = Measured(problem=f"failed: {type(error).__name__}: {error}".splitlines()[0][:200])
            return None
        return found

    def close(self) -> None:
        """End the process."""
        self._process.shutdown()


def hold_contest(
    task: Task, entries: Sequence[Entry], source: Source, *, n_turns: int, n_threads: int | None, say: Say
) -> Contest:
    """Let all entries of a task, and the floor, take turns.

    Args:
        task: what all of them train.
        entries: who takes part.
        source: the rows.
        n_turns: of each.
        n_threads: of every process; None leaves the number to each library.
        say: hears what is going on.
    """
    with ExitStack() as open_processes:
        contestants = []
        for entry in entries:
            contestant = Contestant(entry, source, n_threads)
            open_processes.callback(contestant.close)
            contestant.warm_up()
            problem = contestant.measured.problem
            say(f"{PEERS[entry.contender].label}, {_trials(entry)}: {problem or 'ready'}")
            contestants.append(contestant)
        meter = open_processes.enter_context(FloorMeter(task, n_threads))
        floors = []
        for turn in range(n_turns):
            started = time.perf_counter()
            floors.append(meter.measure())
            for contestant in _from(contestants, turn):
                contestant.take_turn()
            say(f"turn {turn + 1} of {n_turns}: {time.perf_counter() - started:.0f} s")
        return Contest({c.entry: c.measured for c in contestants}, floors, source.note)


def lone_process(n_threads: int | None) -> ProcessPoolExecutor:
    """Start a fresh process that computes on so many cores, hence threads; None for all there are."""
    return ProcessPoolExecutor(1, get_context("spawn"), _stay_on_cores, (n_threads,))


def missing_package(contender: str) -> str:
    """Return the first package that a contender lacks; empty if none."""
    return next((package for package in PEERS[contender].packages if find_spec(package) is None), "")


def timed_turn(entry: Entry, source: Source) -> tuple[float, Outcome]:
    """Run in the contender's process: prepare, then train against the clock; return the wall time in s."""
    module: Any = import_module(f"benchmarks.peers.{PEERS[entry.contender].module}")
    turn = module.prepare(entry.work, source)
    gc.collect()
    started = time.perf_counter()
    outcome = turn()
    return time.perf_counter() - started, outcome


def _stay_on_cores(n_threads: int | None) -> None:
    """Every library, and every child of this process, then takes that many threads by itself."""
    if n_threads is not None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:n_threads])


def _from(contestants: list[Contestant], turn: int) -> Iterator[Contestant]:
    first = turn % len(contestants)
    yield from (*contestants[first:], *contestants[:first])


def _trials(entry: Entry) -> str:
    return f"trials: {entry.work.n_trials:,}, epochs: {entry.work.epochs}"
