"""The figures of the page: few, chosen for what they answer, and made part of it.

Owns which figures a report shows and at which size; drawing owns what they look like.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from dropout_lab.drawing import FIGURES, encode, picture_names, pictures
from dropout_lab.report.svg import Palette, inline_svg, natural_width
from dropout_lab.report.tables import POINT
from dropout_lab.results import Results

_BROAD = 400.0  # points: figures drawn wider need the whole page


class KeyFigure(NamedTuple):
    """A figure inside the page; `svg` is an element of HTML.

    `size` is ``broad``, ``narrow``, where two stand side by side, or ``single`` for a narrow one without a neighbour;
    `section` is where it stands, and `number` its place on the page, from 1.
    """

    name: str
    title: str
    caption: str
    size: str
    svg: str
    section: str
    number: int = 0


def key_figures(results: Results, palette: Palette) -> list[KeyFigure]:
    """Draw the figures that answer the study's questions, in reading order; none while no trial is complete.

    The page lets its reader explore all curves, so few figures do: those that one without a script, or on paper, needs.

    Args:
        results: the study.
        palette: collects their styles.
    """
    shown = {figure.picture_name("loss"): figure for figure in FIGURES.values() if figure.section}
    names = [name for name in picture_names(results) if name in shown]
    n_groups = len({entry["baseline"] for entry in results.manifest["conditions"]})
    if n_groups > 1 and any(shown[name].scope == "overview" for name in names):
        names = [name for name in names if shown[name].scope != "detail"]
    figures = []
    for picture in pictures(results, only=names, point=POINT):
        svg = encode(picture.figure, "svg").decode()
        inside = inline_svg(svg, name=picture.name.replace("_", "-"), label=picture.title, palette=palette)
        size = "broad" if natural_width(svg) > _BROAD else "narrow"
        figures.append(
            KeyFigure(picture.name, picture.title, picture.caption, size, inside, shown[picture.name].section)
        )
    return figures


def arranged(figures: Sequence[KeyFigure], sections: Sequence[str]) -> dict[str, list[KeyFigure]]:
    """Give figures their places on the page, numbered as a reader meets them.

    Args:
        figures: in reading order.
        sections: those of the page, in its order; the first takes the figures of a section that it lacks.

    Returns:
        Section -> its figures.
    """
    places = [figure.section if figure.section in sections else sections[0] for figure in figures]
    n_before, found = 0, {}
    for section in sections:
        there = _in_pairs([figure for figure, place in zip(figures, places, strict=True) if place == section])
        found[section] = [figure._replace(number=n_before + at) for at, figure in enumerate(there, start=1)]
        n_before += len(there)
    return found


def _in_pairs(figures: list[KeyFigure]) -> list[KeyFigure]:
    """Mark the last of an odd number of neighbouring narrow figures as single."""
    paired: list[KeyFigure] = []
    for size, neighbours in groupby(figures, key=lambda figure: figure.size):
        alike = list(neighbours)
        if size == "narrow" and len(alike) % 2:
            alike[-1] = alike[-1]._replace(size="single")
        paired += alike
    return paired
