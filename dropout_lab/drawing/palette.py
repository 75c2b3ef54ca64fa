"""Colours by the contrast they have on paper, light and dark, and the shades of a heat map.

A figure looks the same in kind on a white and on a dark page: what stands out from one stands out from the other, and
text can be read on both. A map that runs from dark to light needs dark text here and light text there, and somewhere
between neither is easy to read; the shades stay near enough to the paper for one ink.
"""

from dataclasses import astuple, dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, to_hex, to_rgb

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
