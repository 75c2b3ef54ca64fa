"""The rule that fits a method to a sample, and the two methods beside t, against brute force and scipy."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dropout_lab.randomness import Purpose, raw_words
from dropout_lab.statistics import estimate_mean, mean_interval, paired_difference, sign_flip, smallest_p
from dropout_lab.statistics.bootstrap import N_RESAMPLES, bootstrap_t
from dropout_lab.statistics.estimates import CHECK_LEVEL, LARGEST_CHECKED, SMALLEST_CHECKED
from dropout_lab.statistics.sign_flip import LARGEST_N as LARGEST_SIGN_FLIP

Floats = npt.NDArray[np.float64]

OUTLIER = [0.11, 0.12, 0.10, 0.13, 0.12, 0.11, 0.10, 9.0]  # whatever it is, it is not normal


def normal_sample(n: int, seed: int = 0) -> Floats:
    """Normal quantiles in random order: no sample looks more normal."""
    return np.random.default_rng(seed).permutation(stats.norm.ppf((np.arange(n) + 0.5) / n)) + 3.0


def flipped_p(values: Floats) -> float:
    """Share of all sign patterns whose sum is as far from 0 as the sample's."""
    sums = np.array([np.dot(signs, values) for signs in product((-1.0, 1.0), repeat=len(values))])
    return float((np.abs(sums) >= abs(values.sum()) - 1e-9).mean())


@pytest.mark.parametrize("n", [2, 5, 8, 11])
def test_the_sign_flip_p_is_that_of_all_sign_patterns_and_of_scipy(n: int) -> None:
    values = np.random.default_rng(n).normal(0.5, 1.0, n)
    p = sign_flip(values)[2]
    assert p == pytest.approx(flipped_p(values))
    of_scipy = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert p == pytest.approx(of_scipy.pvalue)


@pytest.mark.parametrize("n", [6, 7, 9])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_sign_flip_interval_holds_the_means_that_the_test_does_not_reject(n: int, confidence: float) -> None:
    values = np.random.default_rng(n).gamma(1.0, size=n)
    low, high, _ = sign_flip(values, confidence)
    step = 1e-7
    for inside, outside in ((low + step, low - step), (high - step, high + step)):
        assert flipped_p(values - inside) > 1 - confidence
        assert flipped_p(values - outside) <= 1 - confidence


def test_the_sign_flip_interval_covers_the_centre_of_any_symmetric_distribution_as_often_as_its_pieces_say() -> None:
    samples = np.random.default_rng(1).standard_cauchy((3_000, 8)) + 2.0  # it has not even a mean
    ends = np.array([sign_flip(sample)[:2] for sample in samples])
    coverage = ((ends[:, 0] <= 2.0) & (ends[:, 1] >= 2.0)).mean()
    expected = 1 - 2 * 6 / 2**8
    assert coverage == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 3_000))


def test_the_sign_flip_interval_needs_six_values() -> None:
    assert np.isinf(sign_flip(normal_sample(5))[:2]).all()
    low, high, p = sign_flip(sample := normal_sample(6))
    assert (low, high, p) == (pytest.approx(sample.min()), pytest.approx(sample.max()), 2**-5)


def test_differences_that_cancel_but_for_rounding_cancel() -> None:
    values = np.array([0.1, 0.2, -0.3, 0.5, 0.6, 0.7])  # 0.1 + 0.2 - 0.3 is 5.6e-17
    assert sign_flip(values)[2] == flipped_p(values)


def test_the_largest_sign_flip_agrees_with_random_flips() -> None:
    values = np.random.default_rng(2).exponential(size=19) - 0.6
    signs = np.random.default_rng(3).choice([-1.0, 1.0], (40_000, 19))
    share = (np.abs(signs @ values) >= abs(values.sum())).mean()
    assert sign_flip(values)[2] == pytest.approx(share, abs=4 * math.sqrt(share / 40_000))


@pytest.mark.parametrize("n", [0, 20])
def test_a_sample_too_small_or_too_large_for_flipping_is_a_programming_error(n: int) -> None:
    with pytest.raises(ValueError, match="takes 1 to 19 values"):
        sign_flip(np.ones(n))


@pytest.mark.parametrize("n", [2, 5, 6, 10])
def test_the_smallest_p_is_what_the_sign_flip_test_says_of_values_of_one_sign(n: int) -> None:
    assert float(smallest_p(n)) == sign_flip(np.arange(1.0, n + 1))[2]


def test_the_bootstrap_t_is_what_a_plain_loop_over_its_words_gives() -> None:
    n = 20
    sample = np.random.default_rng(4).lognormal(size=n)
    words = raw_words(n, Purpose.RESAMPLING, count=N_RESAMPLES * n).astype(object).reshape(N_RESAMPLES, n)
    resamples = sample[((words >> 32) * n >> 32).astype(int)]
    error = stats.sem(sample)
    t = np.sort((resamples.mean(1) - sample.mean()) / stats.sem(resamples, axis=1))
    low, high, p = bootstrap_t(sample[:, None])
    assert low[0] == pytest.approx(sample.mean() - t[9_749] * error)
    assert high[0] == pytest.approx(sample.mean() - t[249] * error)
    observed = sample.mean() / error
    assert p[0] == pytest.approx(min(1, 2 * (1 + min((t >= observed).sum(), (t <= observed).sum())) / 10_000))


def test_the_bootstrap_t_of_many_samples_is_that_of_each_one() -> None:
    samples = np.random.default_rng(5).exponential(size=(25, 300))
    together = bootstrap_t(samples)
    alone = bootstrap_t(samples[:, [299]])
    np.testing.assert_allclose([part[299] for part in together], [part[0] for part in alone], rtol=1e-9)


def test_the_bootstrap_t_says_nothing_where_most_values_are_equal() -> None:
    low, high, _ = bootstrap_t(np.array([0.0] * 24 + [1.0])[:, None])
    assert np.isinf([low, high]).any()


@pytest.mark.parametrize("n", [2, 5, 6, 12, 20, 40])
def test_samples_that_look_normal_get_students_t(n: int) -> None:
    sample = normal_sample(n)
    estimate, expected = estimate_mean(sample), mean_interval(sample)
    assert estimate.method == "t"
    assert estimate[:5] == expected
    assert estimate.p == pytest.approx(stats.ttest_1samp(sample, 0).pvalue)


@pytest.mark.parametrize(
    ("n", "method"),
    [(5, "t"), (6, "sign-flip"), (19, "sign-flip"), (20, "bootstrap-t"), (500, "bootstrap-t"), (501, "t")],
)
def test_samples_that_do_not_look_normal_get_a_method_by_their_size(n: int, method: str) -> None:
    sample = np.concatenate([normal_sample(n - 1), [300.0]])
    assert estimate_mean(sample).method == method


def test_sign_flip_estimates_are_those_of_the_sign_flip_test() -> None:
    estimate = estimate_mean(OUTLIER)
    assert (estimate.low, estimate.high, estimate.p) == pytest.approx(sign_flip(OUTLIER))
    assert estimate.mean == pytest.approx(np.mean(OUTLIER))


def test_bootstrap_t_estimates_reach_as_far_as_the_farther_of_bootstrap_t_and_t() -> None:
    samples = np.random.default_rng(6).lognormal(size=(30, 40))
    estimate, t, boot = estimate_mean(samples), mean_interval(samples), bootstrap_t(np.sort(samples, axis=0))
    is_boot = estimate.method == "bootstrap-t"
    assert 20 < is_boot.sum() < 40
    np.testing.assert_allclose(estimate.low, np.where(is_boot, np.minimum(t.low, boot[0]), t.low))
    np.testing.assert_allclose(estimate.high, np.where(is_boot, np.maximum(t.high, boot[1]), t.high))
    p_of_t = stats.ttest_1samp(samples, 0).pvalue
    np.testing.assert_allclose(estimate.p, np.where(is_boot, np.maximum(p_of_t, boot[2]), p_of_t))


def test_mostly_equal_values_keep_a_bounded_interval() -> None:
    estimate = estimate_mean([0.0] * 24 + [1.0])
    assert estimate.method == "t"
    assert np.isfinite([estimate.low, estimate.high]).all()


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=25), st.floats(0.5, 0.99))
def test_an_interval_excludes_zero_exactly_where_its_p_is_below_the_level(
    values: list[float], confidence: float
) -> None:
    estimate = estimate_mean(values, confidence)
    if not np.isnan(estimate.p) and abs(estimate.p - (1 - confidence)) > 0.01:
        assert (estimate.low > 0 or estimate.high < 0) == (estimate.p < 1 - confidence)


def test_the_order_of_the_seeds_does_not_matter() -> None:
    sample = np.random.default_rng(7).lognormal(sigma=2, size=(24, 6))
    np.testing.assert_allclose(estimate_mean(sample)[:6], estimate_mean(sample[::-1])[:6], rtol=1e-12)


def test_every_position_gets_the_method_that_its_own_values_need() -> None:
    values = np.full((24, 2, 3), np.nan)
    values[:8, 0, 0] = OUTLIER
    values[::3, 0, 1] = OUTLIER  # with missing seeds in between
    values[:, 0, 2] = normal_sample(24)
    values[:, 1, 0] = np.concatenate([normal_sample(23), [300.0]])
    values[:4, 1, 1] = OUTLIER[-4:]
    for layout in (values, np.asfortranarray(values)):
        estimate = estimate_mean(layout)
        assert estimate.method.tolist() == [["sign-flip", "sign-flip", "t"], ["bootstrap-t", "t", "t"]]
        for position in ((0, 0), (0, 1), (1, 0)):
            alone = estimate_mean(values[:, *position])
            np.testing.assert_allclose([part[position] for part in estimate[:6]], alone[:6])
    assert estimate.n.tolist() == [[8, 8, 24], [24, 4, 0]]


@pytest.mark.parametrize("values", [[0.3], [0.3] * 8, [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]], ids=str)
def test_values_that_do_not_vary_have_no_test(values: list[float]) -> None:
    estimate = estimate_mean(values)
    assert np.isnan(estimate.p)
    assert estimate.method == "t"


def test_a_paired_difference_is_the_estimate_of_its_differences() -> None:
    random = np.random.default_rng(8)
    values, reference = random.normal(size=(2, 9, 50))
    values[0] += random.choice([0, 20], 50)
    paired, estimate = paired_difference(values, reference), estimate_mean(values - reference)
    assert set(paired.method) == {"t", "sign-flip"}
    np.testing.assert_array_equal(paired.method, estimate.method)
    np.testing.assert_allclose([paired.low, paired.high, paired.p], [estimate.low, estimate.high, estimate.p])


def test_equal_differences_are_not_tested_though_their_last_bits_differ() -> None:
    shift = np.arange(8) / 10
    paired = paired_difference(shift + 0.3, shift + 0.2)
    assert np.isnan([paired.p, paired.pairing_gain]).all()
    assert paired.method == "t"


def test_the_documentation_names_the_sizes_that_the_rule_has(repository_root: Path) -> None:
    text = (repository_root / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert f"| {SMALLEST_CHECKED} to {LARGEST_SIGN_FLIP} | `t`; `sign-flip` if" in text
    assert f"| {LARGEST_SIGN_FLIP + 1} to {LARGEST_CHECKED} | `t`; `bootstrap-t` if" in text
    assert f"{N_RESAMPLES:,} resamples" in text
    assert f"does not reject at {CHECK_LEVEL}" in text


def test_in_skewed_samples_the_rule_covers_more_than_t_alone() -> None:
    samples = np.random.default_rng(9).lognormal(size=(20, 2_000))
    truth = math.exp(0.5)
    by_rule, by_t = estimate_mean(samples), mean_interval(samples)
    covers = [((interval.low <= truth) & (truth <= interval.high)).mean() for interval in (by_rule, by_t)]
    assert covers[0] > covers[1] + 0.03
