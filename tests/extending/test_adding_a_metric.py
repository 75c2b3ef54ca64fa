"""A metric is added by its record, its place among a task's metrics and the function that computes it: one file.

The area under the ROC curve: a value of a whole split, from probabilities that no kernel returns, and better when
higher. It has to come out of a copy of the package in which nothing but that file was touched.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dropout_lab.metrics import METRICS

REGISTRY = METRICS
TOUCHES = ("dropout_lab/metrics/registry.py",)

RECORD = """

def _auc(outputs, targets):
    import numpy as np

    odds = outputs[:, :, 1] - outputs[:, :, 0]
    shares = []
    for trial, truth in zip(odds, targets == 1):
        higher = trial[truth][:, None] - trial[~truth][None, :]
        shares.append(np.mean((higher > 0) + 0.5 * (higher == 0)))
    return np.array(shares)


AUC = Metric(
    name="auc",
    column="auc",
    text="AUC",
    short_text="AUC",
    axis_text="area under the ROC curve",
    better="higher",
    unit="share of pairs",
    axis_unit="share",
    spoken_unit="",
    highest=1.0,
    of_split=_auc,
)
"""

STUDY = """
name: with_auc
data: {source: breast_cancer}
model: {hidden: [16]}
training: {epochs: 3, learning_rate: 0.02}
dropout: {rates: [0.5]}
evaluation: {mc_samples: 2}
seeds: 3
"""

SCRIPT = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from dropout_lab.cli.app import main
from dropout_lab.findings.effects import direction_of

def call(*arguments):
    out = StringIO()
    with redirect_stdout(out):
        code = main([str(argument) for argument in arguments])
    assert code == 0, (arguments, code, out.getvalue())
    return out.getvalue()

study = "results/with_auc"
said = {"run": call("run", "study.yaml", "--yes")}
said["summary"] = json.loads(call("summary", study, "--metric", "val_auc", "--point", "last", "--json"))
said["text"] = call("summary", study, "--metric", "val_auc", "--margin", "0.5")
call("plot", study, "--metric", "auc", "--figure", "auc_differences,auc_curves", "--format", "csv")
for name in ("html", "markdown", "latex"):
    call("report", study, "--format", name)
said["directions"] = [direction_of("val_auc", sign, "clear") for sign in ("lower", "higher")]
print(json.dumps(said))
"""


def extended(package: Path, to: Path) -> None:
    """Copy the package, and add the metric to the one file."""
    shutil.copytree(package, to)  # with the kernels that are compiled already
    file = to.parent / TOUCHES[0]
    source = file.read_text("utf-8")
    before = "\n\ndef _of_averages("
    assert before in source
    for old, new in (
        (before, RECORD + before),
        ("metrics=(CROSS_ENTROPY, ACCURACY)", "metrics=(CROSS_ENTROPY, ACCURACY, AUC)"),
        ("        RMSE,\n", "        RMSE,\n        AUC,\n"),
    ):
        assert source.count(old) == 1
        source = source.replace(old, new)
    file.write_text(source, "utf-8")


@pytest.fixture(scope="module")
def said(repository_root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every surface says of a study that was run by the extended package."""
    folder = tmp_path_factory.mktemp("auc")
    extended(repository_root / "dropout_lab", folder / "package" / "dropout_lab")
    (folder / "study.yaml").write_text(STUDY, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "package"), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answer | {"study": folder / "results" / "with_auc"}


def is_measured_and_written_beside_loss_and_accuracy(said: dict[str, Any]) -> None:
    curves, trials, test = (pd.read_csv(said["study"] / f"{name}.csv") for name in ("curves", "trials", "test"))
    assert curves["val_auc"].between(0, 1).all()
    assert (trials["last_val_auc"] > 0.9).all()
    pd.testing.assert_series_equal(curves["auc_gap"], curves["train_auc"] - curves["val_auc"], check_names=False)
    assert {"best_val_auc", "last_auc_gap", "stop_train_auc"} <= {*trials.columns}
    assert (test.loc[test["point"] == "last", "test_auc"] > 0.9).all()


def is_in_the_summary_over_seeds_and_not_over_rows(said: dict[str, Any]) -> None:
    summary = pd.read_csv(said["study"] / "summary.csv")
    of = summary[summary["metric"].isin(["val_auc", "auc_gap", "test_auc"])]
    assert {*of["metric"]} == {"val_auc", "auc_gap", "test_auc"}
    assert {*of["estimand"]} == {"split"}
    assert "val_auc" in json.dumps(said["summary"])
    assert "share of pairs" in said["text"]


def is_better_where_there_is_more_of_it(said: dict[str, Any]) -> None:
    assert said["directions"] == ["worse", "better"]


def is_named_by_tables_figures_and_reports(said: dict[str, Any]) -> None:
    assert "AUC" in said["run"]
    plots = {path.name for path in (said["study"] / "plots").iterdir()}
    assert {"auc_curves.csv", "auc_differences.csv"} == plots
    for ending in ("html", "md", "tex"):
        (report,) = said["study"].glob(f"*.{ending}")
        assert "AUC" in report.read_text("utf-8")


def test_a_metric_is_added_by_its_record(said: dict[str, Any]) -> None:
    """One test, so that the copied package runs once however many workers there are."""
    is_measured_and_written_beside_loss_and_accuracy(said)
    is_in_the_summary_over_seeds_and_not_over_rows(said)
    is_better_where_there_is_more_of_it(said)
    is_named_by_tables_figures_and_reports(said)
