"""Strip plots: every trial as a dot, condition by condition, the trials of one seed joined.

Results in, Picture out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.axis_names import column_label, place_values
from dropout_lab.drawing.captions import AT_POINT, join
from dropout_lab.drawing.grid import unique
from dropout_lab.drawing.limits import Limits
from dropout_lab.drawing.page import fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.strips import Strip, StripPanel, Strips, places_of, read_strips, strip_limits, trial_rows
from dropout_lab.drawing.style import color_map, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import Wording, seeds_words
from dropout_lab.results.reading import Results

MAX_STRIPS = 12  # conditions side by side in a lone panel
_MAX_IN_FACETS = 8
_MAX_JOINED = 12  # seeds; more lines hide one another
_MAX_COLORS = 9  # settings of dropout that colours can tell apart
_HEIGHT, _LONE_HEIGHT = 1.7, 2.4  # inches, of a panel
_COLUMNS = 3
_MEAN = 0.56  # width of the mean's line, in columns


def has_seeds(results: Results) -> bool:
    """Tell whether any trial is complete."""
    return bool((results.trials["status"] == "complete").any())


def seeds(results: Results, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw a metric on val of every complete trial as a dot, the conditions side by side and their means marked.

    Args:
        results: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 12 panels, 6 on a slide, one for each combination of the settings other than the rate, of at
        most 8 conditions each, 12 in a lone panel; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no trial is complete.
    """
    if not has_seeds(results):
        raise ValueError("trials must hold a complete trial. Got none.")
    with style():
        words = Wording.of(results, metric)
        column, grid, most = f"{point}_val_{metric}", words.grid, sizes().most_panels
        strips = read_strips(results.trials, grid, column, most_panels=most, most_strips=MAX_STRIPS)
        if len(strips.panels) > 1:
            strips = read_strips(results.trials, grid, column, most_panels=most, most_strips=_MAX_IN_FACETS)
        title = words.title(f"val {words.metric_name} of every seed")
        data = trial_rows(grid, strips, metric=f"val_{metric}", point=point)
        figure = _draw(words, strips, title, _notes(words, strips, point))
        return Picture(name_of("seeds", metric), title, figure, _caption(words, strips, point), data)


def _notes(words: Wording, strips: Strips, point: str) -> list[str]:
    drawn = [strip for panel in strips.panels for strip in panel.strips.values()]
    ns = sorted({len(strip.seeds) for strip in drawn if len(strip.seeds)})
    is_alone = ns == [1]
    n = "n = 1 seed" if is_alone else seeds_words(ns)
    is_cut = any(
        _limits(words, panel).excludes(strip.values) for panel in strips.panels for strip in panel.strips.values()
    )
    return [
        f"Dots: one trial each, in eval mode {AT_POINT[point]}, {n};"
        " no interval is drawn."
        + ("" if is_alone else " Dashes: their mean.")
        + (" Faint lines join the trials of one seed." if _is_joined(strips) else "")
        + (" Arrow heads: beyond the axis." if is_cut else "")
        + (" Panels have y axes of their own." if len(strips.panels) > 1 else ""),
        *(["Every seed splits the rows anew, so seeds differ in their rows too."] if words.has_own_splits else []),
        *words.left_out_note(unique([strip.condition for strip in drawn])),
        *strips.left_out,
    ]


def _is_joined(strips: Strips) -> bool:
    counts = [len(strip.seeds) for panel in strips.panels for strip in panel.strips.values()]
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
        if strip.seeds:
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
    if len(strip.values) > 1:
        ends, zorder = (x - _MEAN / 2, x + _MEAN / 2), 2 if len(strip.values) <= _MAX_JOINED else 4
        for shade, width in ((colors().paper, 3.2), (colors().ink, 1.6)):  # a rim that keeps it apart from many dots
            axes.hlines(strip.values.mean(), *ends, color=shade, linewidth=width * scale, zorder=zorder)
    at = np.array([places[seed] for seed in strip.seeds])
    is_beyond = strip.values > limits.high
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
    n = max(len(strip.seeds) for panel in strips.panels for strip in panel.strips.values())
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
    """Count the seeds that agree with the best mean of the first panel against its baseline."""
    sign = words.measure.sign
    panel = strips.panels[0]
    filled = [strip for strip in panel.strips.values() if len(strip.values) > 1]
    baseline = next((strip for strip in filled if strip.condition.is_baseline), None)
    treated = [strip for strip in filled if not strip.condition.is_baseline]
    if baseline is None or not treated:
        return ""
    best = min(treated, key=lambda strip: sign * float(strip.values.mean()))
    pairs = [
        (baseline.values[baseline.seeds.index(seed)], value)
        for seed, value in zip(best.seeds, best.values, strict=True)
        if seed in baseline.seeds
    ]
    n_better = sum(sign * value < sign * reference for reference, value in pairs)
    where = f" in the first panel ({panel.label})" if len(strips.panels) > 1 else ""
    return (
        f"Here{where} {words.grid.dropout_label(best.condition.dropout)} has the best mean of all with dropout, and is"
        f" better than the baseline for {n_better} of {len(pairs)} seeds."
    )
