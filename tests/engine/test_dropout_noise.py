"""Facts of the noise: the law of the multipliers, what decides them, and that draws of their own decide each one."""

import numpy as np
import pytest
import torch

from dropout_lab import noise

from .builders import condition, noise_source, settings
from .philox import philox_block

RATES = (0.1, 0.25, 0.5, 1 / 3, 0.9)
ALL_LANES = torch.arange(-(2**15), 2**15, dtype=torch.float64)


def drawn(
    *rates: float, seeds: tuple[int, ...] = (3,), rows: int = 64, width: int = 32, step: int = 0, layer: int = 0
) -> np.ndarray:
    """Return the multipliers of one layer, ``[rates, seeds, rows, width]``; every rate is a condition."""
    conditions = [condition(*(rate,) * (layer + 1)) for rate in rates]
    of = settings(*conditions, widths=(*(width,) * (layer + 1), 3), seeds=seeds)
    multipliers = noise_source(of).draw(step, rows).values[layer].multipliers
    return multipliers.view(len(rates), len(seeds), rows, width).numpy().copy()


def multipliers_of_every_lane(rate: float, dtype: torch.dtype = torch.float64) -> np.ndarray:
    thresholds = torch.tensor(noise.lane_threshold(rate), dtype=dtype)
    scales = torch.tensor(noise.survivor_scale(rate), dtype=dtype)
    return noise.noise_multipliers(ALL_LANES.to(dtype), thresholds, scales, out=torch.empty(2**16, dtype=dtype)).numpy()


@pytest.mark.parametrize("rate", RATES)
def test_every_multiplier_is_0_or_1_over_the_keep_probability(rate: float) -> None:
    keep = 1 - round(65536 * rate) / 65536
    assert set(np.unique(drawn(rate))) == {0.0, 1 / keep}


@pytest.mark.parametrize("rate", RATES)
def test_of_the_65536_lanes_exactly_the_rates_share_drops_a_unit(rate: float) -> None:
    assert (multipliers_of_every_lane(rate) == 0).sum() == round(65536 * rate)


@pytest.mark.parametrize("rate", [0.0, *RATES])
def test_over_all_lanes_the_mean_is_1_and_the_variance_is_rate_over_keep(rate: float) -> None:
    multipliers, q = multipliers_of_every_lane(rate), noise.quantised_rate(rate)
    assert multipliers.mean() == pytest.approx(1, abs=1e-12)
    assert multipliers.var() == pytest.approx(q / (1 - q), abs=1e-10)


@pytest.mark.parametrize("rate", [0.0, *RATES])
def test_float32_decides_every_lane_as_float64_does(rate: float) -> None:
    in_float32 = multipliers_of_every_lane(rate, torch.float32)
    np.testing.assert_array_equal(in_float32, multipliers_of_every_lane(rate).astype(np.float32))


@pytest.mark.parametrize("rate", [0.0, 1e-4, *RATES, 0.9999])
def test_a_quantised_rate_is_a_65536th_next_to_the_rate(rate: float) -> None:
    q = noise.quantised_rate(rate)
    assert (65536 * q).is_integer()
    assert abs(q - rate) <= 0.5 / 65536
    assert noise.survivor_scale(rate) == 1 / (1 - q)


@pytest.mark.parametrize("rate", RATES)
def test_drawn_multipliers_have_mean_1_and_variance_rate_over_keep(rate: float) -> None:
    sample, q = drawn(rate, rows=1024, seeds=(3, 11)).ravel(), noise.quantised_rate(rate)
    variance = q / (1 - q)
    fourth_moment = q + q**4 / (1 - q) ** 3
    assert abs(sample.mean() - 1) < 4 * np.sqrt(variance / sample.size)
    assert abs(sample.var() - variance) < 4 * np.sqrt((fourth_moment - variance**2) / sample.size) + 1e-4


def test_at_rate_0_every_multiplier_is_1_beside_any_other_rate() -> None:
    assert (drawn(0.0, 0.5)[0] == 1).all()


def test_a_layer_that_no_condition_drops_draws_nothing() -> None:
    of = settings(condition(0, 0.5, 0), condition(0, 0, 0))
    assert [noise is None for noise in noise_source(of).draw(0, 2).values] == [True, False, True, True]


def test_units_dropped_at_a_rate_are_among_those_dropped_at_a_higher_rate() -> None:
    dropped = drawn(0.1, 0.2, 0.5, 0.9) == 0
    assert (dropped[1:] >= dropped[:-1]).all()
    assert (dropped[1:] > dropped[:-1]).any(axis=(1, 2, 3)).all()


def test_a_multiplier_is_decided_by_its_own_lane_of_the_seeds_philox_words() -> None:
    element = 5 * 32 + 18
    block = philox_block((1 + element // 16, 9, 2, 0), (11, 5))
    lane = block[element // 4 % 4] >> (16 * (element % 4)) & 0xFFFF
    signed = lane - 65536 if lane >= 32768 else lane
    of_lane = drawn(0.3, 0.6, seeds=(3, 11), layer=2, step=9)[:, 1, 5, 18]
    assert (of_lane > 0).tolist() == [signed >= -32768 + round(65536 * rate) for rate in (0.3, 0.6)]


def test_a_partial_batch_draws_what_the_first_rows_of_a_whole_one_draw() -> None:
    np.testing.assert_array_equal(drawn(0.5, rows=7, width=5), drawn(0.5, rows=64, width=5)[:, :, :7])


def test_every_step_draws_anew() -> None:
    assert_uncorrelated(drawn(0.5, step=0), drawn(0.5, step=1))


def test_every_layer_draws_anew() -> None:
    assert_uncorrelated(drawn(0.5, layer=1), drawn(0.5, layer=2))


def test_every_seed_draws_anew() -> None:
    of_seeds = drawn(0.5, seeds=(3, 4))
    assert_uncorrelated(of_seeds[:, 0], of_seeds[:, 1])


def test_every_row_draws_anew() -> None:
    of_rows = drawn(0.5)[0, 0]
    assert_uncorrelated(of_rows[1:], of_rows[:-1])


def test_units_are_dropped_independently_of_each_other() -> None:
    of_units = np.concatenate([drawn(0.5, rows=512, step=step)[0, 0] for step in range(8)])
    correlations = np.corrcoef(of_units.T) - np.eye(of_units.shape[1])
    assert np.abs(correlations).max() < 5 / np.sqrt(len(of_units))


def assert_uncorrelated(left: np.ndarray, right: np.ndarray) -> None:
    correlation = np.corrcoef(left.ravel(), right.ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(left.size)
