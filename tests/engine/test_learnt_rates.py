"""Facts of learnt rates: their gradients, the pull of their prior, what is logged, and trials that learn none."""

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.losses import losses_and_gradient, losses_and_predictions
from dropout_lab.model import Parameters, Products, StackedMLP, Workspace, initial_parameters
from dropout_lab.noise import Concrete
from dropout_lab.training import CohortSettings, CohortTraining, ConcreteSettings
from dropout_lab.training.learnt_rates import LearntRates

from .builders import REGRESSION_WIDTHS, Trained, condition, data, noise_source, rows, settings, train

NONE, SOME = condition(0, 0, 0), condition(0.1, 0.5, 0.3, noise={"output_rate": 0.2})
RATE_NAMES = ("learnt_rate_inputs", "learnt_rate_1", "learnt_rate_2", "learnt_rate_outputs")


def concrete(*conditions: object, learning: ConcreteSettings | None = None, **options: object) -> CohortSettings:
    return settings(*conditions, noise_kind="concrete", concrete=learning or ConcreteSettings(), **options)


def learnt(trained: Trained) -> np.ndarray:
    """Return the learnt rates at the end, ``[layers, trials]``."""
    return np.stack([curve[-1] for name, curve in trained.curves.items() if name.startswith("learnt_rate")])


def penalty(of: CohortSettings, parameters: Parameters, n_train: int) -> Tensor:
    """Return what the prior adds to every trial's objective, as the paper has it."""
    total: Tensor = torch.zeros(of.n_trials, dtype=of.dtype)
    for layer, logits in enumerate(parameters.rate_logits):
        p = logits.sigmoid().flatten()
        total = total + of.architecture.widths[layer] * (p * p.log() + (1 - p) * (1 - p).log()) / n_train
        if layer < len(parameters.weights):
            squares = parameters.weights[layer].square().sum((1, 2))
            total = total + of.concrete.length_scale**2 / (2 * n_train) * squares / (1 - p)
    return total


def test_the_priors_gradients_are_those_of_autograd() -> None:
    of, n_train = concrete(SOME, learning=ConcreteSettings(length_scale=1.5)), 22
    rates = LearntRates(of, n_train, torch.zeros((), dtype=of.dtype))
    net = initial_parameters(of.architecture, of.seeds, 1, dtype=of.dtype, device=torch.device("cpu"))
    parameters = Parameters(net.weights, net.biases, rates.initial_logits())
    gradients = parameters.empty_like()
    rates.add_prior_gradients(parameters, gradients)
    variables = [tensor.clone().requires_grad_() for tensor in parameters.tensors]
    penalty(of, Parameters(tuple(variables[:3]), tuple(variables[3:6]), tuple(variables[6:])), n_train).sum().backward()
    for mine, variable in zip(gradients.tensors, variables, strict=True):
        expected = torch.zeros_like(mine) if variable.grad is None else variable.grad
        torch.testing.assert_close(mine, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("layer", range(4))
def test_the_data_losss_gradient_in_a_logit_is_its_slope(layer: int) -> None:
    of, step = concrete(SOME, learning=ConcreteSettings(temperature=0.5), activation="tanh", seeds=(3,)), 1e-6
    net = initial_parameters(of.architecture, of.seeds, 1, dtype=of.dtype, device=torch.device("cpu"))
    start = LearntRates(of, 22, torch.zeros((), dtype=of.dtype)).initial_logits()
    batch, source = rows(6), noise_source(of)

    def run(logits: tuple[Tensor, ...]) -> tuple[StackedMLP, float]:
        stack = StackedMLP(of.architecture, Parameters(net.weights, net.biases, logits), Products())
        workspace = Workspace(of.architecture, 1, 6, net.weights[0])
        workspace.inputs.copy_(batch.features)
        noise = source.draw(0, 6, rate_logits=logits)
        outputs = stack.forward(workspace, noise)
        mean_loss = float(losses_and_predictions("classification", outputs, batch.targets)[0].mean())
        _, gradient = losses_and_gradient("classification", outputs, batch.targets)
        stack.backward(workspace, noise, gradient)
        return stack, mean_loss

    def moved(by: float) -> tuple[Tensor, ...]:
        return tuple(logit + by * (number == layer) for number, logit in enumerate(start))

    slope = (run(moved(step))[1] - run(moved(-step))[1]) / (2 * step)
    assert float(run(start)[0].gradients.rate_logits[layer]) == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_rates_start_where_the_condition_says() -> None:
    still = condition(0.1, 0.5, 0.3, learning_rate=0.0, noise={"output_rate": 0.2})
    np.testing.assert_allclose(learnt(train(concrete(still)))[:, 0], [0.1, 0.5, 0.3, 0.2], rtol=1e-12)


def test_every_layer_and_trial_learns_a_rate_of_its_own() -> None:
    rates = learnt(train(concrete(SOME)))
    assert len(np.unique(rates)) == rates.size
    assert ((rates > 0) & (rates < 1)).all()


def test_a_strong_entropy_term_pulls_every_rate_to_a_half() -> None:
    pulled = concrete(SOME, learning=ConcreteSettings(entropy=5.0), optimizer="adam", epochs=60)
    np.testing.assert_allclose(learnt(train(pulled)), 0.5, atol=0.05)


def test_a_strong_weight_term_lowers_the_rates_and_shrinks_the_weights() -> None:
    weak, strong = (
        train(concrete(SOME, learning=ConcreteSettings(length_scale=length), epochs=20)) for length in (0.0, 10.0)
    )
    assert (learnt(strong)[:3] < learnt(weak)[:3]).all()
    assert all(s.norm() < w.norm() for s, w in zip(strong.parameters.weights, weak.parameters.weights, strict=True))


def test_without_a_prior_the_outputs_rate_follows_the_data_alone() -> None:
    free = concrete(SOME, learning=ConcreteSettings(length_scale=0.0, entropy=0.0))
    rates = LearntRates(free, 22, torch.zeros((), dtype=free.dtype))
    parameters = CohortTraining(free, data())._parameters
    gradients = parameters.empty_like()
    rates.add_prior_gradients(parameters, gradients)
    assert not any(gradient.any() for gradient in gradients.tensors)


def test_for_squared_error_both_terms_double() -> None:
    def gradients(task: str) -> Parameters:
        of = concrete(SOME, learning=ConcreteSettings(length_scale=1.0), task=task, widths=REGRESSION_WIDTHS)
        like = torch.zeros((), dtype=of.dtype)
        net = initial_parameters(of.architecture, of.seeds, 1, dtype=of.dtype, device=like.device)
        rates = LearntRates(of, 22, like)
        parameters = Parameters(net.weights, net.biases, rates.initial_logits())
        filled = parameters.empty_like()
        rates.add_prior_gradients(parameters, filled)
        return filled

    for once, twice in zip(gradients("classification").tensors, gradients("regression").tensors, strict=True):
        assert torch.equal(2 * once, twice)


def test_the_objective_loss_stays_the_data_loss() -> None:
    still = {"learning_rate": 0.0, "noise": {"output_rate": 0.2}}
    with_prior, without = (
        train(concrete(condition(0.1, 0.5, 0.3, **still), learning=ConcreteSettings(length_scale=length, entropy=e)))
        for length, e in ((100.0, 3.0), (0.0, 0.0))
    )
    np.testing.assert_array_equal(with_prior.curves["objective_loss"], without.curves["objective_loss"])


def test_a_baseline_beside_learners_has_no_learnt_rate_and_its_weights_no_prior() -> None:
    strong = ConcreteSettings(length_scale=10.0)
    beside, alone = train(concrete(NONE, SOME, learning=strong)), train(settings(NONE))
    for name in RATE_NAMES:
        assert np.isnan(beside.curves[name][:, :2]).all()
        assert np.isfinite(beside.curves[name][:, 2:]).all()
    for mine, theirs in zip(beside.parameters.weights, alone.parameters.weights, strict=True):
        np.testing.assert_allclose(mine[:2], theirs, rtol=1e-9, atol=1e-12)


def test_a_layer_whose_rate_is_0_learns_none() -> None:
    curves = train(concrete(condition(0, 0.5, 0))).curves
    assert [name for name in curves if name.startswith("learnt")] == ["learnt_rate_1", "learnt_rate_2"]
    assert np.isnan(curves["learnt_rate_2"]).all()


def test_only_concrete_noise_logs_learnt_rates() -> None:
    assert not any(name.startswith("learnt") for name in train(settings(SOME)).curves)


def test_the_points_keep_the_rates_of_their_own_epoch() -> None:
    training = CohortTraining(concrete(SOME, epochs=12, patience=1), data())
    records = list(training.epochs())
    training.finish()
    best = training._points.best_index
    kept = training._points.finish()["best"].rate_logits[1].sigmoid().flatten()
    logged = [records[index].metrics["learnt_rate_1"][trial] for trial, index in enumerate(best)]
    np.testing.assert_allclose(kept, logged, rtol=1e-12)


def test_a_long_cold_training_stays_finite() -> None:
    """The paper's temperature in float32: a rate that nears 0 or 1 must not break its own gradient."""
    of = concrete(NONE, SOME, condition(0.9, 0.95, 0.9), precision="float32", epochs=40, optimizer="adam")
    trained = train(of, data(dtype="float32"))
    assert not trained.result.diverged.any()
    assert np.isfinite(trained.curves["val_loss"]).all()


def test_the_law_and_its_start_agree_on_logits() -> None:
    assert Concrete().coefficients(0.5) == (0.0,)
    assert Concrete().coefficients(0.0) == (-np.inf,)
