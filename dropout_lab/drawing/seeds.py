"""Strip plots: every trial as a dot, condition by condition, the trials of one seed joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.axis_names import column_label, place_values
from dropout_lab.drawing.grid import (
    Condition,
    Grid,
    Setting,
    Slice,
    choose_evenly,
    cut,
    evenly,
    slice_label,
    swept_settings,
    unique,
    values_of,
)
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.page import fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, name_of, settings_of, stack
from dropout_lab.drawing.reference_lines import reference_values
from dropout_lab.drawing.style import color_map, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import AT_POINT, MARK, Wording, join, seeds_words, thinning_note
from dropout_lab.findings import Sample, Series, StudyView
from dropout_lab.phrases.names import Value

MAX_STRIPS = 12  # conditions side by side in a lone panel
_MAX_IN_FACETS = 8
_MAX_JOINED = 12  # seeds; more lines hide one another
_MAX_COLORS = 9  # settings of dropout that colours can tell apart
_HEIGHT, _LONE_HEIGHT = 1.7, 2.4  # inches, of a panel
_COLUMNS = 3
_MEAN = 0.56  # width of the mean's line, in columns
_LOG_RATIO = 4  # positive values that differ more than this would hide the spread of the low ones on a linear axis
_EXPLODED = 10  # a value that many times the median would squeeze all others
_MARGIN = 0.06  # of the axis, at either end
_DOT = 0.03  # height of a dot, as a share of the axis
_STEP, _WIDEST = 0.1, 0.7  # columns between dots side by side, and most for all of them


@dataclass(frozen=True)
class Strip:
    """One condition and what its complete trials came to."""

    condition: Condition
    sample: Sample


@dataclass(frozen=True)
class StripPanel:
    """Strips that share all but one setting: a label for what they share, and the strip at each place."""

    label: str
    strips: dict[int, Strip]


@dataclass(frozen=True)
class Strips:
    """The panels that are shown.

    Args:
        x: the setting along every panel.
        shown: its values that have a place, by index.
        panels: the panels.
        left_out: notes on what is not shown.
    """

    x: Setting
    shown: tuple[Value, ...]
    panels: tuple[StripPanel, ...]
    left_out: list[str]


def read_strips(words: Wording, column: str, *, most_panels: int, most_strips: int) -> Strips:
    """Read the values of all complete trials.

    Args:
        words: what the figure is about.
        column: what to read.
        most_panels: panels; of more an even choice is kept, among those with a complete trial.
        most_strips: strips in a panel; of more an even choice is kept.
    """
    grid = words.grid
    x, *others = swept_settings(grid) or [
        Setting("rate", "rate", 0, tuple(unique([grid.conditions[0].dropout[0]])), True)
    ]
    every = cut(grid, (x,), others)
    candidates = [one for one in every if any(condition.complete for condition in one.cells.values())]
    named = list(words.kept(lambda one: one.name))
    kept = [one.key for name in named for one in candidates if name in {cell.name for cell in one.cells.values()}]
    keys = choose_evenly([one.key for one in candidates], most_panels, kept)
    shown = evenly(x.values, most_strips, words.kept(lambda one: values_of(one)[x.index]))
    panels = tuple(_panel(words.series, column, one, others, x, shown) for one in candidates if one.key in keys)
    left_out = [
        *thinning_note("columns", [x.path], [(value,) for value in shown], [(value,) for value in x.values]),
        *thinning_note("panels", [other.path for other in others], keys, [one.key for one in every]),
    ]
    return Strips(x, tuple(shown), panels, left_out)


def _panel(
    series: Series, column: str, one: Slice, others: Sequence[Setting], x: Setting, shown: Sequence[Value]
) -> StripPanel:
    strips = {}
    for (index,), condition in sorted(one.cells.items()):
        if x.values[index] in shown:
            strips[shown.index(x.values[index])] = Strip(condition, series.sample(condition.name, column))
    return StripPanel(slice_label(others, one.key), strips)


def strip_limits(panel: StripPanel, *, is_bounded: bool) -> Limits:
    """Choose the y axis that shows every trial of a panel, but for those that exploded.

    Args:
        panel: the strips.
        is_bounded: whether the values have an upper end, as fractions have; they are never shown on a log axis.
    """
    values = np.concatenate([strip.sample.values for strip in panel.strips.values()])
    kept = values[np.abs(values) <= _EXPLODED * np.median(np.abs(values))]
    low, high = float(kept.min()), float(kept.max())
    if not is_bounded and 0 < _LOG_RATIO * low < high:
        ratio = (high / low) ** _MARGIN
        return Limits(low / ratio, high * ratio, is_log=True)
    room = _MARGIN * (high - low) or 0.05 * abs(high) or 0.5
    return Limits(low - room, high + room)


def places_of(strip: Strip, x: float, limits: Limits) -> dict[int, tuple[float, float]]:
    """Place the dot of every seed, those that would hide one another side by side.

    Args:
        strip: the trials.
        x: the middle of their column, columns being 1 apart.
        limits: of the y axis; what lies above it is placed at its end.

    Returns:
        Column and value by seed.
    """
    shown = np.minimum(strip.sample.values, limits.high)
    heights = np.log(shown) if limits.is_log else shown
    span = np.log(limits.high / limits.low) if limits.is_log else limits.high - limits.low
    places: dict[int, tuple[float, float]] = {}
    left = list(np.argsort(heights, kind="stable"))
    while left:
        near = [i for i in left if heights[i] - heights[left[0]] <= _DOT * span]
        left = left[len(near) :]
        step = min(_STEP, _WIDEST / max(len(near) - 1, 1))
        for rank, i in enumerate(near):
            places[strip.sample.seeds[i]] = x + step * (rank - (len(near) - 1) / 2), float(shown[i])
    return places


def trial_rows(grid: Grid, strips: Strips, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every dot.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `trial`, `seed`, `value`, and
        `mean`, that of the condition.
    """
    return stack(_rows(grid, strip, metric, point) for panel in strips.panels for strip in panel.strips.values())


def _rows(grid: Grid, strip: Strip, metric: str, point: str) -> pd.DataFrame:
    n = len(strip.sample.seeds)
    measured = {
        "point": [point] * n,
        "metric": [metric] * n,
        "trial": list(strip.sample.trials),
        "seed": list(strip.sample.seeds),
        "value": strip.sample.values,
        "mean": [strip.sample.mean] * n,
    }
    return pd.DataFrame({**settings_of(grid, [strip.condition] * n), **measured})


def seeds(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw a metric on val of every complete trial as a dot, the conditions side by side and their means marked.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 12 panels, 6 on a slide, one for each combination of the settings other than the rate, of at
        most 8 conditions each, 12 in a lone panel; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no trial is complete.
    """
    if study.trials.complete.empty:
        raise ValueError("trials must hold a complete trial. Got none.")
    with style():
        words = Wording.of(study, metric)
        column, most = f"{point}_val_{metric}", sizes().most_panels
        strips = read_strips(words, column, most_panels=most, most_strips=MAX_STRIPS)
        if len(strips.panels) > 1:
            strips = read_strips(words, column, most_panels=most, most_strips=_MAX_IN_FACETS)
        title = words.title(f"val {words.metric_name} of every seed")
        data = trial_rows(words.grid, strips, metric=f"val_{metric}", point=point)
        figure = _draw(words, strips, title, _notes(words, strips, point))
        return Picture(name_of("seeds", metric), title, figure, _caption(words, strips, point), data)


def _notes(words: Wording, strips: Strips, point: str) -> list[str]:
    drawn = [strip for panel in strips.panels for strip in panel.strips.values()]
    ns = sorted({len(strip.sample.seeds) for strip in drawn if len(strip.sample.seeds)})
    is_alone = ns == [1]
    n = "n = 1 seed" if is_alone else seeds_words(ns)
    is_cut = any(
        _limits(words, panel).excludes(strip.sample.values)
        for panel in strips.panels
        for strip in panel.strips.values()
    )
    return [
        f"Dots: one trial each, in eval mode {AT_POINT[point]}, {n};"
        " no interval is drawn."
        + ("" if is_alone else " Dashes: their mean.")
        + (" Faint lines join the trials of one seed." if _is_joined(strips) else "")
        + (" Arrow heads: beyond the axis." if is_cut else "")
        + (" Panels have y axes of their own." if len(strips.panels) > 1 else ""),
        *(["Every seed splits the rows anew, so seeds differ in their rows too."] if words.has_own_splits else []),
        *reference_values(words),
        *words.left_out_note(unique([strip.condition for strip in drawn])),
        *words.mark_note(strip.condition for strip in drawn),
        *strips.left_out,
    ]


def _is_joined(strips: Strips) -> bool:
    counts = [len(strip.sample.seeds) for panel in strips.panels for strip in panel.strips.values()]
    return len(strips.shown) > 1 and max(counts) <= _MAX_JOINED


def _limits(words: Wording, panel: StripPanel) -> Limits:
    return strip_limits(panel, is_bounded=words.measure.is_bounded)


def _draw(words: Wording, strips: Strips, title: str, notes: Sequence[str]) -> Figure:
    is_lone = len(strips.panels) == 1
    page = open_page(
        fill_rows(len(strips.panels), _COLUMNS),
        panel_height=_LONE_HEIGHT if is_lone else _HEIGHT,
        title=title,
        subtitle=words.subtitle,
        notes=notes,
    )
    grid = words.grid
    color_of = color_map(grid.shades) if len(grid.shades) <= _MAX_COLORS else {}
    hues = {one.name: color_of.get(grid.shade(one.dropout), colors().single) for one in grid.treated}
    for axes, panel in zip(page.panels, strips.panels, strict=True):
        _draw_panel(axes, panel, _limits(words, panel), hues, is_joined=_is_joined(strips))
        axes.set_xlim(-0.6, len(strips.shown) - 0.4)
        place_values(
            axes.xaxis,
            [strips.x.value_name(value) for value in strips.shown],
            0.72 * 72 * page.panel_width / len(strips.shown),
        )
        head_panel(page, axes, panel.label, [])
        for x, strip in panel.strips.items():
            if words.is_marked(strip.condition):
                axes.annotate(
                    MARK, (x, 1), xycoords=("data", "axes fraction"), size=sizes().text, ha="center", va="top"
                )
    finish_page(
        page,
        x=column_label(strips.x, page.panel_width, learns_rates=words.learns_rates),
        y=[f"val {words.metric_name} ({words.unit})"],
    )
    return page.figure


def _draw_panel(axes: Axes, panel: StripPanel, limits: Limits, hues: Mapping[str, str], *, is_joined: bool) -> None:
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)
    places = {x: places_of(strip, x, limits) for x, strip in panel.strips.items()}
    if is_joined:
        _join(axes, list(places.values()))
    for x, strip in panel.strips.items():
        if strip.sample.seeds:
            _draw_strip(axes, x, strip, places[x], limits, hues.get(strip.condition.name, colors().neutral))
        else:
            _write_empty(axes, x)


def _join(axes: Axes, places: Sequence[dict[int, tuple[float, float]]]) -> None:
    """Join the trials of every seed by a faint line."""
    for seed in sorted({seed for one in places for seed in one}):
        line = [one[seed] for one in places if seed in one]
        axes.plot(*zip(*line, strict=True), color=colors().quiet, alpha=0.35, linewidth=0.7 * sizes().scale, zorder=1)


def _draw_strip(
    axes: Axes, x: int, strip: Strip, places: dict[int, tuple[float, float]], limits: Limits, color: str
) -> None:
    scale = sizes().scale
    if strip.sample.mean is not None and len(strip.sample.values) > 1:
        ends, zorder = (x - _MEAN / 2, x + _MEAN / 2), 2 if len(strip.sample.values) <= _MAX_JOINED else 4
        for shade, width in ((colors().paper, 3.2), (colors().ink, 1.6)):  # a rim that keeps it apart from many dots
            axes.hlines(strip.sample.mean, *ends, color=shade, linewidth=width * scale, zorder=zorder)
    at = np.array([places[seed] for seed in strip.sample.seeds])
    is_beyond = strip.sample.values > limits.high
    for chosen, marker, size in ((~is_beyond, "o", 17), (is_beyond, "^", 20)):
        axes.scatter(
            at[chosen, 0],
            at[chosen, 1],
            s=size * scale**2,
            marker=marker,
            color=color,
            edgecolors=colors().paper,
            linewidths=0.6 * scale,
            clip_on=False,
            zorder=3,
        )


def _write_empty(axes: Axes, x: int) -> None:
    """Say that a condition of the study has no complete trial."""
    place, to = (x, 0.03), ("data", "axes fraction")
    small, quiet = sizes().small, colors().quiet
    axes.annotate("none complete", place, xycoords=to, rotation=90, size=small, color=quiet, ha="center", va="bottom")


def _caption(words: Wording, strips: Strips, point: str) -> str:
    name, better = words.metric_name, words.better
    n = max(len(strip.sample.seeds) for panel in strips.panels for strip in panel.strips.values())
    return join(
        f"Every dot is one trained net: its {name} on the val rows ({better} is better), {AT_POINT[point]}, one"
        f" column for each {strips.x.name}.",
        f"Dots of one column differ only by chance ({words.chance}); the dash is their mean."
        if n > 1
        else "With one seed there is one dot in each column, and nothing says how far another seed would be from it.",
        "A faint line follows one seed, which starts from the same weights at every rate: where all lines fall or rise"
        " together the seeds agree on what a rate does, even if the dots of two columns overlap."
        if _is_joined(strips) and n > 1
        else "",
        _agreement(words, strips),
    )


def _agreement(words: Wording, strips: Strips) -> str:
    """Count the seeds for which what val chose in the first panel is better than its baseline."""
    sign = words.measure.sign
    panel = strips.panels[0]
    filled = [strip for strip in panel.strips.values() if len(strip.sample.values) > 1]
    baseline = next((strip for strip in filled if strip.condition.is_baseline), None)
    treated = [strip for strip in filled if not strip.condition.is_baseline]
    if baseline is None or not treated:
        return ""
    best = next((strip for strip in treated if words.is_marked(strip.condition)), treated[0])
    if len(treated) > 1 and not words.is_marked(best.condition):
        return ""
    pairs = [
        (baseline.sample.values[baseline.sample.seeds.index(seed)], value)
        for seed, value in zip(best.sample.seeds, best.sample.values, strict=True)
        if seed in baseline.sample.seeds
    ]
    n_better = sum(sign * value < sign * reference for reference, value in pairs)
    where = f" in the first panel ({panel.label})" if len(strips.panels) > 1 else ""
    chosen = ", which val chose," if words.is_marked(best.condition) else ""
    return (
        f"Here{where} {words.grid.dropout_label(best.condition.dropout)}{chosen} is better than the baseline for"
        f" {n_better} of {len(pairs)} seeds."
    )
