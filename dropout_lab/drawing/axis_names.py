"""What stands along an axis whose places are values of a setting: their names, as many as fit, and the setting's."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.ticker import NullLocator

from dropout_lab.drawing.grid import Setting
from dropout_lab.drawing.page import text_width
from dropout_lab.drawing.style import sizes
from dropout_lab.phrases.names import RATES, axis_name

_ANGLE = 35  # degrees by which long names are turned
_TURNED = 2.1  # type sizes between turned names: their line height over the sine of the angle
_MARGIN = 0.06  # of a log axis, at either end
_APART = 1.2  # widths of a name from its middle to its neighbour's


def column_label(setting: Setting, width: float, *, learns_rates: bool) -> str:
    """Name a setting below its values, and explain it where there is room.

    Args:
        setting: the setting.
        width: of the panel, inches.
        learns_rates: see `axis_name`.
    """
    explained = axis_name(setting.path, learns_rates=learns_rates) if setting.path in RATES else setting.name
    return explained if text_width(explained, sizes().text) < 0.7 * 72 * width else setting.name


def place_values(axis: Axis, names: Sequence[str], room: float = math.inf) -> None:
    """Put a tick at every row or column whose name fits; of numbers some can be left out, other names are turned.

    Args:
        axis: the x or y axis.
        names: of its rows or columns.
        room: points for each; without a number there is always enough.
    """
    small = sizes().small
    if isinstance(axis, XAxis) and turned_height(names, room):
        step = max(math.ceil(_TURNED * small / room), 1)
        axis.set_tick_params(labelrotation=_ANGLE)
    else:
        widest = max(text_width(name, small) for name in names) if isinstance(axis, XAxis) else small
        step = max(math.ceil(_APART * widest / room), 1)
    axis.set_ticks(range(0, len(names), step), list(names[::step]))
    for label in axis.get_ticklabels() if isinstance(axis, XAxis) and turned_height(names, room) else ():
        label.set(ha="right", rotation_mode="anchor")


def turned_height(names: Sequence[str], room: float) -> float:
    """Return how many points higher than level the names below an axis are, for being turned; 0 where they are not.

    Args:
        names: of the columns.
        room: points for each.
    """
    widest = max(text_width(name, sizes().small) for name in names)
    is_turned = _APART * widest > room and not all(name.replace(".", "", 1).isdigit() for name in names)
    return math.sin(math.radians(_ANGLE)) * widest if is_turned else 0.0


def place_numbers(axes: Axes, numbers: Sequence[int], *, width: float) -> None:
    """Make the x axis logarithmic, with a tick at every number that fits.

    Args:
        axes: whose x axis it is.
        numbers: whole numbers of 1 or more, ascending, two at least; the first and the last are the ends of what is
            drawn.
        width: of the panel, inches.
    """
    span = np.log(numbers[-1] / numbers[0])
    axes.set_xscale("log")
    axes.set_xlim(numbers[0] * np.exp(-_MARGIN * span), numbers[-1] * np.exp(_MARGIN * span))
    usable = 0.72 * 72 * width / (1 + 2 * _MARGIN)  # points on paper from the first number to the last
    kept = [numbers[-1]]
    for n in reversed(numbers[:-1]):
        room = usable * np.log(kept[-1] / n) / span
        if room >= 0.6 * sum(text_width(str(one), sizes().small) for one in (n, kept[-1])):
            kept.append(n)
    axes.set_xticks(kept[::-1], [str(n) for n in kept[::-1]])
    axes.xaxis.set_minor_locator(NullLocator())
