"""The catalogue of figures: everything about a figure but how it is drawn, one record each, in reading order.

`plot`, `study.plot`, the report and docs/figures.md are made from it: a new figure is its module and a record here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from dropout_lab.drawing.differences import differences, has_differences
from dropout_lab.drawing.gap_curves import gap_curves
from dropout_lab.drawing.heat_map import has_heat_map, heat_map
from dropout_lab.drawing.learning_curve import has_learning_curve, learning_curve
from dropout_lab.drawing.learnt_rates import has_learnt_rates, learnt_rates
from dropout_lab.drawing.mc_samples import has_mc_samples, mc_samples
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.reliability import has_reliability, reliability
from dropout_lab.drawing.seeds import seeds
from dropout_lab.drawing.style import StyleName, in_axes
from dropout_lab.drawing.style import style as styled
from dropout_lab.drawing.training_curves import training_curves
from dropout_lab.drawing.tuning import has_tuning, how_to_tune, tuning
from dropout_lab.drawing.validation_curve import has_validation_curve, validation_curve
from dropout_lab.findings import StudyView
from dropout_lab.findings.tuned_view import own_trials, tuned_view
from dropout_lab.metrics import LOSS, TASKS, metric_columns
from dropout_lab.noise import KINDS
from dropout_lab.phrases.names import is_learnt
from dropout_lab.results import POINTS
from dropout_lab.results.reading import Results

METRICS = metric_columns()
_LEARNT = next(filter(is_learnt, KINDS))


@dataclass(frozen=True)
class Figure:
    """A kind of figure.

    Args:
        name: of its pictures, which the metric leads, see `picture.name_of`.
        method: its name in `study.plot`.
        shows: what it shows, in a few words, for docs and help.
        draw: draws it of a study, and of a `metric` and at a `point` where it has them.
        is_carried: tells whether a study has what it takes, apart from a complete trial.
        needs: what that is; empty where every study has it.
        mend: tells a study's owner how it comes to have it; empty where every study has it.
        has_metrics: whether there is one of the loss and one of the score; else there is one, whatever is asked for.
        has_point: whether it speaks of one point of every trial, which can be asked for.
        shows_candidates: whether it shows all that a study's tuning tried; else only what was chosen, see `tuned_view`.
        is_of_rows: whether it shows only metrics that are means over rows: averages over passes have no others.
        section: where the report's page shows it: among its `figures`, or beside the extra table of that name; empty
            where it does not.
        scope: an `overview` of all groups of a study, or a `detail`, which the page leaves out where an overview of
            several groups says it better; empty for neither.
    """

    name: str
    method: str
    shows: str
    draw: Callable[..., Picture]
    is_carried: Callable[[StudyView], bool] = lambda _: True
    needs: str = ""
    mend: Callable[[StudyView], str] = lambda _: ""
    has_metrics: bool = True
    has_point: bool = True
    shows_candidates: bool = False
    is_of_rows: bool = False
    section: str = "figures"
    scope: str = ""

    def picture_name(self, metric: str) -> str:
        """Return the name of its picture of a metric."""
        return name_of(self.name, metric if self.has_metrics else LOSS)


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            name="curves",
            method="training",
            shows="train and val against epoch, a panel for each rate, the baseline behind it",
            draw=training_curves,
            has_point=False,
        ),
        Figure(
            name="gap_curves",
            method="gap",
            shows="the gap against epoch, all rates in one panel",
            draw=gap_curves,
            has_point=False,
            scope="detail",
        ),
        Figure(
            name="validation_curve",
            method="validation",
            shows="train, val and gap against the rate",
            draw=validation_curve,
            is_carried=has_validation_curve,
            needs="two nonzero rates or more with a complete trial",
            mend=lambda _: 'Run it with more rates: {"dropout.rates": [0.2, 0.5]}.',
            scope="detail",
        ),
        Figure(
            name="learning_curve",
            method="learning",
            shows="val and gap against the number of train rows",
            draw=learning_curve,
            is_carried=has_learning_curve,
            needs="complete trials at two train sizes or more",
            mend=lambda _: 'Run it with train sizes as an axis: axes={"data.train_size": [100, 300, 1000]}.',
            scope="overview",
        ),
        Figure(
            name="heat_map",
            method="heat_map",
            shows="val and gap over two settings, of which the rate may be one",
            draw=heat_map,
            is_carried=has_heat_map,
            needs="complete trials at two values or more of two settings",
            mend=lambda _: 'Run it with an axis beside the rates: axes={"model.width": [32, 128]}.',
            shows_candidates=True,
            scope="overview",
        ),
        Figure(
            name="differences",
            method="differences",
            shows="every condition against its baseline, paired by seed",
            draw=differences,
            is_carried=has_differences,
            needs="a seed at which both the baseline and another condition are complete",
            mend=lambda _: "Run it with a rate above 0, and with the baseline's seeds.",
            shows_candidates=True,
        ),
        Figure(
            name="tuning",
            method="tuning",
            shows="the same untuned and tuned, and what a budget of candidates buys",
            draw=tuning,
            is_carried=has_tuning,
            needs="a tuned condition that has a seed in common with its baseline",
            mend=how_to_tune,
            has_point=False,
            shows_candidates=True,
            section="tuning",
        ),
        Figure(
            name="learnt_rates",
            method="learnt_rates",
            shows="the learnt rate of every layer against epoch, beside the best fixed rate",
            draw=learnt_rates,
            is_carried=has_learnt_rates,
            needs="a complete trial that learnt its rates",
            mend=lambda _: f'Run it with rates that are learnt: {{"dropout.kind": "{_LEARNT}"}}.',
            has_metrics=False,
            has_point=False,
            section="learnt",
        ),
        Figure(
            name="mc_samples",
            method="mc_samples",
            shows="Monte Carlo against the number of samples, beside weight scaling",
            draw=mc_samples,
            is_carried=has_mc_samples,
            needs="a complete trial with two Monte-Carlo samples or more",
            is_of_rows=True,
            mend=lambda _: 'Run it with samples: {"evaluation.mc_samples": 100}.',
            section="sampling",
        ),
        Figure(
            name="reliability",
            method="reliability",
            shows="accuracy against confidence, by weight scaling and by Monte Carlo",
            draw=reliability,
            is_carried=has_reliability,
            needs="classes, and a complete trial with Monte-Carlo samples",
            mend=lambda _: 'Run it on classes and with samples: {"evaluation.mc_samples": 100}.',
            has_metrics=False,
            section="sampling",
        ),
        Figure(
            name="seeds",
            method="seeds",
            shows="every trial as a dot",
            draw=seeds,
        ),
    )
}
"""The registry of figures, by name, in reading order."""


def all_names() -> tuple[str, ...]:
    """Return the names of all pictures that any study can carry."""
    return tuple(dict.fromkeys(figure.picture_name(metric) for figure in FIGURES.values() for metric in METRICS))


def needs_of(name: str) -> str:
    """Return what a study must have to carry the picture of a name.

    Args:
        name: one of `all_names`.
    """
    figure, metric = next(
        (figure, metric) for figure in FIGURES.values() for metric in METRICS if figure.picture_name(metric) == name
    )
    return " and ".join(filter(None, [figure.needs, "" if metric == LOSS else f"a task with the metric {metric}"]))


def metrics_of(results: Results) -> tuple[str, ...]:
    """Return the metrics of a study's pictures: `loss`, then the others of its task."""
    return tuple(metric.column for metric in TASKS[results.manifest["task"]].metrics)


def picture_names(results: Results, *, metrics: Collection[str] | None = None) -> list[str]:
    """Return the names of the pictures that a study can carry, in reading order; none while no trial is complete.

    Args:
        results: the study.
        metrics: as `pictures` takes them.

    Raises:
        ValueError: for a metric that the task has not.
    """
    return [figure.picture_name(metric) for figure, metric in _carried(StudyView(results), metrics)]


def pictures(
    results: Results,
    *,
    metrics: Collection[str] | None = None,
    point: str = "last",
    style: StyleName = "light",
    only: Collection[str] | None = None,
    axes: Sequence[Axes] = (),
) -> list[Picture]:
    """Draw the pictures of a study, in reading order.

    Args:
        results: the study.
        metrics: some of `loss` and the task's score, `accuracy` or `rmse`; None for both.
        point: of the figures that show one: `last`, `best` (lowest val loss of each trial) or `stop`.
        style: `light`, `dark`, `slide` or `slide-dark`.
        only: the names of the pictures wanted, see `picture_names`; None for all. No other is drawn.
        axes: the user's own, one for each panel of the one picture wanted, which is drawn into them as their rcParams
            say; none for figures of their own.

    Returns:
        Empty while no trial is complete. Names that the study cannot carry are passed over.

    Raises:
        ValueError: for a metric that the task has not, a point or a style that there is not.
        UserError: the axes are not as many as the panels.
    """
    if point not in POINTS:
        raise ValueError(f"point must be one of {', '.join(POINTS)}. Got {point}.")
    study = StudyView(results)
    carried = _carried(study, metrics)
    wanted = [(figure, metric) for figure, metric in carried if only is None or figure.picture_name(metric) in only]
    view = tuned_view(study)
    with in_axes(axes) if axes else styled(style):
        return [_draw(figure, study if figure.shows_candidates else view, metric, point) for figure, metric in wanted]


def _draw(figure: Figure, study: StudyView, metric: str, point: str) -> Picture:
    asked = ({"metric": metric} if figure.has_metrics else {}) | ({"point": point} if figure.has_point else {})
    picture = figure.draw(study, **asked)
    return replace(picture, data=own_trials(picture.data))


def _carried(study: StudyView, metrics: Collection[str] | None) -> list[tuple[Figure, str]]:
    """Pair figures that a study carries with metrics: the figures in reading order, the loss before the score."""
    task = TASKS[study.task]
    known = [metric.column for metric in task.metrics]
    if unknown := set(metrics or ()) - set(known):
        raise ValueError(f"metrics must be some of {', '.join(known)}. Got {', '.join(sorted(unknown))}.")
    if study.trials.complete.empty:
        return []
    view, wanted = tuned_view(study), [metric for metric in known if metrics is None or metric in metrics]
    return [
        (figure, metric)
        for figure in FIGURES.values()
        if figure.is_carried(study if figure.shows_candidates else view)
        for metric in (wanted if figure.has_metrics else (LOSS,))
        if task.metric(metric).of_rows or not figure.is_of_rows
    ]
