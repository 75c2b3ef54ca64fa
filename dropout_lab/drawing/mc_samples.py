"""Monte-Carlo averaging against the number of samples, beside weight scaling."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.axis_names import place_numbers
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly
from dropout_lab.drawing.limits import Limits, gap_limits, metric_limits
from dropout_lab.drawing.lines import draw_curve, mark_best
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, name_of, settings_of, stack
from dropout_lab.drawing.style import VAL, color_map, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import AT_POINT, Wording, interval_caption, interval_note, join, listed, thinning_note
from dropout_lab.findings import MONTE_CARLO, WEIGHT_SCALING, Averaged, Curve, StudyView

_HEIGHT, _LONE_HEIGHT = 1.6, 2.0  # inches, of the panel of the metric
_ROWS = (1.0, 0.9)  # the metric, and its difference below
_COLUMNS = 3
_EARLY = 1 / 3  # of the way along the log axis; there the differences of few samples may run off theirs
_MOST_FILLED = 0.75  # of the height of a panel, by the typical band
_ROUND = (1, 2, 5)  # first digits of the numbers of samples that get a tick


def sampled_conditions(study: StudyView, grid: Grid) -> list[Condition]:
    """Return the conditions with a complete trial that was sampled, in order."""
    return [one for one in grid.treated if one.name in study.averages.sampled]


def sampled_rows(grid: Grid, condition: Condition, one: Averaged, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every number of samples and one, of 0 samples, for weight scaling.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `method`, `n_samples`, `metric`, `n`,
        `mean`, `ci95_low`, `ci95_high`, `interval_method`, `sd_over_draws`, `difference`, `difference_ci95_low`,
        `difference_ci95_high` (to weight scaling), and `mark`: `meets weight scaling` or empty.
    """
    n, none = len(one.averaged.x), [np.nan]
    both = {"n": "n", "mean": "mean", "ci95_low": "low", "ci95_high": "high", "interval_method": "method"}
    difference = {"difference": "mean", "difference_ci95_low": "low", "difference_ci95_high": "high"}
    measured = {
        "point": [point] * (n + 1),
        "method": [WEIGHT_SCALING, *[MONTE_CARLO] * n],
        "n_samples": [0, *one.n_samples],
        "metric": [f"val_{metric}"] * (n + 1),
        **{name: [*getattr(one.scaled, part), *getattr(one.averaged, part)] for name, part in both.items()},
        "sd_over_draws": [*none, *one.spread],
        **{name: [*none, *getattr(one.difference, part)] for name, part in difference.items()},
        "mark": ["", *("meets weight scaling" if i == one.meets else "" for i in range(n))],
    }
    return pd.DataFrame({**settings_of(grid, [condition] * (n + 1)), **measured})


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the conditions of every pair of panels, and the notes."""

    words: Wording
    conditions: list[Condition]
    drawn: list[Averaged]
    notes: list[str]


def has_mc_samples(study: StudyView) -> bool:
    """Tell whether a complete trial was sampled with two numbers of samples or more."""
    words = Wording.of(study, "loss")
    return bool(sampled_conditions(study, words.grid)) and study.averages.most_samples > 1


def mc_samples(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw a metric on val against the number of Monte-Carlo samples, and below it the difference to weight scaling.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 6 pairs of panels, 3 on a slide, one for each condition that was sampled; where there are
        more, an even choice, stated below the panels.

    Raises:
        ValueError: if no complete trial was sampled, see `has_mc_samples`.
    """
    if not has_mc_samples(study):
        raise ValueError("inference must hold a complete trial with two numbers of samples or more. Got none.")
    with style():
        shown = _read(study, metric, point)
        words = shown.words
        title = words.title(f"val {words.metric_name} against Monte-Carlo samples")
        pairs = zip(shown.conditions, shown.drawn, strict=True)
        data = stack(sampled_rows(words.grid, *pair, metric=metric, point=point) for pair in pairs)
        return Picture(name_of("mc_samples", metric), title, _draw(shown, title), _caption(shown, point), data)


def _read(study: StudyView, metric: str, point: str) -> _Shown:
    words = Wording.of(study, metric)
    grid, candidates = words.grid, sampled_conditions(study, words.grid)
    points = [(*one.dropout, *one.group) for one in candidates]
    chosen = choose_evenly(points, sizes().most_panels // 2, words.kept(lambda one: (*one.dropout, *one.group)))
    conditions = [one for one, at in zip(candidates, points, strict=True) if at in chosen]
    drawn = [study.averages.against_samples(one.name, metric, point) for one in conditions]
    notes = [
        *_notes(words, drawn, point),
        *words.left_out_note(conditions),
        *thinning_note("pairs of panels", (*grid.dropout_paths, *grid.group_paths), chosen, points),
    ]
    return _Shown(words, conditions, drawn, notes)


def _level_limits(one: Averaged, metric: str) -> Limits:
    """Choose the y axis that shows the means, and their bands where these would not fill it."""
    curves = [one.averaged, one.scaled]
    limits = metric_limits(metric, curves, guide=curves)
    if not _is_filled(one, limits):
        return limits
    bare = [replace(curve, low=curve.mean, high=curve.mean) for curve in curves]
    return metric_limits(metric, bare, guide=bare)


def _is_filled(one: Averaged, limits: Limits) -> bool:
    """Tell whether the bands of an axis would tint nearly all of it, and so show nothing."""
    width = np.median(one.averaged.high - one.averaged.low)  # NaN of one seed compares as narrow
    return bool(width > _MOST_FILLED * (limits.high - limits.low))


def _difference_limits(one: Averaged) -> Limits:
    """Choose the y axis that shows where the two meet; few samples may be worse than it reaches."""
    n_early = int((np.log(one.difference.x) < _EARLY * np.log(one.difference.x[-1])).sum())
    return gap_limits([replace(one.difference, unsettled=n_early)])


def _notes(words: Wording, drawn: Sequence[Averaged], point: str) -> list[str]:
    counts = [int(one.averaged.n[0]) for one in drawn]
    has_spread = any(np.isfinite(one.spread).any() for one in drawn)
    is_off = any(_difference_limits(one).excludes(one.difference.mean) for one in drawn)
    is_bare = any(_is_filled(one, _level_limits(one, words.metric)) for one in drawn)
    return [
        f"On val {AT_POINT[point]}. "
        + interval_note(counts, where="at each number of samples")
        + " Below: Monte Carlo minus weight scaling, paired by seed."
        + (" Faint bands there: ± 1 standard deviation over sets of that many samples." if has_spread else "")
        + (
            " Dots: from there on Monte Carlo's mean is no worse."
            if any(one.meets is not None for one in drawn)
            else ""
        )
        + (" Differences of few samples run off the axis." if is_off else "")
        + (" Bands that would fill an upper panel are left out, they are in the numbers." if is_bare else "")
        + (" Panels have y axes of their own." if len(drawn) > 1 else ""),
        *words.split_note(),
    ]


def _draw(shown: _Shown, title: str) -> Figure:
    words, grid = shown.words, shown.words.grid
    color_of = color_map(grid.shades)
    hues = [color_of[grid.shade(one.dropout)] for one in shown.conditions]
    ends = [labels for one, color in zip(shown.drawn, hues, strict=True) for labels in (_ends(one, color), [])]
    page = open_page(
        [(2 * row + part, column) for row, column in fill_rows(len(shown.drawn), _COLUMNS) for part in range(2)],
        panel_height=_LONE_HEIGHT if len(shown.drawn) == 1 else _HEIGHT,
        row_heights=_ROWS,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    panels = zip(page.panels[::2], page.panels[1::2], shown.conditions, shown.drawn, hues, strict=True)
    for above, below, condition, one, color in panels:
        _draw_level(above, one, _level_limits(one, words.metric), color)
        _draw_difference(below, one, _difference_limits(one), color)
        for axes in (above, below):
            place_numbers(axes, _ticks(one.n_samples), width=page.panel_width)
        remarks = [grid.group_label(condition.group), _remark(words, one)]
        head_panel(page, above, grid.dropout_label(condition.dropout), remarks, color=color)
    labels = f"val {words.metric_name} ({words.unit})", f"difference ({words.unit})"
    finish_page(page, x="samples averaged (log axis)", y=labels, ends=ends)
    return page.figure


def _ends(one: Averaged, color: str) -> list[EndLabel]:
    x = float(one.averaged.x[-1])
    return [
        EndLabel(x, float(one.averaged.mean[-1]), "Monte Carlo", color),
        EndLabel(x, float(one.scaled.mean[0]), "weight scaling", colors().ink),
    ]


def _ticks(n_samples: Sequence[int]) -> list[int]:
    """Return the ends and the round numbers between them."""
    first, last = n_samples[0], n_samples[-1]
    rounds = [one * 10**decade for decade in range(len(str(last))) for one in _ROUND]
    return [first, *(k for k in rounds if first < k < last), last]


def _draw_level(axes: Axes, one: Averaged, limits: Limits, color: str) -> None:
    if limits.is_log:
        use_log_axis(axes, *limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(limits.low, limits.high)
    ink, has_bands = colors().ink, not _is_filled(one, limits)
    if one.scaled.n[0] > 1 and has_bands:
        axes.axhspan(one.scaled.low[0], one.scaled.high[0], color=ink, alpha=0.08, linewidth=0, zorder=0.5)
    axes.axhline(one.scaled.mean[0], color=ink, linestyle=VAL, linewidth=sizes().scale, zorder=2)
    _draw_curve(axes, one.averaged, one.meets, color, has_band=has_bands)


def _draw_difference(axes: Axes, one: Averaged, limits: Limits, color: str) -> None:
    axes.yaxis.set_major_locator(value_ticks(4))
    axes.set_ylim(limits.low, limits.high)
    axes.axhline(0, color=colors().ink, linestyle=VAL, linewidth=sizes().scale, zorder=2)
    mean = one.difference.mean
    axes.fill_between(
        one.difference.x, mean - one.spread, mean + one.spread, color=color, alpha=0.1, linewidth=0, zorder=0.8
    )
    _draw_curve(axes, one.difference, one.meets, color, has_band=True)


def _draw_curve(axes: Axes, curve: Curve, meets: int | None, color: str, *, has_band: bool) -> None:
    draw_curve(axes, curve, color=color)
    if has_band:
        axes.fill_between(curve.x, curve.low, curve.high, color=color, alpha=0.18, linewidth=0, zorder=1)
    if meets is not None:
        mark_best(axes, curve, meets, color)


def _remark(words: Wording, one: Averaged) -> str:
    if words.measure.of_rows == "hits":
        return ""
    if one.meets is None:
        return f"short of weight scaling at k = {one.n_samples[-1]}"
    return f"meets weight scaling at k = {one.n_samples[one.meets]}"


def _caption(shown: _Shown, point: str) -> str:
    words, drawn = shown.words, shown.drawn
    has_spread = any(np.isfinite(one.spread).any() for one in drawn)
    return join(
        "Dropout is left on at prediction, and the predictions of k noisy passes are averaged: Monte Carlo. The line is"
        f" its {words.metric_name} on the val rows ({words.better} is better), {AT_POINT[point]}, against k; the dashed"
        " one is weight scaling, the usual way: one pass, dropout off. Below is the difference of the two.",
        "Where the difference reaches zero, k passes are worth one with dropout off. The 2014 paper on dropout found"
        " that this takes about 50 on its data, and that more are slightly better.",
        _meetings(shown),
        "Both predict with the same trained nets, so their difference, paired by seed, is known better than either"
        " value alone."
        + (
            " The faint band is how far one set of k passes lies from another, for the same trained net."
            if has_spread
            else ""
        ),
        interval_caption(words, [int(one.averaged.n[0]) for one in drawn], mean="Lines", interval="bands"),
    )


def _meetings(shown: _Shown) -> str:
    """State where Monte Carlo meets weight scaling, by the means; see `Averaged.meets`."""
    words, drawn = shown.words, shown.drawn
    if words.measure.of_rows == "hits":
        return (
            f"No such k is named here: the {words.metric_name} counts rows, and a single row more or less moves it far."
        )
    last = drawn[0].n_samples[-1]
    met = [
        f"k = {one.n_samples[one.meets]} for {words.grid.label(condition)}"
        for condition, one in zip(shown.conditions, drawn, strict=True)
        if one.meets is not None
    ]
    missed = [
        words.grid.label(condition) for condition, one in zip(shown.conditions, drawn, strict=True) if one.meets is None
    ]
    said = [f"is no worse from {listed(met)} on"] if met else []
    said += [f"is still worse at k = {last} for {listed(missed)}"] if missed else []
    return f"Here Monte Carlo's mean {', and '.join(said)}."
