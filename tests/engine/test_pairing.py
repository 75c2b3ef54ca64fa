"""Facts of pairing: what the conditions of a seed share, what seeds do not, and that nothing else joins in."""

from itertools import combinations

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.model import Architecture, Parameters, initial_parameters
from dropout_lab.training import CohortTraining

from .builders import Trained, condition, data, noise_source, settings, train

LOW, HIGH = condition(0, 0.2, 0.2), condition(0.1, 0.7, 0.5)


def initial(**options: object) -> Parameters:
    """Return the weights that a cohort of two conditions and two seeds begins with."""
    return CohortTraining(settings(LOW, HIGH, **options), data())._parameters


def of_trial(trained: Trained, trial: int) -> dict[str, np.ndarray]:
    return {name: curve[:, trial] for name, curve in trained.curves.items()}


def assert_same_numbers(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    for name, curve in theirs.items():
        np.testing.assert_allclose(mine[name], curve, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("init", ["auto", "torch"])
def test_all_conditions_of_a_seed_begin_with_the_same_weights(init: str) -> None:
    for parameter in initial(init=init).tensors:
        assert torch.equal(parameter[:2], parameter[2:])


@pytest.mark.parametrize("init", ["auto", "torch"])
def test_every_seed_begins_with_weights_of_its_own(init: str) -> None:
    for weights in initial(init=init).weights:
        assert not np.isin(weights[0], weights[1]).any()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_initial_weights_depend_on_neither_optimizer_nor_rate(optimizer: str) -> None:
    of = settings(condition(0, 0, 0, learning_rate=0.5), optimizer=optimizer)
    for mine, theirs in zip(CohortTraining(of, data())._parameters.tensors, initial().tensors, strict=True):
        assert torch.equal(mine, theirs[:2])


@pytest.mark.parametrize(
    ("init", "variances"),
    [
        pytest.param("he", (2 / 200, 2 / 300), id="he"),
        pytest.param("glorot", (2 / 500, 2 / 400), id="glorot"),
        pytest.param("lecun", (1 / 200, 1 / 300), id="lecun"),
        pytest.param("torch", (1 / 600, 1 / 900), id="torch"),
        pytest.param("auto", (2 / 200, 1 / 300), id="auto for relu: he, the output layer lecun"),
    ],
)
def test_initial_weights_have_the_variance_of_their_scheme(init: str, variances: tuple[float, float]) -> None:
    shape = Architecture((200, 300, 100), "relu", init)
    net = initial_parameters(shape, [0], 1, dtype=torch.float64, device=torch.device("cpu"))
    assert [float(w.var()) for w in net.weights] == pytest.approx(variances, rel=0.03)
    assert [float(w.mean()) for w in net.weights] == pytest.approx([0, 0], abs=2e-3)


def test_the_reference_net_has_669706_parameters() -> None:
    reference = Architecture((784, 512, 512, 10))
    net = initial_parameters(reference, [0], 1, dtype=torch.float32, device=torch.device("cpu"))
    assert sum(parameter.numel() for parameter in net.tensors) == reference.n_parameters == 669_706


def test_adding_a_rate_changes_no_other_trial() -> None:
    narrow, wide = train(settings(LOW)), train(settings(LOW, HIGH))
    for trial in (0, 1):
        assert_same_numbers(of_trial(wide, trial), of_trial(narrow, trial))


def test_adding_a_seed_changes_no_other_trial() -> None:
    narrow, wide = train(settings(LOW, HIGH, seeds=(11,))), train(settings(LOW, HIGH, seeds=(3, 11, 4)))
    for condition_index in (0, 1):
        assert_same_numbers(of_trial(wide, 3 * condition_index + 1), of_trial(narrow, condition_index))


@pytest.mark.parametrize("others", [(), (3,), (12, 3)], ids=lambda others: f"{len(others)} more seeds")
def test_adding_rates_and_seeds_leaves_the_draws_bit_for_bit(others: tuple[int, ...]) -> None:
    def multipliers(*rates: tuple[float, float], seeds: tuple[int, ...]) -> Tensor:
        of = settings(*(condition(*each) for each in rates), widths=(8, 12, 3), seeds=seeds)
        return noise_source(of).draw(2, 5).values[1].multipliers

    drawn = multipliers((0, 0.3), *[(0.1, 0.6)] * len(others), seeds=(*others, 11))
    assert torch.equal(drawn[len(others)], multipliers((0, 0.3), seeds=(11,))[0])


def test_training_longer_begins_as_training_shorter() -> None:
    short, long = train(settings(LOW, HIGH, epochs=2)), train(settings(LOW, HIGH, epochs=5))
    for name, curve in short.curves.items():
        np.testing.assert_array_equal(long.curves[name][:2], curve)


def test_evaluating_less_often_changes_no_number() -> None:
    often, seldom = train(settings(LOW, HIGH, epochs=4)), train(settings(LOW, HIGH, epochs=4, every=2))
    for name, curve in seldom.curves.items():
        np.testing.assert_array_equal(curve, often.curves[name][1::2])


def test_different_seeds_and_different_rates_give_different_trials() -> None:
    losses = train(settings(LOW, HIGH)).curves["val_loss"]
    assert all((losses[:, a] != losses[:, b]).all() for a, b in combinations(range(4), 2))
