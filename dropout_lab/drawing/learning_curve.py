"""Learning curves: a metric on val and its gap against the number of train rows, with and without dropout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.axis_names import place_numbers
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, dropout_order, evenly, unique
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits
from dropout_lab.drawing.lines import cut_note, draw_bars, draw_curve, mark_chosen, off_axis_note
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, name_of, point_rows, stack
from dropout_lab.drawing.reference_lines import ReferenceLine, as_condition, levels, reference_lines
from dropout_lab.drawing.style import REFERENCE, TRAIN, VAL, color_map, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import (
    AT_POINT,
    Wording,
    interval_caption,
    interval_note,
    join,
    label_noise_caption,
    thinning_note,
)
from dropout_lab.findings import Curve, Series, StudyView
from dropout_lab.phrases.names import Value, settings_label
from dropout_lab.wording import listed

MAX_LINES, _MAX_IN_FACETS = 5, 3  # settings with dropout in one panel; the bars of more would hide one another
_HEIGHT, _LONE_HEIGHT = 1.7, 2.0  # inches, of the panel of the metric
_ROWS = (1.0, 0.8)  # the metric, and its gap below
_COLUMNS = 3
TRAIN_SIZE = "data.train_size"
_APART = 0.012  # between the dots of one size, as a share of the axis


@dataclass(frozen=True)
class SizeLine:
    """Conditions that differ in their train rows alone.

    Args:
        conditions: those with a complete trial, by ascending train rows.
        n_train: the train rows of each.
    """

    conditions: tuple[Condition, ...]
    n_train: tuple[int, ...]

    @property
    def dropout(self) -> tuple[Value, ...]:
        """Return dropout's settings."""
        return self.conditions[0].dropout

    def curve(self, series: Series, column: str) -> Curve:
        """Return means and intervals of a column of trials.csv at every number of train rows."""
        return series.at_point([one.name for one in self.conditions], column, self.n_train)


@dataclass(frozen=True)
class SizeFacet:
    """Lines that share all that was swept beside dropout and the train rows.

    Args:
        key: the values they share, of `shared_paths`.
        lines: the baseline's first, where it has a complete trial, then by dropout's settings.
    """

    key: tuple[Value, ...]
    lines: tuple[SizeLine, ...]

    @property
    def names(self) -> set[str]:
        """Return the names of its conditions."""
        return {one.name for line in self.lines for one in line.conditions}


def shared_paths(grid: Grid) -> list[str]:
    """Return the swept settings that are neither dropout's nor the train rows."""
    return [path for path in grid.group_paths if path != TRAIN_SIZE]


def find_size_facets(grid: Grid, series: Series) -> list[SizeFacet]:
    """Return the facets in which a line has complete trials at two numbers of train rows or more."""
    if TRAIN_SIZE not in grid.group_paths:
        return []
    swept = grid.group_paths.index(TRAIN_SIZE)
    rows = {one.name: int(series.cell(one.name, "n_train")) for one in grid.conditions}
    members: dict[tuple[Value, ...], dict[tuple[Value, ...], list[Condition]]] = {}
    for one in grid.conditions:
        key = (*one.group[:swept], *one.group[swept + 1 :])
        lines = members.setdefault(key, {})
        if one.complete:
            lines.setdefault(one.dropout, []).append(one)
    facets = [
        SizeFacet(key, tuple(_line(lines[dropout], rows) for dropout in sorted(lines, key=dropout_order)))
        for key, lines in members.items()
    ]
    return [facet for facet in facets if any(len(set(line.n_train)) > 1 for line in facet.lines)]


def _line(conditions: Sequence[Condition], rows: Mapping[str, int]) -> SizeLine:
    ordered = sorted(conditions, key=lambda one: rows[one.name])
    return SizeLine(tuple(ordered), tuple(rows[one.name] for one in ordered))


def facet_label(grid: Grid, facet: SizeFacet) -> str:
    """Name what the lines of a facet share: `width 64, learning_rate 0.001`."""
    return settings_label(shared_paths(grid), facet.key)


def sizes_of(facets: Sequence[SizeFacet]) -> list[int]:
    """Return all numbers of train rows, ascending."""
    return sorted(unique([n for facet in facets for line in facet.lines for n in line.n_train]))


def draw_val(axes: Axes, drawn: Sequence[tuple[Curve, str]], limits: Limits, rows: Sequence[int]) -> None:
    """Draw the val metric with hollow dots.

    Args:
        axes: where to draw.
        drawn: curves over the train rows, with their colours.
        limits: of the y axis.
        rows: all numbers of train rows, ascending.
    """
    for curve, color in _side_by_side(drawn, rows):
        draw_curve(axes, curve, color=color, linestyle=VAL)
        draw_bars(axes, curve, colors=[color] * len(curve.x), ends=limits.ends)
        _dots(axes, curve, face=colors().paper, edge=color, size=13)
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(6))
    axes.set_ylim(limits.low, limits.high)


def draw_gap(axes: Axes, drawn: Sequence[tuple[Curve, str]], limits: Limits, rows: Sequence[int]) -> None:
    """Draw the gap with filled dots, and a line at zero; for the arguments see `draw_val`."""
    axes.axhline(0, color=colors().quiet, linewidth=0.8 * sizes().scale, zorder=1)
    for curve, color in _side_by_side(drawn, rows):
        draw_curve(axes, curve, color=color, linestyle=TRAIN)
        draw_bars(axes, curve, colors=[color] * len(curve.x), ends=limits.ends)
        _dots(axes, curve, face=color, edge=colors().paper, size=15)
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)


def _dots(axes: Axes, curve: Curve, *, face: str, edge: str, size: float) -> None:
    scale = sizes().scale
    axes.scatter(curve.x, curve.mean, s=size * scale**2, color=face, edgecolors=edge, linewidths=0.9 * scale, zorder=5)


def _side_by_side(drawn: Sequence[tuple[Curve, str]], rows: Sequence[int]) -> list[tuple[Curve, str]]:
    """Move the lines apart by a little, so that their bars do not hide one another."""
    step = _APART * np.log(rows[-1] / rows[0])
    middle = (len(drawn) - 1) / 2
    return [(replace(curve, x=curve.x * np.exp(step * (i - middle))), color) for i, (curve, color) in enumerate(drawn)]


@dataclass(frozen=True)
class _Line:
    """One line of both panels: its conditions, the val metric, the gap, its name and colour."""

    line: SizeLine
    val: Curve
    gap: Curve
    label: str
    color: str


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: facets with their lines, the limits of all metric and of all gap axes, and the notes."""

    words: Wording
    facets: list[SizeFacet]
    drawn: list[list[_Line]]
    references: list[list["_Reference"]]
    limits: Limits
    gap_limits: Limits
    notes: list[str]


@dataclass(frozen=True)
class _Reference:
    """What a predictor that is no net does at every number of train rows."""

    label: str
    conditions: tuple[Condition, ...]
    n_train: tuple[int, ...]
    curve: Curve


def has_learning_curve(study: StudyView) -> bool:
    """Tell whether some setting of dropout, or the baseline, has complete trials at two train sizes or more."""
    words = Wording.of(study, "loss")
    return bool(find_size_facets(words.grid, words.series))


def learning_curve(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw a metric on val, and below it the gap, against the train rows: a line for the baseline and for each rate.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 6 facets of two panels, 3 on a slide, one for each combination of the other swept settings,
        of at most 5 settings of dropout each, or 3 where there are several facets; where there are more, an even
        choice, stated below the panels.

    Raises:
        ValueError: if no setting has complete trials at two train sizes.
    """
    with style():
        shown = _read(study, metric, point)
        words = shown.words
        title = words.title(f"val {words.metric_name} and its gap against train rows")
        frames = [
            point_rows(words.grid, one.line.conditions, column, curve, point=point).assign(n_train=one.line.n_train)
            for lines in shown.drawn
            for one in lines
            for column, curve in ((f"val_{metric}", one.val), (f"{metric}_gap", one.gap))
        ]
        frames += [
            point_rows(words.grid, one.conditions, f"val_{metric}", one.curve, point=point).assign(n_train=one.n_train)
            for references in shown.references
            for one in references
        ]
        data = stack(frames)
        data.insert(list(data.columns).index("metric"), "n_train", data.pop("n_train"))
        return Picture(name_of("learning_curve", metric), title, _draw(shown, title), _caption(shown, point), data)


def _read(study: StudyView, metric: str, point: str) -> _Shown:
    words = Wording.of(study, metric)
    every = find_size_facets(words.grid, words.series)
    if not every:
        raise ValueError("trials must hold complete trials of one setting at two train sizes or more. Got fewer.")
    kept = unique([facet.key for name in words.kept(lambda one: one.name) for facet in every if name in facet.names])
    keys = choose_evenly([facet.key for facet in every], sizes().most_panels // 2, kept)
    facets = [facet for facet in every if facet.key in keys]
    most = MAX_LINES if len(facets) == 1 else _MAX_IN_FACETS
    chosen = evenly(words.grid.dropouts, most, words.kept(lambda one: one.dropout))
    drawn = [_lines(words, facet, chosen, point) for facet in facets]
    vals, gaps = ([getattr(one, name) for lines in drawn for one in lines] for name in ("val", "gap"))
    limits, of_gaps = metric_limits(metric, vals, guide=vals), gap_limits(gaps)
    references = [_references(words, facet.lines[0]) for facet in facets]
    shown = _Shown(words, facets, drawn, references, limits, of_gaps, [])
    notes = [
        *_notes(shown, point),
        *words.mark_note(one for lines in drawn for line in lines for one in line.line.conditions),
        *thinning_note("lines", words.grid.dropout_paths, chosen, words.grid.dropouts),
        *thinning_note("pairs of panels", shared_paths(words.grid), keys, [facet.key for facet in every]),
    ]
    return replace(shown, notes=notes)


def _lines(words: Wording, facet: SizeFacet, chosen: Sequence[tuple[Value, ...]], point: str) -> list[_Line]:
    grid, color_of = words.grid, color_map(words.grid.dropouts)
    return [
        _Line(
            line,
            line.curve(words.series, f"{point}_val_{words.metric}"),
            line.curve(words.series, f"{point}_{words.metric}_gap"),
            grid.dropout_label(line.dropout),
            color_of.get(line.dropout, colors().neutral),
        )
        for line in facet.lines
        if line.dropout in chosen or line.conditions[0].is_baseline
    ]


def _references(words: Wording, line: SizeLine) -> list[_Reference]:
    """Return the references that every size of a line has."""
    found: dict[str, list[tuple[Condition, int, ReferenceLine]]] = {}
    for condition, n_train in zip(line.conditions, line.n_train, strict=True):
        for one in reference_lines(words, condition):
            found.setdefault(one.label, []).append((as_condition(words, one, condition), n_train, one))
    return [
        _Reference(
            label,
            tuple(condition for condition, _, _ in points),
            line.n_train,
            levels([one.value for _, _, one in points], line.n_train, [one.n_splits for _, _, one in points]),
        )
        for label, points in found.items()
        if len(points) == len(line.n_train)
    ]


def _notes(shown: _Shown, point: str) -> list[str]:
    words, lines = shown.words, [one for lines in shown.drawn for one in lines]
    counts = [int(n) for one in lines for n in one.val.n]
    methods = [str(method) for one in lines for curve in (one.val, one.gap) for method in curve.method]
    ends = [
        (curve, span.ends) for one in lines for curve, span in ((one.val, shown.limits), (one.gap, shown.gap_limits))
    ]
    labels = {words.grid.label(one.line.conditions[-1]): [one.val] for one in lines}
    return [
        f"In eval mode {AT_POINT[point]}. "
        + interval_note(counts, where="at each size", means="Dots", drawn="Bars", methods=methods)
        + (" Dots of one size stand side by side." if len(shown.drawn[0]) > 1 else "")
        + " Gap above zero: worse on val than on train.",
        *words.split_note(),
        *cut_note(ends),
        *off_axis_note(labels, dict.fromkeys(labels, shown.limits)),
        *_reference_note(shown),
        *words.left_out_note(unique([condition for one in lines for condition in one.line.conditions])),
        *words.label_noise_note(),
    ]


def _reference_note(shown: _Shown) -> list[str]:
    every = [one for references in shown.references for one in references]
    labels = dict.fromkeys(one.label for one in every if (one.curve.mean <= shown.limits.high).any())
    return [f"Dash-dotted: {listed(labels)}, without a net, on the same val rows."] if labels else []


def _draw(shown: _Shown, title: str) -> Figure:
    words = shown.words
    cells = [(2 * row + part, column) for row, column in fill_rows(len(shown.facets), _COLUMNS) for part in range(2)]
    ends = [
        [*(EndLabel(curve.x[-1], curve.mean[-1], one.label, one.color) for one, curve in part), *beside]
        for lines, references in zip(shown.drawn, shown.references, strict=True)
        for part, beside in (
            ([(one, one.val) for one in lines], _reference_ends(references, shown.limits)),
            ([(one, one.gap) for one in lines], []),
        )
    ]
    page = open_page(
        cells,
        panel_height=_LONE_HEIGHT if len(shown.facets) == 1 else _HEIGHT,
        row_heights=_ROWS,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    rows = sizes_of(shown.facets)
    panels = zip(page.panels[::2], page.panels[1::2], shown.facets, shown.drawn, shown.references, strict=True)
    for above, below, facet, lines, references in panels:
        for one in references:
            draw_curve(above, one.curve, color=colors().quiet, linestyle=REFERENCE)
        draw_val(above, [(one.val, one.color) for one in lines], shown.limits, rows)
        apart = _side_by_side([(one.val, one.color) for one in lines], rows)
        for (curve, color), line in zip(apart, lines, strict=True):
            at = [i for i, condition in enumerate(line.line.conditions) if words.is_marked(condition)]
            mark_chosen(above, curve.x[at], curve.mean[at], color)
        draw_gap(below, [(one.gap, one.color) for one in lines], shown.gap_limits, rows)
        head_panel(page, above, facet_label(words.grid, facet), [])
        for axes in (above, below):
            place_numbers(axes, rows, width=page.panel_width)
    finish_page(
        page, x="train rows (log axis)", y=[f"val {words.metric_name} ({words.unit})", words.gap_label], ends=ends
    )
    return page.figure


def _reference_ends(references: Sequence[_Reference], limits: Limits) -> list[EndLabel]:
    on_axis = [one for one in references if not limits.excludes(one.curve.mean[-1:])]
    return [EndLabel(one.curve.x[-1], one.curve.mean[-1], one.label, colors().quiet) for one in on_axis]


def _caption(shown: _Shown, point: str) -> str:
    words, lines = shown.words, [one for lines in shown.drawn for one in lines]
    name, better = words.metric_name, words.better
    has_rates = any(not one.line.conditions[0].is_baseline for one in lines)
    return join(
        f"From left to right the net is trained on more rows. Above is the {name} on the val rows ({better} is better),"
        f" {AT_POINT[point]}; below is the gap, how much worse the net does on val than on the rows it was trained on.",
        "More rows usually help val and close the gap; a line that is still steep at its right end says that yet more"
        " would help."
        + (
            " Dropout is worth most where its line lies furthest on the better side of the grey one, the baseline"
            " without dropout."
            if has_rates
            else ""
        ),
        _ends(shown),
        interval_caption(words, (int(n) for one in lines for n in one.val.n), mean="Dots", interval="bars"),
        label_noise_caption(words),
    )


def _ends(shown: _Shown) -> str:
    """Compare the baseline with the best rate at the largest train size, in the first facet, and say how they began."""
    words, lines = shown.words, shown.drawn[0]
    sign = words.measure.sign
    rates = [one for one in lines if not one.line.conditions[0].is_baseline]
    best = min(rates, key=lambda one: sign * one.val.mean[-1], default=None)
    compared = [one for one in lines if one.line.conditions[0].is_baseline or one is best]
    said = [
        f"{words.number(one.val.mean[-1])} for {'' if one is best else 'the '}{one.label}"
        f" ({words.number(one.val.mean[0])} with {one.line.n_train[0]})"
        for one in compared
    ]
    where = f" of {facet_label(words.grid, shown.facets[0])}" if len(shown.facets) > 1 else ""
    return (
        f"Here the mean val {words.metric_name}{where} with the most train rows, {lines[0].line.n_train[-1]}, is "
        + (f"{listed(said)}.")
    )
