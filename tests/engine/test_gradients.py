"""Facts of the backward pass and of the losses' gradient, both written by hand in the engine."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.losses import losses_and_gradient, losses_and_predictions
from dropout_lab.model import Architecture, Products, StackedMLP, Workspace, initial_parameters

from .builders import condition, noise_source, rows, settings

WIDTHS = (8, 6, 6, 3)
SEEDS = (3, 4, 5, 6, 7, 8, 9, 10)
FUNCTIONS = {
    "relu": functional.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": functional.gelu,
    "selu": functional.selu,
    "leaky_relu": functional.leaky_relu,
}


class Pass:
    """One forward and backward pass of a stack on drawn noise, with random numbers as the outputs' gradient."""

    def __init__(self, activation: str = "tanh", batch_rows: int = 1, rates: tuple[float, ...] = (0, 0.5, 0.3)) -> None:
        architecture = Architecture(WIDTHS, activation, "torch")
        like = torch.zeros((), dtype=torch.float64)
        parameters = initial_parameters(architecture, SEEDS, 1, dtype=like.dtype, device=like.device)
        self.net = StackedMLP(architecture, parameters, Products())
        self.noise = noise_source(settings(condition(*rates), widths=WIDTHS, seeds=SEEDS)).draw(0, batch_rows)
        self.multipliers = [None if noise is None else noise.multipliers for noise in self.noise.values]
        self.workspace = Workspace(architecture, len(SEEDS), batch_rows, like)
        self.workspace.inputs.copy_(rows(batch_rows, n_datasets=len(SEEDS)).features)
        self.inputs = self.workspace.inputs.clone()
        self.outputs = self.net.forward(self.workspace, self.noise).clone()
        self.output_gradient = torch.from_numpy(np.random.default_rng(0).normal(size=self.outputs.shape))
        self.net.backward(self.workspace, self.noise, self.output_gradient.clone())


@pytest.mark.parametrize("rates", [(0, 0.5, 0.3), (0, 0, 0.5), (0, 0, 0)], ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradients_are_those_of_autograd(activation: str, rates: tuple[float, ...]) -> None:
    mine = Pass(activation, 5, rates)
    learned = [parameter.clone().requires_grad_() for parameter in mine.net.parameters.tensors]
    weights, biases = learned[:3], learned[3:]
    values = mine.inputs
    for w, b, multipliers in zip(weights[:-1], biases[:-1], mine.multipliers[1:-1], strict=True):
        values = FUNCTIONS[activation](values @ w + b) * (1 if multipliers is None else multipliers)
    outputs = values @ weights[-1] + biases[-1]
    outputs.backward(mine.output_gradient)
    torch.testing.assert_close(mine.outputs, outputs.detach(), rtol=1e-12, atol=1e-12)
    gradients = [parameter.grad for parameter in learned]
    torch.testing.assert_close(list(mine.net.gradients.tensors), gradients, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", [1, 2])
def test_a_dropped_unit_learns_nothing_from_the_row_that_dropped_it(layer: int) -> None:
    mine = Pass()
    dropped = mine.multipliers[layer][:, 0] == 0
    of_units = unit_gradients(mine, layer)
    assert dropped.any()
    assert (of_units[dropped] == 0).all()


@pytest.mark.parametrize("layer", [1, 2])
def test_every_kept_unit_learns(layer: int) -> None:
    mine = Pass()
    kept = mine.multipliers[layer][:, 0] > 0
    assert kept.any()
    assert (unit_gradients(mine, layer)[kept] != 0).any(1).all()


def test_an_inactive_relu_unit_learns_nothing() -> None:
    mine = Pass("relu")
    inactive = mine.workspace.kept[1][:, 0] == 0
    assert inactive.any()
    assert (unit_gradients(mine, 2)[inactive] == 0).all()


@pytest.mark.parametrize("n_rows", [1, 7])
def test_the_loss_and_its_gradient_are_those_of_torch(n_rows: int) -> None:
    logits, classes = made_up_outputs(n_rows)
    expected = torch.stack([functional.cross_entropy(o, c) for o, c in zip(logits, classes, strict=True)])
    (gradient,) = torch.autograd.grad(expected.sum(), logits)
    assert_loss_and_gradient("classification", logits.detach(), classes, expected, gradient)


@pytest.mark.parametrize("n_rows", [1, 7])
def test_the_squared_error_and_its_gradient_are_those_of_torch(n_rows: int) -> None:
    outputs = made_up_outputs(n_rows)[0][..., :1].detach().requires_grad_()
    targets = torch.linspace(-1, 1, n_rows, dtype=torch.float64).expand(4, n_rows)
    expected = (outputs[..., 0] - targets).square().mean(1)
    (gradient,) = torch.autograd.grad(expected.sum(), outputs)
    assert_loss_and_gradient("regression", outputs.detach(), targets, expected, gradient)


def test_logits_of_any_size_give_a_finite_loss() -> None:
    logits = torch.tensor([[[1e4, -1e4, 0.0]]])
    losses, gradient = losses_and_gradient("classification", logits, torch.tensor([[1]]))
    assert losses.item() == pytest.approx(2e4)
    assert gradient.flatten().tolist() == [1.0, -1.0, 0.0]


def test_of_equal_logits_the_first_class_is_predicted() -> None:
    logits = torch.tensor([[[0.0, 2.0, 2.0], [1.0, 1.0, 1.0]]])
    _, predicted = losses_and_predictions("classification", logits, torch.zeros(1, 2, dtype=torch.int64))
    assert predicted.tolist() == [[1, 0]]


def unit_gradients(mine: Pass, layer: int) -> Tensor:
    """Return all that a unit of hidden layer `layer` learns: incoming and outgoing weights, and its bias."""
    weights, biases = mine.net.gradients.weights, mine.net.gradients.biases
    incoming = (weights[layer - 1].transpose(1, 2), biases[layer - 1].transpose(1, 2))
    return torch.cat([*incoming, weights[layer]], dim=2)


def made_up_outputs(n_rows: int) -> tuple[Tensor, Tensor]:
    made_up = rows(n_rows, n_datasets=4)
    return (3 * made_up.features[..., :3]).detach().requires_grad_(), made_up.targets


def assert_loss_and_gradient(task: str, outputs: Tensor, targets: Tensor, expected: Tensor, gradient: Tensor) -> None:
    losses, mine = losses_and_gradient(task, outputs, targets)
    torch.testing.assert_close(losses.mean(1), expected.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(mine.contiguous(), gradient, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(losses_and_predictions(task, outputs, targets)[0], losses, rtol=1e-12, atol=1e-12)
