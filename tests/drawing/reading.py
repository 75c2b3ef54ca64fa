"""One figure, and what a person reads off it."""

from itertools import combinations

from made_studies import MadeStudy
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from dropout_lab.drawing import Picture, pictures
from dropout_lab.findings import StudyView
from dropout_lab.phrases.numbers import number


def draw_one(study: MadeStudy, stem: str) -> Picture:
    """Draw the picture of a name."""
    (picture,) = pictures(study.results, point="best", only={stem})
    return picture


def written(study: MadeStudy, value: float, metric: str = "loss") -> str:
    """A number as all that speaks of the study writes it."""
    return number(value, StudyView(study.results).digits(metric))


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


def unreadable(figure: Figure) -> list[str]:
    """The texts that leave the page, and the pairs that overlap."""
    found = _boxes(figure)
    page = figure.bbox
    clipped = [
        text for text, box in found if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ]
    touching = [
        f"{one} | {other}"
        for (one, a), (other, b) in combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1.5
    ]
    return [*clipped, *touching, *(["hardly a text"] if len(found) <= 5 else [])]


def _boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))
        for text in visible_texts(figure)
        if text.get_rotation() % 90 == 0  # a turned text does not fill its box
    ]


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
