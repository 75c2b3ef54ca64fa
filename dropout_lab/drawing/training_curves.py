"""Training curves: a metric on train and val against epoch, one panel a dropout setting, its baseline behind it.

Floor 3, drawing. Frames in, Figure out.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.grid import Condition, Grid, Value, choose_evenly, read_grid, unique
from dropout_lab.drawing.limits import Limits, metric_limits
from dropout_lab.drawing.lines import Lines, off_axis_note, read_lines
from dropout_lab.drawing.page import Cell, EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.style import NEUTRAL, color_map, epoch_ticks, style, use_log_axis
from dropout_lab.drawing.wording import Wording, interval_note, thinning_note
from dropout_lab.metrics import Task

MAX_PANELS = 12
_PANEL = (2.3, 2.05)  # inches
_LONE_PANEL = (3.9, 2.7)
_COLUMNS = _ROWS = 4


def training_curves(
    curves: pd.DataFrame, trials: pd.DataFrame, *, study: Mapping[str, object], task: Task, metric: str = "loss"
) -> Figure:
    """Draw train and val against epoch for every dropout setting, with the baseline in each panel.

    Args:
        curves: rows as in curves.csv.
        trials: rows as in trials.csv.
        study: the resolved config, for titles.
        task: `classification` or `regression`.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of at most 12 panels; where the grid has more, an even choice, stated below the panels.

    Raises:
        ValueError: if no trial of the conditions shown, or of their baselines, is complete.
    """
    grid = read_grid(trials)
    candidates = grid.treated or list(grid.conditions)
    if len(candidates) > MAX_PANELS:  # panels are too few to spend them on what is not trained yet
        candidates = [condition for condition in candidates if condition.complete] or candidates
    points: list[tuple[Value, ...]] = [(*condition.dropout, *condition.group) for condition in candidates]
    chosen = choose_evenly(points, MAX_PANELS)
    shown = [condition for condition, point in zip(candidates, points, strict=True) if point in chosen]
    baselines = [grid.baseline(group) for group in unique([condition.group for condition in shown])]
    read = unique([*shown, *(one for one in baselines if one)])
    lines = read_lines(curves, read, metric)
    if not lines:
        raise ValueError("trials must hold a complete trial among the conditions shown. Got none.")
    words = Wording(study, trials, grid, task, metric)
    limits = _limits(read, lines, metric)
    notes = [
        *_notes(words, read, lines, limits),
        *thinning_note("panels", (*grid.dropout_paths, *grid.group_paths), chosen, points),
    ]
    with style():
        return _draw(words, shown, lines, limits, notes)


def _limits(read: Sequence[Condition], lines: Mapping[str, Lines], metric: str) -> dict[tuple[Value, ...], Limits]:
    """Choose one y axis for all panels of a group: they are compared with each other and with one baseline."""
    limits = {}
    for group in unique([condition.group for condition in read]):
        members = [lines[one.name] for one in read if one.group == group and one.name in lines]
        if not members:
            limits[group] = Limits(0, 1)
            continue
        curves = [curve for member in members for curve in member.curves]
        limits[group] = metric_limits(metric, curves, guide=[member.val for member in members])
    return limits


def _notes(
    words: Wording,
    read: Sequence[Condition],
    lines: Mapping[str, Lines],
    limits: Mapping[tuple[Value, ...], Limits],
) -> list[str]:
    drawn = {words.grid.label(one): one for one in read if one.name in lines}
    grey = " Grey: the baseline, without dropout." if words.grid.treated else ""
    return [
        f"{interval_note((int(one.val.n[0]) for one in lines.values()), where='at each epoch')}"
        f" Train and val in eval mode after the epoch. Dot: the epoch of the lowest mean val loss.{grey}",
        *off_axis_note(
            {label: lines[one.name].curves for label, one in drawn.items()},
            {label: limits[one.group] for label, one in drawn.items()},
        ),
        *words.left_out_note(read),
        *words.label_noise_note(),
    ]


def _draw(
    words: Wording,
    shown: Sequence[Condition],
    lines: Mapping[str, Lines],
    limits: Mapping[tuple[Value, ...], Limits],
    notes: Sequence[str],
) -> Figure:
    grid = words.grid
    colors = color_map(grid.dropouts)
    size = _LONE_PANEL if len(shown) == 1 else _PANEL
    cells = _cells(shown)
    ends = [_ends(grid, condition, lines, colors) for condition in shown]
    figure, panels = open_page(
        cells,
        panel_size=size,
        title=words.title(f"{words.metric_name} on train and val against epoch"),
        subtitle=words.subtitle,
        notes=notes,
        labels=[label.text for panel in ends for label in panel],
    )
    for axes, condition in zip(panels, shown, strict=True):
        own, reference = _own_and_reference(grid, condition, lines)
        color = colors.get(condition.dropout, NEUTRAL)
        _draw_panel(axes, own, reference, limits[condition.group], color)
        remarks = [grid.group_label(condition.group), _remark(own, reference)]
        partial = f" (n = {len(condition.complete)} of {condition.n_trials})" if condition.left_out else ""
        head_panel(axes, grid.dropout_label(condition.dropout) + partial, remarks, width=size[0], color=color)
    finish_page(panels, cells, x="epoch", y=[words.metric_label], ends=ends)
    return figure


def _cells(shown: Sequence[Condition]) -> list[Cell]:
    """Give every group a row and every dropout setting a column where both are few; else fill rows in order."""
    dropouts, groups = unique([one.dropout for one in shown]), unique([one.group for one in shown])
    if 1 < len(groups) <= _ROWS and 1 < len(dropouts) <= _COLUMNS:
        return [(groups.index(one.group), dropouts.index(one.dropout)) for one in shown]
    return fill_rows(len(shown), _COLUMNS)


def _own_and_reference(
    grid: Grid, condition: Condition, lines: Mapping[str, Lines]
) -> tuple[Lines | None, Lines | None]:
    baseline = grid.baseline(condition.group)
    return lines.get(condition.name), lines.get(baseline.name) if baseline and baseline is not condition else None


def _ends(
    grid: Grid, condition: Condition, lines: Mapping[str, Lines], colors: Mapping[tuple[Value, ...], str]
) -> list[EndLabel]:
    """Name the lines of a panel: `train`, `val`, `baseline train`, `baseline val`."""
    own, reference = _own_and_reference(grid, condition, lines)
    both = ((own, "", colors.get(condition.dropout, NEUTRAL)), (reference, "baseline ", NEUTRAL))
    return [EndLabel(x, y, prefix + name, color) for one, prefix, color in both if one for name, x, y in one.ends()]


def _draw_panel(axes: Axes, own: Lines | None, reference: Lines | None, limits: Limits, color: str) -> None:
    if reference:
        reference.draw(axes, NEUTRAL, band=limits.ends)
    if own:
        own.draw(axes, color, band=limits.ends)
    if limits.is_log:
        use_log_axis(axes)
    axes.set_ylim(limits.low, limits.high)
    axes.xaxis.set_major_locator(epoch_ticks())
    drawn = own or reference
    if drawn:
        first, last = drawn.val.x[0], drawn.val.x[-1]
        axes.set_xlim(first - 0.03 * (last - first or 1), last + 0.02 * (last - first or 1))


def _remark(own: Lines | None, reference: Lines | None) -> str:
    if own is None:
        return "no complete trial"
    return f"best epoch {own.best_epoch:g}" + (f" (baseline {reference.best_epoch:g})" if reference else "")
