"""Facts of the laws: what each kind of noise makes of all 65,536 lanes, counted and not sampled."""

from math import exp, log

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dropout_lab.model import predict
from dropout_lab.noise import Alpha, Bernoulli, Concrete, Gaussian, Law, Noise, keep_probability, quantised_rate

from .builders import condition, data, noise_source, settings, train

RATES = (0.1, 0.25, 0.5, 1 / 3, 0.9)
LAWS = [
    pytest.param(Bernoulli(), id="bernoulli"),
    pytest.param(Bernoulli(is_inverted=False), id="bernoulli, scaled at inference"),
    pytest.param(Gaussian(), id="gaussian"),
    pytest.param(Alpha(), id="alpha"),
    pytest.param(Concrete(0.1), id="concrete"),
]
ALL_LANES = torch.arange(-(2**15), 2**15, dtype=torch.int16)
SELU_LIMIT = -1.6732632423543772 * 1.0507009873554805


def of_every_lane(law: Law, rate: float, dtype: torch.dtype = torch.float64) -> Noise:
    """Return the noise of every lane, the lowest first: ``[65536]``."""
    coefficients = [torch.tensor(value, dtype=dtype) for value in law.coefficients(rate)]
    return law.draw(ALL_LANES, coefficients, [torch.empty(2**16, dtype=dtype) for _ in range(law.n_buffers)])


def noisy(value: float | Tensor, noise: Noise) -> Tensor:
    return value * noise.multipliers + (0 if noise.shifts is None else noise.shifts)


def drawn_bernoulli(rate: float, rows: int = 4096, width: int = 8) -> Tensor:
    return noise_source(settings(condition(rate), widths=(width, 3), seeds=(3,))).draw(0, rows).values[0].multipliers[0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("law", LAWS)
def test_at_rate_0_every_law_leaves_every_value_as_it_is(law: Law, dtype: torch.dtype) -> None:
    assert (noisy(1.7, of_every_lane(law, 0.0, dtype)) == torch.tensor(1.7, dtype=dtype)).all()


@pytest.mark.parametrize("rate", [0.0, *RATES])
@pytest.mark.parametrize("law", LAWS)
def test_the_moments_are_those_of_all_lanes(law: Law, rate: float) -> None:
    for value in (2.0, -1.5, 0.0):
        of_value = noisy(value, of_every_lane(law, rate))
        expected = law.moments(value, rate)
        assert float(of_value.mean()) == pytest.approx(expected.mean, abs=1e-12)
        assert float(of_value.var(correction=0)) == pytest.approx(expected.variance, abs=1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_gaussian_multipliers_have_mean_1_and_bernoullis_variance_exactly(rate: float) -> None:
    multipliers, q = of_every_lane(Gaussian(), rate).multipliers, quantised_rate(rate)
    assert float(multipliers.mean()) == pytest.approx(1, abs=1e-12)
    assert float(multipliers.var(correction=0)) == pytest.approx(q / (1 - q), rel=1e-12)
    of_bernoulli = of_every_lane(Bernoulli(), rate).multipliers
    assert float(multipliers.var(correction=0)) == pytest.approx(float(of_bernoulli.var(correction=0)), rel=1e-10)


def test_gaussian_multipliers_are_normal() -> None:
    normals = of_every_lane(Gaussian(), 0.5).multipliers - 1
    assert float(normals.pow(3).mean()) == pytest.approx(0, abs=1e-9)
    assert float(normals.pow(4).mean()) == pytest.approx(3, abs=0.01)
    assert float((normals.abs() < 1.959964).double().mean()) == pytest.approx(0.95, abs=1e-4)


def test_a_higher_lane_gives_a_larger_multiplier_under_every_law() -> None:
    for law in (Bernoulli(), Gaussian(), Alpha(), Concrete(0.1)):
        assert (of_every_lane(law, 0.3).multipliers.diff() >= -1e-12).all()


@pytest.mark.parametrize("rate", RATES)
def test_scaling_at_inference_leaves_the_survivors_as_they_are(rate: float) -> None:
    multipliers = of_every_lane(Bernoulli(is_inverted=False), rate).multipliers
    assert multipliers.unique().tolist() == [0.0, 1.0]
    assert float(multipliers.mean()) == keep_probability(rate)


@pytest.mark.parametrize("rate", RATES)
def test_alpha_noise_gives_a_dropped_unit_selus_limit_and_then_moves_all_alike(rate: float) -> None:
    values = torch.tensor([0.3, -1.2], dtype=torch.float64)
    keep = keep_probability(rate)
    a = (keep + SELU_LIMIT**2 * keep * (1 - keep)) ** -0.5
    b = -a * (1 - keep) * SELU_LIMIT
    dropped = of_every_lane(Bernoulli(), rate).multipliers == 0
    for value in values:
        expected = torch.where(dropped, a * SELU_LIMIT + b, a * value + b)
        torch.testing.assert_close(noisy(value, of_every_lane(Alpha(), rate)), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_alpha_noise_keeps_mean_0_and_variance_1_exactly(rate: float) -> None:
    """Over all lanes and two values with mean 0 and variance 1."""
    noise = of_every_lane(Alpha(), rate)
    both = torch.cat([noisy(1.0, noise), noisy(-1.0, noise)])
    assert float(both.mean()) == pytest.approx(0, abs=1e-10)
    assert float(both.var(correction=0)) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("rate", RATES)
def test_as_the_temperature_falls_concrete_multipliers_become_bernoullis_of_the_same_lanes(rate: float) -> None:
    """At the quantised rate no uniform equals 1 - rate, so at 1e-9 every unit is off or on."""
    concrete = of_every_lane(Concrete(1e-9), quantised_rate(rate)).multipliers
    torch.testing.assert_close(concrete, of_every_lane(Bernoulli(), rate).multipliers, rtol=1e-12, atol=0)


@pytest.mark.parametrize("rate", RATES)
def test_concrete_multipliers_follow_the_papers_formula(rate: float) -> None:
    lane = 12_345
    u = 1 - (lane + 32768.5) / 65536
    z = 1 / (1 + exp(-(log(rate) - log(1 - rate) + log(u) - log(1 - u)) / 0.3))
    multipliers = of_every_lane(Concrete(0.3), rate).multipliers
    assert float(multipliers[lane + 2**15]) == pytest.approx((1 - z) / (1 - rate), rel=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_concrete_scores_are_the_derivative_of_the_log_multiplier_in_the_logit(rate: float) -> None:
    law, step = Concrete(0.3), 1e-6
    (logit,) = law.coefficients(rate)
    low, high = (1 / (1 + exp(-(logit + by))) for by in (-step, step))
    numeric = (of_every_lane(law, high).multipliers.log() - of_every_lane(law, low).multipliers.log()) / (2 * step)
    torch.testing.assert_close(of_every_lane(law, rate).scores, numeric, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_bernoulli_noise_has_the_law_of_torchs_dropout(rate: float) -> None:
    torch.manual_seed(0)
    ours = drawn_bernoulli(rate).numpy()
    theirs = nn.Dropout(rate).train()(torch.ones(ours.shape, dtype=torch.float64)).numpy()
    variance = rate / (1 - rate)
    spread = np.sqrt(variance / ours.size)
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-4)
    for sample in (ours, theirs):
        assert abs(sample.mean() - 1) < 4 * spread
        assert abs(sample.var() - variance) < 0.05 * variance + 1e-3
        correlations = np.corrcoef(sample.T) - np.eye(sample.shape[1])
        assert np.abs(correlations).max() < 4.5 / np.sqrt(len(sample))
        neighbours = np.corrcoef(sample[1:].ravel(), sample[:-1].ravel())[0, 1]
        assert abs(neighbours) < 4 / np.sqrt(sample.size)


def test_eval_mode_is_that_of_torchs_dropout() -> None:
    of = settings(condition(0.4, 0.5), widths=(8, 12, 3), seeds=(3,))
    net, x = train(of).parameters, data().val.features
    theirs = nn.Sequential(nn.Dropout(0.4), nn.Linear(8, 12), nn.ReLU(), nn.Dropout(0.5), nn.Linear(12, 3)).double()
    for layer, w, b in zip((theirs[1], theirs[4]), net.weights, net.biases, strict=True):
        layer.weight.data, layer.bias.data = w[0].T, b[0, 0]
    ours = predict(of.architecture, net, x, of.products)
    torch.testing.assert_close(ours[0], theirs.eval()(x[0]).detach(), rtol=1e-12, atol=1e-12)
    assert torch.equal(theirs[0](x), x)
