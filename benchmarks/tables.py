"""The tables, one per case, in Markdown that reads well on a terminal too. Must not know how anything was measured."""

from collections.abc import Iterable, Sequence
from statistics import mean
from typing import Any

from benchmarks.cases import Case, DropoutCostCase, PeersCase, PrecisionCase, ScaleCase
from benchmarks.contest import Contest
from benchmarks.machine import bfloat16_in_words
from benchmarks.peers import PEERS
from benchmarks.scores import (
    Line,
    Spread,
    floor_in_words,
    floor_line,
    paired_ratios,
    peer_lines,
    reading_in_words,
    spread,
    training_times_ms,
)

_YES, _NO = "reached", "**missed**"


def case_text(case: Case, contest: Contest) -> str:
    """Return a case's title, its table and what a reader must know beside it."""
    table, notes = _MAKERS[type(case)](case, contest)
    n_turns = len(contest.floors)
    turns = f"{n_turns} turn{'s' if n_turns > 1 else ''}; median (lowest to highest); ratios within turns."
    rows = f" Rows: {contest.note}." if contest.note else ""
    return f"{case.title}\n\n{table}\n\n{turns}{rows}{''.join(f' {note}' for note in notes if note)}"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with columns of equal width, the first to the left and the others to the right."""
    cells = [list(header), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        [cell.ljust(w) if not i else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        for row in cells
    ]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def number(value: float) -> str:
    """Return a number with three significant digits.

    >>> number(0.17), number(12.345), number(1234.5)
    ('0.170', '12.3', '1,234')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")


def _with_spread(values: Spread | None) -> str:
    return "" if values is None else f"{number(values.median)} ({number(values.low)} to {number(values.high)})"


def _verdict(is_reached: bool | None) -> str:
    return "" if is_reached is None else _YES if is_reached else _NO


def _peers(case: PeersCase, contest: Contest) -> tuple[str, list[str]]:
    header = ("contender", "trials", "ms per trial and step", "ratio to the lab", "ratio to the floor", "peak MiB")
    lines = [*peer_lines(case, contest), floor_line(contest, case.lab)]
    table = markdown_table((*header, "val loss (the lab's)", "target", ""), map(_cells, lines))
    return table, [reading_in_words(contest, case.lab), floor_in_words(contest.floors)]


def _cells(line: Line) -> tuple[str, ...]:
    if line.problem:
        return (f"{line.label}: {line.problem}", *[""] * 8)
    return (
        line.label,
        f"{line.n_trials:,}" if line.n_trials else "",
        _with_spread(line.time_ms),
        _with_spread(line.to_lab),
        _with_spread(line.to_floor),
        f"{line.peak_mib:,.0f}" if line.peak_mib else "",
        f"{line.val_loss[0]:.3f} ({line.val_loss[1]:.3f})" if line.val_loss else "",
        line.target,
        _verdict(line.is_reached),
    )


def _dropout_cost(case: DropoutCostCase, contest: Contest) -> tuple[str, list[str]]:
    rows = []
    for number_of_pair, (without, with_it) in enumerate(case.pairs):
        label, both = PEERS[without.contender].label, [contest.entries[entry] for entry in (without, with_it)]
        problem = both[0].problem or both[1].problem
        if problem:
            rows.append((f"{label}: {problem}", *[""] * 5))
            continue
        training = [training_times_ms(measured) for measured in both]
        ratio = paired_ratios(training[1], training[0])
        of_lab = number_of_pair == 0
        rows.append(
            (
                label,
                *(_with_spread(spread(times)) for times in training),
                f"{_percent(ratio.median)} ({_percent(ratio.low)} to {_percent(ratio.high)})",
                f"at most {case.at_most:.0%}" if of_lab else "",
                _verdict(ratio.median - 1 <= case.at_most if of_lab else None),
            )
        )
    header = ("contender", "ms per step, rate 0", "ms per step, rate 0.5", "dropout adds", "target", "")
    return markdown_table(header, rows), ["Reading the data is left out: it would make dropout look cheaper."]


def _percent(ratio: float) -> str:
    return f"{ratio - 1:.0%}"


def _precision(case: PrecisionCase, contest: Contest) -> tuple[str, list[str]]:
    exact, rounded = (contest.entries[entry] for entry in case.entries)
    ratio = paired_ratios(exact.times_ms, rounded.times_ms)
    rows = [
        (
            entry.work.precision,
            _with_spread(spread(measured.times_ms)),
            _with_spread(ratio) if entry is case.rounded else "",
            f"{measured.peak_mib:,.0f}",
            f"{mean(losses[-1] for losses in measured.val_losses.values()):.3f}",
            f"at least {case.at_least:g}" if entry is case.rounded else "",
            _verdict(ratio.median >= case.at_least) if entry is case.rounded else "",
        )
        for entry, measured in zip(case.entries, (exact, rounded), strict=True)
    ]
    header = ("precision", "ms per trial and step", "times faster", "peak MiB", "val loss", "target", "")
    return markdown_table(header, rows), [f"Products of bfloat16 on this processor: {bfloat16_in_words()}."]


def _scale(case: ScaleCase, contest: Contest) -> tuple[str, list[str]]:
    measured = [contest.entries[entry] for entry in case.entries]
    rows = []
    for place, (entry, mine) in enumerate(zip(case.entries, measured, strict=True)):
        ratio = paired_ratios(mine.times_ms, measured[place - 1].times_ms) if place else None
        rows.append(
            (
                f"{entry.work.n_trials:,}",
                _with_spread(spread(mine.times_ms)),
                _with_spread(ratio),
                "at most 1" if ratio else "",
                _verdict(ratio.median <= 1 + case.noise if ratio else None),
                f"{mine.peak_mib:,.0f}",
            )
        )
    header = ("trials", "ms per trial and step", "ratio to the size before", "target", "", "peak MiB")
    growth = measured[-1].peak_mib / measured[-2].peak_mib
    memory = _verdict(growth <= case.memory_within)
    notes = [
        f"A ratio up to {1 + case.noise:g} counts as 1.",
        f"Peak memory of the last size is {growth:.2f} times that of the one before; target: at most "
        f"{case.memory_within:g}, {memory}.",
    ]
    return markdown_table(header, rows), notes


_MAKERS: dict[type, Any] = {
    PeersCase: _peers,
    DropoutCostCase: _dropout_cost,
    PrecisionCase: _precision,
    ScaleCase: _scale,
}
