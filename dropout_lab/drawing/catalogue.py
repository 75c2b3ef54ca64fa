"""The catalogue: which pictures a study can carry, in reading order, and drawing them.

Knows every kind of figure by its name, and when it has something to show; nothing of how it is drawn.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from dropout_lab.drawing.differences import differences, has_differences
from dropout_lab.drawing.gap_curves import gap_curves
from dropout_lab.drawing.heat_map import has_heat_map, heat_map
from dropout_lab.drawing.learning_curve import has_learning_curve, learning_curve
from dropout_lab.drawing.learnt_rates import has_learnt_rates, learnt_rates
from dropout_lab.drawing.mc_samples import has_mc_samples, mc_samples
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.reliability import has_reliability, reliability
from dropout_lab.drawing.seeds import seeds
from dropout_lab.drawing.style import StyleName
from dropout_lab.drawing.style import style as styled
from dropout_lab.drawing.training_curves import training_curves
from dropout_lab.drawing.tuned_view import own_trials, tuned_view
from dropout_lab.drawing.tuning import has_tuning, tuning
from dropout_lab.drawing.validation_curve import has_validation_curve, validation_curve
from dropout_lab.metrics import LOSS, TASKS, metric_columns
from dropout_lab.results import POINTS
from dropout_lab.results.reading import Results

METRICS = metric_columns()


@dataclass(frozen=True)
class _Kind:
    """A kind of figure.

    Args:
        name: of its pictures, which the metric leads unless it is the loss.
        draw: draws it of results, a metric and a point.
        needs: what a study must have to carry it, apart from a complete trial.
        is_carried: tells whether a study has that.
        has_metrics: whether there is one of the loss and one of the score; else there is one, whatever is asked for.
        shows_candidates: whether it shows all that a study's tuning tried; else only what was chosen, see `tuned_view`.
    """

    name: str
    draw: Callable[[Results, str, str], Picture]
    needs: str = ""
    is_carried: Callable[[Results], bool] = lambda _: True
    has_metrics: bool = True
    shows_candidates: bool = False

    def named(self, metric: str) -> str:
        """Return the name of its picture of a metric."""
        return name_of(self.name, metric)


_KINDS = (
    _Kind("curves", lambda results, metric, _: training_curves(results, metric=metric)),
    _Kind("gap_curves", lambda results, metric, _: gap_curves(results, metric=metric)),
    _Kind(
        "validation_curve",
        lambda results, metric, point: validation_curve(results, metric=metric, point=point),
        needs="two nonzero rates or more with a complete trial",
        is_carried=has_validation_curve,
    ),
    _Kind(
        "learning_curve",
        lambda results, metric, point: learning_curve(results, metric=metric, point=point),
        needs="complete trials at two train sizes or more",
        is_carried=has_learning_curve,
    ),
    _Kind(
        "heat_map",
        lambda results, metric, point: heat_map(results, metric=metric, point=point),
        needs="complete trials at two values or more of two settings",
        is_carried=has_heat_map,
        shows_candidates=True,
    ),
    _Kind(
        "differences",
        lambda results, metric, point: differences(results, metric=metric, point=point),
        needs="a seed at which both the baseline and another condition are complete",
        is_carried=has_differences,
        shows_candidates=True,
    ),
    _Kind(
        "tuning",
        lambda results, metric, _: tuning(results, metric=metric),
        needs="a tuned condition that has a seed in common with its baseline",
        is_carried=has_tuning,
        shows_candidates=True,
    ),
    _Kind(
        "learnt_rates",
        lambda results, *_: learnt_rates(results),
        needs="a complete trial that learnt its rates",
        is_carried=has_learnt_rates,
        has_metrics=False,
    ),
    _Kind(
        "mc_samples",
        lambda results, metric, point: mc_samples(results, metric=metric, point=point),
        needs="a complete trial with two Monte-Carlo samples or more",
        is_carried=has_mc_samples,
    ),
    _Kind(
        "reliability",
        lambda results, _, point: reliability(results, point=point),
        needs="classes, and a complete trial with Monte-Carlo samples",
        is_carried=has_reliability,
        has_metrics=False,
    ),
    _Kind("seeds", lambda results, metric, point: seeds(results, metric=metric, point=point)),
)
_ALL = {kind.named(metric): (kind, metric) for kind in _KINDS for metric in METRICS[: None if kind.has_metrics else 1]}
NAMES: tuple[str, ...] = tuple(_ALL)
"""The names of all pictures that any study can carry."""


def needs_of(name: str) -> str:
    """Return what a study must have to carry the picture of a name.

    Args:
        name: one of `NAMES`.
    """
    kind, metric = _ALL[name]
    return " and ".join(filter(None, [kind.needs, "" if metric == LOSS else f"a task with the metric {metric}"]))


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
    return [kind.named(metric) for kind, metric in _choice(results, metrics)]


def pictures(
    results: Results,
    *,
    metrics: Collection[str] | None = None,
    point: str = "last",
    style: StyleName = "light",
    only: Collection[str] | None = None,
) -> list[Picture]:
    """Draw the pictures of a study, in reading order.

    Args:
        results: the study.
        metrics: some of `loss` and the task's score, `accuracy` or `rmse`; None for both.
        point: of the figures that show one: `last`, `best` (lowest val loss of each trial) or `stop`.
        style: `light`, `dark`, `slide` or `slide-dark`.
        only: the names of the pictures wanted, see `picture_names`; None for all. No other is drawn.

    Returns:
        Empty while no trial is complete. Names that the study cannot carry are passed over.

    Raises:
        ValueError: for a metric that the task has not, a point or a style that there is not.
    """
    if point not in POINTS:
        raise ValueError(f"point must be one of {', '.join(POINTS)}. Got {point}.")
    wanted = [
        (kind, metric) for kind, metric in _choice(results, metrics) if only is None or kind.named(metric) in only
    ]
    view = tuned_view(results)
    with styled(style):
        drawn = [kind.draw(results if kind.shows_candidates else view, metric, point) for kind, metric in wanted]
    return [replace(picture, data=own_trials(picture.data)) for picture in drawn]


def _choice(results: Results, metrics: Collection[str] | None) -> list[tuple[_Kind, str]]:
    """Pair kinds with metrics: the kinds in reading order, the loss before the score."""
    known = metrics_of(results)
    if unknown := set(metrics or ()) - set(known):
        raise ValueError(f"metrics must be some of {', '.join(known)}. Got {', '.join(sorted(unknown))}.")
    if not (results.trials["status"] == "complete").any():
        return []
    view, wanted = tuned_view(results), [metric for metric in known if metrics is None or metric in metrics]
    return [
        (kind, metric)
        for kind in _KINDS
        if kind.is_carried(results if kind.shows_candidates else view)
        for metric in (wanted if kind.has_metrics else METRICS[:1])
    ]
