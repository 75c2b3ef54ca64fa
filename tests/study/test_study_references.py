"""The trivial predictor and the linear model of a study: measured on the rows of its nets, once, and kept."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from small_studies import run, small_study

from dropout_lab.evaluation.references import REFERENCES
from dropout_lab.metrics import TASKS
from dropout_lab.results import ResultsFolder, read_results
from dropout_lab.study import bring_up_to_date, prepare_run
from dropout_lab.study import references as module
from dropout_lab.study.data import StudyData


def of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return the one row of a reference at the baseline."""
    (row,) = frame[(frame["reference"] == name) & (frame["condition"] == "rate=0")].to_dict("records")
    return pd.Series(row)


def test_class_shares_are_measured_as_nets_are(tmp_path):
    study = small_study()
    row = of(read_results(run(study, tmp_path).folder).references, "trivial")
    _, rows = StudyData().prepared(study, 0)
    shares = np.bincount(rows.train_targets, minlength=3) / len(rows.train_targets)
    for split in ("train", "val", "test"):
        targets = getattr(rows, f"{split}_targets")
        assert row[f"{split}_loss"] == pytest.approx(-np.log(shares[targets]).mean(), rel=1e-6)
        assert row[f"{split}_accuracy"] == pytest.approx((targets == shares.argmax()).mean())
    assert row["loss_gap"] == row["val_loss"] - row["train_loss"]
    assert (row["n_train"], row["n_val"], row["n_test"]) == (60, len(rows.val_targets), len(rows.test_targets))


def test_a_logistic_regression_is_scikit_learns(tmp_path):
    study = small_study()
    row = of(read_results(run(study, tmp_path).folder).references, "linear_model")
    _, rows = StudyData().prepared(study, 0)
    model = LogisticRegression().fit(rows.train_features, rows.train_targets)
    likelihoods = model.predict_log_proba(rows.val_features)[np.arange(len(rows.val_targets)), rows.val_targets]
    assert row["val_loss"] == pytest.approx(-likelihoods.mean(), rel=1e-4)
    assert row["val_accuracy"] == pytest.approx(model.score(rows.val_features, rows.val_targets))


def test_regression_is_held_against_the_train_mean_and_a_ridge_regression(tmp_path):
    study = small_study(data={"source": "diabetes"})
    frame = read_results(run(study, tmp_path).folder).references
    _, rows = StudyData().prepared(study, 0)
    ridge = Ridge().fit(rows.train_features.astype(float), rows.train_targets.astype(float))
    expected = {
        "trivial": (rows.val_targets**2).mean(),
        "linear_model": ((ridge.predict(rows.val_features) - rows.val_targets) ** 2).mean(),
    }
    for name, loss in expected.items():
        row = of(frame, name)
        assert row["val_loss"] == pytest.approx(loss, rel=1e-4)
        assert row["val_rmse"] == pytest.approx(np.sqrt(loss) * rows.target_scale, rel=1e-4)


def test_two_classes_have_two_outputs(tmp_path):
    study = small_study(data={"source": "breast_cancer"})
    row = of(read_results(run(study, tmp_path).folder).references, "linear_model")
    assert row["val_accuracy"] > 0.9
    assert row["val_loss"] < 0.2


def test_every_split_and_every_level_of_label_noise_has_its_own_rows(tmp_path):
    study = small_study(data={"source": "iris", "split_seed": "per_seed"}, sweep={"data.label_noise": [0.0, 0.4]})
    frame = read_results(run(study, tmp_path).folder).references
    linear = frame[(frame["reference"] == "linear_model") & frame["condition"].str.startswith("rate=0 ")]
    assert linear["seed"].tolist() == [0, 1, 0, 1]
    assert linear["data.label_noise"].tolist() == [0.0, 0.0, 0.4, 0.4]
    assert linear["val_loss"].nunique() == 4
    linear = frame[frame["reference"] == "linear_model"].groupby("data.label_noise")["val_loss"].mean()
    assert linear[0.0] < linear[0.4]


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch):
    first = run(small_study(), tmp_path)
    kept = (first.folder / "references.csv").read_bytes()
    measured = []
    monkeypatch.setattr(module, "_measure", lambda *given: measured.append(given) or [])
    run(small_study(), tmp_path)
    assert (first.folder / "references.csv").read_bytes() == kept
    run(small_study(seeds=3), tmp_path)  # on the same split
    assert not measured
    run(small_study(seeds=3, dropout={"rates": [0.2, 0.5]}), tmp_path)
    assert len(measured) == 1


@pytest.mark.parametrize("damage", ["lost", "cut off", "of other columns"])
def test_a_damaged_file_is_written_anew_by_the_next_run(tmp_path, damage):
    folder = run(small_study(), tmp_path).folder
    path = folder / "references.csv"
    kept = path.read_bytes()
    path.unlink() if damage == "lost" else path.write_bytes(kept[:-5] if damage == "cut off" else b"a,b\n1,2\n")
    run(small_study(), tmp_path)
    assert path.read_bytes() == kept


def test_the_numbers_do_not_depend_on_the_number_of_cores(tmp_path):
    one, two = (run(small_study(), tmp_path / str(n), threads=n).folder / "references.csv" for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_a_run_that_is_stopped_measures_nothing_and_the_next_one_does(tmp_path, monkeypatch):
    def stop(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dropout_lab.study.run.execute_cohorts", stop)
        folder = prepare_run(small_study(), out=tmp_path, threads=1).execute().folder
    assert not (folder / "references.csv").exists()
    assert read_results(folder).references.empty
    run(small_study(), tmp_path)
    assert set(read_results(folder).references["reference"]) == set(REFERENCES)


def test_what_cannot_be_fitted_is_left_out_with_a_note(tmp_path, monkeypatch):
    def fails(*_given: object) -> None:
        raise ValueError("no such line")

    monkeypatch.setitem(REFERENCES, "linear_model", fails)
    notes: list[str] = []
    observer = type("Hears", (module.Observer,), {"note": lambda _, text: notes.append(text)})()
    outcome = prepare_run(small_study(), out=tmp_path, threads=1).execute(observer)
    assert outcome.exit_code == 0
    assert set(read_results(outcome.folder).references["reference"]) == {"trivial"}
    assert notes == ["the linear_model reference could not be fitted, and is left out: no such line"]


def test_a_folder_of_an_older_version_has_no_references_and_is_read(tmp_path):
    folder = run(small_study(), tmp_path).folder
    (folder / "references.csv").unlink()
    bring_up_to_date(folder)
    assert read_results(folder).references.empty
    assert ResultsFolder(folder).references() is None


def test_every_reference_has_words_in_every_task():
    for task in TASKS.values():
        for name in REFERENCES:
            assert task.references[name].label
