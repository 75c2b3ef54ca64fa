"""One trial trained by a plain loop: `nn.Linear`, autograd, `torch.optim`, and draws from literal NumPy Philox words.

Imports nothing of the engine: whatever both agree on was written twice, from the documented layout of the draws. The
noise is drawn by `oracle_noise`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import ndtri
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import lr_scheduler

from .oracle_noise import Drawn, NoiseRecipe, Silent, initial_logits, philox, prior_penalty, rates_at

INITIAL_WEIGHTS, BATCH_ORDER = 3, 4

ACTIVATIONS = {
    "relu": (nn.ReLU, "he"),
    "tanh": (nn.Tanh, "glorot"),
    "sigmoid": (nn.Sigmoid, "glorot"),
    "gelu": (nn.GELU, "he"),
    "selu": (nn.SELU, "lecun"),
    "leaky_relu": (nn.LeakyReLU, "he"),
}


@dataclass(frozen=True)
class Recipe:
    """Everything that shapes one trial, its rows apart."""

    widths: tuple[int, ...]
    noise: NoiseRecipe
    seed: int
    task: str
    activation: str
    init: str
    batch_size: int
    n_steps: int
    optimizer: str
    learning_rate: float
    momentum: float
    weight_decay: float
    max_norm: float | None
    schedule: str
    schedule_final: float
    schedule_every: int
    schedule_factor: float
    dtype: torch.dtype


@dataclass(frozen=True)
class Split:
    """Features ``[rows, in_features]`` and targets ``[rows]``."""

    features: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Epoch:
    """What is known after an epoch: losses, scores (accuracy, or root of the mean squared error), net, rates."""

    objective_loss: float
    train_loss: float
    val_loss: float
    train_score: float
    val_score: float
    weights: list[Tensor]
    biases: list[Tensor]
    learnt_rates: dict[int, float]


def train_alone(recipe: Recipe, train: Split, measured_train: Split, val: Split) -> Iterator[Epoch]:
    """Train one net, yielding after every epoch; the last one ends at step `n_steps`."""
    layers, logits = initial_layers(recipe), initial_logits(recipe.noise, recipe.dtype)
    optimizer = optimizer_of(recipe, [p for layer in layers for p in layer.parameters()], list(logits.values()))
    steps_per_epoch, is_squared = -(-len(train.targets) // recipe.batch_size), recipe.task == "regression"
    of_step, of_epoch = schedules(recipe, optimizer)
    step, epoch = 0, 0
    while step < recipe.n_steps:
        order = np.argsort(philox(recipe.seed, BATCH_ORDER, 0, epoch, len(train.targets)), kind="stable")
        losses = []
        for batch in torch.from_numpy(order).split(recipe.batch_size)[: recipe.n_steps - step]:
            rates = rates_at(recipe.noise, step, recipe.n_steps, steps_per_epoch)
            noise = Drawn(recipe.noise, rates, recipe.seed, step, logits)
            loss = mean_loss(recipe, forward(recipe, layers, train.features[batch], noise), train.targets[batch])
            optimizer.zero_grad()
            penalty = prior_penalty(recipe.noise, logits, layers, len(train.targets), is_squared=is_squared)
            (loss + penalty).backward()
            optimizer.step()
            limit_norms(recipe, layers)
            of_step.step()
            losses += [loss.item()] * len(batch)
            step += 1
        of_epoch.step()
        epoch += 1
        learnt = {layer: torch.sigmoid(logit).item() for layer, logit in logits.items()}
        yield measured(recipe, layers, float(np.mean(losses)), learnt, measured_train, val)


def initial_layers(recipe: Recipe) -> list[nn.Linear]:
    layers = []
    for number, (n_in, n_out) in enumerate(zip(recipe.widths, recipe.widths[1:], strict=False), start=1):
        hidden_scheme = ACTIVATIONS[recipe.activation][1] if recipe.init == "auto" else recipe.init
        is_output = number == len(recipe.widths) - 1
        scheme = "lecun" if is_output and recipe.init == "auto" else hidden_scheme
        drawn = open_uniforms(philox(recipe.seed, INITIAL_WEIGHTS, number, 0, n_in * n_out))
        biases = np.zeros(n_out)
        if scheme == "torch":
            bound = 1 / np.sqrt(n_in)
            weights = -bound + 2 * bound * drawn
            biases = -bound + 2 * bound * open_uniforms(philox(recipe.seed, INITIAL_WEIGHTS, number, 1, n_out))
        else:
            variance = {"he": 2 / n_in, "glorot": 2 / (n_in + n_out), "lecun": 1 / n_in}[scheme]
            weights = ndtri(drawn) * np.sqrt(variance)
        layer = nn.Linear(n_in, n_out, dtype=recipe.dtype)
        layer.weight.data = torch.tensor(weights.reshape(n_in, n_out).T.copy(), dtype=recipe.dtype)
        layer.bias.data = torch.tensor(biases, dtype=recipe.dtype)
        layers.append(layer)
    return layers


def open_uniforms(words: np.ndarray) -> np.ndarray:
    return (2 * (words >> np.uint64(12)) + np.uint64(1)).astype(np.float64) / 2.0**53


def forward(recipe: Recipe, layers: list[nn.Linear], values: Tensor, noise: Drawn) -> Tensor:
    activation = ACTIVATIONS[recipe.activation][0]()
    for number, layer in enumerate(layers):
        values = noise.on_values(activation(values) if number else values, number)
        values = functional.linear(values, *noise.on_layer(layer, number + 1))
    return noise.on_values(values, len(layers))


def mean_loss(recipe: Recipe, outputs: Tensor, targets: Tensor) -> Tensor:
    if recipe.task == "regression":
        return functional.mse_loss(outputs[:, 0], targets)
    return functional.cross_entropy(outputs, targets)


def optimizer_of(recipe: Recipe, of_nets: list[Tensor], logits: list[Tensor]) -> torch.optim.Optimizer:
    parameters = [{"params": of_nets}, *({"params": [logit], "weight_decay": 0.0} for logit in logits)]
    options = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    name = recipe.optimizer
    if name in {"momentum", "nesterov"}:
        return torch.optim.SGD(parameters, momentum=recipe.momentum, nesterov=name == "nesterov", **options)
    plain = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}[name]
    return getattr(torch.optim, plain)(parameters, **options)


def schedules(
    recipe: Recipe, optimizer: torch.optim.Optimizer
) -> tuple[lr_scheduler.LRScheduler, lr_scheduler.LRScheduler]:
    """Return what to step after every step, and what to step after every epoch."""
    constant = lr_scheduler.ConstantLR(optimizer, factor=1.0)
    if recipe.schedule == "linear":
        return lr_scheduler.LinearLR(optimizer, 1.0, recipe.schedule_final, total_iters=recipe.n_steps), constant
    if recipe.schedule == "cosine":
        lowest = recipe.schedule_final * recipe.learning_rate
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=recipe.n_steps, eta_min=lowest), constant
    if recipe.schedule == "step":
        return constant, lr_scheduler.StepLR(optimizer, recipe.schedule_every, recipe.schedule_factor)
    return constant, constant


@torch.no_grad()
def limit_norms(recipe: Recipe, layers: list[nn.Linear]) -> None:
    if recipe.max_norm is None:
        return
    for layer in layers[:-1]:
        for unit, norm in enumerate(layer.weight.norm(dim=1).tolist()):
            if norm > recipe.max_norm:
                layer.weight[unit] *= recipe.max_norm / norm


@torch.no_grad()
def measured(
    recipe: Recipe, layers: list[nn.Linear], objective: float, learnt: dict[int, float], train: Split, val: Split
) -> Epoch:
    outputs = [forward(recipe, layers, split.features, Silent(recipe.noise)) for split in (train, val)]
    losses = [mean_loss(recipe, o, s.targets).item() for o, s in zip(outputs, (train, val), strict=True)]
    if recipe.task == "regression":
        scores = [loss**0.5 for loss in losses]
    else:
        scores = [(o.argmax(1) == s.targets).double().mean().item() for o, s in zip(outputs, (train, val), strict=True)]
    weights, biases = [x.weight.T.clone() for x in layers], [x.bias.clone() for x in layers]
    return Epoch(objective, *losses, *scores, weights, biases, learnt)
