"""Facts of the gap: both splits measured in eval mode at the same weights, by the same function, and its sign."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dropout_lab.evaluation import Rows, eval_mode
from dropout_lab.metrics import TASKS, curve_metrics, loss_gap
from dropout_lab.training import CohortData

from .builders import REGRESSION_WIDTHS, Trained, condition, data, rows, settings, train

NOISY = condition(0.2, 0.5, 0.5)
QUIET = condition(0, 0, 0)


def wrong(split: Rows) -> Rows:
    """Return the same features with targets that nothing taught: the next class, or a number far off."""
    targets = split.targets
    return replace(split, targets=targets + 9 if targets.is_floating_point() else (targets + 1) % 3)


def train_with(task: str = "classification", **splits: Rows) -> Trained:
    widths = REGRESSION_WIDTHS if task == "regression" else (8, 12, 7, 3)
    on = replace(data(task=task), **splits)
    return train(settings(QUIET, NOISY, widths=widths, task=task, epochs=8), on)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_train_split_as_val_split_has_gap_0_exactly(task: str) -> None:
    same = data(task=task).train
    curves = train_with(task, measured_train=same, val=same).curves
    score = "rmse" if task == "regression" else "accuracy"
    assert (curves["loss_gap"] == 0).all()
    assert (curves[f"{score}_gap"] == 0).all()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_gaps_are_positive_where_the_net_does_worse_on_val(task: str) -> None:
    train_rows = data(task=task).train
    curves = train_with(task, measured_train=train_rows, val=wrong(train_rows)).curves
    score = "rmse" if task == "regression" else "accuracy"
    assert (curves["loss_gap"][-1] > 0).all()
    assert (curves[f"{score}_gap"][-1] > 0).all()


def test_gaps_are_negative_where_the_net_does_better_on_val() -> None:
    train_rows = data().train
    curves = train_with(measured_train=wrong(train_rows), val=train_rows).curves
    assert (curves["loss_gap"][-1] < 0).all()
    assert (curves["accuracy_gap"][-1] < 0).all()


def test_the_loss_gap_is_val_loss_minus_train_loss() -> None:
    curves = train_with().curves
    np.testing.assert_array_equal(curves["loss_gap"], curves["val_loss"] - curves["train_loss"])
    np.testing.assert_array_equal(curves["accuracy_gap"], curves["train_accuracy"] - curves["val_accuracy"])


def test_one_definition_gives_every_gap() -> None:
    assert loss_gap(1.0, 1.25) == 0.25
    assert TASKS["classification"].score.gap(1.0, 0.75) == 0.25
    assert TASKS["regression"].score.gap(1.0, 1.25) == 0.25


def test_the_objective_loss_is_not_the_train_loss_where_units_are_dropped() -> None:
    everything = rows(200, first=1)
    still = [replace(c, update=replace(c.update, learning_rate=0.0)) for c in (QUIET, NOISY)]
    of = settings(*still, seeds=(3,), epochs=1)
    curves = train(of, CohortData(everything, everything, rows(5), rows(0), np.ones(1))).curves
    quiet, noisy = (curves["objective_loss"] - curves["train_loss"])[0]
    assert quiet == pytest.approx(0, abs=1e-12)
    assert noisy > 0.05


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_columns_of_a_curve_are_the_contracts(task: str) -> None:
    assert tuple(train_with(task).curves) == curve_metrics(task)


def test_rmse_is_in_the_targets_own_units() -> None:
    curves = train_with("regression").curves
    np.testing.assert_allclose(curves["val_rmse"], 2.5 * np.sqrt(curves["val_loss"]), rtol=1e-12)


def test_under_label_noise_the_train_accuracy_against_the_true_labels_has_a_column_of_its_own() -> None:
    clean = data().train
    corrupted = replace(wrong(clean), true_targets=clean.targets)
    with_clean, with_corrupted = train_with(measured_train=clean), train_with(measured_train=corrupted)
    np.testing.assert_array_equal(with_corrupted.curves["train_true_accuracy"], with_clean.curves["train_accuracy"])
    assert (with_corrupted.curves["train_true_accuracy"] != with_corrupted.curves["train_accuracy"]).any()


def test_measuring_in_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    many = rows(150, first=2)
    whole = train_with(val=many, test=many)
    monkeypatch.setattr(eval_mode, "_CPU_CHUNK_BYTES", 0)
    in_chunks = train_with(val=many, test=many)
    np.testing.assert_allclose(in_chunks.curves["val_loss"], whole.curves["val_loss"], rtol=1e-12)
    np.testing.assert_array_equal(in_chunks.curves["val_accuracy"], whole.curves["val_accuracy"])


def test_every_seed_is_measured_on_its_own_dataset() -> None:
    each = data(n_datasets=2)
    both = train(settings(QUIET, NOISY), each).curves["val_loss"].reshape(3, 2, 2)
    for which, seed in enumerate((3, 11)):
        of_seed = [Rows(s.features[which : which + 1], s.targets[which : which + 1]) for s in _splits(each)]
        alone = train(settings(QUIET, NOISY, seeds=(seed,)), CohortData(*of_seed, np.ones(1))).curves["val_loss"]
        np.testing.assert_allclose(both[:, :, which], alone, rtol=1e-9)


def test_a_study_without_test_rows_measures_no_test() -> None:
    assert train_with(test=Rows(torch.empty(1, 0, 8, dtype=torch.float64), torch.empty(1, 0).long())).result.test == {}


def _splits(on: CohortData) -> tuple[Rows, ...]:
    return on.train, on.measured_train, on.val, on.test
