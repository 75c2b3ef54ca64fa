"""`study.plot`: the study's figures, one method each, made from the registry of figures.

Owns what a notebook's user may say to a figure.
"""

from collections.abc import Iterable
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, get_args, overload

from dropout_lab.errors import UserError

if TYPE_CHECKING:
    import matplotlib.figure
    from matplotlib.axes import Axes

    from dropout_lab.drawing import Figure, Picture
    from dropout_lab.results import Results

Metric = str  # what the columns of one of the task's metrics are called
Point = Literal["last", "best", "stop"]
Style = Literal["light", "dark", "slide", "slide-dark"]
Drawn = TypeVar("Drawn", bound="Axes | Iterable[Axes]")


class Draw(Protocol):
    """A method that draws a figure; one that has no metric, or no point, takes none."""

    __name__: str
    __qualname__: str
    __doc__: str | None

    @overload
    def __call__(
        self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light", ax: None = None
    ) -> "matplotlib.figure.Figure": ...

    @overload
    def __call__(self, *, metric: Metric = "loss", point: Point = "last", ax: Drawn) -> Drawn: ...


_ARGUMENTS = {
    "metric": (Metric, "loss", "``loss``, or the task's score, ``accuracy`` or ``rmse``."),
    "point": (
        Point,
        "last",
        "the epoch shown: ``last``, ``best`` (lowest val loss) or ``stop`` (by patience).",
    ),
    "style": (Style, "light", "``light``, ``dark``, ``slide`` or ``slide-dark``."),
    "ax": (Any, None, "axes of your own to draw into, one for each panel row by row, in the style that they have."),
}
"""What a method may take: type, default and meaning."""


class Plots:
    """The figures of one study. Each method returns a matplotlib `Figure`, which a notebook shows, or draws into `ax`.

    `dir` names the methods, and `help` says what each shows and takes. Every method raises a `UserError` where the
    study cannot carry its figure; the message says why, and what would.

    Args:
        results: the study.
    """

    def __init__(self, results: "Results") -> None:
        self._results = results

    def __getattr__(self, name: str) -> Draw:
        figure = None if name.startswith("_") else _by_method().get(name)
        if figure is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._method(figure)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_by_method()]

    def all(self, *, metric: Metric | None = None, point: Point = "last", style: Style = "light") -> "list[Picture]":
        """Draw every figure that the study can carry; see `StudyResults.pictures`."""
        from dropout_lab.drawing import pictures
        from dropout_lab.notebook.shown_figure import as_shown

        self._check(metric=metric or "loss", point=point, style=style)
        metrics = None if metric is None else [metric]
        drawn = pictures(self._results, metrics=metrics, point=point, style=style)
        for picture in drawn:
            as_shown(picture.figure)
        return drawn

    def _method(self, figure: "Figure") -> Draw:
        """Return the method that draws a figure, with the arguments that it has."""
        has = {"metric": figure.has_metrics, "point": figure.has_point}
        taken = {name: facts for name, facts in _ARGUMENTS.items() if has.get(name, True)}
        signature = Signature(
            [
                Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
                for name, (kind, default, _) in taken.items()
            ],
            return_annotation="matplotlib.figure.Figure",
        )

        def draw(**arguments: Any) -> Any:
            bound = signature.bind(**arguments)
            bound.apply_defaults()
            return self._figure(figure, **bound.arguments)

        draw.__name__, draw.__qualname__ = figure.method, f"{type(self).__name__}.{figure.method}"
        said = "".join(f"\n    {name}: {meaning}" for name, (_, _, meaning) in taken.items())
        draw.__doc__ = (
            f"Draw {figure.shows}.\n\nArgs:{said}\n\nReturns:\n    The figure; with ax, what was passed as ax.\n\n"
            f"Raises:\n    UserError: the study lacks {figure.needs or 'a complete trial'}, or an argument is none"
            " of these."
        )
        draw.__signature__ = signature  # type: ignore[attr-defined]
        return cast("Draw", draw)

    def _figure(self, figure: "Figure", *, style: Style, ax: Any, metric: str = "loss", point: str = "last") -> Any:
        self._check(metric=metric, point=point, style=style)
        from dropout_lab.drawing import pictures
        from dropout_lab.notebook.shown_figure import as_shown

        name, axes = figure.picture_name(metric), [] if ax is None else _axes_of(ax)
        if axes and style != "light":
            raise UserError(f"plot: style must be left out with ax, whose axes have their own. Got {style!r}.")
        drawn = pictures(self._results, metrics=[metric], point=point, style=style, only=[name], axes=axes)
        if not drawn:
            raise self._refusal(figure, name)
        return as_shown(drawn[0].figure) if ax is None else ax

    def _refusal(self, figure: "Figure", name: str) -> UserError:
        """Return the error that says why the study lacks a figure, and what would bring it."""
        from dropout_lab.findings import StudyView

        study, statuses = self._results.study["name"], self._results.trials["status"]
        if not (statuses == "complete").any():
            return UserError(
                f"{study}: a figure needs a complete trial. Got none of {len(statuses):,}. "
                "See the statuses in trials, and run the study again."
            )
        return UserError(
            f"{study}: {name} needs {figure.needs}. Got a study without. {figure.mend(StudyView(self._results))}"
        )

    def _check(self, *, metric: str, point: str, style: str) -> None:
        """Raise a UserError unless each of the arguments is one of those that there are."""
        from dropout_lab.drawing import metrics_of

        for argument, value, known in (
            ("metric", metric, metrics_of(self._results)),
            ("point", point, get_args(Point)),
            ("style", style, get_args(Style)),
        ):
            if value not in known:
                raise UserError(f"plot: {argument} must be one of {', '.join(known)}. Got {value!r}.")


def _axes_of(ax: Any) -> "list[Axes]":
    """Return axes that were passed one by one, in a sequence or in the array of `plt.subplots`, as a list."""
    from matplotlib.axes import Axes

    axes = [ax] if isinstance(ax, Axes) else list(getattr(ax, "flat", ax)) if hasattr(ax, "__iter__") else []
    if not axes or not all(isinstance(one, Axes) for one in axes):
        raise UserError(f"plot: ax must be axes of matplotlib, one or several. Got {type(ax).__name__}.")
    return axes


def _by_method() -> "dict[str, Figure]":
    from dropout_lab.drawing import FIGURES

    return {figure.method: figure for figure in FIGURES.values()}
