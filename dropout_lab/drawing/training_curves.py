"""Training curves: a metric on train and val against epoch, one panel a dropout setting, its baseline behind it.

Panels of a group share their y axis, for they are there to be compared; one rate far off has an axis of its own, since
it would squeeze all others into a corner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.limits import Limits, metric_limits, within_reach
from dropout_lab.drawing.lines import Lines, off_axis_note, read_lines
from dropout_lab.drawing.page import Cell, EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, epoch_rows, name_of, stack
from dropout_lab.drawing.reference_lines import (
    as_condition,
    draw_references,
    reference_ends,
    reference_lines,
    reference_note,
)
from dropout_lab.drawing.style import color_map, colors, epoch_ticks, sizes, style, use_log_axis
from dropout_lab.drawing.wording import (
    Wording,
    interval_caption,
    interval_note,
    join,
    label_noise_caption,
    thinning_note,
)
from dropout_lab.findings import Curve, StudyView
from dropout_lab.phrases.names import Value

_HEIGHT, _LONE_HEIGHT = 1.85, 2.3  # inches, of a panel
_COLUMNS = 3
_GRID = 4  # rows and columns of panels, where each stands for a value
_NARROW_GRID = 6  # rows where there are but two columns
_GRID_OF_SLIDE = 2  # rows that a slide has room for
_NAMED = 3  # panels named one by one


@dataclass(frozen=True)
class PanelLimits:
    """The limits of every panel's y axis.

    Args:
        shared: of the panels of each group.
        own: of the panels with an axis of their own, by the condition's name.
    """

    shared: Mapping[tuple[Value, ...], Limits]
    own: Mapping[str, Limits]

    def of(self, condition: Condition) -> Limits:
        """Return the limits of a condition's panel."""
        return self.own.get(condition.name, self.shared[condition.group])


def panel_limits(grid: Grid, conditions: Sequence[Condition], lines: Mapping[str, Lines], metric: str) -> PanelLimits:
    """Choose the y axes.

    Args:
        grid: who is the baseline of whom.
        conditions: those with a panel.
        lines: the lines of these and of their baselines, by the condition's name.
        metric: `loss`, `accuracy` or `rmse`.
    """
    shared, own = {}, {}
    for group in unique([one.group for one in conditions]):
        baseline = grid.baseline(group)
        reference = lines.get(baseline.name) if baseline else None
        members = {one.name: lines[one.name] for one in conditions if one.group == group and one.name in lines}
        drawn = list(members.values())
        if baseline and reference and baseline.name not in members:
            drawn.append(reference)
        shared[group] = _shared(drawn, reference, metric) if drawn else Limits(0, 1)
        for name, member in members.items():
            if any(_leaves(curve, shared[group]) for curve in (member.train, member.val)):
                own[name] = _around([member, *([reference] if reference else [])], metric, keeps_exploded=True)
    return PanelLimits(shared, own)


def own_axes_note(labels: Sequence[str]) -> list[str]:
    """Name the panels whose y axis is not that of their neighbours."""
    if not labels:
        return []
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    has = "has a y axis of its own" if len(labels) == 1 else "have y axes of their own"
    return [f"Far from the others, {'; '.join(labels[:_NAMED])}{more} {has}."]


def _shared(drawn: Sequence[Lines], reference: Lines | None, metric: str) -> Limits:
    """Choose the limits that show all lines or, where few lie far off on a linear axis, all others."""
    together = _around(drawn, metric)
    if together.is_log:
        return together
    ends = np.array([[bound for curve in (one.train, one.val) for bound in _bounds(curve)] for one in drawn])
    best = min(range(len(drawn)), key=lambda i: drawn[i].best_loss)
    compared = [i for i, one in enumerate(drawn) if i == best or one is reference]
    kept = within_reach(ends, ends[compared])
    return _around([one for one, is_kept in zip(drawn, kept, strict=True) if is_kept], metric)


def _leaves(curve: Curve, limits: Limits) -> bool:
    """Tell whether settled values leave an axis, but for a log axis downwards: towards 0 there is no end to it."""
    settled = curve.settled().mean
    return bool((settled > limits.high).any()) if limits.is_log else limits.excludes(settled)


def _around(drawn: Sequence[Lines], metric: str, *, keeps_exploded: bool = False) -> Limits:
    curves, guide = [curve for one in drawn for curve in one.curves], [one.val for one in drawn]
    return metric_limits(metric, curves, guide=guide, keeps_exploded=keeps_exploded)


def _bounds(curve: Curve) -> tuple[float, float]:
    settled = curve.settled().mean
    return float(settled.min()), float(settled.max())


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the conditions with a panel, all that are drawn, their lines and their axes."""

    words: Wording
    conditions: list[Condition]
    read: list[Condition]
    lines: dict[str, Lines]
    limits: PanelLimits
    notes: list[str]


def training_curves(study: StudyView, *, metric: str = "loss") -> Picture:
    """Draw train and val against epoch for every dropout setting, with the baseline in each panel.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of at most 12 panels, 6 or 3 on a slide; where the grid has more, an even choice, stated below.

    Raises:
        ValueError: if no trial of the conditions shown, or of their baselines, is complete.
    """
    with style():
        shown = _read(study, metric)
        words = shown.words
        title = words.title(f"{words.metric_name} on train and val against epoch")
        caption = _caption(words, shown.conditions, shown.lines)
        data = stack(
            [
                *(shown.lines[one.name].rows(words.grid, one, metric) for one in shown.read if one.name in shown.lines),
                *_reference_rows(shown, metric),
            ]
        )
        return Picture(name_of("curves", metric), title, _draw(shown, title), caption, data)


def _reference_rows(shown: _Shown, metric: str) -> Iterator[pd.DataFrame]:
    """Yield the rows of the references, once for all conditions of the same rows."""
    words, ends = shown.words, _epochs(shown.lines)
    firsts = {(one.group, line): one for one in reversed(shown.read) for line in reference_lines(words, one)}
    for (_, line), one in firsts.items():
        yield epoch_rows(words.grid, as_condition(words, line, one), f"val_{metric}", line.curve(ends))


def _epochs(lines: Mapping[str, Lines]) -> tuple[float, float]:
    """Return the first and the last epoch of all lines."""
    return min(float(one.val.x[0]) for one in lines.values()), max(float(one.val.x[-1]) for one in lines.values())


def _read(study: StudyView, metric: str) -> _Shown:
    words = Wording.of(study, metric)
    grid, most = words.grid, sizes().most_titled if words.grid.group_paths else sizes().most_panels
    candidates = grid.treated or list(grid.conditions)
    if len(candidates) > most:  # panels are too few to spend them on what is not trained yet
        candidates = [condition for condition in candidates if condition.complete] or candidates
    points: list[tuple[Value, ...]] = [(*condition.dropout, *condition.group) for condition in candidates]
    chosen = choose_evenly(points, most, words.kept(lambda one: (*one.dropout, *one.group)))
    conditions = [condition for condition, point in zip(candidates, points, strict=True) if point in chosen]
    baselines = [grid.baseline(group) for group in unique([condition.group for condition in conditions])]
    read = unique([*conditions, *(one for one in baselines if one)])
    lines = read_lines(words.series, read, metric)
    if not lines:
        raise ValueError("trials must hold a complete trial among the conditions shown. Got none.")
    limits = panel_limits(grid, conditions, lines, metric)
    notes = [
        *_notes(words, read, lines, limits),
        *words.mark_note(conditions),
        *reference_note(words, {one.name: (reference_lines(words, one), limits.of(one)) for one in conditions}),
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
    last = _epochs(lines)[1]
    ends = [
        [
            *_ends(grid, condition, lines, color_of),
            *reference_ends(reference_lines(words, condition), shown.limits.of(condition), last),
        ]
        for condition in shown.conditions
    ]
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
        draw_references(axes, reference_lines(words, condition), shown.limits.of(condition))
        remarks = [grid.group_label(condition.group), _remark(own, reference)]
        partial = f" (n = {len(condition.complete)} of {condition.n_trials})" if condition.left_out else ""
        head = words.marked(grid.dropout_label(condition.dropout), condition) + partial
        head_panel(page, axes, head, remarks, color=color)
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


def _caption(words: Wording, shown: Sequence[Condition], lines: Mapping[str, Lines]) -> str:
    """Explain training curves.

    Args:
        words: what the figure is about.
        shown: the conditions that have a panel.
        lines: the lines of these and of their baselines, by the condition's name.
    """
    name, has_rates = words.metric_name, any(not one.is_baseline for one in shown)
    what = "Each panel follows the training at one dropout rate" if has_rates else "This follows the training"
    grey = " Grey, in every panel, is the baseline: the same net trained without dropout." if has_rates else ""
    helped = f"; a coloured dashed line {words.better_side} the grey one shows that dropout helped" if has_rates else ""
    return join(
        f"{what}: solid is the {name} on the train rows, dashed the {name} on the val rows, which the net never trains"
        f" on ({words.better} is better).{grey}",
        "A dashed line that pulls away from its solid one, or gets worse again after its dot (the epoch of the lowest"
        f" mean val loss), shows overfitting{helped}.",
        _best_epochs(words, shown, lines),
        interval_caption(words, (int(one.val.n[0]) for one in lines.values()), mean="Lines", interval="bands"),
        label_noise_caption(words),
    )


def _best_epochs(words: Wording, shown: Sequence[Condition], lines: Mapping[str, Lines]) -> str:
    """State the best epochs of a baseline and of the condition that val chose, where there is one baseline."""
    baseline = words.grid.baseline(shown[0].group)
    drawn = [one for one in shown if one.name in lines and not one.is_baseline]
    if len({one.group for one in shown}) > 1 or baseline is None or baseline.name not in lines or not drawn:
        return ""
    best = next(filter(words.is_marked, drawn), drawn[0] if len(drawn) == 1 else None)
    if best is None:
        return ""
    reference, chosen = lines[baseline.name], ", which val chose," if words.is_marked(best) else ""
    return (
        f"Here the baseline's mean val loss is lowest at epoch {reference.best_epoch:g} of {reference.val.x[-1]:g};"
        f" that of {words.grid.dropout_label(best.dropout)}{chosen} at epoch {lines[best.name].best_epoch:g}."
    )
