"""The tables of a results folder that follow from its parts: merged files, the summary, and the one `run` prints."""

from pathlib import Path
from typing import Any

import pandas as pd

from dropout_lab.errors import FolderBusyError
from dropout_lab.metrics import score_name
from dropout_lab.results import ResultsFolder, read_results
from dropout_lab.statistics import summarise

TABLE_POINT = "last"
"""The printed table speaks of the last epoch: what training for as long as the config says has come to."""


def write_summary(folder: ResultsFolder) -> None:
    """Merge the parts of an open folder and write its summary."""
    merged, manifest = folder.merge(), folder.manifest
    study = manifest["study"]
    folder.write_summary(
        summarise(
            merged.trials,
            merged.test,
            task=manifest["task"],
            baselines={c["label"]: c["baseline"] for c in manifest["conditions"]},
            split_seed=study["data"]["split_seed"],
            swept=folder.layout.swept,
        )
    )


def bring_up_to_date(folder: str | Path) -> None:
    """Write the tables of a study whose last run was killed before it could; leaves alone one that runs now.

    Raises:
        FolderError: the folder is damaged.
    """
    results = ResultsFolder(folder)
    if results.manifest["status"] != "running":
        return
    try:
        with results.writing():
            write_summary(results)
            results.update(status="interrupted")
    except FolderBusyError:
        return


def results_table(folder: str | Path, point: str = TABLE_POINT) -> pd.DataFrame:
    """Return a row per condition, in the study's order.

    Args:
        folder: of one study.
        point: last, best or stop.

    Returns:
        Columns condition, n, train_loss, val_loss, loss_gap, loss_gap_ci95_low, loss_gap_ci95_high, val_accuracy (or
        val_rmse), and difference with its interval: val loss minus that of the baseline, paired by seed. Means over the
        complete trials; nan where there is none.

    Raises:
        FolderError: the folder is missing or damaged.
    """
    results = read_results(folder)
    at_point = results.summary[results.summary["point"] == point]
    values = {
        metric: at_point[at_point["metric"] == metric].set_index("condition")
        for metric in ("train_loss", "val_loss", "loss_gap", f"val_{score_name(results.manifest['task'])}")
    }
    labels = [condition["label"] for condition in results.manifest["conditions"]]
    columns: dict[str, Any] = {"condition": labels, "n": values["val_loss"]["n"].reindex(labels).to_numpy()}
    for metric, rows in values.items():
        columns[metric] = rows["mean"].reindex(labels).to_numpy()
        if metric == "loss_gap":
            columns |= {f"loss_gap_{edge}": rows[edge].reindex(labels).to_numpy() for edge in ("ci95_low", "ci95_high")}
    for name in ("difference", "difference_ci95_low", "difference_ci95_high"):
        columns[name] = values["val_loss"][name].reindex(labels).to_numpy()
    return pd.DataFrame(columns)
