"""Intervals, paired tests and corrections agree with scipy and with answers worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dropout_lab.statistics import holm, mean_interval, paired_difference

# Student's own data (1908): hours of sleep gained with two drugs, ten patients.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


@pytest.mark.parametrize("n", [2, 3, 5, 30])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_the_interval_is_the_t_interval_of_scipy(n: int, confidence: float) -> None:
    values = np.random.default_rng(n).normal(3.0, 2.0, n)
    interval = mean_interval(values, confidence)
    low, high = stats.t.interval(confidence, n - 1, loc=values.mean(), scale=stats.sem(values))
    np.testing.assert_allclose(interval[1:], [values.mean(), values.std(ddof=1), low, high], rtol=1e-12)
    assert interval.n == n


def test_three_numbers_give_the_interval_worked_out_by_hand() -> None:
    interval = mean_interval([1.0, 2.0, 3.0])
    half = 0.95 / math.sqrt(2 * 0.975 * 0.025) / math.sqrt(3)  # with 2 degrees of freedom t has a closed form
    np.testing.assert_allclose(interval[1:], [2.0, 1.0, 2 - half, 2 + half], rtol=1e-12)


def test_the_interval_covers_the_true_mean_in_95_of_100_samples() -> None:
    samples = np.random.default_rng(0).normal(1.0, 5.0, (4, 20_000))
    interval = mean_interval(samples)
    coverage = ((interval.low <= 1.0) & (interval.high >= 1.0)).mean()
    assert coverage == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 20_000))


def test_one_value_has_a_mean_and_no_interval() -> None:
    n, mean, sd, low, high = mean_interval([0.3])
    assert (n, mean) == (1, 0.3)
    assert np.isnan([sd, low, high]).all()


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, math.nan]], ids=["none", "nan", "not finite"])
def test_no_values_have_no_mean(values: list[float]) -> None:
    n, *rest = mean_interval(values)
    assert n == 0
    assert np.isnan(rest).all()


@given(st.floats(-1e300, 1e300), st.integers(2, 40))
def test_equal_values_have_an_interval_of_exactly_zero_width(value: float, n: int) -> None:
    interval = mean_interval([value] * n)
    assert (interval.mean, interval.sd, interval.low, interval.high) == (value, 0, value, value)


def test_the_leading_axis_is_averaged_and_every_position_counts_what_it_has() -> None:
    values = np.random.default_rng(1).random((6, 3, 4))
    values[0, 1, 2], values[3, 1, 2], values[:, 0, 0] = math.nan, math.inf, math.nan
    interval = mean_interval(values)
    assert interval.n.shape == interval.low.shape == (3, 4)
    assert (interval.n[1, 2], interval.n[0, 0], interval.n[2, 3]) == (4, 0, 6)
    alone = mean_interval(values[[1, 2, 4, 5], 1, 2])
    np.testing.assert_allclose([part[1, 2] for part in interval], alone, rtol=1e-12)


@pytest.mark.parametrize(("values", "confidence"), [(1.0, 0.95), ([1.0], 0.0), ([1.0], 1.0), ([1.0], 95)])
def test_a_scalar_or_an_impossible_confidence_is_a_programming_error(values: object, confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence lies in"):
        mean_interval(values, confidence)


def test_the_paired_test_is_that_of_scipy_and_of_student() -> None:
    paired = paired_difference(SLEEP_2, SLEEP_1)
    expected = stats.ttest_rel(SLEEP_2, SLEEP_1)
    np.testing.assert_allclose(paired.p, expected.pvalue, rtol=1e-10)
    np.testing.assert_allclose([paired.low, paired.high], expected.confidence_interval(0.95), rtol=1e-10)
    np.testing.assert_allclose([paired.difference, paired.p], [1.58, 0.00283], rtol=2e-3)
    assert paired.n_pairs == 10


def test_a_difference_is_the_first_minus_the_second() -> None:
    assert paired_difference([3.0, 5.0], [1.0, 1.0]).difference == 3.0


def test_a_pair_needs_both_and_the_rest_of_the_seeds_still_counts() -> None:
    values, reference = [1.0, 2.0, 4.0, math.nan], [0.5, math.inf, 1.0, 2.0]
    paired = paired_difference(values, reference)
    expected = paired_difference([1.0, 4.0], [0.5, 1.0])
    np.testing.assert_array_equal(paired, expected)
    assert paired.n_pairs == 2


def test_pairing_gains_what_the_shared_part_of_the_variance_explains() -> None:
    random = np.random.default_rng(0)
    shared, own, others = random.normal(0, 2, 100_000), random.normal(0, 1, 100_000), random.normal(0, 1, 100_000)
    gain = paired_difference(shared + own, shared + others).pairing_gain
    assert gain == pytest.approx((4 + 1 + 4 + 1) / 2, rel=0.03)
    assert paired_difference(own, others).pairing_gain == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize(
    ("values", "reference"),
    [([1.0], [2.0]), ([1.0, 2.0], [1.0, 2.0]), ([0.3, 0.4, 0.9], [0.2, 0.3, 0.8])],
    ids=["one pair", "no difference", "equal but for rounding"],
)
def test_without_variation_there_is_no_test(values: list[float], reference: list[float]) -> None:
    paired = paired_difference(values, reference)
    assert np.isnan([paired.p, paired.pairing_gain]).all()
    assert paired.difference == pytest.approx(values[0] - reference[0])


def test_one_pair_has_a_difference_and_no_interval() -> None:
    paired = paired_difference([1.0, math.nan], [0.25, 1.0])
    assert (paired.n_pairs, paired.difference) == (1, 0.75)
    assert np.isnan([paired.low, paired.high]).all()


def test_arrays_of_different_shapes_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="one shape"):
        paired_difference([1.0, 2.0], [1.0])


def test_a_true_hypothesis_is_rejected_as_often_as_promised() -> None:
    random = np.random.default_rng(2)
    p = paired_difference(random.normal(size=(5, 20_000)), random.normal(size=(5, 20_000))).p
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 20_000))


@pytest.mark.parametrize(
    ("p", "corrected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # Holm 1979 by hand: 4, 3, 2, 1 times, never falling
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([0.02, math.nan, 0.03], [0.04, math.nan, 0.04]),
        ([math.nan], [math.nan]),
        ([], []),
    ],
    ids=["by hand", "never above 1", "alone", "without a missing one", "missing", "none"],
)
def test_holm_gives_the_known_answers(p: list[float], corrected: list[float]) -> None:
    np.testing.assert_allclose(holm(p), corrected, rtol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_value_keeps_their_order_and_is_milder_than_bonferroni(p: list[float]) -> None:
    corrected = holm(p)
    assert (corrected >= np.array(p)).all()
    assert (corrected <= np.minimum(1, len(p) * np.array(p))).all()
    assert (np.diff(corrected[np.argsort(p, kind="stable")]) >= 0).all()
