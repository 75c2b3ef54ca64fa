"""Facts of one layer under noise: what is off, what learns, what theory says, and what eval mode does."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from dropout_lab.mechanism import Request, demonstrate
from dropout_lab.mechanism.demonstration import drawn_noise
from dropout_lab.noise import KINDS

SCALED_KINDS = [kind.name for kind in KINDS.values() if kind.is_scaled]

VALUES = (1.0, -2.0, 0.5, 3.0)
LAYERS = {"values": Request(0.3, VALUES), "units": Request(0.3, n_units=32)}
DROPPING = [kind for kind in KINDS if kind not in {"gaussian", "concrete"}]
pytestmark = pytest.mark.usefixtures("words_drawn_once")

few = partial(demonstrate, n_many=100)


@pytest.mark.parametrize("kind", DROPPING)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_what_is_off_does_not_learn_and_what_is_on_learns_by_its_multiplier(layer: Request, kind: str) -> None:
    shown = few(replace(layer, kind=kind, n_draws=20))
    for draw in shown.draws:
        assert not draw.gradients[draw.is_off].any()
        np.testing.assert_allclose(draw.gradients, shown.gradients * draw.multipliers, rtol=1e-12)
    assert any(draw.is_off.any() for draw in shown.draws)
    assert any((draw.gradients != 0).any() for draw in shown.draws)


def test_a_survivors_gradient_is_scaled_by_1_over_1_minus_rate() -> None:
    shown = few(Request(0.75, VALUES, n_draws=20))
    assert {float(gradient) for draw in shown.draws for gradient in draw.gradients} == {0.0, 4.0}


def test_a_unit_that_relu_silences_does_not_learn_either() -> None:
    shown = few(Request(0.5, n_units=32))
    is_silent = shown.values == 0
    assert 0 < is_silent.sum() < 32
    assert not shown.gradients[is_silent].any()
    assert (shown.gradients[~is_silent] == 1).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_many_draws_agree_with_theory(layer: Request, kind: str, rate: float) -> None:
    shown = demonstrate(replace(layer, kind=kind, rate=rate, seed=3))
    for found in (shown.sample, shown.whole, shown.share_off):
        if found is not None:
            assert (np.abs(found.mean - found.theory_mean) <= 4 * found.standard_error + 1e-12).all()
            away = np.abs(found.variance - found.theory_variance)
            assert (away <= 4.5 * found.variance_standard_error + 1e-12).all()


@pytest.mark.parametrize("kind", SCALED_KINDS)
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_inference_scaling_gives_trainings_mean_by_the_keep_probability_and_not_by_the_rate(
    kind: str, rate: float
) -> None:
    shown = demonstrate(Request(rate, VALUES, kind=kind, scaling="inference"))
    keep = 1 - shown.request.true_rate
    np.testing.assert_allclose(shown.eval_outputs, keep * shown.values, rtol=1e-12)
    np.testing.assert_allclose(shown.sample.theory_mean, shown.eval_outputs, rtol=1e-12)
    times_the_rate = np.abs(shown.sample.mean - rate * shown.values)
    assert (times_the_rate > 20 * shown.sample.standard_error).all() == (rate != 0.5)


@pytest.mark.parametrize("kind", SCALED_KINDS)
def test_inference_scaling_leaves_the_survivors_as_they_are_in_training(kind: str) -> None:
    inverted, inference = (few(Request(0.2, VALUES, kind=kind, scaling=s)) for s in ("inverted", "inference"))
    for ours, theirs in zip(inference.draws, inverted.draws, strict=True):
        np.testing.assert_array_equal(ours.is_off, theirs.is_off)
        np.testing.assert_array_equal(ours.outputs[~ours.is_off], inference.values[~ours.is_off])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_at_rate_0_every_draw_is_the_layer_itself(layer: Request, kind: str) -> None:
    shown = few(replace(layer, kind=kind, rate=0.0))
    for draw in shown.draws:
        np.testing.assert_array_equal(draw.outputs, shown.values)
        assert not draw.is_off.any()


def test_gaussian_noise_switches_nothing_off() -> None:
    shown = few(Request(0.5, n_units=32, kind="gaussian"))
    assert shown.share_off is None
    assert not any(draw.is_off.any() for draw in shown.draws)


def test_concrete_noise_is_off_where_bernoulli_dropout_is() -> None:
    soft, hard = (few(Request(0.3, n_units=64, kind=kind)) for kind in ("concrete", "bernoulli"))
    for of_soft, of_hard in zip(soft.draws, hard.draws, strict=True):
        np.testing.assert_array_equal(of_soft.is_off, of_hard.is_off)


def test_dropconnect_is_the_sum_of_inputs_whose_weights_are_on() -> None:
    shown = few(Request(0.5, VALUES, kind="dropconnect"))
    for draw in shown.draws:
        assert shown.together(draw.outputs) == sum(2 * np.array(VALUES)[~draw.is_off])


def test_the_random_layer_of_alpha_dropout_is_selu() -> None:
    shown = few(Request(0.5, n_units=32, kind="alpha"))
    np.testing.assert_allclose(shown.values, torch.selu(torch.from_numpy(shown.layer.parameters)).numpy(), rtol=1e-12)


def test_a_seed_names_the_draws_and_the_random_layer() -> None:
    one, again, other = (few(Request(0.5, n_units=32, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.draws[3].outputs, again.draws[3].outputs)
    assert (one.values != other.values).any()
    assert (one.draws[0].is_off != other.draws[0].is_off).any()


def test_every_draw_is_that_of_its_own_step() -> None:
    request = Request(0.5, VALUES, n_draws=6)
    for draw in few(request).draws:
        alone = drawn_noise(request, len(VALUES), [draw.step]).multipliers[0].numpy()
        np.testing.assert_array_equal(draw.multipliers, alone)


def test_the_telling_draw_has_something_off_and_something_on() -> None:
    shown = few(Request(0.9, VALUES, n_draws=40))
    assert shown.draws[0].is_off.all()
    assert 0 < shown.telling_draw.is_off.sum() < len(VALUES)
