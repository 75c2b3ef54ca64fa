"""The statistics of one metric as a plain table: a row for each condition.

Owns its columns, and which of them a narrow page does without; must not know where the numbers come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dropout_lab.cli.table import Column, aligned, line_width

if TYPE_CHECKING:
    from dropout_lab.findings import Estimate, Row

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
    rows: Mapping[str, "Row"],
    *,
    metric: str,
    width: int,
    margin: float | None = None,
    conclusions: Mapping[str, str] | None = None,
) -> Table:
    """Set the statistics of a metric at one point, of one estimand.

    Args:
        rows: of the summary, by condition, in table order.
        metric: its name in the columns.
        width: columns that a line may have.
        margin: the smallest difference that matters.
        conclusions: condition -> what the margin's test says; shown with `margin`.

    Returns:
        A table whose numbers are never broken. Where it is too wide it does without the gain of pairing and the sd;
        where that does not help, the conditions stand on lines of their own above their numbers.
    """
    columns = _columns(rows, metric)
    if margin is not None and conclusions:
        cells = [SHORT_CONCLUSIONS.get(conclusions.get(label, ""), "-") for label in rows]
        columns.append(Column(f"within\n{margin:g}", cells))
    titles = _left_out(columns, width)
    return Table(aligned([column for column in columns if column.title not in titles], width=width), titles)


def bracketed_column(title: str, estimates: Sequence["Estimate | None"]) -> Column:
    """Return a column of numbers with their intervals, written with the decimals that all of them deserve."""
    return Column(title, [plain(cell) for cell in _intervals(estimates)])


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


def _columns(found: Mapping[str, "Row"], metric: str) -> list[Column]:
    from dropout_lab.report.numbers import NOTHING, number, p_value

    rows = list(found.values())
    effects, gains = [one.effect for one in rows], [one.pairing_gain for one in rows]
    names = [label + MAY_BE_BEST * bool(one.ranking and one.ranking.may_be_best) for label, one in found.items()]
    means = [one.mean for one in rows]
    columns = [
        Column("n", [str(one.n) for one in rows]),
        Column("mean\n[95% CI]", _intervals(means)),
        Column(_SD, [number(one.sd, _places(means)) for one in rows]),
        Column(f"{metric} - baseline's\n[95% CI]", _intervals([one.estimate if one else None for one in effects])),
        Column(_P, [p_value(one.p_holm if one else None).replace(" ", "") for one in effects]),
        Column(_GAIN, [number(gain, 0 if gain is not None and gain >= _LARGE_GAIN else 1) for gain in gains]),
    ]
    there = [column for column in columns if set(column.cells) != {NOTHING}]
    written = [Column(one.title, [plain(cell) for cell in one.cells]) for one in there]
    return [Column("condition", names, is_number=False), *written]


def _intervals(estimates: Sequence["Estimate | None"]) -> list[str]:
    places = _places(estimates)
    return [_bracketed(one, places) for one in estimates]


def _bracketed(one: "Estimate | None", places: int) -> str:
    from dropout_lab.report.numbers import bracketed

    return bracketed(one, places).replace(", ", ",")


def _places(estimates: Sequence["Estimate | None"]) -> int:
    from dropout_lab.report.numbers import decimals_for

    return decimals_for([one for one in estimates if one is not None])
