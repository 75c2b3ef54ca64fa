"""With how many decimals a study's numbers are written: decided once for every metric, whatever speaks of it.

All losses of a study share their decimals, those that val loss and its differences to the baseline deserve, over
conditions, points and estimands; so do its accuracies. A number then has the same digits in a table, in the verdict and
in the next sentence, and a gap is the difference of what stands beside it.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from dropout_lab.findings.effects import Estimate
from dropout_lab.findings.learnt import LearntRates
from dropout_lab.metrics import TASKS, TaskName, column_of
from dropout_lab.phrases.numbers import decimals_of

LEARNT_RATE = "learnt_rate"
_OF_AVERAGES = ["condition", "split", "point", "n_samples"]
_EDGE = 0.975  # of a 95 % interval


def read_decimals(
    summary: pd.DataFrame, inference: pd.DataFrame, learnt: Iterable[LearntRates], task: TaskName
) -> Mapping[str, int | None]:
    """Return the decimals of every metric, by what its columns are called; None for powers of ten.

    Args:
        summary: as in summary.csv; the intervals on these rows (estimand ``split``) decide.
        inference: as in inference.csv; it may be empty.
        learnt: rates that were learnt, which are written as `LEARNT_RATE`.
        task: the study's.
    """
    split = summary[summary["estimand"] == "split"]
    decimals = {}
    for column in (metric.column for metric in TASKS[task].metrics):
        rows = split[split["metric"] == f"val_{column}"]
        means, differences = _estimates(rows, "mean", "ci95"), _estimates(rows, "difference", "difference_ci95")
        decimals[column] = decimals_of(means, differences)
    for column in (metric.column for metric in TASKS[task].of_averages):
        decimals[column] = decimals_of(_averages(inference, column)) if len(inference) else 0
    return {**decimals, LEARNT_RATE: decimals_of([rate for one in learnt for rate in one.layers.values()])}


def digits_of(decimals: Mapping[str, int | None], metric: str, task: TaskName) -> int | None:
    """Return the decimals of a metric by its column, such as ``val_loss``, or of `LEARNT_RATE`."""
    return decimals[metric if metric == LEARNT_RATE else column_of(metric, task).metric.column]


def _estimates(rows: pd.DataFrame, value: str, edges: str) -> list[Estimate]:
    there = rows[rows[value].notna()]
    columns = (there[name].tolist() for name in (value, f"{edges}_low", f"{edges}_high"))
    return [Estimate(0, *cells) for cells in zip(*columns, strict=True)]


def _averages(inference: pd.DataFrame, column: str) -> list[Estimate]:
    """Return the means over seeds with their t intervals, of every condition by every method."""
    of_seeds = inference.groupby(_OF_AVERAGES, sort=False)[column].agg(["mean", "sem", "count"])
    there = of_seeds[np.isfinite(of_seeds["mean"])]
    half = stats.t.ppf(_EDGE, there["count"] - 1) * there["sem"]
    columns = there["count"], there["mean"], there["mean"] - half, there["mean"] + half
    return [Estimate(*cells) for cells in zip(*(column.tolist() for column in columns), strict=True)]
