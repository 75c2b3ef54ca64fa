"""How the figures look, and how one becomes bytes: the same bytes for the same figure.

Owns the styles, their type sizes and the encoding; knows nothing of studies. pyplot and its global
state are never touched, and a user's matplotlibrc changes nothing. Colours and sizes are read where something is drawn,
by `colors()` and `sizes()`, so that every figure comes in every style.
"""

import io
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, get_args

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from dropout_lab.drawing.palette import DARK, LIGHT, Colors, luminance, rate_color, readable_on

Key = TypeVar("Key", bound=Hashable)
Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
StyleName = Literal["light", "dark", "slide", "slide-dark"]
STYLES: tuple[StyleName, ...] = get_args(StyleName)

TRAIN, VAL, TRUE_LABELS = "-", (0, (3.2, 1.4)), (0, (1, 1.6))
_LOG_STEPS = ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))
_LOG_TICKS = 3  # fewer do not show that equal distances are equal ratios
LineStyle = str | tuple[float, tuple[float, ...]]


@dataclass(frozen=True)
class Sizes:
    """The measures of a style.

    Args:
        title, text, small: type sizes, points.
        scale: factor on widths of lines, sizes of marks and small distances; their measures in the code are those of
            the style `light`.
        narrow, wide: width of a page with one column of panels, and with several, inches.
        height: of every page, inches; None lets it follow from its panels.
        most_panels: panels on a page; more are thinned out.
        most_titled: the same where titles of panels take several lines.
    """

    title: float
    text: float
    small: float
    scale: float
    narrow: float
    wide: float
    height: float | None
    most_panels: int
    most_titled: int


_JOURNAL = Sizes(
    title=9.0, text=8.0, small=7.0, scale=1.0, narrow=3.4, wide=7.0, height=None, most_panels=12, most_titled=12
)  # one column and two columns of a journal
_SLIDE = Sizes(
    title=16.0, text=12.5, small=10.5, scale=1.6, narrow=10.0, wide=10.0, height=5.625, most_panels=6, most_titled=3
)  # a slide of 16 to 9, the smallest type at 1/39 of its height


@dataclass(frozen=True)
class _Look:
    """Colours and measures; with axes of the user's own, which are drawn into, rcParams are the user's as well."""

    colors: Colors
    sizes: Sizes
    axes: tuple[Axes, ...] = ()


_LOOKS: dict[StyleName, _Look] = {
    "light": _Look(LIGHT, _JOURNAL),
    "dark": _Look(DARK, _JOURNAL),
    "slide": _Look(LIGHT, _SLIDE),
    "slide-dark": _Look(DARK, _SLIDE),
}
_active: ContextVar[_Look | None] = ContextVar("look", default=None)
_DARKEST_LIGHT = 0.18  # luminance that has the same contrast with black and with white
_LINE_WIDTH = 1.4  # points, of a line where `Sizes.scale` is 1


@contextmanager
def style(name: StyleName | None = None) -> Iterator[None]:
    """Open a context in which figures are made and encoded; outside of it nothing changes.

    Args:
        name: `light` for a journal's column, `dark` for a dark page, `slide` and `slide-dark` for a slide seen from
            afar. None keeps the style that is active, `light` where there is none.

    Raises:
        ValueError: for any other name.
    """
    if name is not None and name not in _LOOKS:
        raise ValueError(f"style must be one of {', '.join(STYLES)}. Got {name}.")
    look = _LOOKS[name] if name else _look()
    has_settings = nullcontext() if look.axes else matplotlib.style.context(["default", _settings(look)])
    with _activated(look), has_settings:
        yield


@contextmanager
def in_axes(axes: Sequence[Axes]) -> Iterator[None]:
    """Open a context in which a figure is drawn into axes of the user's own, as their rcParams say.

    Colours are those for light or for dark paper, by the face of the first.
    """
    figure = axes[0].figure.canvas.figure  # of a subfigure too
    face, below = to_rgba(axes[0].get_facecolor()), to_rgba(figure.get_facecolor())
    is_dark = luminance(to_hex(face if face[3] else below)) < _DARKEST_LIGHT
    title, text, small = (
        FontProperties(size=matplotlib.rcParams[name]).get_size_in_points()
        for name in ("axes.titlesize", "axes.labelsize", "xtick.labelsize")
    )
    width = float(figure.get_size_inches()[0])
    scale = matplotlib.rcParams["lines.linewidth"] / _LINE_WIDTH
    measures = replace(_JOURNAL, title=title, text=text, small=small, scale=scale, narrow=width, wide=width)
    with _activated(_Look(DARK if is_dark else LIGHT, measures, tuple(axes))):
        yield


@contextmanager
def _activated(look: _Look) -> Iterator[None]:
    token = _active.set(look)
    try:
        yield
    finally:
        _active.reset(token)


def _look() -> _Look:
    return _active.get() or _LOOKS["light"]


def colors() -> Colors:
    """Return the colours of the active style."""
    return _look().colors


def sizes() -> Sizes:
    """Return the measures of the active style."""
    return _look().sizes


def user_axes() -> tuple[Axes, ...]:
    """Return the axes of the user's own that are drawn into; none where a figure is made."""
    return _look().axes


def _settings(look: _Look) -> dict[str, Any]:
    colors, sizes = look.colors, look.sizes
    thin, scale = 0.6 * sizes.scale, sizes.scale
    ticks = {
        f"{axis}tick.{name}": value
        for axis in "xy"
        for name, value in (
            ("color", colors.quiet),
            ("labelsize", sizes.small),
            ("major.size", 2.5 * scale),
            ("major.width", thin),
            ("major.pad", 3.0 * scale),
            ("minor.size", 0),
        )
    }
    return ticks | {
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same metrics everywhere
        "font.size": sizes.text,
        "text.color": colors.ink,
        "text.hinting": "no_hinting",  # as wide at every resolution: what fits the page fits it at any dpi
        "figure.facecolor": colors.paper,
        "axes.facecolor": colors.paper,
        "axes.edgecolor": colors.quiet,
        "axes.labelcolor": colors.ink,
        "axes.labelsize": sizes.text,
        "axes.titlesize": sizes.text,
        "axes.titlecolor": colors.ink,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": thin,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": colors.grid,
        "grid.linewidth": thin,
        "lines.linewidth": _LINE_WIDTH * scale,
        "lines.solid_capstyle": "round",
        "svg.fonttype": "none",  # text stays text: searchable, editable
        "svg.hashsalt": "dropout-lab",
        "pdf.fonttype": 42,
    }


def rate_colors(n: int) -> list[str]:
    """Return n colours in perceptual order; see `palette.rate_color`. One rate alone gets the colour `single`."""
    if n == 1:
        return [colors().single]
    last = 0.65 + 0.35 * min((n - 2) / 5, 1)  # few colours need not go near the faint end to differ
    return [rate_color(last * i / (n - 1), colors().paper) for i in range(n)]


def readable(color: str) -> str:
    """Move a line's colour away from the paper until text in it reaches, rounding included, a contrast of 4.5 to 1."""
    return readable_on(color, colors().paper)


def color_map(keys: Sequence[Key]) -> dict[Key, str]:
    """Give each of the ordered keys its colour; look the baseline up with `.get(key, colors().neutral)`."""
    return dict(zip(keys, rate_colors(len(keys)), strict=True))


def epoch_ticks() -> MaxNLocator:
    """Return a locator of few, whole, round epochs."""
    return MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10])


def value_ticks(n: int) -> MaxNLocator:
    """Return a locator of at most n + 1 round values."""
    return MaxNLocator(nbins=n, steps=[1, 2, 5, 10])


def use_log_axis(axes: Axes, low: float, high: float) -> None:
    """Make the y axis logarithmic from low to high, above 0, with enough plain numbers to be read as such."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(subs=_log_steps(low, high)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _log_steps(low: float, high: float) -> Sequence[float]:
    """Choose the coarsest steps within a decade that put enough ticks between two values."""
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for steps in _LOG_STEPS:
        ticks = np.outer(decades, steps)
        if ((ticks >= low) & (ticks <= high)).sum() >= _LOG_TICKS:
            break
    return steps


def encode(figure: Figure, file_format: Format = "png", *, dpi: int = 200) -> bytes:
    """Encode a figure, byte for byte the same on each call, in the style in which it was drawn.

    Args:
        figure: one of this package's figures.
        file_format: `png`, `svg` or `pdf`.
        dpi: dots per inch of a PNG.

    Raises:
        ValueError: for any other format.
    """
    undated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    if file_format not in undated:
        raise ValueError(f"file_format must be one of {', '.join(FORMATS)}. Got {file_format}.")
    stream = io.BytesIO()
    with style():
        figure.savefig(stream, format=file_format, dpi=dpi, metadata=undated[file_format])
    return stream.getvalue()
