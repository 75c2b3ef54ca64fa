"""Reliability diagrams: how often the net is right at each confidence, by weight scaling and by Monte Carlo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.mc_samples import sampled_conditions
from dropout_lab.drawing.page import EndLabel, fill_rows, finish_page, head_panel, open_page
from dropout_lab.drawing.picture import Picture, settings_of, stack
from dropout_lab.drawing.style import VAL, colors, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import AT_POINT, Wording, join, seeds_words
from dropout_lab.findings import MONTE_CARLO, WEIGHT_SCALING, Reliability, StudyView
from dropout_lab.phrases.names import Value

_HEIGHT = 2.3  # inches, of a diagram
_ROWS = (1.0, 0.65)  # the diagram, and the shares of rows below
_MOST_GROUPS, _MOST_SHOWN = 3, 2  # rows of diagrams on a page, and sampled conditions; a slide has room for one each
_PERCENTS = (0.001, 0.01, 0.1, 1.0)
_COLUMNS = 3
_NAMES = {MONTE_CARLO: "Monte Carlo"}
N_BINS = 15


@dataclass(frozen=True)
class Calibrations:
    """The calibrations of one condition: by weight scaling and, where it was sampled, by Monte Carlo."""

    condition: Condition
    methods: tuple[Reliability, ...]


def shown_calibrations(study: StudyView, grid: Grid, *, point: str, most_groups: int, most: int) -> list[Calibrations]:
    """Return what a reliability figure shows: of every group its baseline, and its sampled conditions if they are few.

    Of too many sampled conditions the one that val chose among them stands for all.

    Args:
        study: the study.
        grid: its conditions.
        point: `last`, `best` or `stop`.
        most_groups: groups; of more an even choice is kept.
        most: sampled conditions of a group, where there is but one; 1 where there are several.
    """
    sampled = sampled_conditions(study, grid)
    most = most if len({one.group for one in sampled}) == 1 else 1
    groups = choose_evenly(unique([one.group for one in sampled]), most_groups)
    conditions = [
        one
        for group in groups
        for one in (grid.baseline(group), *_shown(study, [one for one in sampled if one.group == group], most))
        if one and one.complete
    ]
    both = [
        (one, [study.averages.reliability(one.name, method, point) for method in (WEIGHT_SCALING, MONTE_CARLO)])
        for one in conditions
    ]
    return [Calibrations(one, tuple(method for method in methods if method)) for one, methods in both if any(methods)]


def _shown(study: StudyView, sampled: Sequence[Condition], most: int) -> list[Condition]:
    if len(sampled) <= most:
        return list(sampled)
    return [min(sampled, key=lambda one: study.series.mean(one.name, "best_val_loss") or 0.0)]


def left_out(study: StudyView, grid: Grid, shown: Sequence[Calibrations]) -> list[str]:
    """State which sampled conditions are not shown, and why."""
    sampled = sampled_conditions(study, grid)
    groups: list[tuple[Value, ...]] = unique([one.group for one in sampled])
    drawn = {one.condition.name for one in shown}
    kept = unique([one.condition.group for one in shown])
    notes = []
    if any(one.name not in drawn and one.group in kept for one in sampled):
        n = max(sum(one.group == group for one in sampled) for group in kept)
        where = " in each row" if len(kept) > 1 else ""
        notes.append(f"Of {n} sampled settings of dropout, the one that val chose is shown{where}.")
    if len(kept) < len(groups):
        notes.append(f"Showing {len(kept)} of {len(groups)} groups, chosen evenly.")
    return notes


def calibration_rows(grid: Grid, condition: Condition, one: Reliability, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every bin that has rows.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `method`, `bin`, `n_seeds`, `n_rows`,
        `share`, `confidence`, `accuracy`, `accuracy_ci95_low`, `accuracy_ci95_high`, `interval_method`, and the same in
        every row: `ece`, `ece_ci95_low`, `ece_ci95_high`.
    """
    n = len(one.bins)
    return pd.DataFrame(
        {
            **settings_of(grid, [condition] * n),
            "point": [point] * n,
            "method": [one.method] * n,
            "bin": one.bins,
            "n_seeds": [one.n_seeds] * n,
            "n_rows": one.n_rows.astype(np.int64),
            "share": one.shares,
            "confidence": one.confidence,
            "accuracy": one.accuracy,
            "accuracy_ci95_low": one.low,
            "accuracy_ci95_high": one.high,
            "interval_method": ["wilson"] * n,
            "ece": [one.ece.value] * n,
            "ece_ci95_low": np.full(n, one.ece.low, dtype=np.float64),
            "ece_ci95_high": np.full(n, one.ece.high, dtype=np.float64),
        }
    )


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the conditions with a pair of panels, and the notes."""

    words: Wording
    drawn: list[Calibrations]
    notes: list[str]


def has_reliability(study: StudyView) -> bool:
    """Tell whether a complete trial was sampled, and its predictions of classes binned."""
    sampled = sampled_conditions(study, Wording.of(study, "loss").grid)
    return any(one.name in study.averages.binned for one in sampled)


def reliability(study: StudyView, *, point: str = "last") -> Picture:
    """Draw accuracy against confidence on val, with the shares of rows below: the baseline and sampled conditions.

    Args:
        study: the study.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of a pair of panels for the baseline and for each sampled condition, at most two, one on a slide or
        where other settings were swept; of more, the one that val chose. At most 3 combinations of the other swept
        settings are shown, one on a slide.

    Raises:
        ValueError: if no complete trial was sampled, or the task has no classes; see `has_reliability`.
    """
    if not has_reliability(study):
        raise ValueError("reliability must hold a complete trial that was sampled. Got none.")
    with style():
        words = Wording.of(study, "loss")
        groups, most = (1, 1) if sizes().height else (_MOST_GROUPS, _MOST_SHOWN)
        drawn = shown_calibrations(study, words.grid, point=point, most_groups=groups, most=most)
        shown = _Shown(words, drawn, [*_notes(words, drawn, point), *left_out(study, words.grid, drawn)])
        title = words.title("accuracy against confidence on val")
        data = stack(calibration_rows(words.grid, pair.condition, one, point) for pair in drawn for one in pair.methods)
        return Picture("reliability", title, _draw(shown, title), _caption(shown, point), data)


def _notes(words: Wording, drawn: Sequence[Calibrations], point: str) -> list[str]:
    every = [one for pair in drawn for one in pair.methods]
    ns = sorted({one.n_seeds for one in every})
    has_interval = ns[-1] > 1
    return [
        f"On val {AT_POINT[point]}, {N_BINS} bins of equal width, the rows of {_seeds(ns)} put together. Bars: 95 %"
        " Wilson interval of the accuracy for as many rows as one seed has in the bin."
        " Hollow, dashed: weight scaling (dropout off). Filled, solid: Monte Carlo, all samples. Diagonal: as often"
        " right as it believes. Below: the share of all rows in each bin.",
        "ECE, expected calibration error: mean distance from the diagonal over all rows, 0 is best; mean over"
        f" {_seeds(ns)}" + (" (its 95 % interval)." if has_interval else ", no interval."),
        *words.left_out_note([pair.condition for pair in drawn]),
    ]


def _seeds(ns: Sequence[int]) -> str:
    return "one seed (n = 1)" if ns == [1] else seeds_words(ns)


def _draw(shown: _Shown, title: str) -> Figure:
    words, grid, drawn = shown.words, shown.words.grid, shown.drawn
    n_groups = len(unique([pair.condition.group for pair in drawn]))
    columns = _COLUMNS if n_groups == 1 else max(len(drawn) // n_groups, 1)
    labels = [_ends(pair) for pair in drawn]
    page = open_page(
        [(2 * row + part, column) for row, column in fill_rows(len(drawn), columns) for part in range(2)],
        panel_height=_HEIGHT,
        row_heights=_ROWS,
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in labels for label in panel],
    )
    lowest = min(float(one.shares.min()) for pair in drawn for one in pair.methods)
    for above, below, pair in zip(page.panels[::2], page.panels[1::2], drawn, strict=True):
        _draw_diagram(above, pair)
        _draw_shares(below, pair, lowest)
        remarks = [grid.group_label(pair.condition.group), *(_ece_text(words, one) for one in pair.methods)]
        head_panel(page, above, grid.dropout_label(pair.condition.dropout), remarks, color=_color(pair))
    y = ["accuracy (fraction)", "share"]
    finish_page(page, x="confidence (fraction)", y=y, ends=[part for ends in labels for part in (ends, [])])
    return page.figure


def _color(pair: Calibrations) -> str:
    return colors().neutral if pair.condition.is_baseline else colors().single


def _name(one: Reliability) -> str:
    return _NAMES.get(one.method, one.method)


def _ends(pair: Calibrations) -> list[EndLabel]:
    return [
        EndLabel(1.0, float(one.accuracy[-1]), _name(one), _color(pair) if one.method == MONTE_CARLO else _scaled(pair))
        for one in pair.methods
    ]


def _scaled(pair: Calibrations) -> str:
    """Return the colour of weight scaling: the baseline's own, and ink beside Monte Carlo."""
    return colors().neutral if pair.condition.is_baseline else colors().ink


def _ece_text(words: Wording, one: Reliability) -> str:
    text = f"ECE {_name(one)} {words.number(one.ece.value, 'ece')}"
    if one.ece.low is None or one.ece.high is None:
        return text
    return f"{text} ({words.number(max(one.ece.low, 0.0), 'ece')} to {words.number(one.ece.high, 'ece')})"


def _draw_diagram(axes: Axes, pair: Calibrations) -> None:
    scale = sizes().scale
    axes.plot([0, 1], [0, 1], color=colors().quiet, linewidth=0.8 * scale, zorder=1)
    for one in pair.methods:
        is_sampled = one.method == MONTE_CARLO
        color = _color(pair) if is_sampled else _scaled(pair)
        linestyle = "-" if is_sampled else VAL
        axes.vlines(one.confidence, one.low, one.high, color=color, alpha=0.55, linewidth=0.9 * scale, zorder=2)
        axes.plot(one.confidence, one.accuracy, color=color, linestyle=linestyle, linewidth=scale, zorder=3)
        face, edge = (color, colors().paper) if is_sampled else (colors().paper, color)
        axes.scatter(
            one.confidence, one.accuracy, s=14 * scale**2, color=face, edgecolors=edge, linewidths=0.9 * scale, zorder=4
        )
    axes.set_ylim(-0.03, 1.03)
    axes.yaxis.set_major_locator(value_ticks(5))
    _set_confidence(axes)


def _draw_shares(axes: Axes, pair: Calibrations, lowest: float) -> None:
    edges = np.linspace(0, 1, N_BINS + 1)
    for one in pair.methods:
        is_sampled = one.method == MONTE_CARLO
        shares = np.full(N_BINS, np.nan)
        shares[one.bins - 1] = one.shares
        color = _color(pair) if is_sampled else _scaled(pair)
        axes.stairs(
            shares,
            edges,
            baseline=None,
            color=color,
            linestyle="-" if is_sampled else VAL,
            linewidth=1.2 * sizes().scale,
            zorder=3 if is_sampled else 4,
        )
    low, high = min(lowest / 1.6, 0.7 * _PERCENTS[-3]), 1.6
    use_log_axis(axes, low, high)
    shown = [one for one in _PERCENTS if low <= one <= high]
    axes.set_yticks(shown, [f"{100 * one:g} %" for one in shown])
    _set_confidence(axes)


def _set_confidence(axes: Axes) -> None:
    axes.set_xlim(-0.03, 1.03)
    axes.xaxis.set_major_locator(value_ticks(5))


def _caption(shown: _Shown, point: str) -> str:
    drawn = shown.drawn
    per_seed = min(float((one.n_rows / one.n_seeds).min()) for pair in drawn for one in pair.methods)
    return join(
        "The net's confidence is the probability that it gives to the class it predicts. If it is right as often as it"
        f" believes, its dots lie on the diagonal; dots below it mean that the net is too sure of itself. Val rows,"
        f" {AT_POINT[point]}.",
        "Below is how many of the rows have such a confidence (log axis): dots of bins with few rows mean little, and"
        " their bars are long.",
        _eces(shown.words, drawn),
        "Rows of all seeds are put together; as all seeds predict much the same rows, the bars (95 % Wilson intervals"
        " of the accuracy) count them once." + (" Some bins have less than one row per seed." if per_seed < 1 else ""),
    )


def _eces(words: Wording, drawn: Sequence[Calibrations]) -> str:
    """State the calibration errors of the first group."""
    grid, group = words.grid, drawn[0].condition.group
    where = f" ({grid.group_label(group)})" if any(pair.condition.group != group for pair in drawn) else ""
    said = [
        f"{words.number(one.ece.value, 'ece')} for {'the ' if pair.condition.is_baseline else ''}"
        f"{grid.dropout_label(pair.condition.dropout)} by {_name(one)}"
        for pair in drawn
        if pair.condition.group == group
        for one in pair.methods
    ]
    return (
        f"The expected calibration error, the mean distance from the diagonal over all rows, is here{where} "
        f"{', '.join(said[:-1])}{' and ' if said[1:] else ''}{said[-1]}."
    )
