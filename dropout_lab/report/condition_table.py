"""The table of conditions: one metric at one point, alone and against the baseline, for both estimands.

Owns which columns stand in which order; must not know HTML. The script gets the columns as data and
writes cells by the rules of `numbers`, so the table looks the same with and without it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dropout_lab.findings import Estimate, Row
from dropout_lab.metrics import metric_name, metric_title
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.report.embedding import pack
from dropout_lab.report.metric_choices import (
    FIRST_METRIC,
    FIRST_POINT,
    metric_choices,
    metric_decimals,
    point_choices,
)
from dropout_lab.report.numbers import NOTHING, interval, number, p_value, rounded, rounded_p
from dropout_lab.results import POINT_NAMES, POINTS

Kind = Literal["number", "signed", "interval", "p", "factor", "flag"]

_CAPTION = "{title} at the {point} ({unit}): means over the complete trials."
_IN_BOLD = " Bold: the interval of the difference excludes 0, taken alone."
_N_FIELDS = 14
_P_VALUES, _GAIN = (8, 11), 12
_GAIN_DECIMALS = 1


@dataclass(frozen=True)
class Column:
    """A column of numbers: its heading, how its cells are written and which fields of a row they read."""

    heading: str
    kind: Kind
    at: tuple[int, ...]
    is_difference: bool = False


@dataclass(frozen=True)
class ColumnGroup:
    """Neighbouring columns under one heading."""

    heading: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Cell:
    """A cell's text, and whether it stands out: the interval of a difference that excludes 0."""

    text: str
    is_clear: bool


def column_groups(contents: Contents) -> tuple[ColumnGroup, ...]:
    """Return the columns of numbers; an estimand without any interval has none. The first group is the metric's."""
    estimands = {
        key.estimand
        for row in contents.conditions
        for key, one in row.numbers.items()
        if one.mean is not None and one.mean.has_interval
    }
    alone, compared = [Column("mean", "number", (0,))], [Column("mean", "signed", (5,))]
    if "split" in estimands:
        alone.append(Column("split", "interval", (1, 2)))
        compared += [Column("split", "interval", (6, 7), is_difference=True), Column("p (Holm)", "p", (8,))]
    if "population" in estimands:
        alone.append(Column("population", "interval", (3, 4)))
        compared += [Column("population", "interval", (9, 10), is_difference=True), Column("p (Holm)", "p", (11,))]
    if estimands:
        compared.append(Column("gain", "factor", (_GAIN,)))
    sure = ", 95 % intervals" if estimands else ""
    groups = [ColumnGroup(metric_name(FIRST_METRIC) + sure, tuple(alone))]
    if any(not row.is_baseline for row in contents.conditions):
        groups.append(ColumnGroup(f"minus baseline, paired by seed{sure}", tuple(compared)))
        if estimands:
            groups.append(ColumnGroup("may be", (Column("best", "flag", (13,)),)))
    return tuple(groups)


def caption(contents: Contents) -> str:
    """Say what the table shows first."""
    unit = contents.results.unit(FIRST_METRIC)
    title, point = metric_title(FIRST_METRIC), POINT_NAMES[FIRST_POINT]
    return _caption(contents).format(title=title, point=point, unit=unit)


def rows(contents: Contents) -> list[tuple[ConditionRow, list[Cell]]]:
    """Write the cells of numbers of every condition, as the table shows first."""
    decimals = metric_decimals(contents, FIRST_METRIC)
    columns = _columns(contents)
    written = []
    for row in contents.conditions:
        fields = _fields(row, FIRST_METRIC, FIRST_POINT)
        cells = [Cell(_text(one, fields, decimals), _is_clear(one, fields)) for one in columns]
        written.append((row, cells))
    return written


def trials_text(row: ConditionRow) -> str:
    """Say how many trials of a condition are complete."""
    return f"{row.statuses.get('complete', 0)} of {sum(row.statuses.values())}"


def data(contents: Contents) -> dict[str, Any]:
    """Return what the script needs to show the conditions at any metric and point."""
    metrics = contents.metrics or (FIRST_METRIC,)
    decimals = {metric: metric_decimals(contents, metric) for metric in metrics}
    return {
        "first": {"metric": FIRST_METRIC, "point": FIRST_POINT},
        "caption": _caption(contents),
        "metrics": metric_choices(contents, metrics),
        "points": point_choices(),
        "columns": [{"kind": one.kind, "at": one.at, "isDifference": one.is_difference} for one in _columns(contents)],
        "fields": _N_FIELDS,
        "rows": [
            {
                "label": row.label,
                "settings": [row.settings[name] or NOTHING for name in contents.settings],
                "trials": trials_text(row),
                "isBaseline": row.is_baseline,
            }
            for row in contents.conditions
        ],
        "values": {
            f"{metric} {point}": pack([_shown(row, metric, point, decimals[metric]) for row in contents.conditions])
            for metric in metrics
            for point in POINTS
        },
    }


def _columns(contents: Contents) -> list[Column]:
    return [column for group in column_groups(contents) for column in group.columns]


def _caption(contents: Contents) -> str:
    return _CAPTION + (_IN_BOLD if any(column.is_difference for column in _columns(contents)) else "")


def _fields(row: ConditionRow, metric: str, point: str) -> list[float]:
    """Return what columns read, NaN for none: mean, its ends, difference, its ends and p, gain, may be best."""
    split, population = (row.found(metric, point, estimand) for estimand in ("split", "population"))
    either = split or population
    effect = either.effect if either else None
    fields = [
        either.mean.value if either and either.mean else None,
        *_ends(split.mean if split else None),
        *_ends(population.mean if population else None),
        effect.estimate.value if effect else None,
        *_compared(split),
        *_compared(population),
        either.pairing_gain if either else None,
        split.ranking.may_be_best if split and split.ranking else None,
    ]
    return [math.nan if one is None else float(one) for one in fields]


def _shown(row: ConditionRow, metric: str, point: str, decimals: int) -> list[float]:
    """Return the fields as the table shows them."""
    fields = _fields(row, metric, point)
    places = {_GAIN: _GAIN_DECIMALS}
    return [
        rounded_p(one) if at in _P_VALUES else rounded(one, places.get(at, decimals)) for at, one in enumerate(fields)
    ]


def _ends(estimate: Estimate | None) -> tuple[float | None, float | None]:
    return (estimate.low, estimate.high) if estimate else (None, None)


def _compared(row: Row | None) -> tuple[float | None, float | None, float | None]:
    effect = row.effect if row else None
    return (*_ends(effect.estimate), effect.p_holm) if effect else (None, None, None)


def _between(column: Column, fields: Sequence[float]) -> Estimate | None:
    """Return the interval that a column shows."""
    low, high = (fields[at] for at in column.at)
    return None if math.isnan(low) or math.isnan(high) else Estimate(0, 0.0, low, high)


def _text(column: Column, fields: Sequence[float], decimals: int) -> str:
    first = fields[column.at[0]]
    match column.kind:
        case "number":
            return number(first, decimals)
        case "signed":
            return number(first, decimals, is_signed=True)
        case "interval":
            return interval(_between(column, fields), decimals)
        case "p":
            return p_value(first)
        case "factor":
            return number(first, _GAIN_DECIMALS)
        case "flag":
            return NOTHING if math.isnan(first) else "yes" if first else "no"


def _is_clear(column: Column, fields: Sequence[float]) -> bool:
    between = _between(column, fields) if column.is_difference else None
    return between is not None and between.excludes_zero
