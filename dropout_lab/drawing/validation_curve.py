"""Validation curves: val metric, train metric and gap against rate, the baseline as rate 0.

Floor 3, drawing. Frame in, Figure out. Reads trials.csv alone: a trial's metrics at the point asked for.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from dropout_lab.drawing.facets import (
    Facet,
    FacetCurves,
    facet_curves,
    facet_labels,
    find_facets,
    positions,
    rate_axis,
    shared_paths,
)
from dropout_lab.drawing.grid import Value, choose_evenly, read_grid, text, unique
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits
from dropout_lab.drawing.lines import off_axis_note
from dropout_lab.drawing.page import fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.rate_panels import draw_gap, draw_metric, gap_ends, metric_ends, place_rates
from dropout_lab.drawing.style import style
from dropout_lab.drawing.wording import Wording, interval_note, thinning_note
from dropout_lab.metrics import Task

MAX_FACETS = 6  # of two panels each
_PANEL = (2.6, 2.0)  # inches
_LONE_PANEL = (4.4, 2.4)
_ROWS = (1.0, 0.75)  # the metric, and its gap below
_COLUMNS = 3
_NAMES = ("rate", "input rate")
_POINTS = {
    "last": "at the last epoch",
    "best": "at each trial's epoch of lowest val loss",
    "stop": "at the point where patience stopped each trial",
}


def has_validation_curve(trials: pd.DataFrame) -> bool:
    """Tell whether there are two nonzero rates or more to draw a validation curve of."""
    return bool(find_facets(read_grid(trials)))


def validation_curve(
    trials: pd.DataFrame, *, study: Mapping[str, object], task: Task, metric: str = "loss", point: str = "best"
) -> Figure:
    """Draw train and val, and below them the gap, against the rate; against the input rate where only that varies.

    Args:
        trials: rows as in trials.csv.
        study: the resolved config, for titles.
        task: `classification` or `regression`.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 6 facets of two panels, one for each combination of the other swept settings; where there
        are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no facet has two nonzero rates with a complete trial.
    """
    grid = read_grid(trials)
    every = find_facets(grid)
    if not every:
        raise ValueError("trials must hold complete trials at two nonzero rates or more. Got fewer.")
    keys = choose_evenly([facet.key for facet in every], MAX_FACETS)
    facets = [facet for facet in every if facet.key in keys]
    places = positions(grid, facets)
    drawn = [facet_curves(trials, facet, places, rate_axis(grid), metric=metric, point=point) for facet in facets]
    limits = [metric_limits(metric, [curves.train, curves.val], guide=[curves.val]) for curves in drawn]
    words = Wording(study, trials, grid, task, metric)
    notes = [
        *_notes(words, facets, drawn, limits, point),
        *thinning_note("facets", [*shared_paths(grid), *grid.group_paths], keys, [facet.key for facet in every]),
    ]
    with style():
        return _draw(words, facets, drawn, limits, places, notes)


def _notes(
    words: Wording,
    facets: Sequence[Facet],
    drawn: Sequence[FacetCurves],
    limits: Sequence[Limits],
    point: str,
) -> list[str]:
    counts = [int(n) for curves in drawn for n in curves.val.n]
    labels = [label or "some rates" for label in facet_labels(words.grid, facets)]
    return [
        f"Train and val in eval mode {_POINTS[point]}. "
        + interval_note(counts, where="at each rate", means="Dots", drawn="Bars")
        + (" Seeds are paired, so overlapping bars do not mean that two rates are alike." if max(counts) > 1 else "")
        + " Large dot: the rate of the lowest mean val loss. Grey: the baseline, without dropout.",
        *off_axis_note(
            {label: [curves.train, curves.val] for label, curves in zip(labels, drawn, strict=True)},
            dict(zip(labels, limits, strict=True)),
        ),
        *words.left_out_note(unique([one for facet in facets for one in facet.conditions])),
        *words.label_noise_note(),
    ]


def _draw(
    words: Wording,
    facets: Sequence[Facet],
    drawn: Sequence[FacetCurves],
    limits: Sequence[Limits],
    places: Mapping[Value, float],
    notes: Sequence[str],
) -> Figure:
    axis = rate_axis(words.grid)
    size = _LONE_PANEL if len(facets) == 1 else _PANEL
    cells = [(2 * row + part, column) for row, column in fill_rows(len(facets), _COLUMNS) for part in range(2)]
    ends = [part for curves in drawn for part in (metric_ends(curves), gap_ends(curves))]
    figure, panels = open_page(
        cells,
        panel_size=size,
        row_heights=_ROWS,
        title=words.title(f"{words.metric_name} and its gap against the {_NAMES[axis]}"),
        subtitle=words.subtitle,
        notes=notes,
        labels=[label.text for panel in ends for label in panel],
    )
    is_joined = not any(isinstance(rate, str) for rate in places)
    gaps = gap_limits([curves.gap for curves in drawn])
    labels = facet_labels(words.grid, facets)
    for above, below, facet, label, curves, span in zip(
        panels[::2], panels[1::2], facets, labels, drawn, limits, strict=True
    ):
        draw_metric(above, curves, span, is_joined=is_joined)
        draw_gap(below, curves, gaps, is_joined=is_joined)
        chosen = facet.conditions[curves.chosen]
        rate = "baseline" if chosen is facet.baseline else f"{_NAMES[axis]} {text(chosen.dropout[axis])}"
        head_panel(above, label, [f"lowest mean val loss: {rate}"], width=size[0])
        for axes in (above, below):
            place_rates(axes, places, width=size[0])
    x = f"{_NAMES[axis]} (probability that {('a unit', 'an input')[axis]} is dropped)"
    finish_page(panels, cells, x=x, y=[words.metric_label, words.gap_label], ends=ends)
    return figure
