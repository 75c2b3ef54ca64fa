"""The figures of the page: few, chosen for what they answer, and made part of it.

Owns which figures a report shows and at which size; drawing owns what they look like.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from dropout_lab.drawing import encode, picture_names, pictures
from dropout_lab.report.selection import POINT
from dropout_lab.report.svg import Palette, inline_svg, natural_width
from dropout_lab.results import Results

_SHOWN = ("loss_curves", "gap_curves", "validation_curve", "learning_curve", "heat_map", "differences", "seeds")
_OF_TABLES = ("tuning", "learnt_rates", "mc_samples", "reliability")
"""Figures that stand beside a table of their own."""
_AT_BEST = ("tuning",)
"""Tuning looks at val loss at the best epochs; every other figure speaks of the last one."""
_OVERVIEWS = {"learning_curve", "heat_map"}
_DETAILS = {"gap_curves", "validation_curve"}
"""What the overviews of a study of several groups say better than panels chosen from among many."""
_BROAD = 400.0  # points: figures drawn wider need the whole page


class KeyFigure(NamedTuple):
    """A figure inside the page; `svg` is an element of HTML.

    `size` is ``broad``, ``narrow``, where two stand side by side, or ``lone`` for a narrow one without a neighbour;
    `number` is its place on the page, from 1.
    """

    name: str
    title: str
    caption: str
    size: str
    svg: str
    number: int = 0


def key_figures(results: Results, palette: Palette) -> list[KeyFigure]:
    """Draw the figures that answer the study's questions, in reading order; none while no trial is complete.

    The page lets its reader explore all curves, so few figures do: those that one without a script, or on paper, needs.

    Args:
        results: the study.
        palette: collects their styles.
    """
    names = [name for name in picture_names(results) if name in (*_SHOWN, *_OF_TABLES)]
    n_groups = len({entry["baseline"] for entry in results.manifest["conditions"]})
    if n_groups > 1 and _OVERVIEWS & set(names):
        names = [name for name in names if name not in _DETAILS]
    figures = []
    at_best = [name for name in names if name in _AT_BEST]
    at_last = [name for name in names if name not in _AT_BEST]
    for picture in (*pictures(results, only=at_last, point=POINT), *pictures(results, only=at_best, point="best")):
        svg = encode(picture.figure, "svg").decode()
        inside = inline_svg(svg, name=picture.name.replace("_", "-"), label=picture.title, palette=palette)
        size = "broad" if natural_width(svg) > _BROAD else "narrow"
        figures.append(KeyFigure(picture.name, picture.title, picture.caption, size, inside))
    return figures


def arranged(figures: Sequence[KeyFigure], beside: Mapping[str, Sequence[str]]) -> dict[str, list[KeyFigure]]:
    """Give figures their places on the page, numbered as a reader meets them.

    Args:
        figures: in reading order.
        beside: section -> names of the figures that stand there, sections in the order of the page.

    Returns:
        Section -> its figures; under the empty name those of no section, which come first.
    """
    places = {name: section for section, names in beside.items() for name in names}
    n_before, sections = 0, {}
    for section in ("", *beside):
        there = _in_pairs([figure for figure in figures if places.get(figure.name, "") == section])
        sections[section] = [figure._replace(number=n_before + at) for at, figure in enumerate(there, start=1)]
        n_before += len(there)
    return sections


def _in_pairs(figures: list[KeyFigure]) -> list[KeyFigure]:
    """Mark the last of an odd number of neighbouring narrow figures as lone."""
    paired: list[KeyFigure] = []
    for size, neighbours in groupby(figures, key=lambda figure: figure.size):
        alike = list(neighbours)
        if size == "narrow" and len(alike) % 2:
            alike[-1] = alike[-1]._replace(size="lone")
        paired += alike
    return paired
