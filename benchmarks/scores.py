"""From the times of every turn to what a table says: medians with their spread, ratios within turns, targets reached.

Takes plain numbers; must not know processes or Markdown.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from benchmarks.cases import LAB, Entry, PeersCase
from benchmarks.contest import Contest, Measured
from benchmarks.floor import Floor
from benchmarks.peers import PEERS


@dataclass(frozen=True)
class Spread:
    """A median over the turns, with the lowest and the highest value."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """A contender's line in a table of peers.

    Attributes:
        label: its name.
        problem: why there are no figures; the rest is then None.
        n_trials: trained in every turn.
        time_ms: per trial and step.
        to_lab: its time in the lab's, within turns.
        to_floor: its time in the floor's, within turns.
        peak_mib: the most memory that it held.
        val_loss: at the end, its own and the lab's for the same rates after as many epochs.
        target: what must be reached, in words; empty if nothing.
        is_reached: whether it is, by the median.
    """

    label: str
    problem: str = ""
    n_trials: int | None = None
    time_ms: Spread | None = None
    to_lab: Spread | None = None
    to_floor: Spread | None = None
    peak_mib: float | None = None
    val_loss: tuple[float, float] | None = None
    target: str = ""
    is_reached: bool | None = None


def spread(values: Sequence[float]) -> Spread:
    """Return median, lowest and highest of at least one value."""
    return Spread(median(values), min(values), max(values))


def paired_ratios(values: Sequence[float], references: Sequence[float]) -> Spread:
    """Return the spread of the ratios within turns, not the ratio of the medians."""
    return spread([value / reference for value, reference in zip(values, references, strict=True)])


def peer_lines(case: PeersCase, contest: Contest) -> list[Line]:
    """Return the lines of a case, the lab first, its peers from the fastest to the slowest, the missing ones last."""
    lines = [line for entry in case.peers for line in _lines_of(entry, case, contest)]
    found = sorted(
        (line for line in lines if line.time_ms), key=lambda line: line.time_ms.median if line.time_ms else 0
    )
    return [*_lines_of(case.lab, case, contest), *found, *(line for line in lines if line.problem)]


def floor_line(contest: Contest, lab: Entry) -> Line:
    """Return the floor's own line."""
    times = [floor.total_ms for floor in contest.floors]
    return Line("floor", time_ms=spread(times), to_lab=paired_ratios(times, contest.entries[lab].times_ms))


def training_times_ms(measured: Measured) -> list[float]:
    """Return the times without what reading and checking took."""
    return [time - part for time, part in zip(measured.times_ms, measured.reading_times_ms, strict=True)]


def reading_in_words(contest: Contest, lab: Entry) -> str:
    """Return how much of the lab's turns is what the others do before the clock runs; nothing if that is not known."""
    measured = contest.entries[lab]
    if not any(measured.reading_times_ms):
        return ""
    shares = paired_ratios(measured.reading_times_ms, measured.times_ms)
    return f"Of the lab's time {shares.median:.0%} is reading and checking, which the others do outside the clock."


def floor_in_words(floors: Sequence[Floor]) -> str:
    """Return the parts of the floor, medians over the turns, and how they were most often reached."""

    def part(values: Iterable[float]) -> str:
        return f"{median(values):#.3g}"

    gemm = f"{median(f.gemm_gflops for f in floors):.0f} GFLOP/s: {_mode(f.gemm_way for f in floors)}"
    return (
        f"Floor: {part(f.training_ms for f in floors)} ms for the products of the training step, "
        f"{part(f.evaluation_ms for f in floors)} for those of the evaluation (at {gemm}), "
        f"{part(f.adam_ms for f in floors)} for fused Adam ({_mode(f.adam_way for f in floors)})."
    )


def _lines_of(entry: Entry, case: PeersCase, contest: Contest) -> list[Line]:
    """Return an entry's line; two where compiling is told apart: without it and with it."""
    label, measured = PEERS[entry.contender].label, contest.entries[entry]
    if measured.problem:
        return [Line(label, problem=measured.problem)]
    times, compiling = measured.times_ms, measured.compile_times_ms
    if not any(compiling):
        return [_line(entry.contender, label, times, entry, case, contest)]
    running = [time - part for time, part in zip(times, compiling, strict=True)]
    return [
        _line(entry.contender, f"{label}, compiling left out", running, entry, case, contest),
        _line(f"{entry.contender}_compiling", f"{label}, compiling counted", times, entry, case, contest),
    ]


def _line(key: str, label: str, times: list[float], entry: Entry, case: PeersCase, contest: Contest) -> Line:
    lab, measured = contest.entries[case.lab], contest.entries[entry]
    to_lab = paired_ratios(times, lab.times_ms)
    to_floor = paired_ratios(times, [floor.total_ms for floor in contest.floors])
    at_least, is_lab = case.at_least.get(key), key == LAB
    target, is_reached = "", None
    if is_lab:
        target, is_reached = f"within {case.floor_within:g} of the floor", to_floor.median <= case.floor_within
    elif at_least is not None:
        target, is_reached = f"at least {at_least:g}", to_lab.median >= at_least
    return Line(
        label=label,
        n_trials=entry.work.n_trials,
        time_ms=spread(times),
        to_lab=None if is_lab else to_lab,
        to_floor=to_floor,
        peak_mib=measured.peak_mib,
        val_loss=_val_losses(measured.val_losses, lab.val_losses),
        target=target,
        is_reached=is_reached,
    )


def _val_losses(own: dict[float, list[float]], labs: dict[float, list[float]]) -> tuple[float, float] | None:
    """Return the mean over the rates that both trained, after the last epoch that both had."""
    both = sorted(own.keys() & labs.keys())
    if not both:
        return None
    last = min(len(losses[rate]) for rate in both for losses in (own, labs)) - 1
    return mean(own[rate][last] for rate in both), mean(labs[rate][last] for rate in both)


def _mode(values: Iterable[str]) -> str:
    return Counter(values).most_common(1)[0][0]
