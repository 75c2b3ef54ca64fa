"""Tuning: chosen by the seeds that are not reported, at equal budget, and compared with a baseline tuned alike."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_tuning import (
    LEARNING_RATES,
    PATH,
    RATES,
    SEEDS,
    STUDY,
    made_conditions,
    made_trials,
    reported,
    row_of,
    tuned_of,
    with_losses,
    with_status,
)

from dropout_lab.metrics import curve_metrics
from dropout_lab.results import CHOICES, POINTS, Layout, tuned_conditions
from dropout_lab.statistics import (
    best_so_far,
    candidate_values,
    estimate_mean,
    holm,
    jackknife_interval,
    leave_one_out_choices,
    mean_interval,
    paired_difference,
    summarise,
)

NAN = float("nan")
CLEAR = {(0.5, rate): [level] * 5 for rate, level in zip(LEARNING_RATES, (3.0, 1.0, 2.0), strict=True)}


@pytest.fixture
def trials() -> pd.DataFrame:
    return made_trials(made_conditions())


def test_there_is_a_row_for_every_condition_choice_metric_and_point_in_this_order(trials: pd.DataFrame) -> None:
    tuned = tuned_of(trials)
    labels = [f"rate={rate}" for rate in RATES]
    expected = [(c, k, m, p) for c in labels for k in CHOICES for m in curve_metrics("classification") for p in POINTS]
    assert list(tuned[["condition", "choice", "metric", "point"]].itertuples(index=False, name=None)) == expected
    assert list(tuned.columns) == [c.name for c in Layout.of_study(STUDY, "classification").table("tuned")]
    assert tuned["rate"].tolist() == [rate for rate in RATES for _ in range(len(tuned) // 3)]


@pytest.mark.parametrize("column", ["best_val_loss", "last_val_loss", "stop_accuracy_gap"])
def test_a_tuned_value_is_what_each_seed_measured_at_the_choice_of_the_others(
    trials: pd.DataFrame, column: str
) -> None:
    point, metric = column.split("_", 1)
    row = row_of(tuned_of(trials), "rate=0.2", "tuned", metric, point)
    values = list(reported(trials, 0.2, column).values())
    assert row["mean"] == pytest.approx(np.mean(values), rel=1e-12)
    assert row["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    assert (row["n"], row["n_excluded"], row["budget"]) == (5, 0, 3)


def test_the_difference_is_to_the_equally_tuned_baseline_seed_by_seed(trials: pd.DataFrame) -> None:
    row = row_of(tuned_of(trials), "rate=0.5", "tuned")
    own, base = reported(trials, 0.5), reported(trials, 0.0)
    assert row["difference"] == pytest.approx(np.mean([own[seed] - base[seed] for seed in SEEDS]), rel=1e-12)
    assert (row["baseline"], row["n_pairs"]) == ("rate=0.0", 5)


def test_the_untuned_rows_are_those_of_the_summary_at_the_configs_own_values(trials: pd.DataFrame) -> None:
    conditions = made_conditions()
    baselines = {entry["label"]: entry["baseline"] for entry in conditions}
    summary = summarise(trials, None, task="classification", baselines=baselines)
    own = summary[summary["condition"].str.endswith("=0.01")].reset_index(drop=True)
    tuned = tuned_of(trials)
    untuned = tuned[tuned["choice"] == "untuned"].reset_index(drop=True)
    same = ["metric", "point", "n", "n_excluded", "mean", "sd", "ci95_low", "ci95_high", "n_pairs", "difference"]
    same += ["difference_ci95_low", "difference_ci95_high", "p", "interval_method", "test_method"]
    pd.testing.assert_frame_equal(untuned[same], own[same])


def test_a_baseline_is_not_compared_with_itself(trials: pd.DataFrame) -> None:
    tuned = tuned_of(trials)
    comparison = ["baseline", "n_pairs", "difference", "difference_ci95_low", "p", "p_holm", "test_method"]
    assert tuned.loc[tuned["rate"] == 0, comparison].isna().all(axis=None)
    assert tuned.loc[tuned["rate"] > 0, comparison].notna().all(axis=None)


def test_p_values_are_corrected_within_metric_point_and_choice(trials: pd.DataFrame) -> None:
    tuned = tuned_of(trials)
    for choice in CHOICES:
        rows = [row_of(tuned, f"rate={rate}", choice, "loss_gap", "last") for rate in RATES[1:]]
        np.testing.assert_array_equal([row["p_holm"] for row in rows], holm([row["p"] for row in rows]))


def test_what_was_chosen_is_named_with_the_share_of_the_choices_that_fell_on_it(trials: pd.DataFrame) -> None:
    losses = {(0.5, 0.001): [1.0, 1.0, 9.0, 1.0, 1.0], (0.5, 0.01): [2.0] * 5, (0.5, 0.1): [5.0] * 5}
    tuned = tuned_of(with_losses(trials, losses))
    found = {choice: row_of(tuned, "rate=0.5", choice) for choice in CHOICES}
    assert [found[choice]["chosen"] for choice in CHOICES] == [f"{PATH}=0.01", f"{PATH}=0.01"]
    assert [found[choice]["chosen_share"] for choice in CHOICES] == [0.8, 0.8]
    assert found["tuned"]["mean"] == pytest.approx((2.0 * 4 + 9.0) / 5)
    assert [found[choice]["budget"] for choice in CHOICES] == [1, 3]


def test_where_no_seed_changes_what_others_report_intervals_are_those_of_the_chosen_condition(
    trials: pd.DataFrame,
) -> None:
    clear = {
        (rate, value): [level] * 5 for rate in RATES for value, level in zip(LEARNING_RATES, (3, 1, 2), strict=True)
    }
    scattered = with_losses(trials, clear)
    scattered["best_val_loss"] += scattered["last_val_loss"] / 10
    row = row_of(tuned_of(scattered), "rate=0.5", "tuned")
    own, base = (
        scattered.loc[(scattered["rate"] == rate) & (scattered[PATH] == 0.01), "best_val_loss"].to_numpy()
        for rate in (0.5, 0.0)
    )
    alone, pairs = estimate_mean(own), paired_difference(own, base)
    assert (row["interval_method"], row["test_method"], row["chosen_share"]) == ("t", "paired t", 1.0)
    np.testing.assert_allclose([row["ci95_low"], row["ci95_high"]], [alone.low, alone.high])
    np.testing.assert_allclose([row["difference_ci95_low"], row["p"]], [pairs.low, pairs.p])


def test_where_seeds_change_what_others_report_the_interval_is_a_jackknife_over_the_whole_choice(
    trials: pd.DataFrame,
) -> None:
    row = row_of(tuned_of(trials), "rate=0.2", "tuned")
    means = {rate: np.mean(list(reported(trials, rate).values())) for rate in (0.2, 0.0)}
    without = {
        rate: np.array([np.mean(list(reported(trials[trials["seed"] != seed], rate).values())) for seed in SEEDS])
        for rate in (0.2, 0.0)
    }
    low, high, _ = jackknife_interval(means[0.2], without[0.2], 5)
    np.testing.assert_allclose([row["ci95_low"], row["ci95_high"]], [low, high])
    low, high, p = jackknife_interval(means[0.2] - means[0.0], without[0.2] - without[0.0], 5)
    np.testing.assert_allclose([row["difference_ci95_low"], row["difference_ci95_high"], row["p"]], [low, high, p])
    assert (row["interval_method"], row["test_method"]) == ("jackknife", "jackknife")


def test_a_candidate_that_diverged_at_a_choosing_seed_is_not_chosen_by_it(trials: pd.DataFrame) -> None:
    tuned = tuned_of(with_status(with_losses(trials, CLEAR), "diverged", 0.5, 0.01, [3]))
    row = row_of(tuned, "rate=0.5", "tuned")
    # Seed 3 alone has only others that came to an end there: they choose it, and seed 3 has nothing to report.
    assert (row["n"], row["n_excluded"], row["mean"]) == (4, 1, 2.0)
    assert (row["chosen"], row["chosen_share"]) == (f"{PATH}=0.1", 0.8)
    assert row["n_pairs"] == 4


def test_where_every_candidate_diverges_somewhere_nothing_is_chosen(trials: pd.DataFrame) -> None:
    for value in LEARNING_RATES:
        trials = with_status(trials, "diverged", 0.5, value, [0, 1])
    row = row_of(tuned_of(trials), "rate=0.5", "tuned")
    assert (row["n"], row["n_excluded"], row["n_pairs"]) == (0, 5, 0)
    assert row[["mean", "ci95_low", "difference", "chosen", "chosen_share", "interval_method"]].isna().all()


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_a_seed_takes_part_once_every_candidate_is_finished_there(trials: pd.DataFrame, status: str) -> None:
    tuned = tuned_of(with_status(trials, status, 0.5, 0.1, [1]))
    row = row_of(tuned, "rate=0.5", "tuned")
    assert row["mean"] == pytest.approx(np.mean(list(reported(trials[trials["seed"] != 1], 0.5).values())))
    assert (row["n"], row["n_excluded"]) == (4, 1)
    assert row_of(tuned, "rate=0.5", "untuned")["n"] == 5
    assert row_of(tuned, "rate=0.2", "tuned")["n"] == 5


@pytest.mark.parametrize("finished", [0, 1, 2])
def test_a_study_that_was_interrupted_early_has_rows_without_numbers(trials: pd.DataFrame, finished: int) -> None:
    for rate in RATES:
        for value in LEARNING_RATES:
            trials = with_status(trials, "interrupted", rate, value, SEEDS[finished:])
    tuned = tuned_of(trials)
    of_choice = tuned[tuned["choice"] == "tuned"]
    assert set(of_choice["n"]) == {0}
    assert set(of_choice["n_excluded"]) == {5}
    assert of_choice[["mean", "difference", "chosen"]].isna().all(axis=None)
    assert set(tuned.loc[tuned["choice"] == "untuned", "n"]) == {finished}


def test_a_condition_that_has_fewer_candidates_meets_a_baseline_that_chose_among_the_same() -> None:
    conditions = [entry for entry in made_conditions() if entry["rate"] != 0.5 or entry["swept"][PATH] != 0.1]
    trials = with_losses(made_trials(conditions), {(0.0, 0.1): [-1.0] * 5})  # what the baseline alone could choose
    row = row_of(tuned_of(trials, conditions), "rate=0.5", "tuned")
    assert row_of(tuned_of(trials, conditions), "rate=0.0", "tuned")["mean"] == -1.0
    fewer = trials[trials[PATH] != 0.1]
    own, base = reported(fewer, 0.5), reported(fewer, 0.0)
    assert row["budget"] == 2
    assert row["difference"] == pytest.approx(np.mean([own[seed] - base[seed] for seed in SEEDS]), rel=1e-12)


def test_conditions_may_have_seeds_of_their_own(trials: pd.DataFrame) -> None:
    fewer = trials[(trials["rate"] != 0.5) | (trials["seed"] < 3)]
    row = row_of(tuned_of(fewer), "rate=0.5", "tuned")
    assert (row["n"], row["n_excluded"], row["n_pairs"]) == (3, 0, 3)


def test_regression_has_its_own_metrics() -> None:
    trials = made_trials(made_conditions(), task="regression")
    tuned = tuned_of(trials, task="regression")
    assert tuple(tuned["metric"].unique()) == curve_metrics("regression")


def test_candidates_are_laid_out_by_seed_in_their_order(trials: pd.DataFrame) -> None:
    some = with_status(with_status(trials, "diverged", 0.5, 0.1, [2]), "failed", 0.5, 0.01, [4])
    (condition,) = (c for c in tuned_conditions(STUDY, made_conditions()) if c.label == "rate=0.5")
    values = candidate_values(some, condition)
    assert list(values.columns) == [f"rate=0.5 {PATH}={value}" for value in LEARNING_RATES]
    assert values.index.tolist() == [0, 1, 2, 3]
    assert np.argwhere(values.isna().to_numpy()).tolist() == [[2, 2]]


def test_leave_one_out_choices_are_those_of_the_means_of_the_others() -> None:
    values = np.random.default_rng(1).normal(size=(7, 9))
    expected = [np.delete(values, seed, axis=0).mean(axis=0).argmin() for seed in range(7)]
    assert leave_one_out_choices(values).tolist() == expected
    assert len(set(expected)) > 1


@pytest.mark.parametrize(
    ("values", "choices"),
    [
        ([[1.0, 2.0], [1.0, 2.0]], [-1, -1]),
        ([[1.0, 1.0]] * 3, [0, 0, 0]),
        ([[NAN, 2.0], [1.0, 2.0], [1.0, 2.0]], [0, 1, 1]),
        ([[NAN, NAN], [1.0, 2.0], [1.0, 2.0]], [0, -1, -1]),
        (np.empty((0, 3)), []),
    ],
    ids=["two seeds", "first on ties", "one diverged", "all diverged at one seed", "no seeds"],
)
def test_seeds_choose_what_came_to_an_end_at_all_of_them(values: Any, choices: list[int]) -> None:
    assert leave_one_out_choices(values).tolist() == choices


def over_all_subsets(values: np.ndarray, reported_values: np.ndarray) -> np.ndarray:
    """Expected value at the best of b, by trying every subset; NaN where one of them has nothing to report."""
    n_seeds, n = values.shape
    found = np.empty((n_seeds, n))
    for seed in range(n_seeds):
        means = np.delete(values, seed, axis=0).mean(axis=0)
        for budget in range(1, n + 1):
            at = []
            for subset in combinations(range(n), budget):
                usable = [one for one in subset if np.isfinite(means[one])]
                at.append(reported_values[seed, min(usable, key=lambda one: means[one])] if usable else NAN)
            found[seed, budget - 1] = np.mean(at)
    return found


@pytest.mark.parametrize(
    "holes",
    [[], [(0, 2)], [(1, 0), (2, 3)], [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]],
    ids=["all complete", "one diverged", "two diverged", "a seed without any"],
)
def test_best_so_far_is_the_mean_over_all_subsets(holes: list[tuple[int, int]]) -> None:
    random = np.random.default_rng(3)
    values, others = random.normal(size=(4, 5)), random.normal(size=(4, 5))
    for hole in holes:
        values[hole] = others[hole] = NAN
    np.testing.assert_allclose(best_so_far(values, others), over_all_subsets(values, others))


def test_best_so_far_begins_at_the_mean_candidate_and_ends_at_the_choice_of_the_others() -> None:
    values = np.random.default_rng(5).normal(size=(6, 40))
    found = best_so_far(values, values)
    np.testing.assert_allclose(found[:, 0], values.mean(axis=1))
    np.testing.assert_allclose(found[:, -1], values[np.arange(6), leave_one_out_choices(values)])


def test_best_so_far_needs_three_seeds_and_equal_shapes() -> None:
    assert np.isnan(best_so_far([[1.0, 2.0]] * 2, [[1.0, 2.0]] * 2)).all()
    with pytest.raises(ValueError, match=r"the same candidates, got \(3, 2\) and \(3, 1\)"):
        best_so_far([[1.0, 2.0]] * 3, [[1.0]] * 3)


def test_the_jackknife_of_a_mean_is_students_t() -> None:
    values = np.random.default_rng(2).normal(0.4, 1.0, (5, 3))
    without = [np.delete(values, seed, axis=0).mean(axis=0) for seed in range(5)]
    low, high, p = jackknife_interval(values.mean(axis=0), without, 5)
    expected = estimate_mean(values)
    np.testing.assert_allclose([low, high, p], [expected.low, expected.high, expected.p])


def test_the_jackknife_says_nothing_where_nothing_varies_or_a_seed_is_needed() -> None:
    low, high, p = jackknife_interval([1.0, 1.0, 1.0], [[1.0, NAN, 1.0], [1.0, 1.0, 2.0]], [2, 2, 1])
    np.testing.assert_array_equal([low, high], [[1.0, NAN, NAN], [1.0, NAN, NAN]])
    assert np.isnan(p).all()


def simulated(n_studies: int, spread: float) -> pd.DataFrame:
    """Studies of 6 candidates and 5 seeds whose true means are known; a row per study."""
    random = np.random.default_rng(11)
    levels = np.linspace(0.0, spread, 6)
    conditions = made_conditions(rates=[0.0], learning_rates=range(6))
    study = STUDY | {"training": {"learning_rate": 0}, "tune": {PATH: list(range(6))}}
    trials = made_trials(conditions)
    rows = []
    for _ in range(n_studies):
        values = levels + random.normal(size=(5, 6))
        tuned = row_of(
            tuned_of(trials.assign(best_val_loss=values.T.ravel()), conditions, study=study), "rate=0.0", "tuned"
        )
        choices, best = leave_one_out_choices(values), values.mean(axis=0).argmin()
        plain = mean_interval(values[np.arange(5), choices])
        rows.append(
            {
                "nested": tuned["mean"],
                "nested_truth": levels[choices].mean(),
                "flattery": values[:, best].mean() - levels[best],
                "low": tuned["ci95_low"],
                "high": tuned["ci95_high"],
                "plain_low": plain.low,
                "plain_high": plain.high,
            }
        )
    return pd.DataFrame(rows).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 2.0], ids=["candidates alike", "candidates that differ"])
def test_the_nested_value_is_honest_and_choosing_where_one_reports_flatters(spread: float) -> None:
    studies = simulated(500, spread)
    truth = studies["nested_truth"].mean()
    bias = studies["nested"] - studies["nested_truth"]
    assert abs(bias.mean()) < 3 * bias.sem()
    assert studies["flattery"].mean() < -0.2
    assert studies["low"].le(truth).mul(studies["high"].ge(truth)).mean() > 0.92
    assert studies["plain_low"].le(truth).mul(studies["plain_high"].ge(truth)).mean() < 0.9
