"""How the figures look, and how one becomes bytes: the same bytes for the same figure.

Owns colours, styles, their type sizes and the encoding. pyplot and its global state are never touched, and a user's
matplotlibrc changes nothing. Colours and sizes are read where something is drawn, by `colors()` and `sizes()`, so that
every figure comes in every style. A figure looks the same in kind on a white and on a dark page: what stands out from
one stands out from the other, and text can be read on both. A map that runs from dark to light needs dark text here and
light text there, and somewhere between neither is easy to read; the shades stay near enough to the paper for one ink.
"""

import io
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import astuple, dataclass, replace
from functools import cache
from typing import Any, Literal, TypeVar, get_args

import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

Linear = npt.NDArray[np.float64]

TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
LINE_CONTRAST = 3.0  # WCAG 2.2, success criterion 1.4.11
_ROUNDING = 1.02  # a colour is rounded to 256 steps a channel, its contrast must hold after that
_STEPS = 128  # colours of rates; of more, some would be the same in 256 steps a channel
STEPS = 48  # more cannot be told apart
_FAINTEST, _STRONGEST = 1.15, 2.95  # contrast with the paper; the ink keeps at least 4.5 to 1 on the strongest


@dataclass(frozen=True)
class Colors:
    """The colours of a theme, all `#rrggbb`.

    Args:
        paper: the page.
        ink: main text.
        quiet: notes, axes and what stays in the background.
        neutral: the baseline.
        single: the one line, where there is only one.
        grid: lines of the grid.
    """

    paper: str
    ink: str
    quiet: str
    neutral: str
    single: str
    grid: str


LIGHT = Colors(
    paper="#ffffff", ink="#222222", quiet="#5f5f5f", neutral="#8a8a8a", single="#0072b2", grid="#e8e8e8"
)  # 0072b2 and 56b4e9 are Okabe and Ito's blue and sky blue
DARK = Colors(paper="#16181d", ink="#e4e6ea", quiet="#a6abb3", neutral="#8f959e", single="#56b4e9", grid="#2d3138")

_PATHS = {
    LIGHT.paper: (0.80, 13.0, LINE_CONTRAST * _ROUNDING),
    DARK.paper: (0.92, TEXT_CONTRAST * _ROUNDING, 12.0),
}
"""For each paper the place on `plasma` of the highest rate, and the contrast of the lowest and of the highest. On dark
paper all are bright enough for text too, so that one colour of a light figure, whether it was a line or a text, has one
counterpart."""


def luminance(color: str) -> float:
    """Return the relative luminance, in [0, 1].

    Source: WCAG 2.2, definition of relative luminance.
    """
    return float(_weights @ _linear(color))


def contrast(color: str, paper: str) -> float:
    """Return the contrast ratio of two colours, in [1, 21].

    Source: WCAG 2.2, definition of contrast ratio.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    low, high = sorted((luminance(color), luminance(paper)))
    return (high + 0.05) / (low + 0.05)


def with_contrast(color: str, ratio: float, paper: str) -> str:
    """Return the colour of the same hue that has a contrast ratio on a paper, as far as there is one.

    Args:
        color: gives the hue.
        ratio: contrast ratio, at least 1.
        paper: lighter than the result on light paper, darker on dark paper.
    """
    level = luminance(paper) + 0.05
    target = (level * ratio if level < 0.5 else level / ratio) - 0.05
    return _with_luminance(color, min(max(target, 0.0), 1.0))


def readable_on(color: str, paper: str) -> str:
    """Move a colour away from a paper until text in it can be read there."""
    enough = TEXT_CONTRAST * _ROUNDING
    return color if contrast(color, paper) >= enough else with_contrast(color, enough, paper)


def rate_color(place: float, paper: str) -> str:
    """Return the colour of a rate on a paper.

    Args:
        place: in [0, 1], 0 for the lowest rate; rounded to 1/127.
        paper: `LIGHT.paper` or `DARK.paper`.

    Source: the hues of the map `plasma` (Smith and van der Walt). The contrast, and so the lightness, is monotone:
    colour-blind eyes and grey paper see the order too.
    """
    return _rate_path(paper)[round(place * (_STEPS - 1))]


def dark_counterpart(color: str) -> str:
    """Return the colour that takes the place of one in a light figure where the page is dark.

    Args:
        color: `#rrggbb`.

    Returns:
        For a colour of the light theme, a rate's colour and the readable form of either: what the dark theme draws. For
        any other colour the same hue, as far from the dark paper as it was from white, in contrast; the strongest
        contrasts are softened to that of the dark theme's ink. So what was light becomes dark, and an order of
        lightness is reversed as a whole.
    """
    return _counterparts().get(color.lower()) or _same_contrast(color)


def _same_contrast(color: str) -> str:
    ratio = contrast(color, LIGHT.paper)
    if ratio > TEXT_CONTRAST:
        most = contrast(LIGHT.ink, LIGHT.paper), contrast(DARK.ink, DARK.paper)
        softened = np.log(most[1] / TEXT_CONTRAST) / np.log(most[0] / TEXT_CONTRAST)
        ratio = TEXT_CONTRAST * (ratio / TEXT_CONTRAST) ** softened
    return with_contrast(color, ratio, DARK.paper)


@cache
def _counterparts() -> dict[str, str]:
    pairs = [
        *zip(astuple(LIGHT), astuple(DARK), strict=True),
        *zip(_rate_path(LIGHT.paper), _rate_path(DARK.paper), strict=True),
    ]
    texts = [(readable_on(light, LIGHT.paper), dark) for light, dark in pairs if light not in (LIGHT.paper, LIGHT.grid)]
    return dict(reversed([*pairs, *texts]))  # the first of equal keys counts


@cache
def _rate_path(paper: str) -> tuple[str, ...]:
    last, lowest, highest = _PATHS[paper]
    hues = colormaps["plasma"](np.linspace(0.08, last, _STEPS))
    ratios = np.geomspace(lowest, highest, _STEPS)
    return tuple(with_contrast(to_hex(hue), ratio, paper) for hue, ratio in zip(hues, ratios, strict=True))


_weights: Linear = np.array([0.2126, 0.7152, 0.0722])


def _linear(color: str) -> Linear:
    parts = np.array(to_rgb(color))
    return np.asarray(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4))


def _with_luminance(color: str, target: float) -> str:
    """Dim or brighten light in proportion, which keeps hue and saturation; beyond what that reaches, mix in white."""
    light = np.maximum(_linear(color), 1e-6)
    light = light * min(target / float(_weights @ light), 1 / float(light.max()))
    level = float(_weights @ light)
    light = light + (1 - light) * max(target - level, 0.0) / max(1 - level, 1e-9)
    parts = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0) ** (1 / 2.4) - 0.055)
    red, green, blue = np.clip(parts, 0, 1).tolist()
    return to_hex((red, green, blue))


def shade_map(paper: str) -> ListedColormap:
    """Return the colour map of a paper: from low values, near the paper, to high ones, far from it.

    Args:
        paper: `LIGHT.paper` or `DARK.paper`. The map of dark paper is the counterpart of the light one.

    Source: the hues of the map `GnBu` (Brewer). The contrast with the paper, and so the lightness, is monotone:
    colour-blind eyes and grey paper see the order too.
    """
    return ListedColormap(list(shades(paper)))


@cache
def shades(paper: str) -> tuple[str, ...]:
    """Return the colours of `shade_map`, `#rrggbb`, from low values to high ones."""
    if paper == DARK.paper:
        return tuple(map(dark_counterpart, shades(LIGHT.paper)))
    hues = [to_hex(color) for color in colormaps["GnBu"](np.linspace(0.06, 0.72, STEPS))]
    contrasts = np.geomspace(_FAINTEST, _STRONGEST, STEPS)
    return tuple(with_contrast(hue, ratio, paper) for hue, ratio in zip(hues, contrasts, strict=True))


Key = TypeVar("Key", bound=Hashable)
Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
StyleName = Literal["light", "dark", "slide", "slide-dark"]
STYLES: tuple[StyleName, ...] = get_args(StyleName)

TRAIN, VAL, TRUE_LABELS, REFERENCE = "-", (0, (3.2, 1.4)), (0, (1, 1.6)), (0, (5, 1.5, 1, 1.5))
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
