"""Monte-Carlo averages beside weight scaling: every sampled condition on val, what val chose on test too.

Results and facts in, columns of text out; must not know HTML, Markdown or LaTeX. Test rows are shown
for the baseline and the condition that val chose alone, at the epoch of lowest val loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.findings import Estimate, StudyFacts
from dropout_lab.metrics import score_name
from dropout_lab.report.extra_tables import ExtraColumn, ExtraTable, estimates_column, has_numbers, names_column
from dropout_lab.results import METHODS, Results
from dropout_lab.statistics import mean_interval

_TITLE = "Averaging sampled nets"
_SHOWN = (("val", "last"), ("val", "best"), ("test", "best"))
_MOST_CONDITIONS = 12
"""Beyond, what val chose alone."""

_SPREADS = {"classification": ("ece", "brier", "entropy", "mutual_information"), "regression": ("predictive_sd",)}
_NAMES = {
    "ece": "ECE",
    "brier": "Brier",
    "mutual_information": "mutual information",
    "predictive_sd": "predictive sd",
    "rmse": "RMSE",
}
_WITH_INTERVALS = ("loss", "ece")
"""The others are there to look up; with all of their intervals a page would not hold the table."""
_ABOUT = {
    "classification": (
        "Weight scaling: the net as everywhere else in this report, noise off. Monte Carlo: the mean of the "
        "probabilities of nets sampled with the noise on. ECE: mean distance between confidence and accuracy over 15 "
        "bins; Brier: mean squared distance of the probabilities from the truth, summed over classes; entropy: of the "
        "probabilities, in nats; mutual information: the part of it that is the sampled nets' disagreement."
    ),
    "regression": (
        "Weight scaling: the net as everywhere else in this report, noise off. Monte Carlo: the mean of the "
        "predictions of nets sampled with the noise on. Predictive sd: how far these predictions scatter, mean over "
        "rows, in the target's unit."
    ),
}


@dataclass(frozen=True)
class _Row:
    where: str
    condition: str
    method: str
    trials: pd.DataFrame


def sampling_table(results: Results, study: StudyFacts) -> ExtraTable | None:
    """Return the table; None where nothing was sampled."""
    rows = list(_rows(results.inference, study)) if (results.inference["n_samples"] > 0).any() else []
    if not rows:
        return None
    metrics = ("loss", score_name(study.task), *_SPREADS[study.task])
    measured = [_column(metric, [row.trials[metric] for row in rows]) for metric in metrics]
    return ExtraTable(
        name="sampling",
        title=_TITLE,
        about=f"Means over seeds; on test the baseline and what val chose alone. {_ABOUT[study.task]}",
        columns=(
            names_column("measured on", (row.where for row in rows)),
            names_column("condition", (row.condition for row in rows)),
            names_column("method", (row.method for row in rows)),
            *filter(has_numbers, measured),
        ),
        strong=(False,) * len(rows),
        figures=("mc_samples", "reliability"),
    )


def _column(metric: str, by_row: Sequence["pd.Series[float]"]) -> ExtraColumn:
    is_bare = metric not in _WITH_INTERVALS
    return estimates_column(_NAMES.get(metric, metric), [_mean(values) for values in by_row], is_bare=is_bare)


def _rows(inference: pd.DataFrame, study: StudyFacts) -> Iterator[_Row]:
    sampled = inference[inference["n_samples"] > 0].groupby("condition", sort=False)["n_samples"].max()
    chosen = {found.label for found in study.sampling}
    everyone = [label for label in study.reported if label in sampled]
    for split, point in _SHOWN:
        is_overview = (split, point) == _SHOWN[0] and len(everyone) <= _MOST_CONDITIONS
        labels = everyone if is_overview else [label for label in everyone if label in chosen]
        there = inference[(inference["split"] == split) & (inference["point"] == point)]
        baselines = dict.fromkeys(study.conditions[label].baseline for label in labels)
        wanted = [(baseline, 0) for baseline in baselines]
        wanted += [(label, n_samples) for label in labels for n_samples in (0, int(sampled[label]))]
        for label, n_samples in wanted:
            trials = there[(there["condition"] == label) & (there["n_samples"] == n_samples)]
            if len(trials):
                method = f"Monte Carlo, {n_samples:,}" if n_samples else METHODS[0]
                yield _Row(f"{split}, {point} epoch", label, method, trials)


def _mean(values: "pd.Series[float]") -> Estimate | None:
    finite = values.to_numpy(dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return None
    n, mean, _, low, high = mean_interval(finite)
    return Estimate(int(n), float(mean), *(float(end) if np.isfinite(end) else None for end in (low, high)))
