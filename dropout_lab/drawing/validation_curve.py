"""Validation curves: val metric, train metric and gap against rate, the baseline as rate 0.

Reads a trial's metrics at the point asked for, and from the summary which
rates may be best.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab import wording
from dropout_lab.drawing.facets import (
    Facet,
    FacetCurves,
    facet_curves,
    facet_labels,
    find_facets,
    positions,
    rate_axis,
    rate_path,
    shared_paths,
)
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits, within_reach
from dropout_lab.drawing.lines import cut_note, draw_bars, draw_curve, mark_chosen
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page, text_width
from dropout_lab.drawing.picture import Picture, name_of, point_rows, stack
from dropout_lab.drawing.reference_lines import (
    as_condition,
    draw_references,
    reference_ends,
    reference_lines,
    reference_note,
)
from dropout_lab.drawing.style import TRAIN, VAL, LineStyle, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import (
    AT_POINT,
    MARK,
    Wording,
    interval_caption,
    interval_note,
    join,
    label_noise_caption,
    thinning_note,
)
from dropout_lab.findings import Curve, StudyView
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import Value, axis_name, is_learnt, setting_name, setting_text, value_text

_HEIGHT, _LONE_HEIGHT = 1.7, 2.0  # inches, of the panel of the metric
_ROWS = (1.0, 0.8)  # the metric, and its gap below
_COLUMNS = 3
_DROPPED = {"rate": "units", "input_rate": "inputs", "dropout.output_rate": "outputs"}
_NAMED = 3  # conditions beyond the axis named one by one
_ANGLE = 35  # degrees
_TURNED = 2.1  # type sizes between texts turned by that: their line height over its sine


def draw_metric(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw train with filled dots, val with hollow ones, the baseline's level, and which rate is or may be best.

    Args:
        axes: where to draw.
        curves: what to draw.
        limits: of the y axis.
        is_joined: whether lines join the dots: they do not where rates have no order.
    """
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(6))
    axes.set_ylim(limits.low, limits.high)
    _draw_level(axes, curves.baseline_val)
    _draw_curve(axes, curves.train, curves.baseline, limits, linestyle=TRAIN if is_joined else "none")
    _draw_curve(axes, curves.val, curves.baseline, limits, linestyle=VAL if is_joined else "none", is_hollow=True)
    _mark_best(axes, curves)


def draw_gap(axes: Axes, curves: FacetCurves, limits: Limits, *, is_joined: bool) -> None:
    """Draw the gap, a line at zero and the baseline's level; for the arguments see `draw_metric`."""
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)
    axes.axhline(0, color=colors().quiet, linewidth=0.8 * sizes().scale, zorder=1)
    _draw_level(axes, curves.baseline_gap)
    _draw_curve(axes, curves.gap, curves.baseline, limits, linestyle=TRAIN if is_joined else "none")


def _draw_level(axes: Axes, level: Curve | None) -> None:
    """Draw the baseline's mean across the panel, and its interval as a band."""
    if level is None:
        return
    neutral = colors().neutral
    axes.axhline(level.mean[0], color=neutral, linestyle=VAL, linewidth=0.8 * sizes().scale, zorder=1)
    if level.n[0] > 1:
        axes.axhspan(level.low[0], level.high[0], color=neutral, alpha=0.18, linewidth=0, zorder=0.5)


def _draw_curve(
    axes: Axes,
    curve: Curve,
    baseline: int | None,
    limits: Limits,
    *,
    linestyle: LineStyle,
    is_hollow: bool = False,
) -> None:
    """Draw dots, a bar for each interval and the line that joins them, the baseline's in its own colour."""
    own = _dot_colors(curve, baseline)
    paper, scale = [colors().paper] * len(own), sizes().scale
    draw_curve(axes, curve, color=colors().single, linestyle=linestyle)
    draw_bars(axes, curve, colors=own, ends=limits.ends)
    faces, edges = (paper, own) if is_hollow else (own, paper)
    size = (13 if is_hollow else 15) * scale**2
    axes.scatter(curve.x, curve.mean, s=size, c=faces, edgecolors=edges, linewidths=0.9 * scale, zorder=5)


def _dot_colors(curve: Curve, baseline: int | None) -> list[str]:
    return [colors().neutral if i == baseline else colors().single for i in range(len(curve.x))]


def _mark_best(axes: Axes, curves: FacetCurves) -> None:
    """Put a star on what val chose, and draw a ring around what may be best as well."""
    own, val, scale = _dot_colors(curves.val, curves.baseline), curves.val, sizes().scale
    if curves.chosen is not None:
        mark_chosen(axes, val.x[[curves.chosen]], val.mean[[curves.chosen]], own[curves.chosen])
    ringed = [i for i in curves.may_be_best if i != curves.chosen]
    if ringed:
        axes.scatter(
            val.x[ringed],
            val.mean[ringed],
            s=48 * scale**2,
            facecolors="none",
            edgecolors=[own[i] for i in ringed],
            linewidths=0.8 * scale,
            zorder=6,
        )


def metric_ends(curves: FacetCurves) -> list[EndLabel]:
    """Label the ends of the lines of `draw_metric`."""
    return [
        _end(curves.train, "train"),
        _end(curves.val, "val"),
        *_level_end(curves, curves.baseline_val, "baseline val"),
    ]


def gap_ends(curves: FacetCurves) -> list[EndLabel]:
    """Label the ends of the lines of `draw_gap`."""
    return [_end(curves.gap, "gap"), *_level_end(curves, curves.baseline_gap, "baseline gap")]


def _end(curve: Curve, name: str) -> EndLabel:
    return EndLabel(float(curve.x[-1]), float(curve.mean[-1]), name, colors().single)


def _level_end(curves: FacetCurves, level: Curve | None, name: str) -> list[EndLabel]:
    return [] if level is None else [EndLabel(float(curves.val.x[-1]), float(level.mean[0]), name, colors().neutral)]


def place_rates(axes: Axes, places: Mapping[Value, float], *, width: float) -> None:
    """Put a tick at every rate where they fit; else turn texts, as many as fit, and leave numbers to round ones.

    Args:
        axes: whose x axis it is.
        places: where each rate stands, ascending.
        width: of the panel, inches.
    """
    small = sizes().small
    ticks = list(places.values())
    names = [value_text(rate) for rate in places]
    span = ticks[-1] - ticks[0]
    axes.set_xlim(ticks[0] - 0.05 * span, ticks[-1] + 0.05 * span)
    usable = 0.75 * width * 72 / (1.1 * span)  # points on paper for one unit of x
    room = usable * min(right - left for left, right in pairwise(ticks))
    if 1.25 * max(text_width(name, small) for name in names) <= room:
        axes.set_xticks(ticks, names)
    elif any(isinstance(rate, str) for rate in places):
        step = math.ceil(_TURNED * small / room)
        axes.set_xticks(ticks[::step], names[::step], rotation=_ANGLE, ha="right", rotation_mode="anchor")
    else:
        axes.xaxis.set_major_locator(value_ticks(6))


def turned_height(places: Mapping[Value, float]) -> float:
    """Return the height that turned names of rates take below an axis, inches."""
    longest = max(text_width(value_text(rate), sizes().small) for rate in places)
    return longest * math.sin(math.radians(_ANGLE)) / 72


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: facets with their curves and y axes, the places of rates, and the notes."""

    words: Wording
    facets: list[Facet]
    drawn: list[FacetCurves]
    limits: list[Limits]
    gap_limits: Limits
    places: dict[Value, float]
    notes: list[str]


def has_validation_curve(study: StudyView) -> bool:
    """Tell whether there are two nonzero rates or more to draw a validation curve of."""
    return bool(find_facets(Wording.of(study, "loss").grid))


def validation_curve(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw train and val, and below them the gap, against the rate; against the input rate where only that varies.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 6 facets of two panels, 3 on a slide, one for each combination of the other swept settings;
        where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no facet has two nonzero rates with a complete trial.
    """
    with style():
        shown = _read(study, metric, point)
        words, path = shown.words, rate_path(shown.words.grid)
        title = words.title(f"{words.metric_name} and gap against {setting_name(path)}")
        is_lone = len(shown.facets) == 1
        caption = _caption(
            words,
            shown.drawn,
            dropped=_DROPPED[path],
            point=point,
            chosen=_chosen_label(words, shown.facets[0]) if is_lone else "",
            may_be_best=[_label(words.grid, shown.facets[0], i) for i in shown.drawn[0].may_be_best] if is_lone else [],
        )
        of_conditions = (
            point_rows(words.grid, facet.conditions, column, curve, point=point, marks=marks)
            for facet, curves in zip(shown.facets, shown.drawn, strict=True)
            for column, curve, marks in (
                (f"train_{metric}", curves.train, None),
                (
                    f"val_{metric}",
                    curves.val,
                    dict.fromkeys(curves.may_be_best, "may be best") | _mark_of(curves),
                ),
                (f"{metric}_gap", curves.gap, None),
            )
        )
        of_references = (
            point_rows(words.grid, [as_condition(words, line, one)], f"val_{metric}", line.curve([0]), point=point)
            for facet in shown.facets
            for one in facet.conditions[:1]
            for line in reference_lines(words, one)
        )
        data = stack([*of_conditions, *of_references])
        return Picture(name_of("validation_curve", metric), title, _draw(shown, title), caption, data)


def _read(study: StudyView, metric: str, point: str) -> _Shown:
    words = Wording.of(study, metric)
    grid = words.grid
    every = find_facets(grid)
    if not every:
        raise ValueError("trials must hold complete trials at two nonzero rates or more. Got fewer.")
    named = list(words.kept(lambda one: one.name))
    kept = [facet.key for name in named for facet in every if name in {one.name for one in facet.conditions}]
    keys = choose_evenly([facet.key for facet in every], sizes().most_panels // 2, kept)
    facets = [facet for facet in every if facet.key in keys]
    places, axis = positions(grid, facets), rate_axis(grid)
    drawn = [facet_curves(words, facet, places, axis, point=point) for facet in facets]
    limits = _limits(facets, drawn, metric)
    gaps = gap_limits([curve for curves in drawn for curve in (curves.gap, curves.baseline_gap) if curve])
    notes = [
        *_notes(words, facets, drawn, point),
        *(["The y axes of the upper panels differ."] if len(set(limits)) > 1 else []),
        *_beyond_note(words, facets, drawn, limits),
        *cut_note((curves.gap, gaps.ends) for curves in drawn),
        *reference_note(
            words,
            {
                one.name: (reference_lines(words, one), span)
                for facet, span in zip(facets, limits, strict=True)
                for one in facet.conditions[:1]
            },
        ),
        *words.left_out_note(unique([one for facet in facets for one in facet.conditions])),
        *words.label_noise_note(),
        *thinning_note("facets", [*shared_paths(grid), *grid.group_paths], keys, [facet.key for facet in every]),
    ]
    return _Shown(words, facets, drawn, limits, gaps, places, list(dict.fromkeys(notes)))


def _limits(facets: Sequence[Facet], drawn: Sequence[FacetCurves], metric: str) -> list[Limits]:
    """Choose one y axis for the facets of a group, and one of its own for a facet whose rates all lie beyond it."""
    found = []
    for facet, curves in zip(facets, drawn, strict=True):
        pairs = zip(facets, drawn, strict=True)
        together = _around([one for other, one in pairs if other.group == facet.group], metric)
        treated = [mean for i, mean in enumerate(curves.val.mean) if i != curves.baseline]
        is_far = all(together.excludes(np.array([mean])) for mean in treated)
        found.append(_around([curves], metric) if is_far else together)
    return found


def _around(drawn: Sequence[FacetCurves], metric: str) -> Limits:
    """Choose limits at which the rates near the best and the baseline can be told apart."""
    values = [np.stack([one.train.mean, one.val.mean], axis=1) for one in drawn]
    best = min(range(len(drawn)), key=lambda i: drawn[i].lowest_loss)
    baselines = [own[one.baseline] for one, own in zip(drawn, values, strict=True) if one.baseline is not None]
    compared = np.stack([values[best][drawn[best].lowest], *baselines])
    is_kept = np.split(within_reach(np.concatenate(values), compared), np.cumsum([len(own) for own in values])[:-1])
    kept = [np.flatnonzero(own) for own in is_kept]
    levels = [one.baseline_val for one in drawn if one.baseline_val]
    train = [one.train.take(own) for one, own in zip(drawn, kept, strict=True) if len(own)]
    val = [one.val.take(own) for one, own in zip(drawn, kept, strict=True) if len(own)]
    return metric_limits(metric, [*train, *val, *levels], guide=[*val, *levels])


def _notes(words: Wording, facets: Sequence[Facet], drawn: Sequence[FacetCurves], point: str) -> list[str]:
    counts = [int(n) for curves in drawn for n in curves.val.n]
    methods = [
        str(method) for curves in drawn for one in (curves.train, curves.val, curves.gap) for method in one.method
    ]
    grey = " Grey: the baseline, without dropout, and its interval." if any(facet.baseline for facet in facets) else ""
    rings = f" Rings: {glossary.MAY_BE_BEST}." if any(set(one.may_be_best) - {one.chosen} for one in drawn) else ""
    return [
        f"Train and val in eval mode {AT_POINT[point]}. "
        + interval_note(counts, where="at each rate", means="Dots", drawn="Bars", methods=methods)
        + (" Seeds are paired, so overlapping bars do not mean that two rates are alike." if max(counts) > 1 else "")
        + f"{rings}{grey}",
        *words.mark_note(one for facet in facets for one in facet.conditions),
        *words.split_note(),
    ]


def _beyond_note(
    words: Wording, facets: Sequence[Facet], drawn: Sequence[FacetCurves], limits: Sequence[Limits]
) -> list[str]:
    """Name the conditions beyond the y axis with their values, and explain the arrow heads there."""
    named = []
    for facet, curves, span in zip(facets, drawn, limits, strict=True):
        for one, *means in zip(facet.conditions, curves.train.mean, curves.val.mean, strict=True):
            if span.excludes(np.array(means)):
                train, val = map(words.number, means)
                named.append(f"{words.grid.label(one)} with train {train} and val {val}")
    if not named:
        pairs = zip(drawn, limits, strict=True)
        return cut_note((curve, span.ends) for curves, span in pairs for curve in (curves.train, curves.val))
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return [f"Beyond the axis (arrow heads): {'; '.join(named[:_NAMED])}{more}."]


def _mark_of(curves: FacetCurves) -> dict[int, str]:
    return {} if curves.chosen is None else {curves.chosen: "chosen"}


def _chosen_label(words: Wording, facet: Facet) -> str:
    """Name what val chose among the conditions of a facet; empty where that is elsewhere."""
    return next((words.grid.dropout_label(one.dropout) for one in facet.conditions if words.is_marked(one)), "")


def _label(grid: Grid, facet: Facet, i: int) -> str:
    return grid.dropout_label(facet.conditions[i].dropout)


def _rate_label(grid: Grid, one: Condition) -> str:
    """Name the rate that the x axis shows, below a title that names the rest."""
    path, value = rate_path(grid), one.dropout[rate_axis(grid)]
    is_start = path == "rate" and any(map(is_learnt, one.dropout))
    return ("start " if is_start else "") + setting_text(path, value)


def _draw(shown: _Shown, title: str) -> Figure:
    words, facets, places = shown.words, shown.facets, shown.places
    path, places_in_grid = rate_path(words.grid), fill_rows(len(facets), _COLUMNS)
    references = [reference_lines(words, facet.conditions[0]) for facet in facets]
    ends = [
        part
        for curves, lines, span in zip(shown.drawn, references, shown.limits, strict=True)
        for part in (
            [*metric_ends(curves), *reference_ends(lines, span, float(curves.val.x[-1]))],
            gap_ends(curves),
        )
    ]
    is_joined = not any(isinstance(rate, str) for rate in places)
    height = _LONE_HEIGHT if len(facets) == 1 else _HEIGHT
    page = open_page(
        [(2 * row + part, column) for row, column in places_in_grid for part in range(2)],
        panel_height=height + (0 if is_joined else turned_height(places) / sum(_ROWS)),
        row_heights=_ROWS,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
        is_wide=not is_joined,  # per-layer rates are long names
    )
    labels = facet_labels(words.grid, facets)
    for i, (above, below) in enumerate(zip(page.panels[::2], page.panels[1::2], strict=True)):
        curves = shown.drawn[i]
        draw_metric(above, curves, shown.limits[i], is_joined=is_joined)
        draw_references(above, references[i], shown.limits[i])
        draw_gap(below, curves, shown.gap_limits, is_joined=is_joined)
        chosen = [_rate_label(words.grid, one) for one in facets[i].conditions if words.is_marked(one)]
        head_panel(page, above, labels[i], [f"{MARK} val chose {rate}" for rate in chosen])
        for axes in (above, below):
            place_rates(axes, places, width=page.panel_width)
    finish_page(
        page, x=axis_name(path, learns_rates=words.learns_rates), y=[words.metric_label, words.gap_label], ends=ends
    )
    return page.figure


def _caption(
    words: Wording, drawn: Sequence[FacetCurves], *, dropped: str, point: str, chosen: str, may_be_best: Sequence[str]
) -> str:
    """Explain a validation curve.

    Args:
        words: what the figure is about.
        drawn: the curves of every facet.
        dropped: what the rate on the x axis drops: `units` or `inputs`.
        point: `last`, `best` or `stop`.
        chosen: the label of what val chose; empty where there are several facets.
        may_be_best: the labels of all that may be best; empty where it is not known.
    """
    name, counts = words.metric_name, [int(n) for curves in drawn for n in curves.val.n]
    rings = wording.listed([label for label in may_be_best if label != chosen], "or")
    tell = f"; {rings} may be the best as well (rings)" if rings else ""
    here = f"Here val chose {chosen} (star), for the lowest mean val loss at the best epochs{tell}."
    paired = "All rates share their seeds, so overlapping bars do not mean that two rates are alike."
    return join(
        f"From left to right more {dropped} are dropped: filled dots are the {name} on the train rows, hollow dots on"
        f" the val rows ({words.better} is better), {AT_POINT[point]}, and below them is the gap between the two.",
        f"Val dots {words.better_side} the grey band, the baseline without dropout, speak for dropout; where train and"
        " val get worse together the rate is too high, and the net underfits.",
        here if chosen else "Stars mark what val chose, for the lowest mean val loss at the best epochs.",
        *words.start_note(),
        interval_caption(words, counts, mean="Dots", interval="bars"),
        paired if max(counts, default=0) > 1 else "",
        label_noise_caption(words),
    )
