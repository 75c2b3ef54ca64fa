"""References of made studies: what predictors that are no nets do there."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from dropout_lab.metrics import curve_columns
from dropout_lab.results import Results, test_split_metrics


def with_references(
    results: Results,
    trivial: Mapping[str, float],
    linear_model: Mapping[str, float],
    *,
    only: str = "",
    by_seed: Mapping[int, float] | None = None,
) -> Results:
    """Give every condition of a study references; what is not given is 0.5.

    Args:
        results: the study.
        trivial, linear_model: column of a metric -> value.
        only: a part of the labels of the conditions that get them; added to those that are there.
        by_seed: what every seed's own split adds to the val loss; None for one split.
    """
    task = results.manifest["task"]
    columns = [column.name for column in curve_columns(task) if column.role != "objective"] + [
        *test_split_metrics(task)
    ]
    rows = [
        {
            "condition": entry["label"],
            "seed": seed,
            "reference": name,
            **dict.fromkeys(columns, 0.5),
            **values,
            "val_loss": values["val_loss"] + more,
        }
        for entry in results.manifest["conditions"]
        if only in entry["label"]
        for seed, more in (by_seed or {None: 0.0}).items()
        for name, values in (("trivial", trivial), ("linear_model", linear_model))
    ]
    return replace(results, references=pd.concat([results.references, pd.DataFrame(rows)], ignore_index=True))
