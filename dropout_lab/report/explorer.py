"""The curves that a reader explores: every condition's mean and interval at every epoch, ready for the page's script.

Arrays are packed (see `embedding`); what is too long for a page is thinned out evenly and said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.drawing.grid import Condition, Grid, read_grid
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits
from dropout_lab.drawing.style import LIGHT, color_map, readable_on, style
from dropout_lab.findings import Curve, StudyView
from dropout_lab.metrics import TASKS, metric_title
from dropout_lab.phrases.names import Value, setting_names, value_text
from dropout_lab.report.embedding import pack
from dropout_lab.report.svg import Palette
from dropout_lab.statistics import Interval, mean_interval

_MOST_NUMBERS = 120_000  # as text about 0.65 MB
_FEWEST_EPOCHS = 12

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _View:
    """What the reader can choose to see: the columns of one picture, train first where there is a train line."""

    name: str
    title: str
    columns: tuple[str, ...]
    parts: tuple[str, ...]
    unit: str
    decimals: int | None
    is_gap: bool


@dataclass(frozen=True)
class _Line:
    """One condition: measured epochs, and the interval over seeds of every column, shapes [epochs, columns]."""

    condition: Condition
    epochs: npt.NDArray[np.int64]
    interval: Interval
    median: Floats
    best: int

    def curve(self, column: int) -> Curve:
        """Return one column as drawing knows it, for the limits of an axis."""
        n = self.interval.n[:, column]
        return Curve(
            x=self.epochs.astype(np.float64),
            mean=self.interval.mean[:, column],
            low=self.interval.low[:, column],
            high=self.interval.high[:, column],
            median=self.median[:, column],
            n=n,
            method=np.where(n > 1, "t", ""),
            unsettled=len(self.epochs) // 2,
        )


def explorer_data(study: StudyView, palette: Palette) -> dict[str, Any] | None:
    """Return what the curve explorer shows, or None while no trial is complete.

    Args:
        study: the study; the group that its answers speak of is shown first.
        palette: collects the colours of the lines.
    """
    grid = read_grid(study.series.conditions.values())
    views = _views(study)
    columns = list(dict.fromkeys(column for view in views for column in view.columns))
    lines = _lines(study.results.curves, grid, columns)
    if not lines:
        return None
    with style("light"):
        colors = color_map(grid.dropouts)
    step = _step(lines, len(columns))
    groups = [group for group in grid.groups if any(line.condition.group == group for line in lines)]
    bests: dict[tuple[Value, ...], set[int]] = {group: set() for group in groups}
    for line in lines:
        bests[line.condition.group].add(line.best)
    first = [groups.index(line.condition.group) for line in lines if line.condition.name == study.focus]
    return {
        "views": [_view_data(view, columns, groups, lines) for view in views],
        "paths": setting_names(grid.group_paths),
        "groups": [[value_text(value) for value in group] for group in groups],
        "firstGroup": first[0] if first else 0,
        "step": step,
        "columns": len(columns),
        "lines": [
            {
                "group": groups.index(line.condition.group),
                "label": grid.dropout_label(line.condition.dropout),
                "isBaseline": line.condition.is_baseline,
                "isChosen": study.is_chosen(line.condition.name),
                "color": palette.color(color := colors.get(line.condition.dropout, LIGHT.neutral)),
                "ink": palette.color(readable_on(color, LIGHT.paper)),
                "n": len(line.condition.complete),
                "best": int(line.epochs[line.best]),
                **_thinned(line, step, bests[line.condition.group]),
            }
            for line in lines
        ],
    }


def _view_data(view: _View, columns: list[str], groups: list[tuple[Value, ...]], lines: list[_Line]) -> dict[str, Any]:
    by_group = [[line for line in lines if line.condition.group == group] for group in groups]
    return {
        "title": view.title,
        "unit": view.unit,
        "decimals": view.decimals,
        "isGap": view.is_gap,
        "columns": [columns.index(column) for column in view.columns],
        "parts": view.parts,
        "limits": [_limits(view, columns, members) for members in by_group],
    }


def _views(study: StudyView) -> list[_View]:
    views = []
    for metric in (metric.column for metric in TASKS[study.task].metrics):
        unit = study.results.unit(f"val_{metric}")
        parts = {"train": f"train_{metric}", "val": f"val_{metric}"}
        if (true := f"train_true_{metric}") in study.series.columns:
            parts["train, true labels"] = true
        title = metric_title(metric)
        views.append(
            _View(metric, title, tuple(parts.values()), tuple(parts), unit, study.digits(metric), is_gap=False)
        )
        gap = f"{metric}_gap"
        views.append(_View(gap, metric_title(gap), (gap,), ("gap",), unit, study.digits(gap), is_gap=True))
    return views


def _lines(curves: pd.DataFrame, grid: Grid, columns: list[str]) -> list[_Line]:
    complete = {trial for condition in grid.conditions for trial in condition.complete}
    kept = curves[curves["trial"].isin(complete)].sort_values(["condition", "seed", "epoch"], kind="stable")
    values = kept[columns].to_numpy(dtype=np.float64)
    epochs = kept["epoch"].to_numpy(dtype=np.int64)
    val_loss = columns.index("val_loss")
    rows_of: Mapping[Any, Any] = kept.reset_index(drop=True).groupby("condition", observed=True).indices
    lines = []
    for condition in grid.conditions:
        rows = rows_of.get(condition.name)
        if rows is None:
            continue
        cube = values[rows].reshape(len(condition.complete), -1, len(columns))
        interval = mean_interval(cube)
        best = int(interval.mean[:, val_loss].argmin())
        lines.append(_Line(condition, epochs[rows[: cube.shape[1]]], interval, np.median(cube, axis=0), best))
    return lines


def _limits(view: _View, columns: list[str], lines: list[_Line]) -> list[float | bool]:
    """Return low, high and whether the axis is logarithmic."""
    curves = {column: [line.curve(columns.index(column)) for line in lines] for column in view.columns}
    drawn = [curve for several in curves.values() for curve in several]
    if view.is_gap:
        limits: Limits = gap_limits(drawn)
    else:
        limits = metric_limits(view.name, drawn, guide=curves[f"val_{view.name}"])
    return [round(limits.low, 9), round(limits.high, 9), limits.is_log]


def _step(lines: list[_Line], n_columns: int) -> int:
    """Return of how many epochs one is kept, so that the page stays small."""
    wanted = 2 * n_columns * sum(len(line.epochs) for line in lines)
    longest = max(len(line.epochs) for line in lines)
    return max(1, min(-(-wanted // _MOST_NUMBERS), longest // _FEWEST_EPOCHS))


def _thinned(line: _Line, step: int, bests: set[int]) -> dict[str, Any]:
    """Keep one epoch in `step`, counted from the last, and the first, and whichever is best for a line of the group."""
    last = len(line.epochs) - 1
    kept = sorted({*range(last, -1, -step), 0, *(best for best in bests if best <= last)})
    half = (line.interval.high - line.interval.low) / 2
    return {"epochs": line.epochs[kept].tolist(), "mean": pack(line.interval.mean[kept]), "half": pack(half[kept])}
