"""Training curves: a metric on train and val against epoch, one panel a dropout setting, its baseline behind it.

Results in, Picture out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.captions import training_caption
from dropout_lab.drawing.end_labels import EndLabel
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.lines import Lines, off_axis_note, read_lines
from dropout_lab.drawing.page import Cell, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.panel_limits import PanelLimits, own_axes_note, panel_limits
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.setting_words import Value
from dropout_lab.drawing.style import color_map, colors, epoch_ticks, sizes, style, use_log_axis
from dropout_lab.drawing.tidy import stack
from dropout_lab.drawing.wording import Wording, interval_note, thinning_note
from dropout_lab.results.reading import Results

_HEIGHT, _LONE_HEIGHT = 1.85, 2.3  # inches, of a panel
_COLUMNS = 3
_GRID = 4  # rows and columns of panels, where each stands for a value
_NARROW_GRID = 6  # rows where there are but two columns
_GRID_OF_SLIDE = 2  # rows that a slide has room for


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the conditions with a panel, all that are drawn, their lines and their axes."""

    words: Wording
    conditions: list[Condition]
    read: list[Condition]
    lines: dict[str, Lines]
    limits: PanelLimits
    notes: list[str]


def training_curves(results: Results, *, metric: str = "loss") -> Picture:
    """Draw train and val against epoch for every dropout setting, with the baseline in each panel.

    Args:
        results: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of at most 12 panels, 6 or 3 on a slide; where the grid has more, an even choice, stated below.

    Raises:
        ValueError: if no trial of the conditions shown, or of their baselines, is complete.
    """
    with style():
        shown = _read(results, metric)
        words = shown.words
        title = words.title(f"{words.metric_name} on train and val against epoch")
        caption = training_caption(words, shown.conditions, shown.lines)
        data = stack(
            shown.lines[one.name].rows(words.grid, one, metric) for one in shown.read if one.name in shown.lines
        )
        return Picture(name_of("curves", metric), title, _draw(shown, title), caption, data)


def _read(results: Results, metric: str) -> _Shown:
    words = Wording.of(results, metric)
    grid, most = words.grid, sizes().most_titled if words.grid.group_paths else sizes().most_panels
    candidates = grid.treated or list(grid.conditions)
    if len(candidates) > most:  # panels are too few to spend them on what is not trained yet
        candidates = [condition for condition in candidates if condition.complete] or candidates
    points: list[tuple[Value, ...]] = [(*condition.dropout, *condition.group) for condition in candidates]
    chosen = choose_evenly(points, most)
    conditions = [condition for condition, point in zip(candidates, points, strict=True) if point in chosen]
    baselines = [grid.baseline(group) for group in unique([condition.group for condition in conditions])]
    read = unique([*conditions, *(one for one in baselines if one)])
    lines = read_lines(results.curves, read, metric)
    if not lines:
        raise ValueError("trials must hold a complete trial among the conditions shown. Got none.")
    limits = panel_limits(grid, conditions, lines, metric)
    notes = [
        *_notes(words, read, lines, limits),
        *thinning_note("panels", (*grid.dropout_paths, *grid.group_paths), chosen, points),
    ]
    return _Shown(words, conditions, read, lines, limits, notes)


def _notes(words: Wording, read: Sequence[Condition], lines: Mapping[str, Lines], limits: PanelLimits) -> list[str]:
    grey = " Grey: the baseline, without dropout." if words.grid.treated else ""
    drawn = {words.grid.label(one): one for one in read if one.name in lines}
    return [
        f"{interval_note((int(one.val.n[0]) for one in lines.values()), where='at each epoch')}"
        f" Train and val in eval mode after the epoch. Dot: the epoch of the lowest mean val loss.{grey}",
        *words.split_note(),
        *own_axes_note([label for label, one in drawn.items() if one.name in limits.own]),
        *off_axis_note(
            {label: lines[one.name].curves for label, one in drawn.items()},
            {label: limits.of(one) for label, one in drawn.items()},
        ),
        *words.left_out_note(read),
        *words.label_noise_note(has_dotted=any(one.true is not None for one in lines.values())),
    ]


def _draw(shown: _Shown, title: str) -> Figure:
    words, lines = shown.words, shown.lines
    grid, color_of = words.grid, color_map(words.grid.shades)
    ends = [_ends(grid, condition, lines, color_of) for condition in shown.conditions]
    page = open_page(
        _cells(grid, shown.conditions),
        panel_height=_LONE_HEIGHT if len(shown.conditions) == 1 else _HEIGHT,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    for axes, condition in zip(page.panels, shown.conditions, strict=True):
        own, reference = _own_and_reference(grid, condition, lines)
        color = color_of.get(grid.shade(condition.dropout), colors().neutral)
        _draw_panel(axes, own, reference, shown.limits.of(condition), color)
        remarks = [grid.group_label(condition.group), _remark(own, reference)]
        partial = f" (n = {len(condition.complete)} of {condition.n_trials})" if condition.left_out else ""
        head_panel(page, axes, grid.dropout_label(condition.dropout) + partial, remarks, color=color)
    finish_page(page, x="epoch", y=[words.metric_label], ends=ends)
    return page.figure


def _cells(grid: Grid, shown: Sequence[Condition]) -> list[Cell]:
    """Give every family a row and every shade a column where both are few; else fill rows in order."""
    shades, families = unique([grid.shade(one.dropout) for one in shown]), unique([grid.family(one) for one in shown])
    most_rows = _GRID_OF_SLIDE if sizes().height else _GRID if len(shades) > 2 else _NARROW_GRID
    if 1 < len(families) <= most_rows and 1 < len(shades) <= _GRID:
        return [(families.index(grid.family(one)), shades.index(grid.shade(one.dropout))) for one in shown]
    return fill_rows(len(shown), _COLUMNS)


def _own_and_reference(
    grid: Grid, condition: Condition, lines: Mapping[str, Lines]
) -> tuple[Lines | None, Lines | None]:
    baseline = grid.baseline(condition.group)
    return lines.get(condition.name), lines.get(baseline.name) if baseline and baseline is not condition else None


def _ends(
    grid: Grid, condition: Condition, lines: Mapping[str, Lines], color_of: Mapping[tuple[Value, ...], str]
) -> list[EndLabel]:
    """Name the lines of a panel: `train`, `val`, `baseline train`, `baseline val`."""
    own, reference = _own_and_reference(grid, condition, lines)
    neutral = colors().neutral
    both = ((own, "", color_of.get(grid.shade(condition.dropout), neutral)), (reference, "baseline ", neutral))
    return [EndLabel(x, y, prefix + name, color) for one, prefix, color in both if one for name, x, y in one.ends()]


def _draw_panel(axes: Axes, own: Lines | None, reference: Lines | None, limits: Limits, color: str) -> None:
    if reference:
        reference.draw(axes, colors().neutral, band=limits.ends)
    if own:
        own.draw(axes, color, band=limits.ends)
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
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
