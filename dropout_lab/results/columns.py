"""The columns of every table: names, order and kind of cell. The one place that fixes the public format.

Owns which tables a study has, and their columns. `docs/results.md` says what each column means. A change of a measured
table is a change of `FORMAT`; `summary.csv` and `tuned.csv` are derived from the others, and written anew where they
have other columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dropout_lab.metrics import TASKS, TaskName, curve_columns, curve_metrics, true_metrics
from dropout_lab.results.axes import axes_of, learnt_rates, takes_samples

POINTS = ("last", "best", "stop")
SPLITS = ("val", "test")
METHODS = ("weight scaling", "monte carlo")
CHOICES = ("untuned", "tuned")
STATUSES = ("complete", "diverged", "failed", "interrupted")

TABLES = ("curves", "trials", "test", "inference", "reliability", "summary", "tuned", "references")
"""Every table that a study may have. `Layout.measured` and `Layout.derived` say which it has; `references` is
there once a run has measured them."""

Kind = Literal["text", "setting", "integer", "number", "statistic"]
"""What a cell holds. text: as it is. setting: a YAML scalar, read back as a number where the whole column holds
numbers. integer: a whole number or nothing. number: a measured float, whose `nan` is a value. statistic: a float, whose
`nan` means not applicable and leaves the cell empty."""

OWN_COLUMN = ("dropout.rates", "dropout.input_rate")
"""Axes that the columns `rate` and `input_rate` show, so that they get no column under their path."""


@dataclass(frozen=True)
class Column:
    """A column's name and what its cells hold."""

    name: str
    kind: Kind


def test_split_metrics(task: TaskName) -> tuple[str, ...]:
    """Return the metric columns of the test split, in table order."""
    return tuple(f"test_{metric.column}" for metric in TASKS[task].metrics)


def _columns(kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names)


@dataclass(frozen=True)
class Layout:
    """What decides a study's columns.

    Args:
        task: ``classification`` or ``regression``.
        swept: paths of the sweep axes that have a column of their own, in the study's order.
        has_true_accuracy: whether the curves have ``train_true_accuracy``, as where label noise is swept or above 0.
        learnt_rates: columns of learnt rates in the curves, in their order.
        has_samples: whether some conditions are sampled, which adds `inference` and, of classes, `reliability`.
        tuned_over: the paths among `swept` that are tuned over, which add `tuned`.
    """

    task: TaskName
    swept: tuple[str, ...] = ()
    has_true_accuracy: bool = False
    learnt_rates: tuple[str, ...] = ()
    has_samples: bool = False
    tuned_over: tuple[str, ...] = ()

    @classmethod
    def of_study(cls, study: Mapping[str, Any], task: TaskName) -> "Layout":
        """Return the layout of a resolved study (plain mappings and lists), whose task the data have settled."""
        axes = axes_of(study)
        return cls(
            task,
            swept=tuple(path for path in axes if path not in OWN_COLUMN),
            has_true_accuracy="data.label_noise" in axes or study["data"].get("label_noise", 0) > 0,
            learnt_rates=learnt_rates(study),
            has_samples=takes_samples(study),
            tuned_over=tuple(study.get("tune") or {}),
        )

    @property
    def measured(self) -> tuple[str, ...]:
        """The tables that are merged from parts. A cohort without samples has none of the last two."""
        sampled = ("inference", "reliability") if TASKS[self.task].predicts_classes else ("inference",)
        return ("curves", "trials", "test", *(sampled if self.has_samples else ()))

    @property
    def derived(self) -> tuple[str, ...]:
        """The tables that are computed from the measured ones."""
        return ("summary", "tuned") if self.tuned_over else ("summary",)

    @property
    def settings(self) -> tuple[Column, ...]:
        """The columns that name a condition."""
        return (Column("condition", "text"), *_columns("setting", "rate", "input_rate", *self.swept))

    @property
    def identity(self) -> tuple[Column, ...]:
        """The columns that name a trial: the first ones of every table but the summary."""
        swept = _columns("setting", *self.swept)
        first = (Column("trial", "text"), Column("condition", "text"), *_columns("setting", "rate", "input_rate"))
        return (*first, Column("seed", "integer"), *swept)

    @property
    def curves(self) -> tuple[Column, ...]:
        """Columns of `curves.csv` after the identity: one row per trial and measured epoch."""
        on_truth = true_metrics(self.task) if self.has_true_accuracy else ()
        metrics = _columns("number", *curve_metrics(self.task), *on_truth)
        return (Column("epoch", "integer"), *metrics, *_columns("statistic", *self.learnt_rates))

    @property
    def trials(self) -> tuple[Column, ...]:
        """Columns of `trials.csv` after the identity: one row per trial."""
        counts = _columns("integer", "epochs", "steps", "n_train", "n_val", "n_test", "n_parameters")
        head = (Column("status", "text"), *counts, Column("device", "text"), Column("wall_time_s", "number"))
        metrics = curve_metrics(self.task)
        points = [
            column
            for point in POINTS
            for column in (
                Column(f"{point}_epoch", "integer"),
                *_columns("number", *(f"{point}_{metric}" for metric in metrics)),
            )
        ]
        return (*head, *points, Column("stopped_at_epoch", "integer"))

    @property
    def test(self) -> tuple[Column, ...]:
        """Columns of `test.csv` after the identity: one row per trial and point."""
        return (
            Column("point", "text"),
            Column("epoch", "integer"),
            *_columns("number", *test_split_metrics(self.task)),
        )

    @property
    def inference(self) -> tuple[Column, ...]:
        """Columns of `inference.csv` after the identity: one row per trial, split, point, method and sample count."""
        first = (*_columns("text", "split", "point"), Column("epoch", "integer"), Column("method", "text"))
        averaged = [
            column
            for metric in TASKS[self.task].metrics_of_rows
            for column in (Column(metric.column, "number"), Column(f"{metric.column}_sd", "statistic"))
        ]
        spread = [
            Column(metric.column, "statistic" if metric.needs_passes else "number")
            for metric in TASKS[self.task].of_averages
        ]
        return (*first, Column("n_samples", "integer"), *averaged, *spread)

    @property
    def reliability(self) -> tuple[Column, ...]:
        """Columns of `reliability.csv` after the identity: one row per trial, split, point, method and filled bin."""
        return (
            *_columns("text", "split", "point", "method"),
            *_columns("integer", "bin", "n_rows"),
            *_columns("number", "confidence", "accuracy"),
        )

    @property
    def summary(self) -> tuple[Column, ...]:
        """Columns of `summary.csv` after the settings: one row per condition, metric, point and estimand."""
        return (
            *_columns("text", "metric", "point", "estimand"),
            *_columns("integer", "n", "n_excluded"),
            *_columns("statistic", "mean", "sd", "ci95_low", "ci95_high"),
            Column("baseline", "text"),
            Column("n_pairs", "integer"),
            *_columns("statistic", "difference", "difference_ci95_low", "difference_ci95_high"),
            *_columns("statistic", "p", "p_holm", "smallest_p", "pairing_gain"),
            Column("best", "text"),
            *_columns("statistic", "difference_to_best", "difference_to_best_ci95_low", "difference_to_best_ci95_high"),
            Column("may_be_best", "text"),
            *_columns("text", "interval_method", "test_method", "no_interval", "no_test"),
        )

    @property
    def tuned_settings(self) -> tuple[Column, ...]:
        """The columns that name a condition whatever its tuned settings."""
        return tuple(column for column in self.settings if column.name not in self.tuned_over)

    @property
    def tuned(self) -> tuple[Column, ...]:
        """Columns of `tuned.csv` after its settings: one row per condition, choice, metric and point."""
        return (
            *_columns("text", "choice", "metric", "point"),
            *_columns("integer", "n", "n_excluded"),
            *_columns("statistic", "mean", "sd", "ci95_low", "ci95_high"),
            Column("baseline", "text"),
            Column("n_pairs", "integer"),
            *_columns("statistic", "difference", "difference_ci95_low", "difference_ci95_high", "p", "p_holm"),
            *_columns("text", "interval_method", "test_method"),
            Column("budget", "integer"),
            Column("chosen", "text"),
            Column("chosen_share", "statistic"),
        )

    @property
    def references(self) -> tuple[Column, ...]:
        """Columns of `references.csv` after the settings: one row per condition, split of its rows, and reference.

        `seed` is empty where all seeds share one split.
        """
        metrics = [column.name for column in curve_columns(self.task) if column.role != "objective"]
        return (
            Column("seed", "integer"),
            Column("reference", "text"),
            *_columns("integer", "n_train", "n_val", "n_test"),
            *_columns("statistic", *metrics, *test_split_metrics(self.task)),
        )

    def table(self, name: str) -> tuple[Column, ...]:
        """Return all columns of the table `name`, whether or not this study has it."""
        of_conditions = {"summary": self.settings, "tuned": self.tuned_settings, "references": self.settings}
        first = of_conditions.get(name, self.identity)
        rest: tuple[Column, ...] = getattr(self, name)
        return (*first, *rest)
