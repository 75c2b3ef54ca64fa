"""Facts that theory proves of dropout, held against the engine's own passes over every possible mask."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.losses import losses_and_predictions
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
from dropout_lab.noise import Noise, lane_threshold, noise_multipliers, quantised_rate, survivor_scale
from dropout_lab.training import CohortData

from .builders import REGRESSION_WIDTHS, condition, data, rows, settings, train

N_UNITS = 6
MASKS = torch.tensor(list(product((0.0, 1.0), repeat=N_UNITS)), dtype=torch.float64)


def every_noise(rate: float) -> tuple[Tensor, Tensor]:
    """Return the multipliers of all 2^n masks ``[1, masks, units]`` and the probability of each mask ``[masks]``."""
    of = [torch.tensor(value, dtype=torch.float64) for value in (lane_threshold(rate), survivor_scale(rate))]
    multipliers = noise_multipliers(torch.where(MASKS > 0, 2.0**15 - 1, -(2.0**15)), *of, out=torch.empty_like(MASKS))
    q = quantised_rate(rate)
    return multipliers.unsqueeze(0), (q ** (1 - MASKS) * (1 - q) ** MASKS).prod(1)


def one_net(architecture: Architecture) -> Parameters:
    return initial_parameters(architecture, [5], 1, dtype=torch.float64, device=torch.device("cpu"))


def passed(architecture: Architecture, net: Parameters, inputs: Tensor, hidden: list[Tensor | None]) -> Tensor:
    """Return the outputs of the train-mode pass on `inputs`, ``[1, rows, features]``; `hidden` are multipliers."""
    workspace = Workspace(architecture, 1, inputs.shape[1], net.weights[0])
    workspace.inputs.copy_(inputs)
    noise = PassNoise((None, *(None if of_layer is None else Noise(of_layer) for of_layer in hidden), None))
    return StackedMLP(architecture, net, Products()).forward(workspace, noise)


@pytest.mark.parametrize("rate", [0.5, 0.2])
def test_a_linear_net_with_squared_loss_gains_rate_over_keep_times_the_sum_of_squares(rate: float) -> None:
    architecture = Architecture((N_UNITS, 1), init="torch")
    net, x, y = one_net(architecture), rows(1).features[:, :, :N_UNITS], torch.tensor([[0.7]], dtype=torch.float64)
    multipliers, probabilities = every_noise(rate)
    noisy = losses_and_predictions("regression", passed(architecture, net, x * multipliers, []), y)[0][0]
    quiet = losses_and_predictions("regression", passed(architecture, net, x, []), y)[0][0]
    q = quantised_rate(rate)
    gain = q / (1 - q) * (net.weights[0][0, :, 0] ** 2 * x[0, 0] ** 2).sum()
    assert float(probabilities @ noisy - quiet) == pytest.approx(float(gain), rel=1e-12)


@pytest.mark.parametrize("rate", [0.5, 0.2])
def test_in_training_a_linear_nets_objective_exceeds_its_train_loss_by_that_gain(rate: float) -> None:
    everything = rows(400, task="regression")
    on = CohortData(everything, everything, rows(5, task="regression"), rows(0, task="regression"), np.ones(1))
    of = settings(
        condition(rate, learning_rate=0.0), widths=(8, 1), task="regression", batch_size=400, epochs=60, seeds=(5,)
    )
    trained = train(of, on)
    weights, q = trained.parameters.weights[0][0, :, 0], quantised_rate(rate)
    gain = float(q / (1 - q) * (everything.features[0] ** 2 @ weights**2).mean())
    excess = trained.curves["objective_loss"][:, 0] - trained.curves["train_loss"][:, 0]
    standard_error = excess.std(ddof=1) / np.sqrt(len(excess))
    assert abs(excess.mean() - gain) < 4 * standard_error < 0.15 * gain


@pytest.mark.parametrize("rate", [0.5, 0.2])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_hidden_layer_and_softmax_is_the_normalised_geometric_mean_of_all_thinned_nets(
    activation: str, rate: float
) -> None:
    architecture = Architecture((8, N_UNITS, 3), activation, "torch")
    net, x = one_net(architecture), rows(1).features
    multipliers, probabilities = every_noise(rate)
    thinned = passed(architecture, net, x.expand(1, len(MASKS), -1), [multipliers])
    geometric_mean = (probabilities @ thinned[0].log_softmax(-1)).exp()
    whole = predict(architecture, net, x, Products())[0, 0].softmax(-1)
    np.testing.assert_allclose(geometric_mean / geometric_mean.sum(), whole, rtol=1e-12)


def test_two_hidden_layers_are_only_near_that_mean() -> None:
    architecture = Architecture((8, N_UNITS, N_UNITS, 3), "tanh", "torch")
    net, x = one_net(architecture), rows(1).features
    multipliers, probabilities = every_noise(0.5)
    thinned = passed(architecture, net, x.expand(1, len(MASKS), -1), [multipliers, None])
    geometric_mean = (probabilities @ thinned[0].log_softmax(-1)).exp()
    whole = predict(architecture, net, x, Products())[0, 0].softmax(-1)
    difference = (geometric_mean / geometric_mean.sum() - whole).abs().max()
    assert 1e-6 < float(difference) < 0.05


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_eval_mode_is_the_net_without_noise_whatever_the_rate(task: str) -> None:
    widths = REGRESSION_WIDTHS if task == "regression" else (8, 12, 7, 3)
    quiet, noisy = condition(0, 0, 0, learning_rate=0.0), condition(0.4, 0.5, 0.9, learning_rate=0.0)
    curves = train(settings(quiet, noisy, task=task, widths=widths), data(task=task)).curves
    for name in ("train_loss", "val_loss"):
        of_quiet, of_noisy = np.split(curves[name], 2, axis=1)
        np.testing.assert_array_equal(of_noisy, of_quiet)


def test_eval_mode_is_a_plain_pass_through_all_units() -> None:
    trained, on = train(settings(condition(0.4, 0.5, 0.9))), data()
    weights, biases = (
        [p[0].numpy() for p in source] for source in (trained.parameters.weights, trained.parameters.biases)
    )
    values = on.val.features[0].numpy()
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        values = np.maximum(values @ w + b, 0)
    logits = values @ weights[-1] + biases[-1]
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(len(logits)), on.val.targets[0].numpy()]
    assert trained.curves["val_loss"][-1, 0] == pytest.approx(losses.mean(), rel=1e-12)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_rate_0_in_a_stack_equals_the_net_without_dropout_bit_for_bit(activation: str, precision: str) -> None:
    none, some = condition(0, 0, 0), condition(0.2, 0.5, 0.7)
    of = {"precision": precision, "activation": activation}
    on = data(dtype=precision)
    beside_dropout, without = train(settings(none, some, **of), on), train(settings(none, none, **of), on)
    n_seeds = 2
    for name, curve in without.curves.items():
        np.testing.assert_array_equal(beside_dropout.curves[name][:, :n_seeds], curve[:, :n_seeds])
    for mine, theirs in zip(beside_dropout.parameters.tensors, without.parameters.tensors, strict=True):
        assert torch.equal(mine[:n_seeds], theirs[:n_seeds])
