"""Gap curves: the gap between train and val against epoch, all dropout settings in one axes.

Floor 3, drawing. Frames in, Figure out.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.curve import Curve, over_epochs
from dropout_lab.drawing.grid import Condition, Grid, Value, choose_evenly, evenly, read_grid, unique
from dropout_lab.drawing.limits import Limits, gap_limits
from dropout_lab.drawing.lines import off_axis_note, rows_by_condition
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.style import NEUTRAL, QUIET, color_map, epoch_ticks, style
from dropout_lab.drawing.wording import Wording, interval_note, thinning_note
from dropout_lab.metrics import Task

MAX_PANELS = 12
MAX_LINES = 9  # nonzero settings in one axes; more cannot be told apart by colour
_MAX_BANDS = 4  # more bands than this hide one another
_PANEL = (2.3, 2.05)  # inches
_LONE_PANEL = (4.6, 3.0)
_COLUMNS = 4


def gap_curves(
    curves: pd.DataFrame, trials: pd.DataFrame, *, study: Mapping[str, object], task: Task, metric: str = "loss"
) -> Figure:
    """Draw the gap against epoch, a line for each dropout setting and one for the baseline, with a zero line.

    Args:
        curves: rows as in curves.csv.
        trials: rows as in trials.csv.
        study: the resolved config, for titles.
        task: `classification` or `regression`.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of at most 12 panels, one for each combination of the other swept settings, of at most 9 dropout
        settings each; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no trial is complete.
    """
    grid = read_grid(trials)
    groups, dropouts = _drawable(grid)
    groups, dropouts = choose_evenly(groups, MAX_PANELS), evenly(dropouts, MAX_LINES)
    members = [
        [one for one in grid.conditions if one.group == group and (one.is_baseline or one.dropout in dropouts)]
        for group in groups
    ]
    shown = [one for panel in members for one in panel]
    gaps = {name: over_epochs(rows, f"{metric}_gap") for name, rows in rows_by_condition(curves, shown).items()}
    if not gaps:
        raise ValueError("trials must hold a complete trial among the conditions shown. Got none.")
    words = Wording(study, trials, grid, task, metric)
    limits = gap_limits(list(gaps.values()))
    notes = [
        *_notes(words, shown, gaps, limits, has_bands=len(dropouts) <= _MAX_BANDS),
        *thinning_note("lines", grid.dropout_paths, dropouts, grid.dropouts),
        *thinning_note("panels", grid.group_paths, groups, grid.groups),
    ]
    with style():
        return _draw(words, members, gaps, limits, notes, has_bands=len(dropouts) <= _MAX_BANDS)


def _drawable(grid: Grid) -> tuple[list[tuple[Value, ...]], list[tuple[Value, ...]]]:
    """Return the groups and dropout settings to choose from: where a choice is needed, those with complete trials."""
    groups, dropouts = grid.groups, grid.dropouts
    complete = [condition for condition in grid.conditions if condition.complete]
    if len(groups) > MAX_PANELS:
        groups = unique([condition.group for condition in complete]) or groups
    if len(dropouts) > MAX_LINES:
        trained = {condition.dropout for condition in complete}
        dropouts = [dropout for dropout in dropouts if dropout in trained] or dropouts
    return groups, dropouts


def _notes(
    words: Wording, shown: Sequence[Condition], gaps: Mapping[str, Curve], limits: Limits, *, has_bands: bool
) -> list[str]:
    counts = (int(gap.n[0]) for gap in gaps.values())
    where, drawn = ("at each epoch", "Bands") if has_bands else ("at the last epoch", "Bars")
    labels = {words.grid.label(one): gaps[one.name] for one in shown if one.name in gaps}
    return [
        f"{interval_note(counts, where=where, drawn=drawn)} Above zero: worse on val than on train."
        " Both in eval mode after the epoch.",
        *off_axis_note({label: [gap] for label, gap in labels.items()}, dict.fromkeys(labels, limits)),
        *words.left_out_note(shown),
        *words.label_noise_note(),
    ]


def _draw(
    words: Wording,
    members: Sequence[Sequence[Condition]],
    gaps: Mapping[str, Curve],
    limits: Limits,
    notes: Sequence[str],
    *,
    has_bands: bool,
) -> Figure:
    grid = words.grid
    colors = color_map(grid.dropouts)
    size = _LONE_PANEL if len(members) == 1 else _PANEL
    cells = fill_rows(len(members), _COLUMNS)
    drawn = [
        [(one, gaps[one.name], colors.get(one.dropout, NEUTRAL)) for one in panel if one.name in gaps]
        for panel in members
    ]
    ends = [
        [EndLabel(gap.x[-1], gap.mean[-1], grid.dropout_label(one.dropout), color) for one, gap, color in panel]
        for panel in drawn
    ]
    figure, panels = open_page(
        cells,
        panel_size=size,
        title=words.title(f"{words.metric_name} gap against epoch"),
        subtitle=words.subtitle,
        notes=notes,
        labels=[label.text for panel in ends for label in panel],
    )
    for axes, conditions, panel in zip(panels, members, drawn, strict=True):
        _draw_panel(axes, [(gap, color) for _, gap, color in panel], limits, has_bands=has_bands)
        remark = "" if panel else "no complete trial"
        head_panel(axes, grid.group_label(conditions[0].group), [remark], width=size[0])
    finish_page(panels, cells, x="epoch", y=[words.gap_label], ends=ends)
    return figure


def _draw_panel(axes: Axes, drawn: Sequence[tuple[Curve, str]], limits: Limits, *, has_bands: bool) -> None:
    axes.axhline(0, color=QUIET, linewidth=0.8, zorder=2)
    for i, (gap, color) in enumerate(drawn):
        gap.draw(axes, color=color, band=limits.ends if has_bands else None)
        if not has_bands and gap.n[-1] > 1:
            beside = gap.x[-1] + 0.014 * (i + 1) * (gap.x[-1] - gap.x[0] or 1)
            axes.vlines(beside, gap.low[-1], gap.high[-1], color=color, linewidth=1.2, zorder=3)
    axes.set_ylim(limits.low, limits.high)
    axes.xaxis.set_major_locator(epoch_ticks())
    if drawn:
        first, last = (drawn[0][0].x[end] for end in (0, -1))
        room = 0.02 if has_bands else 0.014 * (len(drawn) + 2)
        axes.set_xlim(first - 0.03 * (last - first or 1), last + room * (last - first or 1))
