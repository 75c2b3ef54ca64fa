"""Texts measured, broken into lines and kept apart."""

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

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
