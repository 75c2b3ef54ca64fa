"""The summary of a made study, as its folder would hold it."""

from dataclasses import replace

import pandas as pd
from made_studies import MadeStudy

from dropout_lab.statistics import summarise

WIDER = 0.01  # by how much the made intervals over rows are wider at either end than those on these rows


def with_summary(study: MadeStudy, *, has_population: bool = False) -> MadeStudy:
    """Summarise a made study.

    Args:
        has_population: add rows of the estimand `population`, with intervals wider by `WIDER`.
    """
    columns = list(study.trials.columns)
    baselines = {entry["label"]: entry["baseline"] for entry in study.conditions}
    swept = columns[columns.index("seed") + 1 : columns.index("status")]
    summary = summarise(study.trials, None, task=study.task, baselines=baselines, swept=swept)
    if has_population:
        rows = summary[summary["metric"].str.startswith("val_")]
        wider = {"difference_ci95_low": -WIDER, "difference_ci95_high": WIDER}
        moved = {name: rows[name] + shift for name, shift in wider.items()}
        summary = pd.concat([summary, rows.assign(estimand="population", may_be_best=None, **moved)])
    return replace(study, summary=summary)
