"""The summary of a study on disk: over seeds, over rows, and written anew where an earlier version wrote it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_studies import run, small_study, tables_without_times

from dropout_lab.errors import FolderError
from dropout_lab.results import ResultsFolder, read_results, read_rows
from dropout_lab.study import bring_up_to_date

CLASSES = {"seeds": 3}
NUMBERS = {"seeds": 3, "data__source": "diabetes", "data__train_size": 60, "model__hidden": [4]}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return run(small_study(), tmp_path).folder


def write_old_summary(folder: Path) -> bytes:
    """Leave a summary of an earlier version, and return the one that was there."""
    summary = folder / "summary.csv"
    content = summary.read_bytes()
    old = pd.read_csv(summary).drop(columns=["smallest_p", "best", "may_be_best"])
    old.to_csv(summary, index=False)
    return content


@pytest.mark.parametrize("split", ["val", "test"])
@pytest.mark.parametrize("split_seed", [0, "per_seed"])
def test_the_kept_hits_average_to_the_accuracy_of_the_table(tmp_path: Path, split: str, split_seed: int | str) -> None:
    results = read_results(run(small_study(**CLASSES, data__split_seed=split_seed), tmp_path).folder)
    table = results.trials if split == "val" else results.test[results.test["point"] == "best"]
    column = "best_val_accuracy" if split == "val" else "test_accuracy"
    rows = read_rows(results.path).at(split, "best")
    found = [rows[trial].correct.mean() for trial in table["trial"]]
    np.testing.assert_allclose(found, table[column], rtol=1e-12)


@pytest.mark.parametrize("changes", [CLASSES, NUMBERS], ids=["classification", "regression"])
@pytest.mark.parametrize("split_seed", [0, "per_seed"])
def test_both_estimands_have_the_same_means(tmp_path: Path, changes: dict, split_seed: int | str) -> None:
    summary = read_results(run(small_study(**changes, data__split_seed=split_seed), tmp_path).folder).summary
    means = summary.pivot_table(index=["condition", "metric", "point"], columns="estimand", values="mean").dropna()
    assert len(means) == 2 * 6 * 3
    np.testing.assert_allclose(means["population"], means["split"], rtol=1e-9, atol=1e-12)


def test_the_kept_targets_of_a_regression_are_standardised_as_the_predictions_are(tmp_path: Path) -> None:
    folder = run(small_study(**NUMBERS), tmp_path).folder
    (path,) = folder.glob("rows/*.npz")
    with np.load(path) as rows:
        squared = (rows["val_last_prediction"] - rows["val_targets"]) ** 2
        np.testing.assert_allclose(squared, rows["val_last_loss"], rtol=1e-4, atol=1e-6)


def test_a_study_beyond_the_cap_has_the_split_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.study.run.ROWS_CAP_MIB", 0)
    assert set(read_results(run(small_study(), tmp_path).folder).summary["estimand"]) == {"split"}


def test_a_summary_that_an_earlier_version_wrote_is_written_anew(study: Path) -> None:
    before = tables_without_times(study)
    write_old_summary(study)
    with pytest.raises(FolderError, match="columns must be those of its study"):
        read_results(study)
    bring_up_to_date(study)
    assert tables_without_times(study) == before
    assert ResultsFolder(study).manifest["status"] == "complete"


@pytest.mark.parametrize("lost", ["summary.csv", "parts", "rows"])
def test_a_summary_is_made_of_the_tables_and_what_rows_there_are(study: Path, lost: str) -> None:
    others = {path.name: path.read_bytes() for path in study.glob("*.csv") if path.name != "summary.csv"}
    current = write_old_summary(study)
    (study / lost).rename(study.parent / lost)
    bring_up_to_date(study)
    estimands = {"split"} if lost == "rows" else {"split", "population"}
    assert set(read_results(study).summary["estimand"]) == estimands
    assert ((study / "summary.csv").read_bytes() == current) == (lost != "rows")
    assert {name: (study / name).read_bytes() for name in others} == others


def test_a_summary_without_rows_is_written_anew(study: Path) -> None:
    summary = study / "summary.csv"
    content = summary.read_bytes()
    summary.write_bytes(content.splitlines(keepends=True)[0])
    bring_up_to_date(study)
    assert summary.read_bytes() == content


def test_a_current_summary_is_left_alone(study: Path) -> None:
    before = (study / "summary.csv").stat().st_mtime_ns
    bring_up_to_date(study)
    assert (study / "summary.csv").stat().st_mtime_ns == before


def test_an_old_summary_waits_until_the_run_that_writes_there_ends(study: Path) -> None:
    write_old_summary(study)
    with ResultsFolder(study).writing(), pytest.raises(FolderError) as caught:
        bring_up_to_date(study)
    assert str(caught.value) == (
        f"{study / 'summary.csv'}: the summary must have the columns of this version. Got none yet, and a run that "
        "still writes in this folder. Wait until it ends."
    )


@pytest.mark.slow
def test_a_summary_is_written_anew_without_torch(study: Path) -> None:
    write_old_summary(study)
    code = (
        "import sys; from dropout_lab.study import bring_up_to_date\n"
        f"bring_up_to_date({str(study)!r}); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
    assert read_results(study).summary["best"].notna().all()
