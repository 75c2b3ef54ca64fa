"""One heat map in one axes: coloured cells, their numbers, their marks and the bar that explains the colours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, StrMethodFormatter

from dropout_lab.drawing.curve import Array
from dropout_lab.drawing.lettering import text_width
from dropout_lab.drawing.palette import shade_map
from dropout_lab.drawing.plane import Place
from dropout_lab.drawing.style import colors, sizes
from dropout_lab.phrases import numbers

_EXPLODED = 10  # a value that many times the median is beyond comparison and would leave one shade for all others
_LOG_RATIO = 10  # positive values that differ more than this share a linear scale's lowest shade
_ROOM = 1.1  # a number's width, with the room that keeps it from its neighbour


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


def choose_scale(values: Array) -> Scale:
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


def draw_cells(axes: Axes, values: Array, untrained: Collection[Place], scale: Scale) -> None:
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


def write_numbers(panels: Sequence[tuple[Axes, Array, Collection[Place]]], decimals: int | None) -> None:
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


def _numbers(values: Array, decimals: int | None) -> dict[Place, str]:
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
