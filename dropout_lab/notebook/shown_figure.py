"""A matplotlib figure that a notebook shows by itself.

matplotlib shows only figures of pyplot, whose global state this package leaves alone; a plain figure
at the end of a cell would read ``<Figure size ...>``.
"""

from typing import Any

from matplotlib.figure import Figure

_PIXELS_PER_INCH = 120  # a figure's text of 8 points is then as large as a notebook's own
_DOTS_PER_PIXEL = 2  # sharp on dense screens, and when enlarged


class ShownFigure(Figure):
    """A `Figure` in every respect, which also gives the image that IPython asks any object for."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        from dropout_lab.drawing import encode

        width, height = (round(inches * _PIXELS_PER_INCH) for inches in self.get_size_inches())
        return encode(self, "png", dpi=_DOTS_PER_PIXEL * _PIXELS_PER_INCH), {"width": width, "height": height}


def as_shown(figure: Figure) -> Figure:
    """Let a figure of the drawing room show itself; the same object, which gains the image and loses nothing."""
    if type(figure) is Figure:
        figure.__class__ = ShownFigure  # a subclass without state of its own, made for this
    return figure
