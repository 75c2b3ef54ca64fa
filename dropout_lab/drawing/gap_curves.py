"""Gap curves: the gap between train and val against epoch, all dropout settings in one axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, evenly
from dropout_lab.drawing.limits import Limits, gap_limits
from dropout_lab.drawing.lines import cut_note, draw_bars, draw_curve, mark_best, off_axis_note
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, epoch_rows, name_of, stack
from dropout_lab.drawing.style import color_map, colors, epoch_ticks, sizes, style
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

MAX_LINES = 9  # nonzero settings in one axes; more cannot be told apart by colour
_MAX_BANDS = 4  # more bands than this hide one another
_HEIGHT, _LONE_HEIGHT, _CROWDED_HEIGHT = 1.85, 2.4, 3.0  # inches, of a panel
_COLUMNS = 3


@dataclass(frozen=True)
class _Gap:
    """The gap of one condition, and the index of its epoch of lowest mean val loss."""

    curve: Curve
    best: int


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: titles and conditions of all panels, the gaps, the limits of the axes and the notes."""

    words: Wording
    titles: list[str]
    panels: list[list[Condition]]
    gaps: dict[str, _Gap]
    limits: Limits
    has_bands: bool
    notes: list[str]


def gap_curves(study: StudyView, *, metric: str = "loss") -> Picture:
    """Draw the gap against epoch, a line for each dropout setting and one for the baseline, with a zero line.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of at most 12 panels, 3 on a slide, one for each combination of the other swept settings and kinds of
        noise, of at most 9 settings of dropout each; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no trial is complete.
    """
    with style():
        shown = _read(study, metric)
        words = shown.words
        title = words.title(f"{words.metric_name} gap against epoch")
        drawn = [[one for one in panel if one.name in shown.gaps] for panel in shown.panels]
        first = next(panel for panel in drawn if panel)
        named = {words.grid.shade_label(one.dropout): shown.gaps[one.name].curve for one in first}
        caption = _caption(words, named, has_bands=shown.has_bands, panels=len(drawn))
        data = stack(
            epoch_rows(words.grid, one, f"{metric}_gap", gap.curve, marks={gap.best: "best epoch"})
            for panel in drawn
            for one in panel
            for gap in (shown.gaps[one.name],)
        )
        return Picture(name_of("gap_curves", metric), title, _draw(shown, title), caption, data)


def _read(study: StudyView, metric: str) -> _Shown:
    words, most = Wording.of(study, metric), sizes().most_titled
    grid = words.grid
    families, shades = _drawable(grid, most)
    families = choose_evenly(families, most, words.kept(grid.family))
    shades = evenly(shades, MAX_LINES, words.kept(lambda one: grid.shade(one.dropout)))
    panels = [_panel(grid, family, shades) for family in families]
    shown = [one for panel in panels for one in panel]
    found = {one.name: words.series.along_epochs(one.name, f"{metric}_gap") for one in shown}
    gaps = {name: _Gap(gap, words.series.lowest(name) or 0) for name, gap in found.items() if gap}
    if not gaps:
        raise ValueError("trials must hold a complete trial among the conditions shown. Got none.")
    limits, has_bands = gap_limits([gap.curve for gap in gaps.values()]), len(shades) <= _MAX_BANDS
    notes = [
        *_notes(words, shown, gaps, limits, has_bands=has_bands),
        *words.mark_note(shown),
        *thinning_note("lines", grid.shade_paths, shades, grid.shades),
        *thinning_note("panels", grid.family_paths, families, grid.families),
    ]
    titles = [grid.family_label(family) for family in families]
    return _Shown(words, titles, panels, gaps, limits, has_bands, notes)


def _panel(grid: Grid, family: tuple[Value, ...], shades: Sequence[tuple[Value, ...]]) -> list[Condition]:
    """Return the baseline of a family and its conditions of some shades."""
    baseline = grid.baseline(family[len(grid.word_paths) :])
    treated = [one for one in grid.treated if grid.family(one) == family and grid.shade(one.dropout) in shades]
    return [*([baseline] if baseline else []), *treated]


def _drawable(grid: Grid, most_panels: int) -> tuple[list[tuple[Value, ...]], list[tuple[Value, ...]]]:
    """Return the families and shades to choose from: where a choice is needed, those with complete trials."""
    families, shades = grid.families, grid.shades
    complete = [condition for condition in grid.conditions if condition.complete]
    if len(families) > most_panels:
        families = [family for family in families if any(one.complete for one in _panel(grid, family, shades))]
    if len(shades) > MAX_LINES:
        trained = {grid.shade(condition.dropout) for condition in complete}
        shades = [shade for shade in shades if shade in trained] or shades
    return families or grid.families, shades


def _notes(
    words: Wording, shown: Sequence[Condition], gaps: Mapping[str, _Gap], limits: Limits, *, has_bands: bool
) -> list[str]:
    counts = (int(gap.curve.n[0]) for gap in gaps.values())
    where, drawn = ("at each epoch", "Bands") if has_bands else ("at the last epoch", "Bars")
    labels = {words.grid.label(one): gaps[one.name].curve for one in shown if one.name in gaps}
    return [
        f"{interval_note(counts, where=where, drawn=drawn)} Above zero: worse on val than on train."
        " Both in eval mode after the epoch. Dot: the epoch of the lowest mean val loss.",
        *words.split_note(),
        *cut_note((_at_end(gap, 0), limits.ends) for gap in labels.values() if not has_bands),
        *off_axis_note({label: [gap] for label, gap in labels.items()}, dict.fromkeys(labels, limits)),
        *words.left_out_note(shown),
        *words.label_noise_note(),
    ]


def _draw(shown: _Shown, title: str) -> Figure:
    words, grid = shown.words, shown.words.grid
    color_of = color_map(grid.shades)
    drawn = [
        [
            (one, shown.gaps[one.name], color_of.get(grid.shade(one.dropout), colors().neutral))
            for one in panel
            if one.name in shown.gaps
        ]
        for panel in shown.panels
    ]
    ends = [
        [
            EndLabel(gap.curve.x[-1], gap.curve.mean[-1], words.marked(grid.shade_label(one.dropout), one), color)
            for one, gap, color in panel
        ]
        for panel in drawn
    ]
    is_crowded = len(drawn) == 1 and not shown.has_bands
    page = open_page(
        fill_rows(len(drawn), _COLUMNS),
        panel_height=_CROWDED_HEIGHT if is_crowded else _LONE_HEIGHT if len(drawn) == 1 else _HEIGHT,
        is_wide=is_crowded,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    for axes, head, panel in zip(page.panels, shown.titles, drawn, strict=True):
        _draw_panel(axes, [(gap, color) for _, gap, color in panel], shown.limits, has_bands=shown.has_bands)
        remark = "" if panel else "no complete trial"
        head_panel(page, axes, head, [remark])
    finish_page(page, x="epoch", y=[words.gap_label], ends=ends)
    return page.figure


def _draw_panel(axes: Axes, drawn: Sequence[tuple[_Gap, str]], limits: Limits, *, has_bands: bool) -> None:
    scale = sizes().scale
    axes.axhline(0, color=colors().quiet, linewidth=0.8 * scale, zorder=2)
    for i, (gap, color) in enumerate(drawn):
        curve = gap.curve
        draw_curve(axes, curve, color=color, band=limits.ends if has_bands else None)
        mark_best(axes, curve, gap.best, color)
        if not has_bands and curve.n[-1] > 1:
            beside = curve.x[-1] + 0.018 * (i + 1.5) * (curve.x[-1] - curve.x[0] or 1)
            draw_bars(axes, _at_end(curve, beside), colors=[color], ends=limits.ends)
    axes.set_ylim(limits.low, limits.high)
    axes.xaxis.set_major_locator(epoch_ticks())
    if drawn:
        first, last = (drawn[0][0].curve.x[end] for end in (0, -1))
        room = 0.02 if has_bands else 0.018 * (len(drawn) + 2)
        axes.set_xlim(first - 0.03 * (last - first or 1), last + room * (last - first or 1))


def _at_end(curve: Curve, x: float) -> Curve:
    """Return the last point of a curve, moved to `x`."""
    last = curve.take(np.array([-1]))
    return replace(last, x=np.array([x]))


def _caption(words: Wording, drawn: Mapping[str, Curve], *, has_bands: bool, panels: int) -> str:
    """Explain gap curves.

    Args:
        words: what the figure is about.
        drawn: the lines by what they are called beside them, of the first panel that has any.
        has_bands: whether intervals are bands, or bars at the last epoch.
        panels: how many panels there are.
    """
    name, counts = words.metric_name, [int(curve.n[0]) for curve in drawn.values()]
    gap = f"train {name} minus val {name}" if words.better == "higher" else f"val {name} minus train {name}"
    where = " in the first panel" if panels > 1 else ""
    ends = " and ".join(f"{words.number(curve.mean[-1])} for {label}" for label, curve in _two_ends(drawn).items())
    ends = ends.replace("baseline", "the baseline")
    held = "; a coloured line below the grey one, the baseline, shows that dropout holds it back"
    return join(
        f"The gap is {gap} at the same weights, dropout off: how much worse the net does on rows it has not seen.",
        "A line that rises above zero shows overfitting that grows with the training; dots mark each line's epoch of"
        f" the lowest mean val loss{held if words.grid.treated else ''}.",
        "A small gap alone makes no good net, for one that learns nothing has none: read it beside the val curves.",
        f"Here the gap at the last epoch is {ends}{where}.",
        interval_caption(words, counts, mean="Lines", interval="bands" if has_bands else "bars at the right"),
        label_noise_caption(words),
    )


def _two_ends(drawn: Mapping[str, Curve]) -> dict[str, Curve]:
    """Return the first and the last line: the baseline and the highest rate."""
    labels = list(drawn)
    return {label: drawn[label] for label in dict.fromkeys([*labels[:1], *labels[-1:]])}
