"""What a column of a metric holds: `val_loss`, `rmse_gap`, `best_train_accuracy`.

The one place that reads such a name. A gap is positive where the net does worse on val than on train. Both sides must
be measured in eval mode at the same weights: the objective loss (dropout on, weights moving) never enters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dropout_lab.metrics.registry import LOSS, METRICS, TASKS, Better, Metric, Number, TaskName

Role = Literal["objective", "train", "train_true", "val", "test", "gap", ""]


@dataclass(frozen=True)
class MetricColumn:
    """What a column of numbers holds: a metric, and in which role.

    Attributes:
        name: of the column, such as `val_loss`, `rmse_gap` or `best_train_accuracy`.
        metric: whose values they are.
        role: the split that they are of (`train_true`: train, on its true labels), `objective` (dropout on, weights
            moving), `gap`, or empty for the bare metric.
        point: `last`, `best` or `stop` before it, or empty.
    """

    name: str
    metric: Metric
    role: Role
    point: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether it is the gap between train and val."""
        return self.role == "gap"

    @property
    def is_loss(self) -> bool:
        """Whether it is of the loss."""
        return self.metric.column == LOSS

    @property
    def better(self) -> Better | None:
        """Which values are better: of a gap, the lower ones."""
        return "lower" if self.is_gap else self.metric.better

    @property
    def text(self) -> str:
        """Its name in running text."""
        parts = (f"{self.metric.text} gap",) if self.is_gap else (self.role.replace("_", " "), self.metric.text)
        return " ".join(filter(None, (self.point, *parts)))

    @property
    def title(self) -> str:
        """Its name at the head of a column or a figure."""
        return self.text[0].upper() + self.text[1:]

    def unit(self, target: object = None) -> str:
        """Return its unit, given the name of the target, or None where it has none."""
        return self.metric.unit.format(target=target or "the target")


_POINTS = ("last", "best", "stop")
_ROLES: tuple[Role, ...] = ("objective", "train_true", "train", "val", "test")


def column_of(name: str, task: TaskName | None = None) -> MetricColumn:
    """Return what a column of a metric holds.

    Args:
        name: of the column.
        task: the study's; None where only what all tasks say of such a column is asked for: the name, the direction.

    Raises:
        KeyError: no metric of the task has such a column.

    >>> column = column_of("best_val_accuracy")
    >>> column.metric.name, column.role, column.point, column.better
    ('accuracy', 'val', 'best', 'higher')
    """
    metrics = METRICS.values() if task is None else (*TASKS[task].metrics, *TASKS[task].of_averages)
    by_column = {metric.column: metric for metric in reversed(tuple(metrics))}
    point = next((point for point in _POINTS if name.startswith(f"{point}_")), "")
    rest = name[len(point) + 1 :] if point else name
    if rest.endswith("_gap"):
        return MetricColumn(name, by_column[rest[: -len("_gap")]], "gap", point)
    role: Role = next((role for role in _ROLES if rest.startswith(f"{role}_")), "")
    return MetricColumn(name, by_column[rest[len(role) + 1 :] if role else rest], role, point)


def curve_columns(task: TaskName) -> Iterator[MetricColumn]:
    """Yield the columns of a curve, in their order; those on true labels, under label noise alone, are not among them.

    The objective loss first, then of every metric train, val and gap.
    """
    of = TASKS[task]
    yield MetricColumn(f"objective_{of.loss.column}", of.loss, "objective")
    for metric in of.metrics:
        yield MetricColumn(f"train_{metric.column}", metric, "train")
        yield MetricColumn(f"val_{metric.column}", metric, "val")
        yield MetricColumn(f"{metric.column}_gap", metric, "gap")


def curve_metrics(task: TaskName) -> tuple[str, ...]:
    """Return the metric columns of a curve, in their order.

    >>> curve_metrics("regression")
    ('objective_loss', 'train_loss', 'val_loss', 'loss_gap', 'train_rmse', 'val_rmse', 'rmse_gap')
    """
    return tuple(column.name for column in curve_columns(task))


def true_metrics(task: TaskName) -> tuple[str, ...]:
    """Return the columns that label noise adds to a curve: train metrics on the true labels."""
    return tuple(f"train_true_{metric.column}" for metric in TASKS[task].metrics_on_truth)


def metric_columns() -> tuple[str, ...]:
    """Return what the columns of the metrics of all tasks are called, each once, the loss first."""
    return tuple(dict.fromkeys(metric.column for task in TASKS.values() for metric in task.metrics))


def loss_gap(train_loss: Number, val_loss: Number) -> Number:
    """Return val loss - train loss.

    >>> loss_gap(1.0, 1.5)
    0.5
    """
    return val_loss - train_loss


def metric_name(metric: str) -> str:
    """Return a metric's name in running text.

    >>> metric_name("val_loss"), metric_name("rmse_gap")
    ('val loss', 'RMSE gap')
    """
    return column_of(metric).text


def metric_title(metric: str) -> str:
    """Return a metric's name for the head of a column or a figure.

    >>> metric_title("val_loss"), metric_title("rmse_gap")
    ('Val loss', 'RMSE gap')
    """
    return column_of(metric).title


def metric_unit(metric: str, task: TaskName, target: object = None) -> str:
    """Return a metric's unit: `nats`, `fraction of rows`, or what the target is measured in.

    Args:
        metric: a column, such as `val_loss`.
        task: `classification` or `regression`.
        target: the name of the target's column; None where it has none.
    """
    return column_of(metric, task).unit(target)
