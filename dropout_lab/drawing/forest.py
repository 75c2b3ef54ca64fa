"""A forest: the paired difference of every condition to its baseline, as the summary has it, and how it is drawn.

A row for each comparison with its bars, a zero line, and columns of text to the right.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle
from matplotlib.ticker import MaxNLocator

from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, unique
from dropout_lab.drawing.page import text_width
from dropout_lab.drawing.picture import settings_of
from dropout_lab.drawing.style import color_map, colors, readable, sizes
from dropout_lab.drawing.wording import MARK
from dropout_lab.findings import Effect, Estimate, Floats, StudyView
from dropout_lab.phrases import numbers
from dropout_lab.phrases.names import Value

SPLIT, POPULATION = "split", "population"
_SQUEEZED = 1 / 2  # rows are far off where all others reach, and need an axis, less than this share as far and wide
_MOST_FAR = 1 / 3  # of all rows; where more lie far off, they are no exception


@dataclass(frozen=True)
class Compared:
    """One condition against its baseline: a row of a forest plot.

    Args:
        condition: the condition.
        split: the difference on these rows; None without a pair.
        population: the difference on data like this; None where the rows' losses were not kept.
        is_chosen: whether val chose it, see `StudyView.marked`.
    """

    condition: Condition
    split: Effect | None
    population: Effect | None
    is_chosen: bool

    @property
    def n_pairs(self) -> int:
        """Return the seeds with a complete trial in both."""
        return max((one.n for one in self.estimates), default=0)

    @property
    def estimates(self) -> list[Estimate]:
        """Return the differences there are."""
        return [one.estimate for one in (self.split, self.population) if one]


def read_comparisons(study: StudyView, grid: Grid, *, metric: str, point: str) -> list[Compared]:
    """Read the comparisons of all conditions with dropout, group by group, in the order of the table.

    Args:
        study: the study.
        grid: its conditions.
        metric: a column such as `val_loss`.
        point: `last`, `best` or `stop`.
    """
    if study.results.summary.empty:
        return []
    table = study.summary
    order = {name: i for i, name in enumerate(study.results.summary["condition"].unique())}
    groups = {group: i for i, group in enumerate(grid.groups)}
    treated = sorted(grid.treated, key=lambda one: (groups[one.group], order.get(one.name, len(order))))

    def effect(one: Condition, estimand: str) -> Effect | None:
        row = table.row(one.name, metric, point, estimand)
        return row.effect if row else None

    return [Compared(one, effect(one, SPLIT), effect(one, POPULATION), one.name in study.marked) for one in treated]


def choose_comparisons(
    every: Sequence[Compared],
    *,
    most: int,
    fits: Callable[[Sequence[Compared]], bool],
    keep: Iterable[tuple[Value, ...]] = (),
) -> list[Compared]:
    """Keep an even choice of comparisons, as many as fit.

    Args:
        every: all of them.
        most: at most that many.
        fits: tells whether a choice fits the page.
        keep: settings of those that stay whatever is left out.
    """
    points, always = [(*one.condition.dropout, *one.condition.group) for one in every], list(keep)
    for limit in range(min(most, len(every)), 1, -1):
        kept = set(choose_evenly(points, limit, always))
        chosen = [one for one, point in zip(every, points, strict=True) if point in kept]
        if fits(chosen):
            return chosen
    return list(every[:1])


def chosen_points(chosen: Sequence[Compared]) -> list[tuple[Value, ...]]:
    """Return the settings of comparisons, as `thinning_note` takes them."""
    return [(*one.condition.dropout, *one.condition.group) for one in chosen]


def difference_limits(comparisons: Sequence[Compared]) -> tuple[float, float]:
    """Choose the ends of the axis: all intervals and zero, but for few rows so far off that they squeeze the rest."""
    rows = sorted((_ends(one) for one in comparisons if one.estimates), key=_reach)
    low, high = _extent(rows)
    for n_far in range(1, int(_MOST_FAR * len(rows)) + 1):
        near_low, near_high = _extent(rows[:-n_far])
        is_apart = _reach(rows[-n_far - 1]) < _SQUEEZED * _reach(rows[-n_far])
        if is_apart and 0 < near_high - near_low < _SQUEEZED * (high - low):
            low, high = near_low, near_high
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _reach(ends: Floats) -> float:
    return float(np.abs(ends).max())


def _extent(rows: Sequence[Floats]) -> tuple[float, float]:
    """Return the lowest and the highest value of all rows and zero."""
    values = np.concatenate([*rows, [0.0]])
    return float(values.min()), float(values.max())


def _ends(comparison: Compared) -> Floats:
    return np.array([end for one in comparison.estimates for end in ends_of(one)])


def ends_of(one: Estimate) -> list[float]:
    """Return an estimate's value and what there is of its interval, rising."""
    return [end for end in (one.low, one.value, one.high) if end is not None]


def number_of(value: float | None) -> float:
    """Return a number for a frame or an axis, which know a missing one as NaN."""
    return np.nan if value is None else value


def comparison_rows(grid: Grid, comparisons: Sequence[Compared], *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every comparison and estimand.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `estimand`, `n_pairs`,
        `difference`, `difference_ci95_low`, `difference_ci95_high`, `p_holm` and `mark`: `chosen` or empty. A condition
        without a pair has one row, of NaN.
    """
    said = [
        (one, estimand, effect)
        for one in comparisons
        for estimand, effect in ((SPLIT, one.split), (POPULATION, one.population))
        if effect or estimand == SPLIT
    ]
    estimates = [effect.estimate if effect else None for _, _, effect in said]
    measured = {
        "point": [point] * len(said),
        "metric": [metric] * len(said),
        "estimand": [estimand for _, estimand, _ in said],
        "n_pairs": [one.n_pairs for one, _, _ in said],
        "difference": [one.value if one else np.nan for one in estimates],
        "difference_ci95_low": [number_of(one.low if one else None) for one in estimates],
        "difference_ci95_high": [number_of(one.high if one else None) for one in estimates],
        "p_holm": [number_of(effect.p_holm if effect else None) for _, _, effect in said],
        "mark": ["chosen" if one.is_chosen else "" for one, _, _ in said],
    }
    return pd.DataFrame({**settings_of(grid, [one.condition for one, _, _ in said]), **measured})


SIDES, TITLES = 1.1, 1.1  # lines above the first row: which side is better, and above that the columns' first titles
_LEFT, _RIGHT = MarkerStyle(4), MarkerStyle(5)  # matplotlib's carets with their tip on the point
_THICK, _THIN = 2.6, 0.8  # points: the bar on these rows, the bar on data like this
_INSIDE = 4.0  # points between the edge of the axes and a text in them
_GAP = "   "  # between columns of text
_MAX_COLORS = 9  # settings of dropout that colours can tell apart


@dataclass(frozen=True)
class Row:
    """A line of the forest.

    Args:
        label: names the comparison, or heads those below it.
        comparison: None for a head.
        color: of its marks.
    """

    label: str
    comparison: Compared | None
    color: str


@dataclass(frozen=True)
class TextColumn:
    """A column of texts beside the rows, one for each row, empty for heads; its title has two lines."""

    title: tuple[str, str]
    cells: tuple[str, ...]

    @property
    def widest(self) -> str:
        """Return its longest text."""
        return max((*self.title, *self.cells), key=lambda text: text_width(text, sizes().small))


def room_for_columns(columns: Sequence[TextColumn]) -> str:
    """Return a text as wide as the columns side by side."""
    return _GAP.join(column.widest for column in columns)


def heading(columns: Sequence[TextColumn]) -> float:
    """Return how many lines stand above the first row."""
    return SIDES + (TITLES if any(column.title[0] for column in columns) else 0)


def draw_forest(
    axes: Axes, rows: Sequence[Row], limits: tuple[float, float], *, above: float, decimals: int | None
) -> None:
    """Draw the bars and dots of all rows, the zero line, and the names of the rows.

    Args:
        axes: where to draw; rows go down, counted from 0.
        rows: comparisons and heads.
        limits: the ends of the x axis.
        above: lines to leave free above the rows, see `heading`.
        decimals: of the differences.
    """
    scale, at = sizes().scale, range(len(rows))
    axes.set_xlim(*limits)
    axes.set_ylim(len(rows) - 0.4, -0.6 - above)
    axes.vlines(0, -0.5, len(rows) - 0.4, color=colors().quiet, linewidth=0.8 * scale, zorder=1)
    for y, row in zip(at, rows, strict=True):
        if row.comparison:
            axes.axhline(y, color=colors().grid, linewidth=0.6 * scale, zorder=0)
            _draw_row(axes, y, row.comparison, row.color, limits, decimals)
    named = [(y, row) for y, row in zip(at, rows, strict=True) if row.comparison]
    axes.set_yticks([y for y, _ in named], [row.label for _, row in named])
    for label, (_, row) in zip(axes.get_yticklabels(), named, strict=True):
        label.set(color=colors().ink, weight="bold" if row.comparison and row.comparison.is_chosen else "normal")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))


def _draw_row(
    axes: Axes, y: int, comparison: Compared, color: str, limits: tuple[float, float], decimals: int | None
) -> None:
    if comparison.split is None:
        _write(axes, "no pair of complete trials", (0, y), (_INSIDE, 0), color=colors().quiet, is_on_paper=True)
        return
    scale = sizes().scale
    for effect, width in ((comparison.population, _THIN), (comparison.split, _THICK)):
        low, high = (effect.estimate.low, effect.estimate.high) if effect else (None, None)
        if low is not None and high is not None:
            axes.hlines(y, low, high, color=color, linewidth=width * scale, zorder=3)
    _mark_ends(axes, y, comparison.estimates, color, limits)
    mean = comparison.split.estimate.value
    if limits[0] <= mean <= limits[1]:
        face = color if comparison.split.excludes_zero else colors().paper
        axes.scatter(mean, y, s=15 * scale**2, color=face, edgecolors=color, linewidths=0.9 * scale, zorder=5)
    else:
        _write_beyond(axes, y, numbers.number(mean, decimals), is_right=mean > limits[1])


def _mark_ends(axes: Axes, y: int, estimates: Sequence[Estimate], color: str, limits: tuple[float, float]) -> None:
    """Put an arrow head where a bar, or the mean itself, runs on beyond the axis."""
    for end, marker, sign in zip(limits, (_LEFT, _RIGHT), (-1, 1), strict=True):
        reach = max(sign * end for one in estimates for end in ends_of(one))
        if reach > sign * end:
            axes.scatter(end, y, marker=marker, s=18 * sizes().scale ** 2, color=color, linewidths=0, zorder=6)


def _write_beyond(axes: Axes, y: int, mean: str, *, is_right: bool) -> None:
    """Write a mean that lies beyond the axis beside the arrow head."""
    offset = 6 * sizes().scale
    _write(
        axes,
        mean,
        (1.0 if is_right else 0.0, y),
        (-offset if is_right else offset, 0),
        color=colors().ink,
        ha="right" if is_right else "left",
        is_on_paper=True,
    )


def write_heads(axes: Axes, rows: Sequence[Row], *, left: float | None) -> None:
    """Write the heads of groups from the left edge of the page on.

    Args:
        axes: of the forest, its place on the page settled.
        rows: comparisons and heads.
        left: points between the edge of the page and the heads; None: within the axes, where there is no page.
    """
    start = _INSIDE if left is None else left - axes.get_window_extent().x0 * 72 / axes.figure.dpi
    for y, row in enumerate(rows):
        if not row.comparison:
            _write(axes, row.label, (0, y), (start, 0), weight="bold", color=colors().ink, is_on_paper=True)


def write_columns(axes: Axes, columns: Sequence[TextColumn], *, gap: float) -> None:
    """Write columns of text to the right of the axes, every cell at the right end of its column.

    Args:
        axes: of the forest.
        columns: from left to right.
        gap: points between the axes and the first column.
    """
    small, right = sizes().small, gap
    between = text_width(_GAP, small)
    for column in columns:
        right += text_width(column.widest, small)
        for line, title in enumerate(column.title):
            _write(axes, title, (1, (line - 1) * TITLES - 1), (right, 0), ha="right", color=colors().quiet)
        for y, cell in enumerate(column.cells):
            _write(axes, cell, (1, y), (right, 0), ha="right", color=colors().ink)
        right += between


def write_sides(axes: Axes, sides: tuple[str, str]) -> None:
    """Write above the rows which way is better, as fully as there is room for.

    Args:
        axes: of the forest, its place on the page settled.
        sides: what left and right are: `better` and `worse`, or the other way round.
    """
    low, high = axes.get_xlim()
    width, small = axes.get_window_extent().width * 72 / axes.figure.dpi, sizes().small
    left, right = f"← {sides[0]}", f"{sides[1]} →"
    full_left, full_right = f"{left} than the baseline", f"{sides[1]} than the baseline →"
    taken = text_width(right, small) + 2 * small
    if text_width(full_left, small) < min(width * -low / (high - low) - small, width - taken):
        left = full_left
    taken = text_width(left, small) + 2 * small
    if text_width(full_right, small) < min(width * high / (high - low) - small, width - taken):
        right = full_right
    for text, x, ha in ((left, 0, "left"), (right, 1, "right")):
        _write(axes, text, (x, -1), (0, 0), ha=ha, color=readable(colors().quiet))


def _write(
    axes: Axes,
    text: str,
    place: tuple[float, float],
    offset: tuple[float, float],
    *,
    color: str,
    ha: str = "left",
    weight: str = "normal",
    is_on_paper: bool = False,
) -> None:
    """Write a text at a share of the axes' width and a row, moved by points; on paper, it covers what lies below."""
    axes.annotate(
        text,
        place,
        offset,
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        size=sizes().small,
        color=color,
        ha=ha,
        va="center_baseline",
        weight=weight,
        annotation_clip=False,
        in_layout=False,
        bbox={"facecolor": colors().paper, "edgecolor": "none", "pad": 1.0} if is_on_paper else None,
        zorder=6,
    )


def forest_rows(grid: Grid, chosen: Sequence[Compared]) -> list[Row]:
    """Return the lines of the forest: under a head for each group or, where groups have one row each, without heads."""
    families = unique([grid.family(one.condition) for one in chosen])
    is_one_shade = len({grid.shade(one.condition.dropout) for one in chosen}) == 1 and len(families) > 1
    color_of = color_map(grid.shades) if len(grid.shades) <= _MAX_COLORS else {}
    rows = []
    for family in families:
        members = [one for one in chosen if grid.family(one.condition) == family]
        if len(families) > 1 and not is_one_shade:
            rows.append(Row(grid.family_label(family), None, colors().ink))
        for one in members:
            dropout = one.condition.dropout
            label = grid.family_label(family) if is_one_shade else grid.shade_label(dropout)
            label += f" {MARK}" * one.is_chosen
            rows.append(Row(label, one, color_of.get(grid.shade(dropout), colors().single)))
    return rows


def text_columns(rows: Sequence[Row]) -> list[TextColumn]:
    """Return the columns beside the rows: the pairs where they differ, and p where there is any."""
    compared = [row.comparison for row in rows]
    pairs = tuple(str(one.n_pairs) if one else "" for one in compared)
    splits = tuple(_p_holm(one.split if one else None) for one in compared)
    populations = tuple(_p_holm(one.population if one else None) for one in compared)
    has_both = any(splits) and any(populations)
    columns = [TextColumn(("", "pairs"), pairs)] if len(set(pairs) - {""}) > 1 else []
    columns += [TextColumn(("Holm p,", "split") if has_both else ("", "Holm p"), splits)] if any(splits) else []
    return columns + ([TextColumn(("Holm p,", "population"), populations)] if any(populations) else [])


def _p_holm(effect: Effect | None) -> str:
    return "" if effect is None or effect.p_holm is None else numbers.p_value(effect.p_holm)
