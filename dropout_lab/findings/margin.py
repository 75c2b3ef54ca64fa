"""The margin of an equivalence test, as a user names it.

Owns which margins make sense; the test itself is `statistics.equivalence`.
"""

import math
from dataclasses import dataclass

from dropout_lab.errors import UserError
from dropout_lab.metrics import TASKS, TaskName


@dataclass(frozen=True)
class Margin:
    """The smallest difference that matters.

    Args:
        value: above 0, finite, in the metric's unit: nats for a loss (regression: the target's variance on the train
            rows), a fraction for an accuracy, the target's unit for an RMSE.
        metric: of the task's metrics, on val: ``val_loss``, ``val_accuracy``, ``val_rmse``.

    Raises:
        UserError: the value is not above 0 and finite.
    """

    value: float
    metric: str = "val_loss"

    def __post_init__(self) -> None:
        if not (self.value > 0 and math.isfinite(self.value)):
            raise UserError(
                f"margin: the margin must be a number above 0. Got {self.value:g}. It is the smallest difference in "
                f"{self.metric} that matters to you, such as 0.002."
            )

    def check(self, task: TaskName) -> None:
        """Refuse a metric that a study does not measure.

        Raises:
            UserError: naming those it does.
        """
        known = tuple(f"val_{metric.column}" for metric in TASKS[task].metrics)
        if self.metric not in known:
            raise UserError(
                f"margin: the metric must be one of {', '.join(known)} in a study of {task}. Got {self.metric}."
            )
