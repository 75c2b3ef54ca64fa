"""The columns of the four tables: names, order and kind of cell. The one place that fixes the public format.

Floor 1. Owns which columns `curves.csv`, `trials.csv`, `test.csv` and `summary.csv` have for a study; must not know
where the numbers come from. `docs/results.md` says what each column means. A change of the first three tables, which
hold measurements, is a change of `FORMAT`; the summary is derived, and one with other columns is written anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dropout_lab.metrics import Task, curve_metrics, score_name

POINTS = ("last", "best", "stop")
POINT_NAMES = {"last": "last epoch", "best": "epoch of lowest val loss", "stop": "epoch where patience stops"}
STATUSES = ("complete", "diverged", "failed", "interrupted")

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


def test_split_metrics(task: Task) -> tuple[str, ...]:
    """Return the metric columns of the test split, in table order."""
    return ("test_loss", f"test_{score_name(task)}")


def _columns(kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names)


@dataclass(frozen=True)
class Layout:
    """What decides a study's columns.

    Args:
        task: ``classification`` or ``regression``.
        swept: paths of the sweep axes that have a column of their own, in the study's order.
        has_label_noise: whether train labels may be corrupted, which adds ``train_true_accuracy`` to the curves.
    """

    task: Task
    swept: tuple[str, ...] = ()
    has_label_noise: bool = False

    @classmethod
    def of_study(cls, study: Mapping[str, Any], task: Task) -> "Layout":
        """Return the layout of a resolved study (plain mappings and lists), whose task the data have settled."""
        axes = study.get("sweep") or {}
        has_label_noise = "data.label_noise" in axes or study["data"].get("label_noise", 0) > 0
        return cls(task, tuple(path for path in axes if path not in OWN_COLUMN), has_label_noise)

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
        true_accuracy = _columns("number", "train_true_accuracy") if self.has_label_noise else ()
        return (Column("epoch", "integer"), *_columns("number", *curve_metrics(self.task)), *true_accuracy)

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
            *_columns("text", "interval_method", "test_method"),
        )

    def table(self, name: str) -> tuple[Column, ...]:
        """Return all columns of the table `name`: ``curves``, ``trials``, ``test`` or ``summary``."""
        first = self.settings if name == "summary" else self.identity
        rest: tuple[Column, ...] = getattr(self, name)
        return (*first, *rest)
