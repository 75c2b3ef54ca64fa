"""The summary: which trials count, what is compared with what, and which test results may be seen."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made import condition, random_trials
from scipy import stats

from dropout_lab.metrics import curve_metrics
from dropout_lab.results import POINTS, Layout
from dropout_lab.statistics import chosen_condition, summarise

SEEDS = (0, 1, 2, 3)
BASELINES = {"base": "base", "low": "base", "high": "base"}
RATES = {"base": 0.0, "low": 0.2, "high": 0.5}


def made_trials(baselines: dict[str, str] = BASELINES, task: Any = "classification") -> pd.DataFrame:
    """Random metrics for every condition and seed; `best_val_loss` is lowest for `high`."""
    conditions = [condition(label, RATES.get(label, 0.5), baseline=base) for label, base in baselines.items()]
    trials = random_trials(conditions, SEEDS, task)
    trials["best_val_loss"] += trials["condition"].map({"base": 2.0, "low": 3.0, "high": 1.0}).fillna(2.0)
    return trials


def made_test(trials: pd.DataFrame, score: str = "accuracy") -> pd.DataFrame:
    random = np.random.default_rng(1)
    test = trials[["trial", "condition", "seed"]].merge(pd.DataFrame({"point": POINTS}), how="cross")
    return test.assign(test_loss=random.random(len(test)), **{f"test_{score}": random.random(len(test))})


def summary_of(trials: pd.DataFrame, test: pd.DataFrame | None = None, **changes: Any) -> pd.DataFrame:
    arguments: dict[str, Any] = {"task": "classification", "baselines": BASELINES}
    return summarise(trials, test, **(arguments | changes))


def row_of(summary: pd.DataFrame, condition: str, metric: str = "loss_gap", point: str = "last") -> pd.Series:
    (row,) = summary[
        (summary["condition"] == condition) & (summary["metric"] == metric) & (summary["point"] == point)
    ].iloc
    return row


def values_of(trials: pd.DataFrame, condition: str, column: str = "last_loss_gap") -> np.ndarray:
    return trials[trials["condition"] == condition].sort_values("seed")[column].to_numpy()


def test_there_is_a_row_for_every_condition_metric_and_point_in_this_order() -> None:
    summary = summary_of(made_trials())
    expected = [(c, m, p) for c in BASELINES for m in curve_metrics("classification") for p in POINTS]
    assert list(summary[["condition", "metric", "point"]].itertuples(index=False, name=None)) == expected
    assert list(summary.columns) == [column.name for column in Layout("classification").table("summary")]


def test_means_and_intervals_are_those_of_the_trials_metrics() -> None:
    trials = made_trials()
    row = row_of(summary_of(trials), "low", "val_loss", "best")
    values = values_of(trials, "low", "best_val_loss")
    low, high = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    np.testing.assert_allclose(
        row[["mean", "sd", "ci95_low", "ci95_high"]].to_numpy(float), [values.mean(), values.std(ddof=1), low, high]
    )
    assert (row["n"], row["n_excluded"], row["rate"], row["estimand"]) == (4, 0, 0.2, "split")


def test_differences_are_condition_minus_baseline_seed_by_seed() -> None:
    trials = made_trials()
    row = row_of(summary_of(trials), "high")
    expected = stats.ttest_rel(values_of(trials, "high"), values_of(trials, "base"))
    assert row["difference"] == pytest.approx((values_of(trials, "high") - values_of(trials, "base")).mean())
    assert row["p"] == pytest.approx(expected.pvalue)
    interval = row[["difference_ci95_low", "difference_ci95_high"]].to_numpy(float)
    np.testing.assert_allclose(interval, expected.confidence_interval(0.95))
    assert (row["baseline"], row["n_pairs"], row["interval_method"], row["test_method"]) == ("base", 4, "t", "paired t")


def test_pairs_are_formed_by_seed_and_not_by_the_order_of_rows() -> None:
    trials = made_trials()
    shuffled = trials.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(summary_of(shuffled), summary_of(trials))


def test_a_baseline_is_not_compared_with_itself() -> None:
    base = summary_of(made_trials()).query("condition == 'base'")
    compared = ["baseline", "n_pairs", "difference", "difference_ci95_low", "difference_ci95_high", "p", "p_holm"]
    assert base[[*compared, "smallest_p", "pairing_gain", "test_method"]].isna().all(axis=None)
    assert base["mean"].notna().all()


@pytest.mark.parametrize("status", ["diverged", "failed", "interrupted"])
def test_a_trial_that_is_not_complete_is_left_out_counted_and_costs_its_pair(status: str) -> None:
    trials = made_trials()
    is_gone = trials["trial"].isin(["low1", "base2"])
    trials.loc[is_gone, "status"] = status
    trials.loc[trials["trial"] == "low1", "last_loss_gap"] = math.inf if status == "diverged" else math.nan
    summary = summary_of(trials)
    row = row_of(summary, "low")
    assert (row["n"], row["n_excluded"], row["n_pairs"]) == (3, 1, 2)
    assert row["mean"] == pytest.approx(values_of(trials, "low")[[0, 2, 3]].mean())
    both = values_of(trials, "low")[[0, 3]] - values_of(trials, "base")[[0, 3]]
    assert row["difference"] == pytest.approx(both.mean())
    assert row_of(summary, "high")["n_pairs"] == 3


def test_a_condition_without_a_complete_trial_keeps_its_rows_empty() -> None:
    trials = made_trials()
    trials.loc[trials["condition"] == "high", "status"] = "diverged"
    rows = summary_of(trials).query("condition == 'high'")
    assert (rows["n"] == 0).all()
    assert (rows["n_excluded"] == 4).all()
    assert (rows["n_pairs"] == 0).all()
    assert rows[["mean", "sd", "ci95_low", "difference", "p", "interval_method", "test_method"]].isna().all(axis=None)


def test_one_seed_has_a_mean_and_a_difference_and_no_interval_nor_p() -> None:
    rows = summary_of(made_trials().query("seed == 0")).query("condition == 'low'")
    assert (rows["n"] == 1).all()
    assert rows[["mean", "difference"]].notna().all(axis=None)
    empty = ["sd", "ci95_low", "ci95_high", "difference_ci95_low", "p", "p_holm", "pairing_gain", "interval_method"]
    assert rows[empty].isna().all(axis=None)


def test_holm_corrects_over_the_conditions_within_metric_and_point() -> None:
    summary = summary_of(made_trials())
    for (_, _), family in summary.dropna(subset="p").groupby(["metric", "point"]):
        small, large = sorted(family["p"])
        assert sorted(family["p_holm"]) == pytest.approx([min(1, 2 * small), min(1, max(2 * small, large))])


def test_every_condition_meets_the_baseline_of_its_own_settings() -> None:
    baselines = {"base100": "base100", "half100": "base100", "base300": "base300", "half300": "base300"}
    trials = made_trials(baselines)
    summary = summary_of(trials, baselines=baselines)
    for size in ("100", "300"):
        row = row_of(summary, f"half{size}")
        assert row["baseline"] == f"base{size}"
        expected = values_of(trials, f"half{size}") - values_of(trials, f"base{size}")
        assert row["difference"] == pytest.approx(expected.mean())


def test_swept_settings_are_columns() -> None:
    trials = made_trials().assign(**{"data.train_size": [100] * 4 + [300] * 8})
    summary = summary_of(trials, swept=["data.train_size"])
    assert list(summary.columns[:4]) == ["condition", "rate", "input_rate", "data.train_size"]
    assert row_of(summary, "base")["data.train_size"] == 100
    assert row_of(summary, "high")["data.train_size"] == 300


def test_the_best_condition_has_the_lowest_mean_val_loss_at_the_point_and_the_baseline_competes() -> None:
    trials = made_trials()
    trials.loc[trials["condition"] == "base", "last_val_loss"] -= 5.0
    summary = summary_of(trials)
    assert set(summary.query("point == 'best'")["best"]) == {"high"}
    assert set(summary.query("point == 'last'")["best"]) == {"base"}, "whatever the metric"


def test_differences_to_the_best_are_paired_by_seed_and_the_best_has_none() -> None:
    trials = made_trials()
    summary = summary_of(trials)
    row = row_of(summary, "low", "train_loss", "best")
    difference = values_of(trials, "low", "best_train_loss") - values_of(trials, "high", "best_train_loss")
    low, high = stats.t.interval(0.95, 3, loc=difference.mean(), scale=stats.sem(difference))
    found = row[["difference_to_best", "difference_to_best_ci95_low", "difference_to_best_ci95_high"]]
    np.testing.assert_allclose(found.to_numpy(float), [difference.mean(), low, high])
    assert math.isnan(row_of(summary, "high", "train_loss", "best")["difference_to_best"])
    assert not math.isnan(row_of(summary, "base", "train_loss", "best")["difference_to_best"])


def test_conditions_compete_with_those_of_their_own_baseline_alone() -> None:
    baselines = {"base100": "base100", "half100": "base100", "base300": "base300", "half300": "base300"}
    trials = made_trials(baselines)
    trials["best_val_loss"] = trials["condition"].map({"base100": 4.0, "half100": 3.0, "base300": 1.0, "half300": 2.0})
    best = summary_of(trials, baselines=baselines).query("point == 'best'").groupby("condition")["best"].agg(set)
    assert best.to_dict() == {
        "base100": {"half100"},
        "half100": {"half100"},
        "base300": {"base300"},
        "half300": {"base300"},
    }


def test_what_may_be_best_is_said_once_in_the_split_rows_of_val_loss() -> None:
    trials = made_trials()
    trials.loc[trials["condition"] == "low", "status"] = "diverged"
    said = summary_of(trials).dropna(subset="may_be_best")
    assert set(zip(said["condition"], said["metric"], strict=True)) == {("base", "val_loss"), ("high", "val_loss")}
    at_best = said.query("point == 'best'").set_index("condition")["may_be_best"]
    assert at_best.to_dict() == {"base": "no", "high": "yes"}


def test_with_one_seed_nothing_can_be_excluded_from_the_best() -> None:
    said = summary_of(made_trials().query("seed == 0")).query("metric == 'val_loss'")
    assert (said["may_be_best"] == "yes").all()
    assert said["best"].notna().all()


@pytest.mark.parametrize(("n", "smallest"), [(1, 1.0), (2, 0.5), (4, 0.125)])
def test_the_smallest_p_halves_with_every_pair(n: int, smallest: float) -> None:
    rows = summary_of(made_trials().query(f"seed < {n}"))
    assert (rows.query("condition == 'low'")["smallest_p"] == smallest).all()
    assert rows.query("condition == 'base'")["smallest_p"].isna().all()


def test_a_sample_with_an_outlier_names_another_method() -> None:
    trials = pd.concat([made_trials().assign(seed=lambda frame, k=k: frame["seed"] + 4 * k) for k in (0, 1)])
    random = np.random.default_rng(4)
    trials["last_loss_gap"] = 1.0 + random.normal(0, 0.01, len(trials))
    trials.loc[(trials["condition"] == "low") & (trials["seed"] == 7), "last_loss_gap"] = 9.0
    summary = summary_of(trials)
    assert tuple(row_of(summary, "low")[["interval_method", "test_method"]]) == ("sign-flip", "sign-flip")
    assert tuple(row_of(summary, "high")[["interval_method", "test_method"]]) == ("t", "paired t")


def test_without_kept_rows_the_summary_speaks_of_the_split_alone() -> None:
    assert set(summary_of(made_trials())["estimand"]) == {"split"}


@pytest.mark.parametrize("rows", ["none", "empty"])
def test_without_a_test_split_there_are_no_test_rows(rows: str) -> None:
    trials = made_trials()
    test = None if rows == "none" else made_test(trials).iloc[:0]
    assert not summary_of(trials, test)["metric"].str.startswith("test").any()


def test_the_test_split_is_shown_for_the_baseline_and_the_condition_that_val_chose_alone() -> None:
    trials = made_trials()
    test = made_test(trials)
    test.loc[test["condition"] == "low", "test_loss"] = 0.0  # the best on test, and still not shown
    shown = summary_of(trials, test).query("metric in ('test_loss', 'test_accuracy')")
    assert sorted(set(shown["condition"])) == ["base", "high"]
    assert len(shown) == 2 * 2 * len(POINTS)
    row = row_of(shown, "high", "test_loss", "stop")
    at_stop = test[test["point"] == "stop"]
    expected = stats.ttest_rel(values_of(at_stop, "high", "test_loss"), values_of(at_stop, "base", "test_loss"))
    assert row["p"] == row["p_holm"] == pytest.approx(expected.pvalue)
    assert row["mean"] == pytest.approx(values_of(at_stop, "high", "test_loss").mean())


def test_the_test_rows_tell_nothing_of_a_best_condition_that_val_did_not_choose() -> None:
    trials = made_trials()
    trials.loc[trials["condition"] == "low", "last_val_loss"] -= 5.0  # the best at last; val chooses at best
    shown = summary_of(trials, made_test(trials)).query("metric == 'test_loss'")
    assert set(shown.query("point == 'last'")["best"]) == {"low"}
    assert shown.query("point == 'last'")["difference_to_best"].isna().all()
    at_best = shown.query("point == 'best'").set_index("condition")["difference_to_best"]
    assert not math.isnan(at_best["base"])


def test_test_rows_follow_the_other_metrics_of_their_condition() -> None:
    trials = made_trials()
    base = summary_of(trials, made_test(trials)).query("condition == 'base'")
    assert list(dict.fromkeys(base["metric"])) == [*curve_metrics("classification"), "test_loss", "test_accuracy"]


def test_a_diverged_trial_counts_as_excluded_on_the_test_split_too() -> None:
    trials = made_trials()
    trials.loc[trials["trial"] == "high0", "status"] = "diverged"
    test = made_test(trials).query("trial != 'high0'")
    row = row_of(summary_of(trials, test), "high", "test_loss")
    assert (row["n"], row["n_excluded"], row["n_pairs"]) == (3, 1, 3)


def test_regression_speaks_of_rmse() -> None:
    trials = made_trials(task="regression")
    summary = summary_of(trials, made_test(trials, "rmse"), task="regression")
    assert {"val_rmse", "rmse_gap", "test_rmse"} <= set(summary["metric"])


def test_val_chooses_the_lowest_mean_val_loss_at_best_of_complete_trials() -> None:
    trials = made_trials()
    assert chosen_condition(trials, BASELINES, "base") == "high"
    trials.loc[trials["condition"] == "high", "status"] = "diverged"
    assert chosen_condition(trials, BASELINES, "base") == "low"
    trials.loc[trials["condition"] == "low", "status"] = "failed"
    assert chosen_condition(trials, BASELINES, "base") is None


def test_the_baseline_and_conditions_of_another_baseline_do_not_compete() -> None:
    trials = made_trials()
    trials.loc[trials["condition"] == "base", "best_val_loss"] = 0.0
    assert chosen_condition(trials, BASELINES, "base") == "high"
    assert chosen_condition(trials, BASELINES | {"high": "elsewhere"}, "base") == "low"


def test_on_ties_val_chooses_the_first_condition() -> None:
    trials = made_trials().assign(best_val_loss=1.0)
    assert chosen_condition(trials, BASELINES, "base") == "low"
