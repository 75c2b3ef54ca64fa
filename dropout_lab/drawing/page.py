"""A page: a title, panels, notes below, and labels beside the ends of lines.

Owns where things stand: texts are measured, broken into lines and kept apart, so that none is clipped or overlaps
another, however many panels and notes there are. Knows nothing of studies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

from dropout_lab.drawing.style import colors, readable, sizes, user_axes
from dropout_lab.errors import UserError

_HINTING = 1.04  # rendered glyphs are moved to whole pixels, which can make a line that much wider
_LINE = 1.36  # line height in type sizes
LINE_SPACING = _LINE / 1.164  # the same in what matplotlib counts in: heights of DejaVu Sans
DESCENT = 0.25  # how far letters reach below their baseline, in type sizes
_WORD = re.compile(r"\bn = \S+|\S+")  # a number of seeds stays in one piece


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure the widest line of a text, in points."""
    return _HINTING * max(_line_width(line, size, bold) for line in text.split("\n"))


@lru_cache(maxsize=10_000)  # a figure measures the same words over and over, and the notes of all figures are alike
def _line_width(line: str, size: float, bold: bool) -> float:
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(line, font, False)[0])


def text_height(text: str, size: float) -> float:
    """Measure the lines of a text, in points; an empty text takes no room."""
    return (text.count("\n") + 1) * size * _LINE if text else 0.0


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Break a text into lines of at most `width` points; a word longer than a line is broken too."""
    space, lines, used = text_width(" ", size, bold=bold), [""], 0.0
    for word in _WORD.findall(text):
        for piece in _pieces(word, width, size, bold):
            needed = text_width(piece, size, bold=bold)
            if used and used + space + needed > width:
                lines.append("")
                used = 0.0
            lines[-1] += f" {piece}" if used else piece
            used += needed + (space if used else 0.0)
    return "\n".join(lines)


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Break a word that is longer than a line."""
    if text_width(word, size, bold=bold) <= width:
        return [word]
    pieces, used = [""], 0.0
    for letter in word:
        needed = text_width(letter, size, bold=bold)
        if used and used + needed > width:
            pieces.append("")
            used = 0.0
        pieces[-1] += letter
        used += needed
    return pieces


def spread(places: npt.NDArray[np.float64], *, gap: float, high: float) -> npt.NDArray[np.float64]:
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


Cell = tuple[int, int]

EDGE = 6.0  # points kept free at each edge of the page
_OVERHANG = (1.05, 1.04)  # the label of an x and a y axis may be that much longer than it: panels do not touch
_LONE, _ONE_OF_SEVERAL = 2.2, 1.4  # inches; narrower panels say nothing, so the page grows instead
_LOWEST = 0.75  # inches; the same for a panel's height on a page whose height is given
_OFFSET = 9.0  # points between a line's end and its label: room for a leader


@dataclass(frozen=True)
class EndLabel:
    """A text beside the point (x, y) where a line ends, in data coordinates."""

    x: float
    y: float
    text: str
    color: str


def room_for(labels: Sequence[str]) -> float:
    """Return the width that labels and their leaders take, in points; none for no label."""
    if not labels:
        return 0.0
    return max(text_width(label, sizes().small) for label in labels) + _OFFSET * sizes().scale


def label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Write labels right of the axes, as near the ends of their lines as they fit without touching."""
    if not labels:
        return
    box, offset, size = axes.get_window_extent(), _OFFSET * sizes().scale, sizes().small
    to_points = 72 / axes.figure.dpi
    height = box.height * to_points
    ends = (axes.transData.transform([(label.x, label.y) for label in labels])[:, 1] - box.y0) * to_points
    ends = np.clip(np.nan_to_num(ends), 0, height)
    places = spread(ends, gap=size * 1.2, high=height)
    for label, end, place in zip(labels, ends, places, strict=True):
        from_end: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        leader = {"arrowstyle": "-", "color": label.color, "linewidth": 0.5 * sizes().scale, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (1, end / height), (offset - 1.5, place - end), arrowprops=leader, **from_end)
        axes.annotate(
            label.text,
            (1, end / height),
            (offset, place - end),
            size=size,
            color=readable(label.color),
            va="center_baseline",
            **from_end,
        )


@dataclass(frozen=True)
class Page:
    """A page with empty panels.

    Args:
        figure: the figure.
        panels: its axes, in the order of `cells`.
        cells: row and column of every panel.
        panel_width: width of a panel with its decorations, inches.
        is_users: whether figure and panels are the user's own, who lays them out and says what is around them.
    """

    figure: Figure
    panels: list[Axes]
    cells: tuple[Cell, ...]
    panel_width: float
    is_users: bool = False


def open_page(
    cells: Sequence[Cell],
    *,
    panel_height: float,
    title: str,
    subtitle: str,
    notes: Sequence[str],
    labels: Sequence[str] = (),
    row_heights: Sequence[float] = (1.0,),
    is_wide: bool = False,
) -> Page:
    """Lay out a page of panels in the active style; draw in them, then call `finish_page`.

    Args:
        cells: row and column of every panel, see `fill_rows`.
        panel_height: of a panel with its decorations, inches; a style whose pages have a fixed height overrules it.
        title: what is shown.
        subtitle: of what.
        notes: sentences below the panels, a line or more each.
        labels: the texts that will stand to the right of the last column.
        row_heights: relative heights of the rows, repeated down the page.
        is_wide: take the width of two columns of a journal even for a single panel.

    Raises:
        UserError: the user's own axes are not as many as the panels.
    """
    if user_axes():
        return _page_of(user_axes(), cells)
    measures, edge = sizes(), EDGE * sizes().scale
    rows, columns = (1 + max(cell[side] for cell in cells) for side in range(2))
    ratios = [row_heights[row % len(row_heights)] for row in range(rows)]
    right = room_for(labels)
    least = (_LONE if columns == 1 else columns * _ONE_OF_SEVERAL) * measures.scale + (right + 2 * edge) / 72
    width = max(measures.narrow if columns == 1 and not is_wide else measures.wide, least)
    usable = width * 72 - 2 * edge
    head = [
        (wrap(title, usable, measures.title, bold=True), measures.title, colors().ink, "bold"),
        (wrap(subtitle, usable, measures.small), measures.small, colors().quiet, "normal"),
    ]
    paragraphs = [" ".join(notes)] if measures.height else notes  # where room is short, one after the other
    lines = [line for note in paragraphs for line in wrap(note, usable, measures.small).split("\n")]
    foot = [(line, measures.small, colors().quiet, "normal") for line in lines]
    head_height = sum(text_height(text, size) for text, size, _, _ in head) + 1.5 * edge
    foot_height = sum(text_height(text, size) for text, size, _, _ in foot) + 1.5 * edge
    panels = sum(ratios) * panel_height
    if measures.height:
        least = sum(ratios) * _LOWEST * measures.scale
        panels = max(measures.height - (head_height + foot_height) / 72, least)
    height = panels + (head_height + foot_height) / 72

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    left, bottom = edge / 72 / width, foot_height / 72 / height
    span = 1 - 2 * left - right / 72 / width, 1 - bottom - head_height / 72 / height
    pad = 0.04 * measures.scale
    figure.set_layout_engine("constrained", rect=(left, bottom, *span), w_pad=pad, h_pad=1.25 * pad, wspace=0.03)
    _write_down(figure, head, top=height * 72 - edge, left=edge)
    _write_down(figure, foot, top=foot_height - 0.5 * edge, left=edge)
    grid = figure.add_gridspec(rows, columns, height_ratios=ratios)
    axes = [figure.add_subplot(grid[cell]) for cell in cells]
    for one in axes:
        _keep_style(one)
    return Page(figure, axes, tuple(cells), (usable - right) / 72 / columns)


def _page_of(axes: Sequence[Axes], cells: Sequence[Cell]) -> Page:
    """Take the user's axes, given row by row, for the panels."""
    if len(axes) != len(cells):
        rows, columns = (1 + max(cell[side] for cell in cells) for side in range(2))
        raise UserError(
            f"plot: ax must hold {len(cells)} axes, one for each panel of this figure."
            f" Got {len(axes)}. Take them from plt.subplots({rows}, {columns})"
            + (f": the first {len(cells)} of axes.flat." if rows * columns > len(cells) else ".")
        )
    at = dict(zip(sorted(cells), axes, strict=True))
    width = min(one.get_window_extent().width / one.figure.dpi for one in axes)
    return Page(axes[0].figure.canvas.figure, [at[cell] for cell in cells], tuple(cells), width, is_users=True)


def _keep_style(axes: Axes) -> None:
    """Tell the axes what ticks look like: some are made only when the figure is shown, in whatever style is then on."""
    measures, quiet = sizes(), colors().quiet
    axes.tick_params(
        which="both", color=quiet, labelcolor=quiet, labelsize=measures.small, labelfontfamily="DejaVu Sans"
    )
    axes.tick_params(
        which="major",
        length=2.5 * measures.scale,
        width=0.6 * measures.scale,
        pad=3.0 * measures.scale,
        grid_color=colors().grid,
        grid_linewidth=0.6 * measures.scale,
    )
    axes.tick_params(which="minor", length=0)


def _write_down(figure: Figure, paragraphs: Sequence[tuple[str, float, str, str]], *, top: float, left: float) -> None:
    width, height = figure.get_size_inches() * 72
    for text, size, color, weight in paragraphs:
        place = left / width, top / height
        figure.text(*place, text, size=size, color=color, weight=weight, va="top", linespacing=LINE_SPACING)
        top -= text_height(text, size)


def fill_rows(n_panels: int, most_columns: int) -> list[Cell]:
    """Place panels row by row, in rows as equal as can be.

    >>> fill_rows(5, 4)
    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    """
    rows = -(-n_panels // most_columns)
    columns = -(-n_panels // rows)
    return [divmod(i, columns) for i in range(n_panels)]


def head_panel(page: Page, axes: Axes, title: str, notes: Sequence[str], *, color: str | None = None) -> None:
    """Write a panel's title and smaller notes below it, broken to its width; empty ones take no room.

    Args:
        page: the page, for the width of its panels.
        axes: the panel.
        title: in bold.
        notes: a line or more each.
        color: of the title; None for ink.
    """
    if page.is_users:
        if head := "\n".join(filter(None, [title, *notes])):
            axes.set_title(head)
        return
    text, small, scale = sizes().text, sizes().small, sizes().scale
    usable = page.panel_width * 72 - 3 * text  # what the axis labels leave
    note = "\n".join(wrap(one, usable, small) for one in notes if one)
    axes.set_title(
        wrap(title, usable, text, bold=True),
        color=readable(color or colors().ink),
        weight="bold",
        linespacing=LINE_SPACING,
        pad=4 * scale + text_height(note, small) + DESCENT * text,
    )
    axes.annotate(
        note,
        (0, 1),
        (0, 4 * scale),
        xycoords="axes fraction",
        textcoords="offset points",
        size=small,
        color=colors().quiet,
        va="bottom",
        linespacing=LINE_SPACING,
    )


def finish_page(page: Page, *, x: str | None, y: Sequence[str] = (), ends: Sequence[Sequence[EndLabel]] = ()) -> None:
    """Label the axes, fix the panels in place and label the lines of the last panel of every row.

    Args:
        page: the page, its panels drawn.
        x: the label of the lowest panel of each column; None where panels differ in kind and have labels of their own.
        y: the label of the leftmost panel of each row, repeated down the page.
        ends: for every panel the labels of its lines; free space lies only to the right of a row's last panel.
    """
    if page.is_users:
        _finish_users(page, x=x, y=y, ends=ends)
        return
    if x is not None:
        _label_outer(page, x=x, y=y)
    if engine := page.figure.get_layout_engine():
        engine.execute(page.figure)
        if sum(map(_break_labels, page.panels)):
            engine.execute(page.figure)
        page.figure.set_layout_engine("none")  # what is placed by a panel's size now stays right
    last = {row: max(column for other, column in page.cells if other == row) for row, _ in page.cells}
    for axes, (row, column), labels in zip(page.panels, page.cells, ends or [()] * len(page.cells), strict=True):
        if column == last[row]:
            label_ends(axes, labels)


def _finish_users(page: Page, *, x: str | None, y: Sequence[str], ends: Sequence[Sequence[EndLabel]]) -> None:
    """Label every panel, for nobody knows where it stands, and name its lines in a legend, which moves with it."""
    for axes, (row, _), labels in zip(page.panels, page.cells, ends or [()] * len(page.cells), strict=True):
        if x is not None:
            axes.set_xlabel(x)
            axes.set_ylabel(_with_scale(y[row % len(y)], axes))
        if labels:
            axes.legend(handles=[_handle(axes, label) for label in labels])


def _handle(axes: Axes, label: EndLabel) -> Line2D:
    """Return the line that ends where its label would stand, else one of the label's colour."""
    for line in axes.get_lines():
        if np.asarray(line.get_path().vertices)[-1:].tolist() == [[label.x, label.y]]:
            line.set_label(label.text)
            return line
    return Line2D([], [], color=label.color, label=label.text)


def _label_outer(page: Page, *, x: str, y: Sequence[str]) -> None:
    """Label the outer axes only, and hide the numbers of an inner axis that repeats its neighbour's.

    Where a row holds the lowest panel of any column, there is room below all of it, and all of it has numbers.
    Log axes are named as such, and so is the scale of an inner axis that is not that of its row.
    """
    at = dict(zip(page.cells, page.panels, strict=True))
    lowest = {row for row, column in at if (row + 1, column) not in at}
    firsts = {row: min(column for other, column in page.cells if other == row) for row, _ in page.cells}
    for (row, column), axes in at.items():
        left, below = at.get((row, column - 1)), at.get((row + 1, column))
        if left is None:
            axes.set_ylabel(_with_scale(y[row % len(y)], axes))
        elif axes.get_yscale() != at[row, firsts[row]].get_yscale():
            axes.set_ylabel(f"{axes.get_yscale()} axis")
        elif left.get_ylim() == axes.get_ylim():
            axes.tick_params(labelleft=False)
        if below is None:
            axes.set_xlabel(x)
        elif row not in lowest and below.get_xlim() == axes.get_xlim():
            axes.tick_params(labelbottom=False)


def _with_scale(label: str, axes: Axes) -> str:
    """Say beside the unit that a y axis is logarithmic."""
    if axes.get_yscale() != "log":
        return label
    return f"{label.removesuffix(')')}, log axis)" if label.endswith(")") else f"{label} (log axis)"


def _break_labels(axes: Axes) -> bool:
    """Break axis labels that are too long for their axis, before the unit if that is enough; tell if there was any."""
    width, height = (side * 72 / axes.figure.dpi for side in axes.get_window_extent().size)
    text, broken = sizes().text, False
    for axis, room in ((axes.xaxis, _OVERHANG[0] * width), (axes.yaxis, _OVERHANG[1] * height)):
        label = axis.get_label()
        if text_width(label.get_text(), text) > room:
            before_unit = label.get_text().replace(" (", "\n(")
            fits = text_width(before_unit, text) <= room
            label.set_text(before_unit if fits else wrap(label.get_text().replace("\n", " "), room, text))
            broken = True
    return broken
