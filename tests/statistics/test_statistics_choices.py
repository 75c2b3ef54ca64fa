"""The best condition, its rivals and its optimism; equivalence; and how many seeds a comparison needs."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

from dropout_lab.statistics import (
    best_condition,
    equivalence,
    holm,
    may_be_best,
    nested_choice,
    pairs_needed,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ([[3.0, 1.0, 2.0], [3.0, 1.5, 2.0]], 1),
        ([[1.0, 1.0]], 0),
        ([[NAN, 5.0], [NAN, 6.0]], 1),
        ([[2.0, NAN], [9.0, 3.0]], 1),
        ([[NAN, math.inf]], None),
        (np.empty((0, 2)), None),
    ],
    ids=["lowest mean", "first on ties", "one without values", "over its own seeds", "no values", "no seeds"],
)
def test_the_best_condition_has_the_lowest_mean(values: object, best: int | None) -> None:
    assert best_condition(values) == best


def test_a_condition_may_be_best_unless_another_one_is_better_by_a_corrected_paired_t_test() -> None:
    values = np.random.default_rng(0).normal([0.0, 0.3, 0.9, 2.0], 0.5, (6, 4))
    expected = [
        all(
            stats.ttest_rel(values[:, one], values[:, other], alternative="greater").pvalue >= 0.05 / 3
            for other in range(4)
            if other != one
        )
        for one in range(4)
    ]
    assert may_be_best(values).tolist() == expected
    assert True in expected
    assert False in expected


def test_the_set_holds_the_truly_best_condition_as_often_as_promised() -> None:
    random = np.random.default_rng(1)
    means = np.array([0.0, 0.02, 0.05, 0.5, 1.0])
    samples = random.normal(means, 1.0, (1_500, 5, 5)) + random.normal(0, 2.0, (1_500, 5, 1))
    holds = np.mean([may_be_best(sample)[0] for sample in samples])
    assert holds >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 1_500)


def test_a_clearly_worse_condition_is_left_out_and_more_rivals_ask_for_more() -> None:
    random = np.random.default_rng(2)
    shared = random.normal(size=(5, 1))
    values = shared + np.array([0.0, 1.0]) + random.normal(0, 0.1, (5, 2))
    assert may_be_best(values).tolist() == [True, False]
    pair = np.array([[0.0, 0.5], [0.0, 1.0], [0.0, 1.5]])  # p = 0.04 for one rival
    assert may_be_best(pair).tolist() == [True, False]
    assert may_be_best(np.hstack([pair, pair[:, :1] + [[3.0], [-1.0], [0.5]]])).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("values", "candidates"),
    [
        ([[1.0, 9.0, 5.0]], [True, True, True]),
        ([[1.0, 9.0], [1.0, 9.0], [1.0, 9.0]], [True, True]),
        ([[1.0, NAN, 5.0], [1.1, NAN, 5.3], [0.9, NAN, 5.4]], [True, False, False]),
        ([[1.0, NAN], [1.1, NAN], [NAN, 9.0], [NAN, 9.2]], [True, True]),
        ([[NAN, NAN]], [False, False]),
    ],
    ids=["one seed", "differences that do not vary", "one without values", "no seed in common", "none"],
)
def test_what_no_test_speaks_against_may_be_best(values: list[list[float]], candidates: list[bool]) -> None:
    assert may_be_best(values).tolist() == candidates


def test_the_nested_mean_is_that_of_seeds_which_did_not_choose() -> None:
    values = np.random.default_rng(3).normal(size=(7, 5))
    choice = nested_choice(values)
    assert choice is not None
    left_out = []
    for seed in range(7):
        others = np.delete(values, seed, axis=0)
        left_out.append(values[seed, others.mean(axis=0).argmin()])
    assert choice.nested == pytest.approx(np.mean(left_out))
    assert choice.apparent == pytest.approx(values.mean(axis=0).min())
    assert choice.optimism == pytest.approx(choice.nested - choice.apparent)
    assert choice.chosen_share.sum() == pytest.approx(1)
    assert choice.best == values.mean(axis=0).argmin()


def test_choosing_among_equals_flatters_itself_and_the_nested_mean_does_not() -> None:
    samples = np.random.default_rng(4).normal(size=(400, 5, 8))
    choices = [choice for sample in samples if (choice := nested_choice(sample)) is not None]
    assert np.mean([choice.apparent for choice in choices]) < -0.5
    assert np.mean([choice.nested for choice in choices]) == pytest.approx(0, abs=0.1)


def test_a_clear_winner_is_chosen_by_every_seed_without_optimism() -> None:
    values = np.random.default_rng(5).normal([0.0, 5.0, 5.0], 0.1, (4, 3))
    choice = nested_choice(values)
    assert choice is not None
    assert choice.chosen_share.tolist() == [1, 0, 0]
    assert choice.optimism == pytest.approx(0, abs=1e-12)


def test_a_condition_without_half_its_seeds_does_not_compete_and_other_gaps_cost_their_seed() -> None:
    values = np.random.default_rng(6).normal(size=(6, 4))
    values[:3, 1] = NAN  # half of its seeds
    values[:, 3] = NAN
    values[5, 2] = math.inf
    choice = nested_choice(values)
    expected = nested_choice(values[:5][:, [0, 2]])
    assert choice is not None
    assert expected is not None
    assert (choice.n_seeds, choice.apparent, choice.nested) == (5, expected.apparent, expected.nested)
    assert choice.best == (0, 2)[expected.best]
    assert choice.chosen_share[[1, 3]].tolist() == [0, 0]


@pytest.mark.parametrize(
    "values", [np.zeros((2, 3)), np.full((5, 2), NAN), np.zeros((0, 2))], ids=["two seeds", "no values", "no seeds"]
)
def test_without_three_seeds_there_is_no_nested_choice(values: np.ndarray) -> None:
    assert nested_choice(values) is None


@pytest.mark.parametrize("margin", [0.05, 0.3, 2.0])
def test_equivalence_is_the_two_one_sided_tests_of_statsmodels(margin: float) -> None:
    random = np.random.default_rng(7)
    values, reference = random.normal(0.1, 0.2, (2, 9))
    p, (_, above, _), (_, below, _) = ttost_paired(values, reference, -margin, margin)
    for higher_is_better, no_worse in ((True, above), (False, below)):
        found = equivalence(values, reference, margin, higher_is_better=higher_is_better)
        assert found.p_equivalent == pytest.approx(p)
        assert found.p_no_worse == pytest.approx(no_worse)
        assert (found.n_pairs, found.difference) == (9, pytest.approx((values - reference).mean()))


@pytest.mark.parametrize(
    ("shift", "higher_is_better", "conclusion"),
    [
        (0.0, True, "equivalent within"),
        (0.5, True, "no worse than"),
        (0.5, False, "not shown"),
        (-0.5, False, "no worse than"),
        (-0.5, True, "not shown"),
    ],
    ids=["equal", "higher accuracy", "higher loss", "lower loss", "lower accuracy"],
)
def test_the_conclusion_knows_which_side_is_worse(shift: float, higher_is_better: bool, conclusion: str) -> None:
    reference = np.random.default_rng(8).normal(size=6)
    values = reference + shift + np.array([0.01, -0.01, 0.02, -0.02, 0.01, -0.01])
    assert equivalence(values, reference, 0.1, higher_is_better=higher_is_better).conclusion == conclusion


def test_equivalence_means_that_the_90_percent_interval_lies_within_the_margin() -> None:
    random = np.random.default_rng(9)
    for values, reference in random.normal(0, 0.1, (200, 2, 5)):
        differences = values - reference
        low, high = stats.t.interval(0.9, 4, loc=differences.mean(), scale=stats.sem(differences))
        is_within = low > -0.1 and high < 0.1
        found = equivalence(values, reference, 0.1, higher_is_better=True)
        assert (found.conclusion == "equivalent within") == is_within


@pytest.mark.parametrize(
    ("values", "reference", "n_pairs"),
    [([1.0], [1.0], 1), ([1.0, 2.0], [1.0, NAN], 1), ([0.3, 0.4, 0.9], [0.2, 0.3, 0.8], 3), ([], [], 0)],
    ids=["one pair", "one pair left", "differences that do not vary", "none"],
)
def test_without_variation_no_equivalence_is_shown(values: list[float], reference: list[float], n_pairs: int) -> None:
    found = equivalence(values, reference, 0.5, higher_is_better=True)
    assert (found.n_pairs, found.conclusion) == (n_pairs, "not shown")
    assert np.isnan([found.p_no_worse, found.p_equivalent]).all()


@pytest.mark.parametrize(
    "change",
    [{"margin": 0.0}, {"margin": NAN}, {"confidence": 1.0}, {"values": [[1.0]], "reference": [[1.0]]}],
    ids=["no margin", "margin nan", "certain", "two axes"],
)
def test_an_impossible_margin_or_shape_is_a_programming_error(change: dict[str, object]) -> None:
    arguments = {"values": [1.0, 2.0], "reference": [1.0, 1.5], "margin": 0.1, "higher_is_better": True}
    with pytest.raises(ValueError, match="margin > 0"):
        equivalence(**(arguments | change))


@pytest.mark.parametrize("difference", [-0.05, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize(("power", "level"), [(0.8, 0.05), (0.95, 0.01)])
def test_the_pairs_needed_are_the_fewest_that_reach_the_power_of_statsmodels(
    difference: float, power: float, level: float
) -> None:
    n = pairs_needed(difference, 1.0, power, level)
    assert n is not None
    power_at = [TTestPower().power(abs(difference), size, level) for size in (n - 1, n)]
    assert power_at[0] < power <= power_at[1]


def test_a_power_so_low_that_both_tails_count_agrees_too() -> None:
    n = pairs_needed(0.02, 1.0, power=0.08)
    assert n is not None
    assert TTestPower().power(0.02, n - 1, 0.05) < 0.08 <= TTestPower().power(0.02, n, 0.05)


def test_the_pairs_needed_depend_on_the_ratio_of_difference_and_spread_alone() -> None:
    assert pairs_needed(0.002, 0.004) == pairs_needed(-0.5, 1.0) == 34


def test_a_simulated_study_of_that_many_pairs_finds_the_difference_as_often_as_asked() -> None:
    n = pairs_needed(0.8, 1.0)
    assert n == 15
    samples = np.random.default_rng(10).normal(0.8, 1.0, (n, 4_000))
    found = (stats.ttest_1samp(samples, 0).pvalue < 0.05).mean()
    assert found == pytest.approx(0.821, abs=4 * math.sqrt(0.8 * 0.2 / 4_000))


@pytest.mark.parametrize("difference", [0.0, 1e-9, 0.02])
def test_more_than_ten_thousand_pairs_are_none(difference: float) -> None:
    assert pairs_needed(difference, 1.0) is None


def test_larger_differences_never_need_more_pairs_and_two_are_the_fewest() -> None:
    found = [pairs_needed(difference, 1.0, 0.9) for difference in np.geomspace(0.04, 1e9, 300)]
    assert sorted(found, reverse=True) == found
    assert found[-1] == 2


@pytest.mark.parametrize(
    "arguments", [(1.0, 0.0), (1.0, NAN), (NAN, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 0.05, 0.05)], ids=str
)
def test_impossible_wishes_for_power_are_programming_errors(arguments: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sd_of_differences is above 0"):
        pairs_needed(*arguments)


def test_holm_is_that_of_statsmodels() -> None:
    p = np.random.default_rng(11).random(40) ** 3
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])
