"""Facts of the points: best is the earliest lowest val loss, stop is what early stopping would have kept."""

import numpy as np
import pytest
import torch

from dropout_lab.model import Parameters
from dropout_lab.training import POINTS, points

from .builders import Trained, condition, data, settings, train

INF, NAN = float("inf"), float("nan")
# val losses, patience, best, evaluation at which patience ran out (-1: never), stop
SCRIPTS = [
    pytest.param([3, 2, 1], 2, 2, -1, 2, id="always better"),
    pytest.param([1, 2, 3, 4], 2, 0, 2, 0, id="patience runs out"),
    pytest.param([1, 2, 0.5, 2, 2], 2, 2, 4, 2, id="better in time"),
    pytest.param([1, 2, 2, 0.5], 2, 3, 2, 0, id="better too late for stop, not for best"),
    pytest.param([1, 1, 1], 2, 0, 2, 0, id="a tie is no improvement"),
    pytest.param([2, 1, 1, 3], 3, 1, -1, 1, id="the earliest of equals"),
    pytest.param([1, 2], 1, 0, 1, 0, id="patience of one"),
    pytest.param([1, 2, 2, 0.5, 2, 2, 2], 2, 3, 2, 0, id="patience runs out once"),
    pytest.param([5], 1, 0, -1, 0, id="one evaluation"),
]


def follow(val_losses: list[list[float]], patience: int) -> tuple[points.PointTracker, dict[str, list[float]]]:
    """Follow scripted losses ``[evaluations][trials]``; the weights at evaluation k of trial t are ``10 t + k``."""
    of_trials = 10.0 * torch.arange(len(val_losses[0])).view(-1, 1, 1)
    live = Parameters((of_trials.clone(),), (of_trials.clone(),))
    tracker = points.PointTracker(live, patience)
    is_alive = np.ones(len(val_losses[0]), dtype=bool)
    for evaluation, losses in enumerate(val_losses):
        for tensor in live.tensors:
            tensor.copy_(of_trials + evaluation)
        is_alive = is_alive & np.isfinite(losses)
        tracker.update(np.array(losses, dtype=float), is_alive)
    return tracker, {point: kept.biases[0].flatten().tolist() for point, kept in tracker.finish().items()}


@pytest.mark.parametrize(("losses", "patience", "best", "stopped_at", "stop"), SCRIPTS)
def test_best_and_stop_follow_the_val_losses(
    losses: list[float], patience: int, best: int, stopped_at: int, stop: int
) -> None:
    tracker, _ = follow([[loss] for loss in losses], patience)
    found = (tracker.best_index[0], tracker.stopped_index[0], tracker.stop_index[0])
    assert found == (best, stopped_at, stop)


@pytest.mark.parametrize(("losses", "patience", "best", "stopped_at", "stop"), SCRIPTS)
def test_the_weights_of_every_point_are_kept(
    losses: list[float], patience: int, best: int, stopped_at: int, stop: int
) -> None:
    _, weights = follow([[loss] for loss in losses], patience)
    assert weights == {"last": [len(losses) - 1], "best": [best], "stop": [stop]}


def test_best_is_the_earliest_of_equal_val_losses() -> None:
    tracker, weights = follow([[2.0], [1.0], [1.0]], patience=5)
    assert tracker.best_index.tolist() == [1]
    assert weights["best"] == [1]


def test_every_trial_has_points_of_its_own() -> None:
    tracker, weights = follow([[1, 3], [2, 2], [3, 1]], patience=2)
    assert tracker.best_index.tolist() == [0, 2]
    assert tracker.stopped_index.tolist() == [2, -1]
    assert weights == {"last": [2, 12], "best": [0, 12], "stop": [0, 12]}


@pytest.mark.parametrize("bad", [INF, NAN], ids=["inf", "nan"])
def test_after_divergence_no_point_moves(bad: float) -> None:
    tracker, weights = follow([[2], [1], [bad], [0.1], [0.1]], patience=2)
    assert (tracker.best_index[0], tracker.stop_index[0], tracker.stopped_index[0]) == (1, 1, -1)
    assert weights["best"] == weights["stop"] == [1]


def overfitting(**options: object) -> Trained:
    """Train until val loss has turned up, with the val rows as test rows."""
    on = data()
    same = type(on)(on.train, on.measured_train, on.val, on.val, on.target_scales)
    of = settings(condition(0, 0, 0, learning_rate=0.1), condition(), epochs=30, patience=3, **options)
    return train(of, same, keep_rows=True)


@pytest.mark.parametrize("point", POINTS)
def test_test_is_measured_with_the_weights_of_its_point(point: str) -> None:
    trained = overfitting()
    index = trained.result.point_index[point]
    expected = trained.curves["val_loss"][index, np.arange(4)]
    np.testing.assert_array_equal(trained.result.test[point].loss, expected)


@pytest.mark.parametrize("every", [1, 3])
def test_patience_counts_evaluations(every: int) -> None:
    trained = overfitting(every=every)
    stopped, stop = trained.result.stopped_index, trained.result.point_index["stop"]
    assert (stopped >= 0).any()
    assert (stopped - stop)[stopped >= 0].tolist() == [3] * int((stopped >= 0).sum())


def test_a_trial_whose_patience_never_ran_out_stops_at_its_best() -> None:
    trained = train(settings(condition(), epochs=3, patience=100))
    assert trained.result.stopped_index.tolist() == [-1, -1]
    np.testing.assert_array_equal(trained.result.point_index["stop"], trained.result.point_index["best"])


@pytest.mark.parametrize("point", POINTS)
def test_the_rows_losses_and_predictions_average_to_the_measurement(point: str) -> None:
    trained, targets = overfitting(), data().val.targets[0].numpy()
    losses, predicted = trained.result.rows["test", point]
    np.testing.assert_allclose(losses.mean(axis=1), trained.result.test[point].loss, rtol=1e-6)
    np.testing.assert_allclose(
        (predicted == targets).mean(axis=1), trained.result.test[point].values["accuracy"], rtol=1e-12
    )
    np.testing.assert_array_equal(losses, trained.result.rows["val", point][0])
