"""The tables of a results folder that follow from its parts: merged files, the summary, and the one `run` prints."""

import math
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dropout_lab.errors import FolderBusyError, FolderError
from dropout_lab.findings import Estimate, SummaryTable
from dropout_lab.metrics import TASKS
from dropout_lab.results import Manifest, Merged, Results, ResultsFolder, read_rows
from dropout_lab.statistics import summarise, summarise_tuning

TABLE_POINT = "last"
"""The printed table speaks of the last epoch: what training for as long as the config says has come to."""


class Tables(NamedTuple):
    """What was written last, for whoever goes on with it."""

    statuses: dict[str, str]
    summary: pd.DataFrame


def write_tables(folder: ResultsFolder) -> Tables:
    """Merge the parts of an open folder and write its summary, and with tuned settings `tuned.csv`.

    Returns:
        The status of every planned trial, in table order, and the summary.
    """
    merged = folder.merge()
    statuses = dict(zip(merged.trials["trial"], merged.trials["status"], strict=True))
    return Tables(statuses, _summarise(folder, merged))


def _summarise(folder: ResultsFolder, tables: Merged) -> pd.DataFrame:
    manifest = folder.manifest
    summary = summarise(
        tables.trials,
        tables.test,
        task=manifest["task"],
        baselines={c["label"]: c["baseline"] for c in manifest["conditions"]},
        rows=read_rows(folder.path),
        swept=folder.layout.swept,
    )
    folder.write_summary(summary)
    if folder.layout.tuned_over:
        study, conditions = manifest["study"], manifest["conditions"]
        folder.write_tuned(summarise_tuning(tables.trials, task=manifest["task"], study=study, conditions=conditions))
    return summary


def bring_up_to_date(folder: str | Path) -> None:
    """Write the tables of a study whose last run was killed before it could, and a summary that an older version wrote.

    Leaves alone a study that runs now. The derived tables alone are made from `trials.csv`, `test.csv` and `rows/`: a
    folder that was handed on without its parts loses nothing.

    Raises:
        FolderError: the folder is damaged, or another run writes in it and its summary cannot be read before that ends.
    """
    results = ResultsFolder(folder)
    was_killed = results.manifest["status"] == "running"
    if not was_killed and results.has_current_summary():
        return
    try:
        with results.writing():
            if was_killed:
                write_tables(results)
                results.update(status="interrupted")
            else:
                _summarise(results, results.merged())
    except FolderBusyError:
        if not results.has_current_summary():
            raise FolderError(
                f"{results.path / 'summary.csv'}: the summary must have the columns of this version. Got none yet, "
                "and a run that still writes in this folder. Wait until it ends."
            ) from None


def results_table(results: Results) -> pd.DataFrame:
    """Return a row per condition of a study, in its order, at `TABLE_POINT`.

    Returns:
        Columns condition, n, train_loss, val_loss, loss_gap, loss_gap_ci95_low, loss_gap_ci95_high, val_accuracy (or
        val_rmse), and difference with its interval: val loss minus that of the baseline, paired by seed. Means over the
        complete trials, intervals of the estimand `split`; nan where there is none.
    """
    return printed_table(results.summary, results.manifest)


def printed_table(summary: pd.DataFrame, manifest: Manifest) -> pd.DataFrame:
    """Return the table of a summary: see `results_table`."""
    table, labels = SummaryTable(summary), [condition["label"] for condition in manifest["conditions"]]
    others = [f"val_{metric.column}" for metric in TASKS[manifest["task"]].others]
    on_val = [table.row(label, "val_loss", TABLE_POINT) for label in labels]
    columns: dict[str, Any] = {"condition": labels, "n": [row.n if row else 0 for row in on_val]}
    for metric in ("train_loss", "val_loss", "loss_gap", *others):
        rows = [table.row(label, metric, TABLE_POINT) for label in labels]
        columns |= _numbers(metric, [row.mean if row else None for row in rows], has_interval=metric == "loss_gap")
    effects = [row.effect if row else None for row in on_val]
    return pd.DataFrame(columns | _numbers("difference", [one.estimate if one else None for one in effects]))


def _numbers(name: str, estimates: list[Estimate | None], *, has_interval: bool = True) -> dict[str, list[float]]:
    """Return estimates as columns of numbers, nan for what is missing."""
    parts = {name: [one.value if one else None for one in estimates]}
    if has_interval:
        parts[f"{name}_ci95_low"] = [one.low if one else None for one in estimates]
        parts[f"{name}_ci95_high"] = [one.high if one else None for one in estimates]
    return {column: [math.nan if value is None else value for value in values] for column, values in parts.items()}
