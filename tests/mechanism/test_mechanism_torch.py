"""The noise that `mask` shows has the law of PyTorch's own dropout layers, and is their eval mode exactly."""

from collections import Counter
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.stats import chi2_contingency

from dropout_lab.mechanism import MANY_DRAWS, Request, demonstrate
from dropout_lab.mechanism.demonstration import drawn_noise
from dropout_lab.noise import KINDS

N_UNITS = 4
RATES = (0.125, 0.25, 0.5, 0.75)  # 16 bits hold them exactly, as they do in torch
Floats = npt.NDArray[np.float64]
pytestmark = pytest.mark.usefixtures("words_drawn_once")


@cache
def ours(rate: float) -> Floats:
    return drawn_noise(Request(rate, seed=7), N_UNITS, range(MANY_DRAWS)).multipliers.numpy()


@cache
def theirs(rate: float) -> Floats:
    generator_state = torch.random.get_rng_state()
    torch.manual_seed(7)
    drawn = torch.nn.Dropout(rate)(torch.ones(MANY_DRAWS, N_UNITS, dtype=torch.float64)).numpy()
    torch.random.set_rng_state(generator_state)
    return drawn


def patterns(multipliers: Floats) -> list[int]:
    """Count how often each of the 16 patterns of four units being on or off is drawn."""
    counts = Counter(map(tuple, (multipliers > 0).astype(int)))
    return [counts[tuple(int(bit) for bit in f"{index:04b}")] for index in range(2**N_UNITS)]


@pytest.mark.parametrize("rate", RATES)
def test_the_multipliers_are_those_of_nn_dropout(rate: float) -> None:
    assert set(np.unique(ours(rate))) == set(np.unique(theirs(rate))) == {0.0, 1 / (1 - rate)}


@pytest.mark.parametrize("draw", [ours, theirs], ids=["ours", "nn.Dropout"])
@pytest.mark.parametrize("rate", RATES)
def test_mean_and_variance_are_1_and_rate_over_keep(draw: object, rate: float) -> None:
    multipliers = draw(rate)  # type: ignore[operator]
    variance = rate / (1 - rate)
    fourth_moment = rate + rate**4 / (1 - rate) ** 3
    n = multipliers.size
    assert abs(multipliers.mean() - 1) < 4 * np.sqrt(variance / n)
    assert abs(multipliers.var() - variance) < 4 * np.sqrt((fourth_moment - variance**2) / n) + 10 * variance / n


@pytest.mark.parametrize("rate", RATES)
def test_units_are_switched_off_together_as_often_as_in_nn_dropout(rate: float) -> None:
    """All 16 joint patterns are compared, so a dependence between any units would show."""
    assert chi2_contingency([patterns(ours(rate)), patterns(theirs(rate))]).pvalue > 1e-3


@pytest.mark.parametrize("rate", RATES)
def test_units_and_draws_are_independent(rate: float) -> None:
    multipliers = ours(rate)
    between_units = np.corrcoef(multipliers.T) - np.eye(N_UNITS)
    from_draw_to_draw = [np.corrcoef(unit[1:], unit[:-1])[0, 1] for unit in multipliers.T]
    assert np.abs(between_units).max() < 4 / np.sqrt(MANY_DRAWS)
    assert np.abs(from_draw_to_draw).max() < 4 / np.sqrt(MANY_DRAWS)


@pytest.mark.parametrize("rate", RATES)
def test_alpha_dropout_hands_on_what_nn_alpha_dropout_does(rate: float) -> None:
    value = 0.7
    shown = demonstrate(Request(rate, (value,), kind="alpha", n_draws=100), n_many=100)
    layer = torch.nn.AlphaDropout(rate)
    drawn = layer(torch.full((1000,), value, dtype=torch.float64))
    outputs = np.array([draw.outputs[0] for draw in shown.draws])
    np.testing.assert_allclose(np.unique(outputs), np.unique(drawn.numpy()), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5])
def test_eval_mode_is_that_of_nn_dropout_bit_for_bit(kind: str, rate: float) -> None:
    values = (0.1, -2.5, 0.0, 1 / 3)
    theirs = torch.nn.Dropout(rate).eval()(torch.tensor(values, dtype=torch.float64)).numpy()
    assert demonstrate(Request(rate, values, kind=kind), n_many=5).eval_outputs.tobytes() == theirs.tobytes()
