"""The interval over crossed seeds and rows: against textbooks, at its edges, and its coverage by chance."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from dropout_lab.statistics.crossed import CrossedInterval, crossed_interval, crossed_share
from dropout_lab.statistics.intervals import mean_interval

Floats = npt.NDArray[np.float64]


def crossed(
    seed: int, *, n_seeds: int, n_rows: int, seeds: float = 1.0, rows: float = 1.0, noise: float = 1.0
) -> Floats:
    """Draw ``[seeds, rows]`` around 0 with these standard deviations of seeds, rows and noise."""
    draws = np.random.default_rng(seed)
    return (
        seeds * draws.normal(size=(n_seeds, 1))
        + rows * draws.normal(size=(1, n_rows))
        + noise * draws.normal(size=(n_seeds, n_rows))
    )


def textbook_variance(values: Floats) -> float:
    """Return (between seeds + between rows - residual mean square) / cells, as an analysis of variance has it."""
    n_seeds, n_rows = values.shape
    of_seeds, of_rows = values.mean(1, keepdims=True), values.mean(0, keepdims=True)
    residuals = values - of_seeds - of_rows + values.mean()
    mean_squares = (
        n_rows * np.var(of_seeds, ddof=1),
        n_seeds * np.var(of_rows, ddof=1),
        -(residuals**2).sum() / ((n_seeds - 1) * (n_rows - 1)),
    )
    return float(sum(mean_squares)) / values.size


def coverage(intervals: list[CrossedInterval], truth: float) -> float:
    return float(np.mean([one.low <= truth <= one.high for one in intervals]))


def test_without_skewness_the_interval_is_that_of_a_two_way_analysis_of_variance() -> None:
    values = crossed(0, n_seeds=6, n_rows=40)
    interval = crossed_interval(values, is_skewed=False)
    half = (interval.high - interval.low) / 2
    freedom_at_least, freedom_at_most = 5, 5 + 39
    ratio = half / np.sqrt(textbook_variance(values))
    assert stats.t.ppf(0.975, freedom_at_most) <= ratio <= stats.t.ppf(0.975, freedom_at_least)
    assert interval.mean == pytest.approx(values.mean())


def test_where_rows_do_not_vary_it_is_the_t_interval_over_seeds() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=(7, 1)), 30, axis=1)
    expected = mean_interval(values[:, 0])
    interval = crossed_interval(values)
    assert (interval.low, interval.high) == pytest.approx((float(expected.low), float(expected.high)))


def test_where_seeds_do_not_vary_it_is_the_t_interval_over_rows() -> None:
    values = np.repeat(np.random.default_rng(2).normal(size=(1, 50)), 4, axis=0)
    expected = mean_interval(values[0])
    interval = crossed_interval(values, is_skewed=False)
    assert (interval.low, interval.high) == pytest.approx((float(expected.low), float(expected.high)))


def test_new_rows_make_the_interval_wider_than_new_seeds_alone() -> None:
    values = crossed(3, n_seeds=8, n_rows=60, seeds=0.2, rows=3.0)
    over_seeds, over_both = mean_interval(values.mean(1)), crossed_interval(values)
    assert over_both.high - over_both.low > 2 * float(over_seeds.high - over_seeds.low)


@pytest.mark.parametrize("share_measured", [1.0, 0.4], ids=["every row under every seed", "two rows in five"])
def test_its_variance_is_unbiased_whatever_cells_are_missing(share_measured: float) -> None:
    errors, variances = [], []
    for seed in range(400):
        values = crossed(seed, n_seeds=8, n_rows=25, rows=1.5)
        is_there = np.random.default_rng(seed + 10_000).random(values.shape) < share_measured
        interval = crossed_interval(np.where(is_there, values, np.nan), 0.6827, is_skewed=False)
        errors.append(interval.mean**2)
        variances.append(((interval.high - interval.low) / 2) ** 2)
    assert np.mean(variances) == pytest.approx(np.mean(errors), rel=0.2)


def test_it_covers_as_often_as_it_says_where_rows_have_a_long_tail() -> None:
    def losses(seed: int) -> Floats:
        draws = np.random.default_rng(seed)
        return draws.normal(size=(1, 60)) ** 2 + 0.2 * draws.normal(size=(5, 60)) + 0.05 * draws.normal(size=(5, 1))

    truth, samples = 1.0, [losses(seed) for seed in range(1000)]
    corrected = coverage([crossed_interval(sample) for sample in samples], truth)
    plain = coverage([crossed_interval(sample, is_skewed=False) for sample in samples], truth)
    assert 0.93 <= corrected <= 0.97
    assert plain < corrected - 0.01


def test_p_falls_below_a_level_exactly_where_the_interval_excludes_zero() -> None:
    for seed in range(200):
        values = crossed(seed, n_seeds=5, n_rows=20) ** 2 - 2.6
        interval = crossed_interval(values)
        assert (interval.p < 0.05) == (interval.low > 0 or interval.high < 0)


@pytest.mark.parametrize("shape", [(1, 30), (5, 1), (0, 0)], ids=["one seed", "one row", "nothing"])
def test_one_seed_or_one_row_has_no_interval(shape: tuple[int, int]) -> None:
    interval = crossed_interval(np.ones(shape))
    assert np.isnan([interval.low, interval.high, interval.p]).all()
    assert np.isnan(crossed_share(np.ones(shape)).low)


def test_seeds_and_rows_without_any_value_do_not_count() -> None:
    values = crossed(4, n_seeds=5, n_rows=12)
    padded = np.full((7, 15), np.nan)
    padded[:5, 2:14] = values
    assert crossed_interval(padded) == crossed_interval(values)


@pytest.mark.parametrize(
    ("values", "confidence"), [([1.0, 2.0], 0.95), ([[1.0, 2.0], [3.0, 4.0]], 1.0)], ids=["one axis", "certainty"]
)
def test_other_shapes_and_levels_are_refused(values: object, confidence: float) -> None:
    with pytest.raises(ValueError, match="seeds, rows"):
        crossed_interval(values, confidence)  # type: ignore[arg-type]


def test_the_interval_of_a_share_is_wilsons_where_seeds_do_not_vary() -> None:
    row = (np.arange(50) < 43).astype(float)
    interval = crossed_share(np.repeat(row[None], 3, axis=0))
    assert interval.mean == pytest.approx(0.86)
    wilson = stats.binomtest(43, 50).proportion_ci(method="wilson")
    assert (interval.low, interval.high) == pytest.approx((wilson.low, wilson.high), abs=0.006)  # t for z


def test_the_interval_of_a_share_stays_possible_and_is_never_of_zero_width() -> None:
    interval = crossed_share(np.ones((5, 80)))
    assert interval.high == 1.0
    assert 0.9 < interval.low < 0.97


def test_the_interval_of_a_gap_of_shares_mirrors_that_of_the_share() -> None:
    correct = (np.random.default_rng(5).random((4, 70)) < 0.8).astype(float)
    share, gap = crossed_share(correct), crossed_share(correct, np.full(4, 0.99))
    assert (gap.low, gap.mean, gap.high) == pytest.approx((0.99 - share.high, 0.99 - share.mean, 0.99 - share.low))
