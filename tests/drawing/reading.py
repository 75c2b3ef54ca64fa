"""One figure, and what a person reads off it."""

from made_studies import MadeStudy
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from dropout_lab.drawing import gap_curves, training_curves, validation_curve


def draw_one(study: MadeStudy, stem: str) -> Figure:
    """Draw the figure that `figures` returns under a stem."""
    metric = next((name for name in ("accuracy", "rmse") if stem.startswith(name)), "loss")
    if stem.endswith("validation_curve"):
        return validation_curve(**study.without_curves, metric=metric)
    draw = gap_curves if stem.endswith("gap_curves") else training_curves
    return draw(**study.everything, metric=metric)


def caption(figure: Figure) -> str:
    """Title, subtitle and notes, line breaks taken out."""
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts)


def heads(figure: Figure) -> list[str]:
    """The titles of all panels."""
    return [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes]


def labels(axes: Axes) -> list[str]:
    """Notes of a panel and labels beside its lines."""
    return [text.get_text() for text in axes.texts if text.get_text()]


def lines(axes: Axes, color: str | None = None) -> list[Line2D]:
    """The curves of a panel: train before val; level lines are no curves."""
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    return [line for line in curves if color is None or same_color(line.get_color(), color)]


def visible_texts(figure: Figure) -> list[Text]:
    """All texts that reach the paper."""
    of_ticks = {id(text) for tick in figure.findobj(Tick) for text in (tick.label1, tick.label2)}
    others = [text for text in figure.findobj(Text) if id(text) not in of_ticks]
    shown = [label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _shown_ticks(axis)]
    return [text for text in [*others, *shown] if text.get_visible() and text.get_text().strip()]


def _shown_ticks(axis: Axis) -> list[Text]:
    low, high = sorted(axis.get_view_interval())
    pairs = zip(axis.get_majorticklocs(), axis.get_major_ticks(), strict=True)
    return [tick.label1 for place, tick in pairs if low <= place <= high]
