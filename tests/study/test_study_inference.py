"""Facts of a study's inference tables: who has rows, at which points, and who is named for having none."""

from dataclasses import replace

import numpy as np
import pytest
from small_studies import run, small_study

from dropout_lab.results import read_results
from dropout_lab.study import SilentObserver, prepare_run
from dropout_lab.training import CohortTraining

ONE_MEASUREMENT = ["trial", "split", "point", "method"]


def written(tmp_path, **changes):
    """Return the results of a small study with six samples."""
    run(small_study(**{"evaluation__mc_samples": 6, **changes}), tmp_path)
    return read_results(tmp_path / "small")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What most facts here are of: long enough for best to lie before last."""
    return written(tmp_path_factory.mktemp("sampled"), training__epochs=8)


class Listener(SilentObserver):
    """Remembers every note."""

    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def test_every_trial_has_weight_scaling_and_every_noisy_one_has_monte_carlo_rows(results):
    rows = results.inference
    counted = rows.groupby(["condition", "method"]).size().to_dict()
    places = 2 * 2 * 3  # seeds, splits, points
    assert counted == {
        ("rate=0", "weight scaling"): places,
        ("rate=0.5", "weight scaling"): places,
        ("rate=0.5", "monte carlo"): places * 6,
    }
    assert set(rows.loc[rows["method"] == "weight scaling", "n_samples"]) == {0}
    of_samples = rows[rows["method"] == "monte carlo"].groupby(ONE_MEASUREMENT)["n_samples"].apply(list)
    assert all(counts == [1, 2, 3, 4, 5, 6] for counts in of_samples)


def test_weight_scaling_repeats_the_tables_of_training(results):
    rows = results.inference[results.inference["method"] == "weight scaling"]
    trials = results.trials.set_index("trial")
    for row in rows[rows["split"] == "val"].itertuples():
        assert row.epoch == trials.loc[row.trial, f"{row.point}_epoch"]
        assert row.loss == pytest.approx(trials.loc[row.trial, f"{row.point}_val_loss"], rel=1e-6)
        assert row.accuracy == trials.loc[row.trial, f"{row.point}_val_accuracy"]
    test = rows[rows["split"] == "test"].merge(results.test, on=["trial", "point"])
    np.testing.assert_allclose(test["loss"], test["test_loss"], rtol=1e-6)
    np.testing.assert_array_equal(test["epoch_x"], test["epoch_y"])


def test_what_does_not_apply_is_empty(results):
    rows = results.inference
    assert (
        rows.loc[rows["method"] == "weight scaling", ["loss_sd", "accuracy_sd", "mutual_information"]]
        .isna()
        .all(axis=None)
    )
    sampled = rows[rows["method"] == "monte carlo"]
    has_one_block = sampled["n_samples"] > 3
    assert sampled.loc[has_one_block, "loss_sd"].isna().all()
    assert sampled.loc[~has_one_block, "loss_sd"].notna().all()
    assert rows[["loss", "accuracy", "entropy", "ece", "brier"]].notna().all(axis=None)


def test_the_bins_hold_every_row_and_give_the_calibration_error(results):
    bins = results.reliability
    assert (bins["n_rows"] > 0).all()
    at_most = results.inference.sort_values("n_samples").groupby(ONE_MEASUREMENT).last()
    sizes = {"val": results.trials["n_val"].iloc[0], "test": results.trials["n_test"].iloc[0]}
    for key, of_key in bins.groupby(ONE_MEASUREMENT):
        n_rows = of_key["n_rows"].sum()
        assert n_rows == sizes[key[1]]
        error = (of_key["n_rows"] * (of_key["confidence"] - of_key["accuracy"]).abs()).sum() / n_rows
        assert error == pytest.approx(at_most.loc[key, "ece"], abs=1e-6)
        accuracy = (of_key["n_rows"] * of_key["accuracy"]).sum() / n_rows
        assert accuracy == pytest.approx(at_most.loc[key, "accuracy"], abs=1e-12)
    assert len(bins.groupby(ONE_MEASUREMENT)) == len(at_most)


def test_regression_has_errors_and_spread_and_no_reliability(tmp_path):
    results = written(tmp_path, data={"source": "diabetes", "train_size": 60})
    rows = results.inference
    assert results.reliability.empty
    is_spread = rows["predictive_sd"].notna()
    assert (is_spread == (rows["n_samples"] > 1)).all()
    assert (rows.loc[is_spread, "predictive_sd"] > 1).all()  # in the target's units, whose sd is 77
    in_eval_mode = rows[(rows["n_samples"] == 0) & (rows["split"] == "test")].merge(results.test, on=["trial", "point"])
    np.testing.assert_allclose(in_eval_mode["rmse"], in_eval_mode["test_rmse"], rtol=1e-5)


def test_a_diverged_trial_has_no_rows(tmp_path):
    results = written(
        tmp_path, training__optimizer="sgd", sweep={"training.learning_rate": [0.01, 1e30]}, training__epochs=2
    )
    diverged = set(results.trials.loc[results.trials["status"] == "diverged", "trial"])
    complete = set(results.trials.loc[results.trials["status"] == "complete", "trial"])
    assert diverged
    assert set(results.inference["trial"]) == set(results.reliability["trial"]) == complete


def test_trials_whose_passes_are_alike_are_named_and_have_no_monte_carlo_rows(tmp_path, monkeypatch):
    finish = CohortTraining.finish

    def without_spread(self, **options):
        result = finish(self, **options)
        lacks_spread = np.zeros_like(result.diverged)
        lacks_spread[-1] = True  # rate 0.5, seed 1
        return replace(result, inference=replace(result.inference, lacks_spread=lacks_spread))

    monkeypatch.setattr(CohortTraining, "finish", without_spread)
    listener = Listener()
    prepare_run(small_study(evaluation__mc_samples=6), out=tmp_path, threads=1).execute(listener)
    rows = read_results(tmp_path / "small").inference
    sampled = rows[rows["method"] == "monte carlo"]
    assert set(zip(sampled["condition"], sampled["seed"], strict=True)) == {("rate=0.5", 0)}
    assert len(rows[rows["method"] == "weight scaling"]) == 4 * 6
    (note,) = [text for text in listener.notes if "same output" in text]
    assert "rate=0.5 seed 1" in note
    assert "all 6 passes" in note


def test_learnt_rates_are_columns_of_the_curves(tmp_path):
    curves = written(tmp_path, dropout__kind="concrete").curves
    learnt = curves[["learnt_rate_1", "learnt_rate_2"]]
    is_baseline = curves["rate"] == 0
    assert learnt[is_baseline].isna().all(axis=None)
    assert learnt[~is_baseline].gt(0).all(axis=None)
    assert learnt[~is_baseline].lt(1).all(axis=None)
