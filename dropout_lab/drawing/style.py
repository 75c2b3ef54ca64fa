"""How the figures look, and how one becomes bytes: the same bytes for the same figure.

Floor 3, drawing. Owns colours, type sizes and the encoding; knows nothing of studies. pyplot and its global state are
never touched, and a user's matplotlibrc changes nothing.
"""

import io
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, TypeVar

import matplotlib.style
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, StrMethodFormatter

Key = TypeVar("Key", bound=Hashable)
Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")

INK = "#222222"
QUIET = "#5f5f5f"
NEUTRAL = "#8a8a8a"  # the baseline
SINGLE = "#0072B2"  # Okabe and Ito's blue
TRAIN, VAL, TRUE_LABELS = "-", (0, (3.2, 1.4)), (0, (1, 1.6))
LineStyle = str | tuple[float, tuple[float, ...]]

TITLE, TEXT, SMALL = 10.0, 8.0, 7.0  # points; readable in a journal's column and, enlarged, on a slide

_STYLE: dict[str, object] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same metrics everywhere
    "font.size": TEXT,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.titlesize": TEXT,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e8e8e8",
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "ytick.minor.size": 0,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",  # text stays text: searchable, editable
    "svg.hashsalt": "dropout-lab",
    "pdf.fonttype": 42,
}


def style() -> AbstractContextManager[None]:
    """Return a context in which figures are made and encoded; outside of it nothing changes."""
    return matplotlib.style.context(["default", _STYLE])


def rate_colors(n: int) -> list[str]:
    """Return n colours in perceptual order, low rates dark; none is light enough to fade on white.

    Source: the map `plasma` (Smith and van der Walt), of monotone lightness also to colour-blind eyes; one rate alone
    gets the blue of Okabe and Ito.
    """
    if n == 1:
        return [SINGLE]
    brightest = 0.52 + 0.24 * min((n - 2) / 5, 1)  # few colours need not go near the faint end to differ
    return [to_hex(color) for color in colormaps["plasma"](np.linspace(0.08, brightest, n))]


def readable(color: str) -> str:
    """Darken a line's colour until text in it reaches, rounding included, the contrast of 4.5 to 1 on white.

    Source: WCAG 2.2, success criterion 1.4.3 and its relative luminance.
    """
    red, green, blue = to_rgb(color)
    while _luminance(red, green, blue) > 1.05 / 4.6 - 0.05:
        red, green, blue = 0.97 * red, 0.97 * green, 0.97 * blue
    return to_hex((red, green, blue))


def _luminance(*rgb: float) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def color_map(keys: Sequence[Key]) -> dict[Key, str]:
    """Give each of the ordered keys its colour; look the baseline up with `.get(key, NEUTRAL)`."""
    return dict(zip(keys, rate_colors(len(keys)), strict=True))


def epoch_ticks() -> MaxNLocator:
    """Return a locator of few, whole, round epochs."""
    return MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10])


def value_ticks(n: int) -> MaxNLocator:
    """Return a locator of at most n + 1 round values."""
    return MaxNLocator(nbins=n, steps=[1, 2, 2.5, 5, 10])


def use_log_axis(axes: Axes) -> None:
    """Make the y axis logarithmic, with plain numbers at its decades."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def encode(figure: Figure, file_format: Format = "png", *, dpi: int = 200) -> bytes:
    """Encode a figure, byte for byte the same on each call.

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
