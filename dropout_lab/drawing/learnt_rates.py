"""Learnt rates against epoch, layer by layer, beside the best rate of a sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import CARETRIGHTBASE, MarkerStyle

from dropout_lab.drawing.grid import Condition, Grid, choose_evenly
from dropout_lab.drawing.lines import draw_curve
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, epoch_rows, stack
from dropout_lab.drawing.style import VAL, color_map, colors, epoch_ticks, sizes, style, value_ticks
from dropout_lab.drawing.wording import AT_POINT, Wording, interval_caption, interval_note, join, listed, thinning_note
from dropout_lab.findings import LEARNT_RATE, Curve, StudyView
from dropout_lab.findings.learnt import layer_of
from dropout_lab.noise import PLAIN
from dropout_lab.phrases.names import KIND, Value, dropout_label, is_zero, value_text

_HEIGHT, _LONE_HEIGHT = 1.85, 2.4  # inches, of a panel
_COLUMNS = 3
_TO_THE_RIGHT = MarkerStyle(CARETRIGHTBASE)


@dataclass(frozen=True)
class Learnt:
    """The learnt rates of one condition.

    Args:
        condition: the condition; its rates are those that the training starts from.
        layers: the mean over seeds against epoch with its interval, by the column's name, from the inputs to the
            outputs.
    """

    condition: Condition
    layers: Mapping[str, Curve]


@dataclass(frozen=True)
class SweptBest:
    """The condition of the lowest mean val loss in a group's sweep of fixed, uniform rates.

    Args:
        condition: the condition.
        rate: its rate.
        rivals: the other rates of the sweep that may be best as well, ascending; empty where it is not known.
    """

    condition: Condition
    rate: float
    rivals: tuple[float, ...]


def layer_name(column: str) -> str:
    """Name the layer of a column: `inputs`, `hidden 1`, `outputs`.

    >>> layer_name("learnt_rate_2")
    'hidden 2'
    """
    layer = layer_of(column)
    return f"hidden {layer}" if layer.isdigit() else layer


def learning_conditions(study: StudyView, grid: Grid) -> list[Condition]:
    """Return the conditions with a complete trial that learnt its rates, in order."""
    return [one for one in grid.treated if study.series.learnt_rates(one.name)]


def best_of_sweep(words: Wording, like: Condition) -> SweptBest | None:
    """Find the best fixed rate of Bernoulli dropout that was swept beside a condition that learns its rates.

    Best is the lowest mean val loss at the best epochs, by which val chooses among conditions everywhere.

    Args:
        words: what the figure is about.
        like: the condition; the sweep is that of its group, at its input rate and its other settings of dropout.

    Returns:
        None where fewer than two rates were swept, or the study has no Bernoulli dropout.
    """
    grid = words.grid
    if KIND not in grid.dropout_paths:
        return None
    kind = grid.dropout_paths.index(KIND)
    swept = [
        one
        for one in grid.treated
        if one.group == like.group
        and one.complete
        and one.dropout[kind] == PLAIN
        and one.dropout[1] == like.dropout[1]
        and isinstance(one.dropout[0], float)
        and not is_zero(one.dropout[0])
    ]
    if len(swept) < 2:
        return None
    best = min(swept, key=lambda one: words.series.mean(one.name, "best_val_loss") or 0.0)
    may_be_best = words.view.summary.may_be_best
    rivals = {float(one.dropout[0]) for one in swept if may_be_best(one.name) and one is not best}
    return SweptBest(best, float(best.dropout[0]), tuple(sorted(rivals)))


def learnt_rows(grid: Grid, one: Learnt, best: SweptBest | None) -> pd.DataFrame:
    """Return the numbers drawn: the rows of `tidy.epoch_rows`, and the sweep's best rate in every row."""
    rows = stack(epoch_rows(grid, one.condition, column, curve) for column, curve in one.layers.items())
    return rows.assign(best_bernoulli_rate=best.rate if best else float("nan"))


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the conditions with a panel, the best rate of the sweep beside each, and the notes."""

    words: Wording
    drawn: list[Learnt]
    bests: list[SweptBest | None]
    notes: list[str]


def has_learnt_rates(study: StudyView) -> bool:
    """Tell whether a complete trial learnt its rates."""
    return bool(learning_conditions(study, Wording.of(study, "loss").grid))


def learnt_rates(study: StudyView) -> Picture:
    """Draw the learnt rate of every layer against epoch, a panel for each condition that learns its rates.

    Args:
        study: the study.

    Returns:
        A figure of at most 12 panels, 6 or 3 on a slide; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no complete trial learnt its rates, see `has_learnt_rates`.
    """
    if not has_learnt_rates(study):
        raise ValueError("curves must hold the learnt rates of a complete trial. Got none.")
    with style():
        shown = _read(study)
        words = shown.words
        title = words.title("learnt dropout rates against epoch")
        pairs = zip(shown.drawn, shown.bests, strict=True)
        data = stack(learnt_rows(words.grid, one, best) for one, best in pairs)
        figure = _draw(shown, title, study.series.columns)
        return Picture("learnt_rates", title, figure, _caption(shown), data)


def _read(study: StudyView) -> _Shown:
    words = Wording.of(study, "loss")
    grid, candidates = words.grid, learning_conditions(study, words.grid)
    points: list[tuple[Value, ...]] = [(*one.dropout, *one.group) for one in candidates]
    most, kept = sizes().most_titled, words.kept(lambda one: (*one.dropout, *one.group))
    chosen = choose_evenly(points, most if grid.group_paths else sizes().most_panels, kept)
    conditions = [one for one, at in zip(candidates, points, strict=True) if at in chosen]
    drawn = [Learnt(one, study.series.learnt_rates(one.name)) for one in conditions]
    bests = [best_of_sweep(words, one) for one in conditions]
    counts = [int(curve.n[0]) for one in drawn for curve in one.layers.values()]
    notes = [
        interval_note(counts, where="at each epoch")
        + " Arrow heads at the left: the rates that hidden layers start from."
        + (f" Dashed: the fixed Bernoulli rate of the lowest mean val loss {AT_POINT['best']}." if any(bests) else ""),
        *words.split_note(),
        *words.left_out_note(conditions),
        *thinning_note("panels", (*grid.dropout_paths, *grid.group_paths), chosen, points),
    ]
    return _Shown(words, drawn, bests, notes)


def _draw(shown: _Shown, title: str, columns: Sequence[str]) -> Figure:
    words, drawn = shown.words, shown.drawn
    there = [column for column in columns if any(column in one.layers for one in drawn)]
    color_of = color_map(there)
    ends = [_ends(one, best, color_of) for one, best in zip(drawn, shown.bests, strict=True)]
    page = open_page(
        fill_rows(len(drawn), _COLUMNS),
        panel_height=_LONE_HEIGHT if len(drawn) == 1 else _HEIGHT,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    top = _top(shown)
    for axes, one, best in zip(page.panels, drawn, shown.bests, strict=True):
        _draw_panel(axes, one, best, color_of, top)
        head_panel(
            page, axes, _starting_label(words.grid, one.condition), [words.grid.group_label(one.condition.group)]
        )
    finish_page(page, x="epoch", y=["learnt rate (probability)"], ends=ends)
    return page.figure


def _starting_label(grid: Grid, condition: Condition) -> str:
    """Name the rates that a condition starts from, and what else sets it apart."""
    settings = zip(grid.dropout_paths, condition.dropout, strict=True)
    return f"starting {dropout_label({path: value for path, value in settings if path != KIND})}"


def _starts(condition: Condition) -> list[float]:
    """Return the hidden rates that a condition starts from, each once."""
    return sorted({float(part) for part in value_text(condition.dropout[0]).split("-")})


def _top(shown: _Shown) -> float:
    values = [float(np.nanmax(np.fmax(curve.mean, curve.high))) for one in shown.drawn for curve in one.layers.values()]
    starts = [rate for one in shown.drawn for rate in _starts(one.condition)]
    return min(1.08 * max(*values, *starts, *(best.rate for best in shown.bests if best)), 1.0)


def _ends(one: Learnt, best: SweptBest | None, color_of: dict[str, str]) -> list[EndLabel]:
    ends = [
        EndLabel(float(curve.x[-1]), float(curve.mean[-1]), layer_name(column), color_of[column])
        for column, curve in one.layers.items()
    ]
    last = float(next(iter(one.layers.values())).x[-1])
    return ends + ([EndLabel(last, best.rate, f"best fixed, {best.rate:g}", colors().neutral)] if best else [])


def _draw_panel(axes: Axes, one: Learnt, best: SweptBest | None, color_of: dict[str, str], top: float) -> None:
    scale, ends = sizes().scale, (-0.02 * top, top)
    if best:
        axes.axhline(best.rate, color=colors().neutral, linestyle=VAL, linewidth=1.4 * scale, zorder=2)
    for column, curve in one.layers.items():
        draw_curve(axes, curve, color=color_of[column], band=ends)
    axes.set_ylim(*ends)
    axes.yaxis.set_major_locator(value_ticks(5))
    axes.xaxis.set_major_locator(epoch_ticks())
    first, last = (float(next(iter(one.layers.values())).x[end]) for end in (0, -1))
    left = first - 0.03 * (last - first or 1)
    axes.set_xlim(left, last + 0.02 * (last - first or 1))
    starts = _starts(one.condition)
    axes.scatter(
        [left] * len(starts),
        starts,
        marker=_TO_THE_RIGHT,
        s=30 * scale**2,
        color=colors().ink,
        linewidths=0,
        clip_on=False,
        zorder=5,
    )


def _caption(shown: _Shown) -> str:
    drawn = shown.drawn
    return join(
        f"{shown.words.learnt_kind} learns the rate of every layer while it trains. Each line follows one layer: how"
        " likely its units are to be dropped, from the rate the training starts with to where it settles, if it does.",
        _settled(shown),
        _beside_sweep(shown),
        "A rate that falls towards zero says that the net fits its train rows best without noise there: the rate is"
        " learnt on train rows, while a sweep is judged on val rows.",
        interval_caption(
            shown.words,
            [int(curve.n[0]) for one in drawn for curve in one.layers.values()],
            mean="Lines",
            interval="bands",
        ),
    )


def _settled(shown: _Shown) -> str:
    """State where every layer of the first condition ended."""
    first = shown.drawn[0]
    ends = [
        f"{shown.words.number(curve.mean[-1], LEARNT_RATE)} ({layer_name(column)})"
        for column, curve in first.layers.items()
    ]
    label = _starting_label(shown.words.grid, first.condition)
    return f"Here, {label}, the rates end at {listed(ends, most=8)}."


def _beside_sweep(shown: _Shown) -> str:
    """State the best rate of the sweep, and its rivals."""
    best = next((best for best in shown.bests if best), None)
    if best is None:
        return ""
    rivals = listed([f"{rate:g}" for rate in best.rivals])
    tell = f", from which the seeds cannot tell {rivals}" if rivals else ""
    return f"Of the fixed rates tried, {best.rate:g}, dashed, has the lowest mean val loss {AT_POINT['best']}{tell}."
