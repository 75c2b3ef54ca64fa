"""Monte-Carlo averages beside weight scaling: every sampled condition on val, what val chose on test too.

Results and facts in, columns of text out; must not know HTML, Markdown or LaTeX. Test rows are shown
for the baseline and the condition that val chose alone, at the epoch of lowest val loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from dropout_lab.findings import StudyFacts, mean_over
from dropout_lab.metrics import TASKS, Metric
from dropout_lab.report.extra_tables import ExtraColumn, ExtraTable, estimates_column, has_numbers, names_column
from dropout_lab.results import METHODS, Results

_TITLE = "Averaging sampled nets"
_SHOWN = (("val", "last"), ("val", "best"), ("test", "best"))
_MOST_CONDITIONS = 12
"""Beyond, what val chose alone."""


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
    task = TASKS[study.task]
    measured = [
        _column(metric, [row.trials[metric.column] for row in rows], is_bare=metric not in task.averages_with_intervals)
        for metric in (*task.metrics_of_rows, *sorted(task.of_averages, key=lambda one: one.better is None))
    ]
    return ExtraTable(
        name="sampling",
        title=_TITLE,
        about=f"Means over seeds; on test the baseline and what val chose alone. {task.averaging_note}",
        columns=(
            names_column("measured on", (row.where for row in rows)),
            names_column("condition", (row.condition for row in rows)),
            names_column("method", (row.method for row in rows)),
            *filter(has_numbers, measured),
        ),
        strong=(False,) * len(rows),
    )


def _column(metric: Metric, by_row: Sequence["pd.Series[float]"], *, is_bare: bool) -> ExtraColumn:
    return estimates_column(metric.text, list(map(mean_over, by_row)), is_bare=is_bare)


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
