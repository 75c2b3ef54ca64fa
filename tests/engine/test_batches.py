"""Facts of batch order and epochs: every row once an epoch, in a new order, with its own target."""

import numpy as np
import pytest
import torch

from dropout_lab.evaluation import Rows
from dropout_lab.randomness import Purpose, raw_words
from dropout_lab.training import CohortData, batches

from .builders import condition, rows, settings, train

N_ROWS = 22


def numbered_rows(n_datasets: int = 1) -> Rows:
    """Return rows whose only feature and whose target are the row's number, 100 more in every further dataset."""
    number = torch.arange(N_ROWS) + 100 * torch.arange(n_datasets).view(-1, 1)
    return Rows(number.unsqueeze(-1).double(), number)


def epoch_orders(
    epoch: int, *, seeds: tuple[int, ...] = (3, 11), n_conditions: int = 2, of: Rows | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of all batches of 8 of one epoch, ``[conditions, seeds, rows]``, and the seeds' targets."""
    order = batches.BatchOrder(numbered_rows() if of is None else of, seeds, n_conditions)
    order.begin_epoch(epoch)
    features, targets = [], []
    for start in range(0, N_ROWS, 8):
        stop = min(start + 8, N_ROWS)
        inputs = torch.empty(n_conditions * len(seeds), stop - start, 1, dtype=torch.float64)
        targets.append(order.take(start, stop, out=inputs))
        features.append(inputs[..., 0])
    return torch.cat(features, 1).view(n_conditions, len(seeds), N_ROWS).numpy(), torch.cat(targets, 1).numpy()


def test_every_epoch_holds_every_row_once() -> None:
    np.testing.assert_array_equal(np.sort(epoch_orders(4)[0], axis=-1), np.tile(np.arange(N_ROWS), (2, 2, 1)))


def test_every_row_comes_with_its_own_target() -> None:
    features, targets = epoch_orders(4)
    np.testing.assert_array_equal(features, np.stack([targets, targets]))


def test_every_epoch_has_a_new_order() -> None:
    assert (epoch_orders(0)[0] != epoch_orders(1)[0]).any(axis=-1).all()


def test_every_seed_has_an_order_of_its_own() -> None:
    of_seeds = epoch_orders(0)[0]
    assert (of_seeds[:, 0] != of_seeds[:, 1]).any()


def test_all_conditions_of_a_seed_share_the_order() -> None:
    of_conditions = epoch_orders(0)[0]
    np.testing.assert_array_equal(of_conditions[0], of_conditions[1])


def test_the_order_is_the_stable_argsort_of_the_epochs_words() -> None:
    words = raw_words(11, Purpose.BATCH_ORDER, count=N_ROWS, step=4)
    np.testing.assert_array_equal(epoch_orders(4)[0][0, 1], np.argsort(words, kind="stable"))


def test_a_seed_with_a_dataset_of_its_own_sees_only_that() -> None:
    features, targets = epoch_orders(4, of=numbered_rows(n_datasets=2))
    shared = epoch_orders(4)[0]
    np.testing.assert_array_equal(features, shared + np.array([[0], [100]]))
    np.testing.assert_array_equal(features, np.stack([targets, targets]))


@pytest.mark.parametrize("n_train", [22, 24, 17, 8], ids=lambda n: f"{n} rows")
def test_the_objective_weighs_every_train_row_alike(n_train: int) -> None:
    everything = rows(n_train, first=1)
    on = CohortData(everything, everything, rows(5), rows(0), np.ones(1))
    curves = train(settings(condition(0, 0, 0, learning_rate=0.0)), on).curves
    np.testing.assert_allclose(curves["objective_loss"], curves["train_loss"], rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "n_steps", "epochs"),
    [
        pytest.param({"epochs": 3}, 9, [1, 2, 3], id="a partial batch is a step"),
        pytest.param({"n_steps": 7}, 7, [1, 2, 3], id="steps cut the last epoch short"),
        pytest.param({"n_steps": 6}, 6, [1, 2], id="steps that end with an epoch"),
        pytest.param({"n_steps": 1}, 1, [1], id="one step"),
        pytest.param({"epochs": 5, "every": 2}, 15, [2, 4, 5], id="the last epoch is always evaluated"),
        pytest.param({"epochs": 4, "every": 2}, 12, [2, 4], id="the last epoch is evaluated once"),
        pytest.param({"epochs": 3, "every": 10}, 9, [3], id="fewer epochs than between evaluations"),
        pytest.param({"epochs": 3, "batch_size": 22}, 3, [1, 2, 3], id="one batch an epoch"),
    ],
)
def test_epochs_and_steps_are_counted_as_asked(options: dict[str, int], n_steps: int, epochs: list[int]) -> None:
    trained = train(settings(**options))
    assert (trained.result.n_steps, trained.epochs) == (n_steps, epochs)
