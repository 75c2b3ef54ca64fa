"""Facts of divergence: a recorded result that touches no neighbour and ends nothing but itself."""

import numpy as np
import pytest

from dropout_lab.training import CohortTraining

from .builders import condition, data, settings, train

HEALTHY, DIVERGING = condition(), condition(learning_rate=1e200)


def test_a_diverging_neighbour_does_not_touch_a_trial_bit_for_bit() -> None:
    beside = train(settings(HEALTHY, DIVERGING), data())
    without = train(settings(HEALTHY, condition(learning_rate=0.03)), data())
    assert beside.result.diverged.tolist() == [False, False, True, True]
    for name, curve in without.curves.items():
        np.testing.assert_array_equal(beside.curves[name][:, :2], curve[:, :2])


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_a_trial_beside_a_diverging_one_equals_itself_alone(optimizer: str) -> None:
    beside = train(settings(DIVERGING, HEALTHY, DIVERGING, optimizer=optimizer))
    alone = train(settings(HEALTHY, optimizer=optimizer))
    for name, curve in alone.curves.items():
        np.testing.assert_allclose(beside.curves[name][:, 2:4], curve, rtol=1e-9, atol=1e-12)


def test_the_record_of_a_diverged_trial_ends_with_its_first_row_that_is_not_finite() -> None:
    trained = train(settings(HEALTHY, DIVERGING, epochs=4, optimizer="sgd"))
    losses = np.stack([trained.curves[name] for name in ("objective_loss", "train_loss", "val_loss")])
    first_bad = (~np.isfinite(losses).all(axis=0)).argmax(axis=0)
    recorded = trained.is_recorded.sum(axis=0)
    assert recorded[:2].tolist() == [4, 4]
    assert recorded[2:].tolist() == (first_bad[2:] + 1).tolist()
    assert (trained.result.point_index["last"] == recorded - 1).all()


def test_a_trial_that_diverges_late_keeps_the_points_it_had() -> None:
    slowly = condition(0, learning_rate=1.0)
    of = settings(slowly, task="regression", widths=(8, 1), optimizer="sgd", epochs=100, precision="float32")
    trained = train(of, data(task="regression", dtype="float32"))
    points, n_recorded = trained.result.point_index, trained.is_recorded.sum(axis=0)
    assert trained.result.diverged.all()
    assert (n_recorded > 5).all()
    assert (points["best"] == np.nanargmin(trained.curves["val_loss"], axis=0)).all()
    assert (points["best"] < points["last"]).all()
    np.testing.assert_array_equal(points["last"], n_recorded - 1)
    assert np.isfinite(trained.result.test["best"].loss).all()


def test_a_trial_that_diverges_at_once_has_no_best_and_no_stop() -> None:
    points = train(settings(DIVERGING, epochs=2)).result.point_index
    assert points["best"].tolist() == points["stop"].tolist() == [-1, -1]


def test_training_ends_early_when_every_trial_has_diverged() -> None:
    training = CohortTraining(settings(DIVERGING, epochs=50), data())
    assert sum(1 for _ in training.epochs()) < 50
    assert training.finish().diverged.all()


def test_training_goes_on_while_one_trial_is_finite() -> None:
    assert len(train(settings(DIVERGING, HEALTHY, epochs=6)).epochs) == 6


def test_a_loss_that_never_moves_is_not_divergence() -> None:
    trained = train(settings(condition(learning_rate=0.0)))
    assert not trained.result.diverged.any()
    assert trained.result.point_index["best"].tolist() == [0, 0]
