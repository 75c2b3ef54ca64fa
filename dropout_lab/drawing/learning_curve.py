"""Learning curves: a metric on val and its gap against the number of train rows, with and without dropout.

Results in, Picture out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from dropout_lab.drawing.axis_names import place_numbers
from dropout_lab.drawing.bars import cut_note
from dropout_lab.drawing.captions import AT_POINT, interval_caption, join, label_noise_caption
from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.end_labels import EndLabel
from dropout_lab.drawing.grid import choose_evenly, evenly, unique
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits
from dropout_lab.drawing.lines import off_axis_note
from dropout_lab.drawing.page import fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.setting_words import Value
from dropout_lab.drawing.size_panels import draw_gap, draw_val
from dropout_lab.drawing.style import color_map, colors, sizes, style
from dropout_lab.drawing.tidy import point_rows, stack
from dropout_lab.drawing.train_sizes import (
    SizeFacet,
    SizeLine,
    facet_label,
    find_size_facets,
    shared_paths,
    sizes_of,
)
from dropout_lab.drawing.wording import Wording, interval_note, thinning_note
from dropout_lab.results.reading import Results

MAX_LINES, _MAX_IN_FACETS = 5, 3  # settings with dropout in one panel; the bars of more would hide one another
_HEIGHT, _LONE_HEIGHT = 1.7, 2.0  # inches, of the panel of the metric
_ROWS = (1.0, 0.8)  # the metric, and its gap below
_COLUMNS = 3


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
    limits: Limits
    gap_limits: Limits
    notes: list[str]


def has_learning_curve(results: Results) -> bool:
    """Tell whether some setting of dropout, or the baseline, has complete trials at two train sizes or more."""
    return bool(find_size_facets(Wording.of(results, "loss").grid, results.trials))


def learning_curve(results: Results, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw a metric on val, and below it the gap, against the train rows: a line for the baseline and for each rate.

    Args:
        results: the study.
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
        shown = _read(results, metric, point)
        words = shown.words
        title = words.title(f"val {words.metric_name} and its gap against train rows")
        data = stack(
            point_rows(words.grid, one.line.conditions, column, curve, point=point)
            for lines in shown.drawn
            for one in lines
            for column, curve in ((f"val_{metric}", one.val), (f"{metric}_gap", one.gap))
        )
        data.insert(list(data.columns).index("metric"), "n_train", _train_rows(shown))
        return Picture(name_of("learning_curve", metric), title, _draw(shown, title), _caption(shown, point), data)


def _train_rows(shown: _Shown) -> list[int]:
    return [n for lines in shown.drawn for one in lines for n in 2 * one.line.n_train]


def _read(results: Results, metric: str, point: str) -> _Shown:
    words = Wording.of(results, metric)
    every = find_size_facets(words.grid, results.trials)
    if not every:
        raise ValueError("trials must hold complete trials of one setting at two train sizes or more. Got fewer.")
    keys = choose_evenly([facet.key for facet in every], sizes().most_panels // 2)
    facets = [facet for facet in every if facet.key in keys]
    chosen = evenly(words.grid.dropouts, MAX_LINES if len(facets) == 1 else _MAX_IN_FACETS)
    drawn = [_lines(words, facet, chosen, point) for facet in facets]
    vals, gaps = ([getattr(one, name) for lines in drawn for one in lines] for name in ("val", "gap"))
    limits, of_gaps = metric_limits(metric, vals, guide=vals), gap_limits(gaps)
    shown = _Shown(words, facets, drawn, limits, of_gaps, [])
    notes = [
        *_notes(shown, point),
        *thinning_note("lines", words.grid.dropout_paths, chosen, words.grid.dropouts),
        *thinning_note("pairs of panels", shared_paths(words.grid), keys, [facet.key for facet in every]),
    ]
    return replace(shown, notes=notes)


def _lines(words: Wording, facet: SizeFacet, chosen: Sequence[tuple[Value, ...]], point: str) -> list[_Line]:
    grid, color_of = words.grid, color_map(words.grid.dropouts)
    return [
        _Line(
            line,
            line.curve(words.trials, f"{point}_val_{words.metric}"),
            line.curve(words.trials, f"{point}_{words.metric}_gap"),
            grid.dropout_label(line.dropout),
            color_of.get(line.dropout, colors().neutral),
        )
        for line in facet.lines
        if line.dropout in chosen or line.conditions[0].is_baseline
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
        *words.left_out_note(unique([condition for one in lines for condition in one.line.conditions])),
        *words.label_noise_note(),
    ]


def _draw(shown: _Shown, title: str) -> Figure:
    words = shown.words
    cells = [(2 * row + part, column) for row, column in fill_rows(len(shown.facets), _COLUMNS) for part in range(2)]
    ends = [
        [EndLabel(curve.x[-1], curve.mean[-1], one.label, one.color) for one, curve in part]
        for lines in shown.drawn
        for part in ([(one, one.val) for one in lines], [(one, one.gap) for one in lines])
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
    for above, below, facet, lines in zip(page.panels[::2], page.panels[1::2], shown.facets, shown.drawn, strict=True):
        draw_val(above, [(one.val, one.color) for one in lines], shown.limits, rows)
        draw_gap(below, [(one.gap, one.color) for one in lines], shown.gap_limits, rows)
        head_panel(page, above, facet_label(words.grid, facet), [])
        for axes in (above, below):
            place_numbers(axes, rows, width=page.panel_width)
    finish_page(
        page, x="train rows (log axis)", y=[f"val {words.metric_name} ({words.unit})", words.gap_label], ends=ends
    )
    return page.figure


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
        f"{one.val.mean[-1]:.3g} for {'' if one is best else 'the '}{one.label} ({one.val.mean[0]:.3g} with"
        f" {one.line.n_train[0]})"
        for one in compared
    ]
    where = f" of {facet_label(words.grid, shown.facets[0])}" if len(shown.facets) > 1 else ""
    return (
        f"Here the mean val {words.metric_name}{where} with the most train rows, {lines[0].line.n_train[-1]}, is "
        + (f"{' and '.join(said)}.")
    )
