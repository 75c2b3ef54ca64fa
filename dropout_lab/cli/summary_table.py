"""The statistics of one metric as a plain table: a row for each condition.

Owns its columns, and which of them a narrow page does without; must not know where the numbers come from.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dropout_lab.cli.table import Column, aligned, line_width

if TYPE_CHECKING:
    from dropout_lab.report.estimates import Bounded, Estimate

MAY_BE_BEST = " +"
SHORT_CONCLUSIONS = {"equivalent within": "equivalent", "no worse than": "no worse", "not shown": "not shown"}
_GAIN, _SD, _P = "gain", "sd", "p\nHolm"
_ASCII = str.maketrans({"−": "-", "–": "-", "∞": "inf"})  # a terminal may know nothing else
_LARGE_GAIN = 10


@dataclass(frozen=True)
class Table:
    """The table as text, and the titles of the columns that the page had no room for."""

    text: str
    left_out: tuple[str, ...]


def table_of(
    estimates: Mapping[str, "Estimate"],
    *,
    metric: str,
    width: int,
    margin: float | None = None,
    conclusions: Mapping[str, str] | None = None,
) -> Table:
    """Set the statistics of a metric at one point, of one estimand.

    Args:
        estimates: of every condition, in table order.
        metric: its name in the columns.
        width: columns that a line may have.
        margin: the smallest difference that matters.
        conclusions: condition -> what the margin's test says; shown with `margin`.

    Returns:
        A table whose numbers are never broken. Where it is too wide it does without the gain of pairing and the sd;
        where that does not help, the conditions stand on lines of their own above their numbers.
    """
    columns = _columns(estimates, metric)
    if margin is not None and conclusions:
        cells = [SHORT_CONCLUSIONS.get(conclusions.get(label, ""), "-") for label in estimates]
        columns.append(Column(f"within\n{margin:g}", cells))
    titles = _left_out(columns, width)
    return Table(aligned([column for column in columns if column.title not in titles], width=width), titles)


def bracketed_column(title: str, numbers: Sequence["Bounded | None"]) -> Column:
    """Return a column of numbers with their intervals, written with the decimals that all of them deserve."""
    return Column(title, [plain(cell) for cell in _intervals(numbers)])


def plain(text: str) -> str:
    """Return a text in the few characters that any terminal knows."""
    return text.translate(_ASCII)


def _left_out(columns: Sequence[Column], width: int) -> tuple[str, ...]:
    """Return the titles of the columns to do without: those that save one line a row, else those that save a number."""
    beside, apart = list(columns), [Column("", [""]), *columns[1:]]
    for line, spare in ((beside, (_GAIN, _SD)), (apart, (_GAIN, _SD, _P))):
        for n_spared in range(len(spare) + 1):
            if line_width([column for column in line if column.title not in spare[:n_spared]]) <= width:
                return tuple(column.title for column in columns if column.title in spare[:n_spared])
    return tuple(column.title for column in columns if column.title in spare)


def _columns(estimates: Mapping[str, "Estimate"], metric: str) -> list[Column]:
    from dropout_lab.report.numbers import NOTHING, number, p_value

    rows = list(estimates.values())
    compared = [one.comparison for one in rows]
    gains = [one.pairing_gain if one else math.nan for one in compared]
    names = [label + MAY_BE_BEST * bool(one.ranking and one.ranking.may_be_best) for label, one in estimates.items()]
    means = [one.mean for one in rows]
    columns = [
        Column("n", [str(one.n) for one in rows]),
        Column("mean\n[95% CI]", _intervals(means)),
        Column(_SD, [number(one.sd, _places(means)) for one in rows]),
        Column(f"{metric} - baseline's\n[95% CI]", _intervals([one.difference if one else None for one in compared])),
        Column(_P, [p_value(one.p_holm).replace(" ", "") if one else NOTHING for one in compared]),
        Column(_GAIN, [number(gain, 0 if gain >= _LARGE_GAIN else 1) for gain in gains]),
    ]
    there = [column for column in columns if set(column.cells) != {NOTHING}]
    written = [Column(one.title, [plain(cell) for cell in one.cells]) for one in there]
    return [Column("condition", names, is_number=False), *written]


def _intervals(numbers: Sequence["Bounded | None"]) -> list[str]:
    places = _places(numbers)
    return [_bracketed(one, places) for one in numbers]


def _bracketed(bounded: "Bounded | None", places: int) -> str:
    from dropout_lab.report.numbers import NOTHING, number

    if bounded is None:
        return NOTHING
    value, low, high = (number(one, places) for one in (bounded.value, bounded.low, bounded.high))
    return f"{value} [{low},{high}]" if bounded.has_interval else value


def _places(numbers: Sequence["Bounded | None"]) -> int:
    from dropout_lab.report.numbers import decimals_for

    return decimals_for([one for one in numbers if one is not None])
