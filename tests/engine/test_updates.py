"""Facts of the updates: decay, the norm bound, the schedule, and one condition's settings beside another's."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dropout_lab.optimizers import Schedule
from dropout_lab.training import CohortTraining
from dropout_lab.training.step import limit_norms

from .builders import condition, data, settings, train
from .test_stack import assert_same_bits

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop")


def test_weight_decay_shrinks_a_weight_without_gradient_by_lr_times_decay_a_step() -> None:
    on = data()
    on.train.features[..., 0] = 0
    of = settings(condition(learning_rate=0.1, weight_decay=0.5), optimizer="sgd", epochs=4)
    before = CohortTraining(of, on)._parameters.weights[0][:, 0]
    after = train(of, on).parameters.weights[0][:, 0]
    np.testing.assert_allclose(after, before * (1 - 0.1 * 0.5) ** 12, rtol=1e-12)


def test_after_every_update_no_hidden_units_norm_exceeds_max_norm() -> None:
    training = CohortTraining(settings(condition(max_norm=0.4), condition(max_norm=1.1), optimizer="sgd"), data())
    bounds = torch.tensor([0.4, 0.4, 1.1, 1.1]).view(-1, 1)
    for _ in training.epochs():
        norms = [weights.norm(dim=1) for weights in training._parameters.weights]
        assert all((of_layer <= bounds * (1 + 1e-12)).all() for of_layer in norms[:-1])
        assert (norms[-1][:2] > 0.4).any()


def test_projection_keeps_the_direction_of_long_weights_and_leaves_short_ones_alone() -> None:
    long, short = [3.0, -4.0], [0.3, 0.4]
    weights = torch.tensor([long, short], dtype=torch.float64).T.unsqueeze(0).contiguous()
    limit_norms(weights, torch.tensor([[[2.5]]]))
    np.testing.assert_allclose(weights[0].T, [[1.5, -2.0], short], rtol=1e-15)


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        pytest.param(Schedule("constant"), [1, 1, 1], id="constant"),
        pytest.param(Schedule("linear"), [1, 0.5, 0], id="linear"),
        pytest.param(Schedule("linear", final=0.5), [1, 0.75, 0.5], id="linear to a half"),
        pytest.param(Schedule("cosine"), [1, 0.5, 0], id="cosine"),
        pytest.param(Schedule("cosine", final=0.2), [1, 0.6, 0.2], id="cosine to a fifth"),
    ],
)
def test_a_schedule_runs_from_1_to_its_final_factor_over_the_training(schedule: Schedule, factors: list[float]) -> None:
    assert [schedule.at(step, 100, 0) for step in (0, 50, 100)] == pytest.approx(factors, abs=1e-12)


def test_the_step_schedule_cuts_every_so_many_epochs() -> None:
    factors = [Schedule("step", every=2, factor=0.5).at(0, 100, epoch) for epoch in range(6)]
    assert factors == [1, 1, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_conditions_with_settings_of_their_own_are_updated_as_if_alone(optimizer: str) -> None:
    own = [
        condition(learning_rate=0.03, weight_decay=0.1),
        condition(momentum=0.5),
        condition(max_norm=0.5),
        condition(),
    ]
    together = train(settings(*own, optimizer=optimizer)).curves["val_loss"]
    alone = [train(settings(one, optimizer=optimizer)).curves["val_loss"] for one in own]
    np.testing.assert_allclose(together, np.concatenate(alone, axis=1), rtol=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_at_learning_rate_0_nothing_moves(optimizer: str) -> None:
    of = settings(condition(learning_rate=0.0, weight_decay=0.1), optimizer=optimizer)
    before = CohortTraining(of, data())._parameters.tensors
    after = train(of).parameters.tensors
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("nesterov", [False, True], ids=["momentum", "nesterov"])
def test_from_zeros_the_first_step_with_momentum_is_like_any_other(*, nesterov: bool) -> None:
    gradient = torch.randn(50, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    kinds = {"weight_decay": 0.1, "momentum": 0.9, "lr": 0.1, "dampening": 0.0, "nesterov": nesterov, "maximize": False}
    after = []
    for is_first_step in (True, False):
        parameter, buffer = gradient.flip(0), torch.zeros_like(gradient)
        torch._fused_sgd_([parameter], [gradient.clone()], [buffer], **kinds, is_first_step=is_first_step)
        after.append((parameter, buffer))
    assert all(torch.equal(a, b) for a, b in zip(*after, strict=True))


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_without_momentum_both_are_plain_sgd(optimizer: str) -> None:
    of = settings(condition(momentum=0.0, weight_decay=0.1), optimizer=optimizer)
    assert_same_bits(train(of), train(replace(of, optimizer="sgd")))
