"""The margin of an equivalence test, as a user names it, and the tests of every condition by it.

Owns which margins make sense; the test itself is `statistics.equivalence`.
"""

import math
from dataclasses import dataclass

import pandas as pd

from dropout_lab.errors import UserError
from dropout_lab.findings.study import StudyView
from dropout_lab.metrics import TASKS, TaskName, column_of
from dropout_lab.statistics import Equivalence, equivalence


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


def read_equivalences(study: StudyView, metric: str, point: str, margin: float) -> dict[str, Equivalence]:
    """Return the test of every condition against its baseline, of those that the summary has.

    Args:
        study: the study.
        metric: any column of the summary, such as ``train_loss``.
        point: ``last``, ``best`` or ``stop``.
        margin: above 0, in the metric's unit.
    """
    values = _by_seed(study, metric, point)
    higher_is_better = column_of(metric).better == "higher"
    return {
        label: equivalence(values[label], values[baseline], margin, higher_is_better=higher_is_better)
        for label, baseline in study.baselines.items()
        if label != baseline and label in values and baseline in values
    }


def _by_seed(study: StudyView, metric: str, point: str) -> pd.DataFrame:
    """Return a metric of the complete trials, ``[seeds, conditions]``, of conditions that the summary shows."""
    complete, results = study.trials.complete, study.results
    if column_of(metric).role == "test":
        test = results.test[results.test["point"] == point].set_index("trial")[metric]
        values = complete.join(test, on="trial")
    else:
        values = complete.rename(columns={f"{point}_{metric}": metric})
    shown = [label for label in study.baselines if study.row(label, metric, point)]
    return values[values["condition"].isin(shown)].pivot(index="seed", columns="condition", values=metric)
