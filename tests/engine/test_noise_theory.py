"""Facts that theory proves of the kinds of noise beside dropout proper, held against the engine's own passes."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.model import (
    Architecture,
    Parameters,
    PassNoise,
    Products,
    StackedMLP,
    Workspace,
    initial_parameters,
    predict,
)
from dropout_lab.noise import SELU_LIMIT, quantised_rate
from dropout_lab.training import CohortData, CohortSettings, CohortTraining, NoiseSource, WeightScaling

from .builders import condition, data, noise_source, rows, settings, train

FLOAT64 = {"dtype": torch.float64, "device": torch.device("cpu")}


def passed(of: CohortSettings, net: Parameters, inputs: Tensor, source: NoiseSource, step: int) -> Tensor:
    """Return the outputs of one train-mode pass on `inputs`, ``[trials, rows, features]``."""
    workspace = Workspace(of.architecture, of.n_trials, inputs.shape[1], net.weights[0])
    workspace.inputs.copy_(inputs)
    return StackedMLP(of.architecture, net, Products()).forward(workspace, source.draw(step, inputs.shape[1])).clone()


@pytest.mark.parametrize("rate", [0.5, 0.2])
@pytest.mark.parametrize("kind", ["bernoulli", "gaussian"])
def test_to_a_linear_net_both_noises_of_a_rate_are_the_same_penalty(kind: str, rate: float) -> None:
    everything = rows(400, task="regression")
    on = CohortData(everything, everything, rows(5, task="regression"), rows(0, task="regression"), np.ones(1))
    still = condition(rate, learning_rate=0.0)
    shape = {"widths": (8, 1), "task": "regression", "batch_size": 400, "epochs": 60, "seeds": (5,)}
    trained = train(settings(still, noise_kind=kind, **shape), on)
    weights, q = trained.parameters.weights[0][0, :, 0], quantised_rate(rate)
    penalty = float(q / (1 - q) * (everything.features[0] ** 2 @ weights**2).mean())
    excess = trained.curves["objective_loss"][:, 0] - trained.curves["train_loss"][:, 0]
    standard_error = excess.std(ddof=1) / np.sqrt(len(excess))
    assert abs(excess.mean() - penalty) < 4 * standard_error < 0.15 * penalty


def selu_moments(kind: str, rate: float, depth: int = 8, width: int = 512, n_rows: int = 512) -> tuple[float, float]:
    """Return mean and variance over units and rows of a deep SELU net's last noisy layer; inputs standard normal."""
    rates = condition(0, *(rate,) * depth)
    of = settings(rates, widths=(*(width,) * (depth + 1), 3), activation="selu", seeds=(3,), noise_kind=kind)
    net = initial_parameters(of.architecture, of.seeds, 1, **FLOAT64)
    workspace = Workspace(of.architecture, 1, n_rows, net.weights[0])
    workspace.inputs.copy_(torch.from_numpy(np.random.default_rng(0).normal(size=(1, n_rows, width))))
    StackedMLP(of.architecture, net, Products()).forward(workspace, noise_source(of).draw(0, n_rows))
    values = workspace.layer_inputs[-1]
    return float(values.mean()), float(values.var())


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3])
def test_alpha_dropout_keeps_mean_0_and_variance_1_through_8_selu_layers(rate: float) -> None:
    """To within 0.02 and 0.05: the 512 units of a layer and their lecun weights are themselves a sample."""
    mean, variance = selu_moments("alpha", rate)
    assert abs(mean) < 0.02
    assert abs(variance - 1) < 0.05


@pytest.mark.parametrize(("rate", "growth"), [(0.1, 1.4), (0.3, 3.5)])
def test_bernoulli_dropout_makes_the_variance_grow_through_8_selu_layers(rate: float, growth: float) -> None:
    assert selu_moments("bernoulli", rate)[1] > growth


@pytest.mark.parametrize("scaling", ["inverted", "inference"])
def test_the_expected_output_of_a_linear_dropconnect_layer_is_eval_modes(scaling: str) -> None:
    """Its variance is, per unit, the sum of (x w)^2 over the weights and the bias, times rate / keep or rate * keep."""
    its = condition(0, noise={"output_rate": 0.3, "scaling": scaling})
    n_seeds, n_steps = 500, 8
    of = settings(its, widths=(8, 3), init="torch", noise_kind="dropconnect", seeds=tuple(range(n_seeds)))
    one = initial_parameters(of.architecture, (3,), 1, **FLOAT64)
    net = Parameters(*(tuple(t.repeat(n_seeds, 1, 1) for t in tensors) for tensors in (one.weights, one.biases)))
    inputs, source, n_draws = rows(1).features, noise_source(of), n_seeds * n_steps
    of_seeds = inputs.expand(n_seeds, 1, -1)
    outputs = torch.cat([passed(of, net, of_seeds, source, step)[:, 0] for step in range(n_steps)])
    in_eval_mode = predict(of.architecture, WeightScaling(of, net).apply(net), of_seeds, Products())[0, 0]
    q = quantised_rate(0.3)
    squares = (inputs[0, 0].square() @ net.weights[0][0].square()) + net.biases[0][0, 0].square()
    variance = squares * (q / (1 - q) if scaling == "inverted" else q * (1 - q))
    standard_errors = (variance / n_draws).sqrt()
    assert ((outputs.mean(0) - in_eval_mode).abs() < 4 * standard_errors).all()
    torch.testing.assert_close(outputs.var(0), variance, rtol=0.15, atol=0)


def test_dropconnect_of_every_mask_averages_to_eval_mode_exactly() -> None:
    weights = torch.tensor([[[0.7], [-1.3]]], dtype=torch.float64)
    net = Parameters((weights,), (torch.tensor([[[0.4]]], dtype=torch.float64),))
    architecture, x, keep = Architecture((2, 1)), torch.tensor([[[1.5, -0.5]]], dtype=torch.float64), 0.75
    workspace, mean = Workspace(architecture, 1, 1, weights), torch.zeros((), dtype=torch.float64)
    for kept in product((0.0, 1.0), repeat=3):
        workspace.inputs.copy_(x)
        mask = torch.tensor(kept, dtype=torch.float64).view(1, 3, 1) / keep
        output = StackedMLP(architecture, net, Products()).forward(workspace, PassNoise((None, None), (mask,)))
        mean += np.prod([keep if on else 1 - keep for on in kept]) * output[0, 0, 0]
    assert float(mean) == pytest.approx(float(predict(architecture, net, x, Products())), rel=1e-12)


def rescaled(of: CohortSettings, net: Parameters) -> tuple[Parameters, CohortSettings]:
    """Return the net that, scaled at inference, does what `net` does with inverted scaling; and its settings.

    A unit that is left as it is while training must be read by weights that are 1 / keep as large.
    """
    inverted = of.conditions[0]
    keeps = [1 - quantised_rate(rate) for rate in inverted.rates]
    weights = tuple(w / keep for w, keep in zip(net.weights, keeps, strict=True))
    its = condition(*inverted.rates, noise={"scaling": "inference"})
    return Parameters(weights, net.biases), settings(its, widths=of.architecture.widths, seeds=of.seeds)


def test_scaling_at_inference_is_inverted_scaling_of_a_net_whose_weights_are_rescaled() -> None:
    of = settings(condition(0.2, 0.5, 0.3), seeds=(3,))
    net, inputs = initial_parameters(of.architecture, of.seeds, 1, **FLOAT64), rows(9).features
    other, of_other = rescaled(of, net)
    in_training = [passed(o, n, inputs, noise_source(o), 4) for o, n in ((of, net), (of_other, other))]
    torch.testing.assert_close(*in_training, rtol=1e-12, atol=1e-12)
    scaled = WeightScaling(of_other, other).apply(other)
    in_eval_mode = [predict(of.architecture, each, inputs, Products()) for each in (net, scaled)]
    torch.testing.assert_close(*in_eval_mode, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("rate", "coincide"), [(0.5, True), (0.2, False), (0.8, False)])
def test_weights_are_multiplied_by_the_keep_probability_which_is_the_rate_at_a_half_only(
    rate: float, coincide: bool
) -> None:
    of = settings(condition(0, rate, 0, noise={"scaling": "inference"}), seeds=(3,))
    net = initial_parameters(of.architecture, of.seeds, 1, **FLOAT64)
    scaled, q = WeightScaling(of, net).apply(net).weights, quantised_rate(rate)
    torch.testing.assert_close(scaled[1], net.weights[1] * (1 - q), rtol=1e-15, atol=0)
    assert torch.equal(scaled[1], net.weights[1] * q) is coincide
    assert torch.equal(scaled[0], net.weights[0])
    assert torch.equal(scaled[2], net.weights[2])


def test_where_no_condition_scales_at_inference_nothing_is_copied() -> None:
    of = settings(condition())
    net = initial_parameters(of.architecture, of.seeds, 1, **FLOAT64)
    assert WeightScaling(of, net).apply(net) is net


@pytest.mark.parametrize("kind", ["bernoulli", "dropconnect"])
def test_all_that_is_measured_of_a_trial_is_measured_with_its_scaled_weights(kind: str) -> None:
    of = settings(condition(0.2, 0.5, 0.3, noise={"scaling": "inference"}), noise_kind=kind, seeds=(3,))
    training = CohortTraining(of, data())
    records = list(training.epochs())
    at_last, result = training._parameters, training.finish(keep_rows=True)
    scaled = WeightScaling(of, at_last).apply(at_last)
    for split, measured in (("val", records[-1].metrics["val_loss"]), ("test", result.test["last"].loss)):
        of_split = getattr(training.data, split)
        logits = predict(of.architecture, scaled, of_split.features, Products())[0]
        losses = torch.nn.functional.cross_entropy(logits, of_split.targets[0], reduction="none")
        assert measured[0] == pytest.approx(float(losses.mean()), rel=1e-9)
        np.testing.assert_allclose(result.rows[split, "last"][0][0], losses, rtol=1e-5)


def test_selu_is_the_activation_that_alpha_dropout_is_made_for() -> None:
    far_below_0 = torch.full((1,), -60.0, dtype=torch.float64)
    limit = ACTIVATIONS["selu"].apply(far_below_0.clone(), torch.empty_like(far_below_0))
    assert float(limit) == pytest.approx(SELU_LIMIT, rel=1e-12)
