"""The two tables of the page that its script sorts, filters and turns: of conditions and of trials.

The script gets the numbers as data, rounded to what is shown, and writes cells by the rules of `phrases.numbers`, so
that a table looks the same with and without it.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dropout_lab.document import P_HOLM, Column, Table
from dropout_lab.metrics import TASKS, curve_metrics, metric_name, metric_title
from dropout_lab.phrases import glossary
from dropout_lab.phrases.numbers import TYPESET, rounded, rounded_p
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.report.embedding import pack
from dropout_lab.report.tables import GAIN
from dropout_lab.results import POINTS

FIRST_METRIC, FIRST_POINT = "val_loss", "last"
"""What the tables show first: the metric that chooses, at the point that the verdict and `run` speak of."""
MOST_TRIALS = 1000
"""Trials for readers without a script."""
_CAPTION = "{title} at the {point} ({unit}): means over the complete trials."
_IN_BOLD = " Bold: the interval of the difference excludes 0, taken alone."
_TRIALS_CAPTION = "Every trial at the {point}. Losses in {unit}; seconds: the time of its cohort, shared out evenly."
_SECONDS_DECIMALS = 2


def conditions(contents: Contents, metric: str = FIRST_METRIC, point: str = FIRST_POINT) -> Table:
    """Return the columns of numbers of every condition, and in `about` what the table shows.

    A mean and its difference to the baseline, each with the intervals of both estimands; an estimand without any
    interval in the study has no columns.
    """
    study, decimals = contents.study, contents.study.digits(metric)
    rows = {
        estimand: [study.row(row.label, metric, point, estimand) for row in contents.conditions]
        for estimand in ("split", "population")
    }
    either = [split or population for split, population in zip(rows["split"], rows["population"], strict=True)]
    effects = {estimand: [row.effect if row else None for row in of] for estimand, of in rows.items()}
    differences = [row.effect.estimate if row and row.effect else None for row in either]
    estimands = [name for name in rows if study.has_intervals(name)]
    sure = ", 95 % intervals" if estimands else ""
    alone, compared = f"{metric_name(metric)}{sure}", f"minus baseline, paired by seed{sure}"
    means = [row.mean if row else None for row in either]
    columns = [Column("mean", [one.value if one else None for one in means], "number", decimals, alone)]
    for estimand in estimands:
        cells = [row.mean if row else None for row in rows[estimand]]
        columns.append(Column(estimand, cells, "range", decimals, alone))
    if any(not row.is_baseline for row in contents.conditions):
        values = [one.value if one else None for one in differences]
        columns.append(Column("mean", values, "signed", decimals, compared))
        for estimand in estimands:
            found = effects[estimand]
            cells = [effect.estimate if effect else None for effect in found]
            p_values = [effect.p_holm if effect else None for effect in found]
            columns.append(Column(estimand, cells, "range", decimals, compared, is_tested=True))
            columns.append(Column(P_HOLM, p_values, "p", group=compared))
        if estimands:
            gains = [row.pairing_gain if row and row.effect else None for row in either]
            columns.append(Column(GAIN, gains, "factor", group=compared))
            columns += _choice(contents)
    about = _caption(columns).format(
        title=metric_title(metric), point=glossary.POINTS[point].label, unit=contents.results.unit(metric)
    )
    return Table(tuple(columns), about=about)


def _choice(contents: Contents) -> Iterator[Column]:
    """Yield what val chose and what may be the best: the same whatever metric and point the table shows."""
    study, labels = contents.study, [row.label for row in contents.conditions]
    group = "val loss at best epochs"
    if any(map(study.is_picked, labels)):
        yield Column("chosen", [study.is_picked(label) for label in labels], "flag", group=group)
    yield Column("may be best", [study.may_be_best(label) for label in labels], "flag", group=group)


def _caption(columns: Sequence[Column]) -> str:
    return _CAPTION + (_IN_BOLD if any(column.is_tested for column in columns) else "")


def trials_text(row: ConditionRow) -> str:
    """Say how many trials of a condition are complete."""
    return f"{row.statuses.get('complete', 0)} of {sum(row.statuses.values())}"


def conditions_data(contents: Contents) -> dict[str, Any]:
    """Return what the script needs to show the conditions at any metric and point."""
    metrics = contents.metrics or (FIRST_METRIC,)
    columns = conditions(contents).columns
    starts = np.cumsum([0, *(_width(column) for column in columns)]).tolist()
    return {
        "first": {"metric": FIRST_METRIC, "point": FIRST_POINT},
        "caption": _caption(columns),
        "metrics": _metric_choices(contents, metrics),
        "points": _point_choices(),
        "columns": [
            {"kind": column.kind, "at": [*range(start, start + _width(column))], "isDifference": column.is_tested}
            for column, start in zip(columns, starts[:-1], strict=True)
        ],
        "fields": starts[-1],
        "rows": [
            {
                "label": row.label,
                "settings": [row.settings[name] or TYPESET.nothing for name in contents.settings],
                "trials": trials_text(row),
                "isBaseline": row.is_baseline,
            }
            for row in contents.conditions
        ],
        "values": {
            f"{metric} {point}": pack(_fields(conditions(contents, metric, point)))
            for metric in metrics
            for point in POINTS
        },
    }


def _width(column: Column) -> int:
    return 2 if column.kind == "range" else 1


def _fields(table: Table) -> list[list[float]]:
    """Return the numbers that every row shows, NaN for none."""
    by_column = [_shown(column) for column in table.columns]
    return [[field for cell in cells for field in cell] for cells in zip(*by_column, strict=True)]


def _shown(column: Column) -> list[list[float]]:
    return [
        [math.nan] * _width(column) if cell is None else [_rounded(column, number) for number in column.numbers(cell)]
        for cell in column.cells
    ]


def _rounded(column: Column, number: float | None) -> float:
    if number is None:
        return math.nan
    if column.kind == "p":
        return rounded_p(number)
    return number if column.kind in ("factor", "flag") else rounded(number, column.decimals)


def trials(contents: Contents) -> Table:
    """Return the first trials at `FIRST_POINT`."""
    shown, task = contents.results.trials.head(MOST_TRIALS), TASKS[contents.task]
    parts = ("train", "val", "gap")
    headings = [(task.loss.text, "objective"), *((metric.text, part) for metric in task.metrics for part in parts)]
    measured = [
        Column(name, shown[f"{FIRST_POINT}_{metric}"].tolist(), "number", contents.study.digits(metric), group)
        for (group, name), metric in zip(headings, curve_metrics(contents.task), strict=True)
    ]
    columns = (
        Column("condition", shown["condition"].tolist(), "name", group="trial"),
        Column("seed", [str(seed) for seed in shown["seed"]], "count", group="trial"),
        Column("status", shown["status"].tolist(), "text", group="trial"),
        Column("epoch", shown[f"{FIRST_POINT}_epoch"].astype(float).tolist(), "count", group="trial"),
        *measured,
        Column("seconds", shown["wall_time_s"].tolist(), "number", _SECONDS_DECIMALS, "time"),
    )
    return Table(columns, about=_trials_caption(contents).format(point=glossary.POINTS[FIRST_POINT].label))


def _trials_caption(contents: Contents) -> str:
    return _TRIALS_CAPTION.replace("{unit}", contents.results.unit("val_loss"))


def trials_data(contents: Contents) -> dict[str, Any]:
    """Return what the script needs to show every trial at any point."""
    found, metrics = contents.results.trials, curve_metrics(contents.task)
    labels = [row.label for row in contents.conditions]
    place = {label: i for i, label in enumerate(labels)}
    decimals = [0, *map(contents.study.digits, metrics)]

    def shown(names: list[str], places: Sequence[int | None]) -> str:
        cells = found[names].to_numpy(dtype=np.float64).tolist()
        return pack([list(map(rounded, values, places)) for values in cells])

    return {
        "first": {"point": FIRST_POINT},
        "caption": _trials_caption(contents),
        "metrics": _metric_choices(contents, metrics),
        "points": _point_choices(),
        "conditions": labels,
        "condition": [place[label] for label in found["condition"]],
        "seed": [int(seed) for seed in found["seed"]],
        "status": found["status"].tolist(),
        "seconds": shown(["wall_time_s"], [_SECONDS_DECIMALS]),
        "values": {
            point: shown([f"{point}_epoch", *(f"{point}_{metric}" for metric in metrics)], decimals) for point in POINTS
        },
    }


def _metric_choices(contents: Contents, metrics: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": metric,
            "name": metric_name(metric),
            "title": metric_title(metric),
            "unit": contents.results.unit(metric),
            "decimals": contents.study.digits(metric),
        }
        for metric in metrics
    ]


def _point_choices() -> list[dict[str, str]]:
    return [{"id": point, "name": glossary.POINTS[point].label} for point in POINTS]
