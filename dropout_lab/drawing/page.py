"""A page: a title, panels of fixed size, notes below, and labels beside the ends of lines.

Floor 3, drawing. Owns where things stand, so that no text is clipped or overlaps another, however many panels and notes
there are; knows nothing of studies.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

from dropout_lab.drawing.style import INK, QUIET, SMALL, TEXT, TITLE, readable

Cell = tuple[int, int]

_HINTING = 1.04  # rendered glyphs are moved to whole pixels, which can make a line that much wider
_LINE = 1.36  # line height in type sizes
_LINE_SPACING = _LINE / 1.164  # the same in what matplotlib counts in: heights of DejaVu Sans
_DESCENT = 0.25  # how far letters reach below their baseline, in type sizes
_EDGE = 8.0  # points kept free at each edge of the page
_LABEL_OFFSET = 9.0  # points between a line's end and its label: room for a leader
_OVERHANG = 1.15  # an axis label may be that much longer than its axis: panels do not touch
_MIN_WIDTH = 4.3  # inches: below, titles and notes break into slivers


@dataclass(frozen=True)
class EndLabel:
    """A text beside the point (x, y) where a line ends, in data coordinates."""

    x: float
    y: float
    text: str
    color: str


def open_page(
    cells: Sequence[Cell],
    *,
    panel_size: tuple[float, float],
    title: str,
    subtitle: str,
    notes: Sequence[str],
    labels: Sequence[str] = (),
    row_heights: Sequence[float] = (1.0,),
) -> tuple[Figure, list[Axes]]:
    """Lay out a page of panels; draw in them, then call `finish_page`.

    Args:
        cells: row and column of every panel, see `fill_rows`.
        panel_size: width and height of a panel with its decorations, inches.
        title: what is shown.
        subtitle: of what.
        notes: sentences below the panels, a line or more each.
        labels: the texts that will stand to the right of the last column.
        row_heights: relative heights of the rows, repeated down the page.
    """
    rows, columns = (1 + max(cell[side] for cell in cells) for side in range(2))
    ratios = [row_heights[row % len(row_heights)] for row in range(rows)]
    right = max((text_width(label, SMALL) for label in labels), default=0.0) + (_LABEL_OFFSET if labels else 0.0)
    width = max(columns * panel_size[0] + (right + 2 * _EDGE) / 72, _MIN_WIDTH)
    usable = width * 72 - 2 * _EDGE
    head = [
        (wrap(title, usable, TITLE, bold=True), TITLE, INK, "bold"),
        (wrap(subtitle, usable, SMALL), SMALL, QUIET, "normal"),
    ]
    foot = [(line, SMALL, QUIET, "normal") for note in notes for line in wrap(note, usable, SMALL).split("\n")]
    head_height = sum(_height(text, size) for text, size, _, _ in head) + 0.5 * _EDGE
    foot_height = sum(_height(text, size) for text, size, _, _ in foot) + 1.5 * _EDGE
    height = sum(ratios) * panel_size[1] + (head_height + foot_height + _EDGE) / 72

    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    left, bottom = _EDGE / 72 / width, foot_height / 72 / height
    span = 1 - 2 * left - right / 72 / width, 1 - bottom - (head_height + _EDGE) / 72 / height
    figure.set_layout_engine("constrained", rect=(left, bottom, *span), w_pad=0.04, h_pad=0.05, wspace=0.03)
    _write_down(figure, head, top=height * 72 - _EDGE)
    _write_down(figure, foot, top=foot_height - 0.5 * _EDGE)
    grid = figure.add_gridspec(rows, columns, height_ratios=ratios)
    return figure, [figure.add_subplot(grid[cell]) for cell in cells]


def _write_down(figure: Figure, paragraphs: Sequence[tuple[str, float, str, str]], *, top: float) -> None:
    width, height = figure.get_size_inches() * 72
    for text, size, color, weight in paragraphs:
        figure.text(
            _EDGE / width,
            top / height,
            text,
            size=size,
            color=color,
            weight=weight,
            va="top",
            linespacing=_LINE_SPACING,
        )
        top -= _height(text, size)


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * _LINE if text else 0.0


def fill_rows(n_panels: int, most_columns: int) -> list[Cell]:
    """Place panels row by row, in rows as equal as can be.

    >>> fill_rows(5, 4)
    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    """
    rows = -(-n_panels // most_columns)
    columns = -(-n_panels // rows)
    return [divmod(i, columns) for i in range(n_panels)]


def finish_page(
    panels: Sequence[Axes], cells: Sequence[Cell], *, x: str, y: Sequence[str], ends: Sequence[Sequence[EndLabel]]
) -> None:
    """Label the axes, fix the panels in place and label the lines of the last panel of every row.

    Args:
        panels: the panels, as opened.
        cells: where they are.
        x: the label of the lowest panel of each column.
        y: the label of the leftmost panel of each row, repeated down the page.
        ends: for every panel the labels of its lines; free space lies only to the right of a row's last panel.
    """
    _label_outer(panels, cells, x=x, y=y)
    figure = panels[0].get_figure(root=True)
    if figure is not None and (engine := figure.get_layout_engine()):
        engine.execute(figure)
        if sum(map(_break_labels, panels)):
            engine.execute(figure)
        figure.set_layout_engine("none")  # what is placed by a panel's size now stays right
    last = {row: max(column for other, column in cells if other == row) for row, _ in cells}
    for axes, (row, column), labels in zip(panels, cells, ends, strict=True):
        if column == last[row]:
            _label_ends(axes, labels)


def _label_outer(panels: Sequence[Axes], cells: Sequence[Cell], *, x: str, y: Sequence[str]) -> None:
    """Label the outer axes only, and hide the numbers of an inner axis that repeats its neighbour's."""
    at = dict(zip(cells, panels, strict=True))
    for (row, column), axes in at.items():
        left, below = at.get((row, column - 1)), at.get((row + 1, column))
        if left is None:
            axes.set_ylabel(y[row % len(y)])
        elif left.get_ylim() == axes.get_ylim():
            axes.tick_params(labelleft=False)
        if below is None:
            axes.set_xlabel(x)
        elif below.get_xlim() == axes.get_xlim():
            axes.tick_params(labelbottom=False)


def _break_labels(axes: Axes) -> bool:
    """Break axis labels that are too long for their axis, before the unit if that is enough; tell if there was any."""
    width, height = (side * 72 / axes.figure.dpi for side in axes.get_window_extent().size)
    broken = False
    for axis, length in ((axes.xaxis, width), (axes.yaxis, height)):
        label, room = axis.get_label(), _OVERHANG * length
        if text_width(label.get_text(), TEXT) > room:
            before_unit = label.get_text().replace(" (", "\n(")
            fits = text_width(before_unit, TEXT) <= room
            label.set_text(before_unit if fits else wrap(label.get_text().replace("\n", " "), room, TEXT))
            broken = True
    return broken


def head_panel(axes: Axes, title: str, notes: Sequence[str], *, width: float, color: str = INK) -> None:
    """Write a panel's title and smaller notes below it, broken to its width in inches; empty ones take no room."""
    usable = width * 72 - 4 * TEXT  # what the axis labels leave
    note = "\n".join(wrap(one, usable, SMALL) for one in notes if one)
    axes.set_title(
        wrap(title, usable, TEXT, bold=True),
        color=readable(color),
        weight="bold",
        linespacing=_LINE_SPACING,
        pad=4 + _height(note, SMALL) + _DESCENT * TEXT,
    )
    axes.annotate(
        note,
        (0, 1),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        size=SMALL,
        color=QUIET,
        va="bottom",
        linespacing=_LINE_SPACING,
    )


def _label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Write labels right of the axes, as near the ends of their lines as they fit without touching."""
    if not labels:
        return
    box = axes.get_window_extent()
    to_points = 72 / axes.figure.dpi
    height = box.height * to_points
    ends = (axes.transData.transform([(label.x, label.y) for label in labels])[:, 1] - box.y0) * to_points
    ends = np.clip(np.nan_to_num(ends), 0, height)
    places = spread(ends, gap=SMALL * 1.2, high=height)
    for label, end, place in zip(labels, ends, places, strict=True):
        from_end: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        leader = {"arrowstyle": "-", "color": label.color, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (1, end / height), (_LABEL_OFFSET - 1.5, place - end), arrowprops=leader, **from_end)
        axes.annotate(
            label.text,
            (1, end / height),
            (_LABEL_OFFSET, place - end),
            size=SMALL,
            color=readable(label.color),
            va="center_baseline",
            **from_end,
        )


def spread(places: np.ndarray, *, gap: float, high: float) -> np.ndarray:
    """Move places as little as possible, in least squares, so that neighbours are `gap` apart within [0, high].

    >>> spread(np.array([5.0, 5.0, 90.0]), gap=10, high=100)
    array([ 0., 10., 90.])
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    fitted = np.asarray(isotonic_regression(places[order] - steps).x)
    placed = np.empty(len(places))
    placed[order] = np.clip(fitted, 0, max(high - steps[-1], 0)) + steps
    return placed


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure the widest line of a text, in points."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return _HINTING * max(text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Break a text into lines of at most `width` points; a word longer than a line is broken too."""
    columns = max(len(text), 1)
    while columns > 8:
        broken = textwrap.fill(text, columns)
        if text_width(broken, size, bold=bold) <= width:
            return broken
        columns -= max(columns // 20, 1)
    return textwrap.fill(text, columns)
