"""Shades: the colours of a heat map, every one of them a background on which the ink of its paper can be read.

Paper in, colours out; knows no axes. A map that runs from dark to light needs dark text here and
light text there, and somewhere between neither is easy to read; these shades stay near enough to the paper for one ink.
"""

from functools import cache

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, to_hex

from dropout_lab.drawing.palette import DARK, LIGHT, dark_counterpart, with_contrast

STEPS = 48  # more cannot be told apart
_FAINTEST, _STRONGEST = 1.15, 2.95  # contrast with the paper; the ink keeps at least 4.5 to 1 on the strongest


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
