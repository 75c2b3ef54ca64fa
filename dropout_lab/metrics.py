"""The metrics' names and units, and the gap's sign, defined once.

Floor 0; words, and plain arithmetic on numbers and arrays. A gap is positive where the net does worse on val than on
train. Both sides must be measured in eval mode at the same weights: the objective loss (dropout on, weights moving)
never enters.
"""

from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Task = Literal["classification", "regression"]
Number = TypeVar("Number", "float", "npt.NDArray[np.float64]")


def loss_gap(train_loss: Number, val_loss: Number) -> Number:
    """Return val loss - train loss.

    >>> loss_gap(1.0, 1.5)
    0.5
    """
    return val_loss - train_loss


def score_gap(task: Task, train_score: Number, val_score: Number) -> Number:
    """Return the gap of the task's score: train - val for an accuracy, val - train for an RMSE (lower is better).

    >>> score_gap("classification", 1.0, 0.75), score_gap("regression", 1.0, 1.5)
    (0.25, 0.5)
    """
    return train_score - val_score if task == "classification" else val_score - train_score


def score_name(task: Task) -> str:
    """Return the score's name in columns: `accuracy` or `rmse`.

    >>> score_name("regression")
    'rmse'
    """
    return "accuracy" if task == "classification" else "rmse"


def curve_metrics(task: Task) -> tuple[str, ...]:
    """Return the metric columns of a curve, in their order."""
    score = score_name(task)
    return ("objective_loss", "train_loss", "val_loss", "loss_gap", f"train_{score}", f"val_{score}", f"{score}_gap")


def metric_name(metric: str) -> str:
    """Return a metric's name in running text.

    >>> metric_name("val_loss"), metric_name("rmse_gap")
    ('val loss', 'RMSE gap')
    """
    return metric.replace("rmse", "RMSE").replace("_", " ")


def metric_title(metric: str) -> str:
    """Return a metric's name for the head of a column or a figure.

    >>> metric_title("val_loss"), metric_title("rmse_gap")
    ('Val loss', 'RMSE gap')
    """
    name = metric_name(metric)
    return name[0].upper() + name[1:]


def metric_unit(metric: str, task: Task, target: object = None) -> str:
    """Return a metric's unit: `nats`, `fraction of rows`, or what the target is measured in.

    Args:
        metric: a column, such as `val_loss`.
        task: `classification` or `regression`.
        target: the name of the target's column; None where it has none.
    """
    if "accuracy" in metric:
        return "fraction of rows"
    if "rmse" in metric:
        return f"units of {target or 'the target'}"
    return "nats" if task == "classification" else "standardised units²"
