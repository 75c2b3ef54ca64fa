"""Heat maps: a metric on val, and its gap, over two swept settings, a number in every cell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, StrMethodFormatter

from dropout_lab.drawing.axis_names import column_label, place_values, turned_height
from dropout_lab.drawing.grid import (
    Condition,
    Grid,
    Place,
    Planes,
    Slice,
    choose_evenly,
    find_planes,
    slice_label,
    unique,
    values_of,
)
from dropout_lab.drawing.page import Cell, Page, fill_rows, finish_page, head_panel, open_page, text_width, wrap
from dropout_lab.drawing.picture import Picture, name_of, settings_of, stack
from dropout_lab.drawing.reference_lines import reference_values
from dropout_lab.drawing.style import colors, shade_map, sizes, style
from dropout_lab.drawing.wording import AT_POINT, MARK, Wording, join, label_noise_caption, seeds_words, thinning_note
from dropout_lab.findings import Floats, StudyView
from dropout_lab.findings.tuned_view import chosen_candidates
from dropout_lab.phrases import glossary, numbers
from dropout_lab.phrases.names import setting_names
from dropout_lab.wording import listed

_ROW, _AROUND = 0.21, 0.66  # inches: of a row of cells, and of what stands around a map
_LOWEST, _HIGHEST = 1.5, 3.2  # inches, of a map with what stands around it
_SHARE = 0.72  # of a panel's width that is its map
_COLUMNS = 3
_BY = "the lowest mean val loss at the best epochs, by which a rate is chosen"
_SIDE_BY_SIDE = 7  # columns of cells that leave room for numbers where two maps share the width of a page
_FEW = 5  # columns of cells that leave room for numbers where three maps do
_EXPLODED = 10  # a value that many times the median is beyond comparison and would leave one shade for all others
_LOG_RATIO = 10  # positive values that differ more than this share a linear scale's lowest shade
_ROOM = 1.1  # a number's width, with the room that keeps it from its neighbour
PARTS = (0, 1)  # the metric on val, and its gap


@dataclass(frozen=True)
class Scale:
    """What the colours of several maps mean.

    Args:
        low, high: the values of the faintest and the strongest colour.
        is_log: whether equal steps of colour are equal ratios.
        extend: where values lie beyond, which have the colour of that end: `neither`, `min`, `max` or `both`.
    """

    low: float
    high: float
    is_log: bool
    extend: str

    @property
    def norm(self) -> Normalize:
        """Return the scale as matplotlib has it."""
        return LogNorm(self.low, self.high) if self.is_log else Normalize(self.low, self.high)


def choose_scale(values: Floats) -> Scale:
    """Choose the scale of all maps that are to be compared.

    Args:
        values: of all their cells, NaN where there is none.
    """
    finite = values[np.isfinite(values)]
    most = _EXPLODED * float(np.median(np.abs(finite)))
    kept = finite[np.abs(finite) <= most] if most > 0 else finite
    low, high = float(kept.min()), float(kept.max())
    if high <= low:
        half = 0.5 * abs(high) or 0.5
        low, high = low - half, high + half
    has_less, has_more = bool((finite < low).any()), bool((finite > high).any())
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}.get((has_less, has_more), "both")
    return Scale(low, high, is_log=0 < _LOG_RATIO * low < high, extend=extend)


@dataclass(frozen=True)
class HeatMap:
    """One plane's maps.

    Args:
        plane: which condition stands in which cell.
        parts: for each of `PARTS` the means, shape [rows, columns], NaN without a complete trial.
        untrained: cells of the study without a complete trial.
        chosen: cells that val chose; in a tuned study those that tuning chose.
        may_be_best: others that may be the best of their group.
    """

    plane: Slice
    parts: tuple[Floats, Floats]
    untrained: tuple[Place, ...]
    chosen: tuple[Place, ...]
    may_be_best: tuple[Place, ...]

    @property
    def conditions(self) -> list[Condition]:
        """Return the conditions of all cells, row by row."""
        return [condition for _, condition in sorted(self.plane.cells.items())]


@dataclass(frozen=True)
class HeatMaps:
    """A study's maps.

    Args:
        planes: how it is cut into planes.
        shown: the maps of those that are shown.
        left_out: a note where some are not.
        is_tuned: whether the best cells are those that tuning chose.
    """

    planes: Planes
    shown: tuple[HeatMap, ...]
    left_out: list[str]
    is_tuned: bool


def has_planes(grid: Grid) -> bool:
    """Tell whether two settings vary, with complete trials at two values or more of each."""
    planes = find_planes(grid)
    if planes is None:
        return False
    complete = [values_of(one) for one in grid.conditions if one.complete]
    return all(len({values[axis.index] for values in complete}) > 1 for axis in (planes.x, planes.y))


def require_planes(grid: Grid) -> Planes:
    """Cut a study into planes.

    Raises:
        ValueError: see `has_planes`.
    """
    planes = find_planes(grid)
    if planes is None or not has_planes(grid):
        raise ValueError("trials must hold complete trials at two values or more of two settings. Got fewer.")
    return planes


def read_maps(words: Wording, planes: Planes, *, point: str, most: int) -> HeatMaps:
    """Average the complete trials of every condition and place the means.

    Args:
        words: what the figure is about.
        planes: see `require_planes`.
        point: `last`, `best` or `stop`.
        most: planes; of more an even choice is kept, among those with a complete trial.
    """
    candidates = [plane for plane in planes.planes if any(one.complete for one in plane.cells.values())]
    named = list(words.kept(lambda one: one.name))
    kept = [one.key for name in named for one in candidates if name in {cell.name for cell in one.cells.values()}]
    keys = choose_evenly([plane.key for plane in candidates], most, kept)
    tuned, names = chosen_candidates(words.view), [one.name for one in words.grid.conditions]
    best = tuned or set(words.study.marked)
    is_ranked = words.grid.treated and not tuned  # the summary ranks within a candidate, not among candidates
    others = {name for name in names if words.view.may_be_best(name)} - best if is_ranked else set()
    shown = tuple(_map(words, planes, plane, point, best, others) for plane in candidates if plane.key in keys)
    paths, every = [other.path for other in planes.others], [plane.key for plane in planes.planes]
    return HeatMaps(planes, shown, thinning_note("pairs of maps", paths, keys, every), bool(tuned))


def _map(words: Wording, planes: Planes, plane: Slice, point: str, best: set[str], may_be_best: set[str]) -> HeatMap:
    columns = [f"{point}_val_{words.metric}", f"{point}_{words.metric}_gap"]
    parts = np.full((len(PARTS), len(planes.y.values), len(planes.x.values)), np.nan)
    for place, one in plane.cells.items():
        if one.complete:
            row, column = place
            parts[:, row, column] = [words.series.mean(one.name, measured) for measured in columns]

    def places(names: set[str]) -> tuple[Place, ...]:
        return tuple(place for place, one in plane.cells.items() if one.name in names)

    untrained = tuple(place for place, one in plane.cells.items() if not one.complete)
    return HeatMap(plane, (parts[0], parts[1]), untrained, places(best), places(may_be_best))


def cell_rows(grid: Grid, maps: HeatMaps, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers of some maps, a row for every cell that is part of the study.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `n`, `mean` and `mark`:
        `chosen`, `may be best` or empty. The mean is NaN where n is 0.
    """
    names = (f"val_{metric}", f"{metric}_gap")
    return stack(_rows(grid, one, part, names[part], point) for one in maps.shown for part in PARTS)


def _rows(grid: Grid, one: HeatMap, part: int, metric: str, point: str) -> pd.DataFrame:
    places = sorted(one.plane.cells)
    marks = {**dict.fromkeys(one.may_be_best, "may be best"), **dict.fromkeys(one.chosen, "chosen")}
    measured = {
        "point": [point] * len(places),
        "metric": [metric] * len(places),
        "n": [len(condition.complete) for condition in one.conditions],
        "mean": [float(one.parts[part][place]) for place in places],
        "mark": [marks.get(place, "") for place in places],
    }
    return pd.DataFrame({**settings_of(grid, one.conditions), **measured})


def has_heat_map(study: StudyView) -> bool:
    """Tell whether two settings vary, with complete trials at two values or more of each; the rate is a setting."""
    return has_planes(Wording.of(study, "loss").grid)


def heat_map(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw the means of a metric on val, and of its gap, as coloured cells over two swept settings.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of at most 6 pairs of maps, 3 on a slide, and a third less where maps are broad: one for each
        combination of the other swept settings; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if the study has no heat map, see `has_heat_map`.
    """
    with style():
        words = Wording.of(study, metric)
        planes = require_planes(words.grid)
        most = _columns(len(planes.x.values)) * sizes().most_panels // (2 * _COLUMNS)
        maps = read_maps(words, planes, point=point, most=most)
        title = words.title(f"val {words.metric_name} and its gap by {planes.x.name} and {planes.y.name}")
        notes = [
            _note(words, maps, point),
            *(["Every seed splits the rows anew."] if words.has_own_splits else []),
            *reference_values(words),
            *words.left_out_note(unique([condition for one in maps.shown for condition in one.conditions])),
            *words.label_noise_note(),
            *maps.left_out,
        ]
        data = cell_rows(words.grid, maps, metric=metric, point=point)
        return Picture(
            name_of("heat_map", metric), title, _draw(words, maps, title, notes), _caption(words, maps, point), data
        )


def _note(words: Wording, maps: HeatMaps, point: str) -> str:
    shown = maps.shown
    ns = sorted({len(condition.complete) for one in shown for condition in one.conditions if condition.complete})
    n = "one seed (n = 1)" if ns == [1] else f"mean over {seeds_words(ns)}"
    is_dotted, is_hatched = any(one.may_be_best for one in shown), any(one.untrained for one in shown)
    is_blank = any(len(one.plane.cells) < one.parts[0].size for one in shown)
    return (
        f"Cells: {n}, in eval mode {AT_POINT[point]}. There is no interval here: cells that differ little may"
        f" differ by chance.{_framed(words, maps)}"
        + (f" Dot: {glossary.MAY_BE_BEST}." if is_dotted else "")
        + (" Hatched: no complete trial." if is_hatched else "")
        + (" Blank: not part of the study." if is_blank else "")
    )


def _framed(words: Wording, maps: HeatMaps) -> str:
    """Say which cells are framed: what val chose among those that share a baseline, or what tuning chose."""
    if maps.is_tuned:
        return f" {MARK}, framed: what tuning chose for each condition, by the mean val loss {AT_POINT['best']}."
    notes = words.mark_note(condition for one in maps.shown for condition in one.conditions)
    return "".join(f" {note.replace(MARK, f'{MARK}, framed:', 1)}" for note in notes)


def _draw(words: Wording, maps: HeatMaps, title: str, notes: Sequence[str]) -> Figure:
    x, y, shown = maps.planes.x, maps.planes.y, maps.shown
    columns, rows = ([axis.value_name(value) for value in axis.values] for axis in (x, y))
    cells = _cells(len(shown), len(columns))
    room = _SHARE * 72 * sizes().wide / (1 + max(column for _, column in cells)) / len(columns)
    page = open_page(
        cells,
        panel_height=_panel_height(len(rows)) + turned_height(columns, room) / 72,
        title=title,
        subtitle=words.subtitle,
        notes=notes,
        is_wide=True,
    )
    scales = [choose_scale(np.array([one.parts[part] for one in shown])) for part in PARTS]
    drawn = [(one, part) for one in shown for part in PARTS]
    for axes, (one, part) in zip(page.panels, drawn, strict=True):
        draw_cells(axes, one.parts[part], one.untrained, scales[part])
        frame_cells(axes, one.chosen)
        star_cells(axes, one.chosen)
        dot_cells(axes, one.may_be_best)
        place_values(axes.xaxis, columns, _SHARE * 72 * page.panel_width / len(columns))
        place_values(axes.yaxis, rows)
        head_panel(page, axes, *_head(words, maps, one, part))
    _explain_colors(page, scales, wrap(words.unit, 0.6 * 72 * _panel_height(len(rows)), sizes().small))
    finish_page(page, x=column_label(x, page.panel_width, learns_rates=words.learns_rates), y=[y.name])
    for axes in page.panels:
        height = axes.get_window_extent().height * 72 / axes.figure.dpi
        place_values(axes.yaxis, rows, height / len(rows))
    for part in PARTS:
        panels = page.panels[part :: len(PARTS)]
        write_numbers(
            [(axes, one.parts[part], one.chosen) for axes, one in zip(panels, shown, strict=True)],
            words.view.digits(words.metric),
        )
    return page.figure


def _panel_height(n_rows: int) -> float:
    return min(max(_AROUND + _ROW * n_rows, _LOWEST), _HIGHEST)


def _cells(n_maps: int, n_columns: int) -> list[Cell]:
    """Place pairs of maps: one pair side by side where its numbers fit, else each gap below its val metric."""
    if n_maps == 1 and n_columns <= _SIDE_BY_SIDE:
        return [(0, 0), (0, 1)]
    return [(2 * row + part, column) for row, column in fill_rows(n_maps, _columns(n_columns)) for part in PARTS]


def _columns(n_columns: int) -> int:
    return _COLUMNS if n_columns <= _FEW else _COLUMNS - 1


def _head(words: Wording, maps: HeatMaps, one: HeatMap, part: int) -> tuple[str, list[str]]:
    name = _part_names(words)[part]
    if len(maps.shown) == 1:
        return name, []
    return ("" if part else slice_label(maps.planes.others, one.plane.key)), [name]


def _part_names(words: Wording) -> tuple[str, str]:
    return f"val {words.metric_name}", words.gap_label.split("\n")[0]


def _explain_colors(page: Page, scales: Sequence[Scale], unit: str) -> None:
    """Put a bar beside the maps of one part in every row."""
    beside: dict[tuple[int, int], list[int]] = {}
    for i, (row, _) in enumerate(page.cells):
        beside.setdefault((row, i % len(PARTS)), []).append(i)
    for (_, part), members in beside.items():
        add_bar(page.figure, [page.panels[i] for i in members], scales[part], unit)


def _caption(words: Wording, maps: HeatMaps, point: str) -> str:
    name, better = words.metric_name, words.better
    x, y = maps.planes.x.name, maps.planes.y.name
    return join(
        f"Each cell is one combination of {x} and {y}; the stronger its colour, the higher its number. One map shows"
        f" the mean {name} on the val rows ({better} is better), {AT_POINT[point]}; the other the gap, how much worse"
        " the net does on val than on the rows it was trained on.",
        f"Along a row only the {x} changes, along a column only the {y}.",
        _lowest(words, maps),
        "A small gap where the val value is bad is no success: that net learns little on any rows.",
        label_noise_caption(words),
    )


def _lowest(words: Wording, maps: HeatMaps) -> str:
    """Say what is framed, with its mean where there is one."""
    if maps.is_tuned:
        return f"Frames mark what tuning chose for each condition, by the mean val loss {AT_POINT['best']}."
    cells = [(float(one.parts[0][place]), one.plane.cells[place]) for one in maps.shown for place in one.chosen]
    if not cells:
        return ""
    dots = " Dots mark what may be the best as well." if any(one.may_be_best for one in maps.shown) else ""
    if len(cells) > 1:
        return f"Frames mark what val chose{_each(words)}: {_BY}.{dots}"
    value, condition = cells[0]
    the = "the " if condition.is_baseline else ""
    name = f"{the}{words.grid.label(condition)}"
    return f"The frame marks {name}, with {words.number(value)}: {_BY}.{dots}"


def _each(words: Wording) -> str:
    names = setting_names(words.grid.group_paths) if words.grid.treated else []
    return f" at each {listed(names)}" if names else ""


def draw_cells(axes: Axes, values: Floats, untrained: Collection[Place], scale: Scale) -> None:
    """Fill the cells that have a value, hatch those without a complete trial, and leave out what is not in the study.

    Args:
        axes: where to draw; rows go up, columns to the right, both counted from 0.
        values: shape [rows, columns], NaN where there is none.
        untrained: the cells to hatch.
        scale: gives the colours.
    """
    rows, columns = values.shape
    axes.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=shade_map(colors().paper),
        norm=scale.norm,
        edgecolors=colors().paper,
        linewidth=0.8 * sizes().scale,
    )
    for row, column in untrained:
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5), 1, 1, facecolor="none", edgecolor=colors().grid, hatch="////", linewidth=0
            )
        )
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(-0.5, rows - 0.5)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def frame_cells(axes: Axes, places: Collection[Place]) -> None:
    """Draw a frame around cells."""
    for row, column in places:
        corner, width = (column - 0.5, row - 0.5), 1.4 * sizes().scale
        axes.add_patch(
            Rectangle(corner, 1, 1, fill=False, edgecolor=colors().ink, linewidth=width, clip_on=False, zorder=4)
        )


def star_cells(axes: Axes, places: Collection[Place]) -> None:
    """Put a star in the upper right corner of cells."""
    for row, column in places:
        axes.text(column + 0.47, row + 0.45, MARK, size=0.8 * sizes().small, ha="right", va="top", zorder=5)


def dot_cells(axes: Axes, places: Collection[Place]) -> None:
    """Draw a dot in the upper right corner of cells."""
    if places:
        rows, columns = np.array(sorted(places), dtype=np.float64).T
        axes.scatter(columns + 0.37, rows + 0.3, s=5 * sizes().scale ** 2, color=colors().ink, linewidths=0, zorder=4)


def add_bar(figure: Figure, beside: Sequence[Axes], scale: Scale, label: str) -> Colorbar:
    """Explain the colours by a bar to the right of some axes.

    Args:
        figure: the figure of the axes.
        beside: axes of one row.
        scale: what the colours mean.
        label: the unit.
    """
    measures = sizes()
    mappable = ScalarMappable(scale.norm, shade_map(colors().paper))
    ticks, written = (LogLocator(subs=(1, 2, 5)), StrMethodFormatter("{x:g}")) if scale.is_log else (None, None)
    bar = figure.colorbar(
        mappable, ax=list(beside), aspect=14, pad=0.02, extend=scale.extend, ticks=ticks, format=written
    )
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label(label, size=measures.small, color=colors().quiet)
    bar.ax.tick_params(
        which="both",
        length=0,
        labelsize=measures.small,
        labelcolor=colors().quiet,
        labelfontfamily=rcParams["font.family"],
    )
    bar.ax.grid(visible=False)
    return bar


def write_numbers(panels: Sequence[tuple[Axes, Floats, Collection[Place]]], decimals: int | None) -> None:
    """Write every value in the middle of its cell, in all maps alike; in none where they do not fit.

    Args:
        panels: axes, their place on the page settled; their values, shape [rows, columns]; the cells to set in bold.
        decimals: of the study's numbers; up to two fewer where they do not fit.
    """
    for fewer in (None,) if decimals is None else range(decimals, max(decimals - 3, -1), -1):
        texts = [_numbers(values, fewer) for _, values, _ in panels]
        if all(_fit(axes, values.shape, text) for (axes, values, _), text in zip(panels, texts, strict=True)):
            for (axes, _, bold), text in zip(panels, texts, strict=True):
                _write(axes, text, bold)
            return


def _numbers(values: Floats, decimals: int | None) -> dict[Place, str]:
    return {
        (row, column): numbers.number(value, decimals)
        for (row, column), value in np.ndenumerate(values)
        if np.isfinite(value)
    }


def _fit(axes: Axes, shape: tuple[int, ...], texts: Mapping[Place, str]) -> bool:
    box, small, to_points = axes.get_window_extent(), sizes().small, 72 / axes.figure.dpi
    height, width = box.height * to_points / shape[0], box.width * to_points / shape[1]
    widest = max((text_width(text, small, bold=True) for text in texts.values()), default=0.0)
    return _ROOM * widest <= width and _ROOM * small <= height


def _write(axes: Axes, texts: Mapping[Place, str], bold: Collection[Place]) -> None:
    for (row, column), text in texts.items():
        axes.text(
            column,
            row,
            text,
            size=sizes().small,
            color=colors().ink,
            weight="bold" if (row, column) in bold else "normal",
            ha="center",
            va="center_baseline",
            zorder=5,
        )
