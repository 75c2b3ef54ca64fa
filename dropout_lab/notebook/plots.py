"""`study.plot`: the study's figures, one method a kind.

Owns which kinds there are and what a study needs for each; must not know how one is drawn.
"""

from typing import TYPE_CHECKING, Literal, get_args

from dropout_lab.errors import UserError
from dropout_lab.metrics import LOSS, TASKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dropout_lab.drawing import Picture
    from dropout_lab.results import Results

Metric = str  # what the columns of one of the task's metrics are called
Point = Literal["last", "best", "stop"]
Style = Literal["light", "dark", "slide", "slide-dark"]


_MENDS = {
    "validation_curve": 'Run it with more rates: {"dropout.rates": [0.2, 0.5]}.',
    "learning_curve": 'Run it with train sizes as an axis: axes={"data.train_size": [100, 300, 1000]}.',
    "heat_map": 'Run it with an axis beside the rates: axes={"model.width": [32, 128]}.',
    "differences": "Run it with a rate above 0, and with the baseline's seeds.",
    "learnt_rates": 'Run it with rates that are learnt: {"dropout.kind": "concrete"}.',
    "mc_samples": 'Run it with samples: {"evaluation.mc_samples": 100}.',
    "reliability": 'Run it on classes and with samples: {"evaluation.mc_samples": 100}.',
}
"""How a study comes to carry a figure that not every study has; for `tuning` see `Plots._to_tune`."""

_TUNABLE = ("learning_rate", "batch_size")


class Plots:
    """The figures of one study. Each method returns a matplotlib `Figure`, which a notebook shows.

    Where a method takes them: `metric` is ``loss``, or the task's score, ``accuracy`` or ``rmse``; `point` is the epoch
    that is shown, ``last``, ``best`` (lowest val loss) or ``stop`` (by patience); `style` is ``light``, ``dark``,
    ``slide`` or ``slide-dark``. Every method raises a `UserError` where the study cannot carry its figure; the message
    says why, and what would.

    Args:
        results: the study.
    """

    def __init__(self, results: "Results") -> None:
        self._results = results

    def training(self, *, metric: Metric = "loss", style: Style = "light") -> "Figure":
        """Draw train and val against epoch: each dropout setting with its baseline."""
        return self._figure("curves", metric, "last", style)

    def gap(self, *, metric: Metric = "loss", style: Style = "light") -> "Figure":
        """Draw the gap between train and val against epoch."""
        return self._figure("gap_curves", metric, "last", style)

    def validation(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw val, train and gap against dropout rate, with intervals."""
        return self._figure("validation_curve", metric, point, style)

    def learning(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw gap and val against train size, with and without dropout."""
        return self._figure("learning_curve", metric, point, style)

    def heat_map(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw the conditions of two axes as cells."""
        return self._figure("heat_map", metric, point, style)

    def differences(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw every condition's paired difference to its baseline, with its interval."""
        return self._figure("differences", metric, point, style)

    def seeds(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw every seed of every condition as a mark of its own."""
        return self._figure("seeds", metric, point, style)

    def tuning(self, *, metric: Metric = "loss", style: Style = "light") -> "Figure":
        """Draw every condition's difference to its baseline untuned and tuned, and what a budget of candidates buys."""
        return self._figure("tuning", metric, "best", style)

    def learnt_rates(self, *, style: Style = "light") -> "Figure":
        """Draw the rates that concrete dropout learnt against epoch, beside the best fixed rate (at `best`)."""
        return self._figure("learnt_rates", "loss", "best", style)

    def mc_samples(self, *, metric: Metric = "loss", point: Point = "last", style: Style = "light") -> "Figure":
        """Draw val against the number of Monte-Carlo samples, beside weight scaling."""
        return self._figure("mc_samples", metric, point, style)

    def reliability(self, *, point: Point = "last", style: Style = "light") -> "Figure":
        """Draw accuracy against confidence, by weight scaling and by Monte Carlo."""
        return self._figure("reliability", "loss", point, style)

    def all(self, *, metric: Metric | None = None, point: Point = "last", style: Style = "light") -> "list[Picture]":
        """Draw every figure that the study can carry; see `StudyResults.pictures`."""
        from dropout_lab.drawing import pictures
        from dropout_lab.notebook.shown_figure import as_shown

        self._check(metric, point, style)
        metrics = None if metric is None else [metric]
        drawn = pictures(self._results, metrics=metrics, point=point, style=style)
        for picture in drawn:
            as_shown(picture.figure)
        return drawn

    def _figure(self, kind: str, metric: Metric, point: Point, style: Style) -> "Figure":
        self._check(metric, point, style)
        from dropout_lab.drawing import name_of, pictures
        from dropout_lab.notebook.shown_figure import as_shown

        name = name_of(kind, metric)
        drawn = pictures(self._results, metrics=[metric], point=point, style=style, only=[name])
        if not drawn:
            raise self._refusal(kind, name)
        return as_shown(drawn[0].figure)

    def _refusal(self, kind: str, name: str) -> UserError:
        """Return the error that says why the study lacks a figure, and what would bring it."""
        from dropout_lab.drawing import needs_of

        study, statuses = self._results.study["name"], self._results.trials["status"]
        if not (statuses == "complete").any():
            return UserError(
                f"{study}: a figure needs a complete trial. Got none of {len(statuses):,}. "
                "See the statuses in trials, and run the study again."
            )
        mend = self._to_tune() if kind == "tuning" else _MENDS.get(kind, "See table and trials for what there is.")
        return UserError(f"{study}: {name} needs {needs_of(name)}. Got a study without. {mend}")

    def _to_tune(self) -> str:
        """Return how the study comes to be tuned: its own value must be among those tried, and no axis be tuned too."""
        training, swept = self._results.study["training"], self._results.study.get("sweep") or {}
        name = next((name for name in _TUNABLE if f"training.{name}" not in swept), _TUNABLE[0])
        values = f"{training[name]:g}, {2 * training[name]:g}"
        return f'Run it with values to try and 3 seeds or more: {{"tune": {{"training.{name}": [{values}]}}}}.'

    def _check(self, metric: str | None, point: str, style: str) -> None:
        """Raise a UserError unless each of the arguments is one of those that there are."""
        metrics = tuple(metric.column for metric in TASKS[self._results.manifest["task"]].metrics)
        for argument, value, known in (
            ("metric", metric or LOSS, metrics),
            ("point", point, get_args(Point)),
            ("style", style, get_args(Style)),
        ):
            if value not in known:
                raise UserError(f"plot: {argument} must be one of {', '.join(known)}. Got {value!r}.")
