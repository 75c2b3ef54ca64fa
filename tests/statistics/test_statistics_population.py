"""The population rows: metrics spread over the kept rows, and compared on the seeds and rows that both sides have."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from made import filled

from dropout_lab.metrics import TASKS, TaskName, loss_gap
from dropout_lab.results import POINTS, Layout, RowRecords
from dropout_lab.statistics import CrossedInterval, crossed_interval, crossed_share, summarise

Arrays = dict[str, npt.NDArray[Any]]

BASELINES = {"base": "base", "half": "base"}
SEEDS = (0, 1, 2, 3)
N_ROWS, N_SOURCE = 120, 150


def made_rows(task: TaskName, *, per_seed: bool = False, seeds: tuple[int, ...] = SEEDS) -> Arrays:
    """The rows file of one cohort, base and half; losses are of every seed, row and condition."""
    random = np.random.default_rng(0)
    n_trials, n_splits = 2 * len(seeds), len(seeds) if per_seed else 1
    arrays: Arrays = {"trials": np.array([f"{label}{seed}" for label in BASELINES for seed in seeds])}
    for split in ("val", "test"):
        arrays[f"{split}_rows"] = np.stack([random.permutation(N_SOURCE)[:N_ROWS] for _ in range(n_splits)])
        targets = random.integers(0, 3, (n_splits, N_ROWS)).astype(np.int16)
        arrays[f"{split}_targets"] = targets if task == "classification" else random.random((n_splits, N_ROWS))
        for point in POINTS:
            losses = random.gamma(1.0, size=N_ROWS) + random.random((n_trials, 1)) + random.random((n_trials, N_ROWS))
            arrays[f"{split}_{point}_loss"] = losses.astype(np.float32)
            of_class = random.integers(0, 3, (n_trials, N_ROWS)).astype(np.int16)
            arrays[f"{split}_{point}_prediction"] = of_class if task == "classification" else losses
    return arrays


def correct_of(arrays: Arrays, split: str, point: str) -> npt.NDArray[np.bool_]:
    targets = arrays[f"{split}_targets"]
    repeated = np.stack([targets[i % len(targets)] for i in range(len(arrays["trials"]))])
    return arrays[f"{split}_{point}_prediction"] == repeated


def tables_of(arrays: Arrays, task: TaskName) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The trials and test tables whose metrics are means over these rows."""
    random, score, scale = np.random.default_rng(1), TASKS[task].score.column, 40.0
    n_trials = len(arrays["trials"])
    trials = pd.DataFrame({"trial": arrays["trials"], "condition": [str(trial)[:-1] for trial in arrays["trials"]]})
    trials["seed"] = [int(str(trial)[-1]) for trial in arrays["trials"]]
    trials = trials.assign(rate=0.5, input_rate=0.0, status="complete")
    test = []
    for point in POINTS:
        of = {
            split: {
                "loss": arrays[f"{split}_{point}_loss"].mean(axis=1, dtype=np.float64),
                "accuracy": correct_of(arrays, split, point).mean(axis=1),
            }
            for split in ("val", "test")
        }
        for measured in of.values():
            measured["rmse"] = scale * np.sqrt(measured["loss"])
        train = {"loss": random.random(n_trials), score: random.random(n_trials)}
        for name in ("loss", score):
            trials[f"{point}_train_{name}"], trials[f"{point}_val_{name}"] = train[name], of["val"][name]
        trials[f"{point}_loss_gap"] = loss_gap(train["loss"], of["val"]["loss"])
        trials[f"{point}_{score}_gap"] = TASKS[task].score.gap(train[score], of["val"][score])
        found = {"trial": trials["trial"], "condition": trials["condition"], "seed": trials["seed"], "point": point}
        test.append(pd.DataFrame(found | {"test_loss": of["test"]["loss"], f"test_{score}": of["test"][score]}))
    return filled(trials, Layout(task).trials, random), pd.concat(test, ignore_index=True)


def records_of(folder: Path, *cohorts: Arrays) -> RowRecords:
    files = {f"cohort{number}": folder / f"cohort{number}.npz" for number in range(len(cohorts))}
    for path, arrays in zip(files.values(), cohorts, strict=True):
        np.savez(path, **arrays)
    return RowRecords(files)


def some_trials(arrays: Arrays, kept: list[int]) -> Arrays:
    """The rows file of some of the cohort's trials, where one split serves all."""
    of_trials = {"trials"} | {name for name in arrays if name.endswith(("_loss", "_prediction"))}
    return {name: array[kept] if name in of_trials else array for name, array in arrays.items()}


def summary_of(folder: Path, task: TaskName, *cohorts: Arrays, **changes: Any) -> pd.DataFrame:
    whole = changes.pop("whole", cohorts[0])
    trials, test = tables_of(whole, task)
    arguments: Mapping[str, Any] = {"trials": trials, "test": test, "rows": records_of(folder, *cohorts)} | changes
    return summarise(**arguments, task=task, baselines=BASELINES)


def row_of(summary: pd.DataFrame, condition: str, metric: str, estimand: str = "population") -> pd.Series:
    at_best = summary.query("point == 'best' and estimand == @estimand")
    (row,) = at_best[(at_best["condition"] == condition) & (at_best["metric"] == metric)].iloc
    return row


def as_sure_as_split(found: CrossedInterval, of_seeds: pd.Series, name: str = "ci95") -> tuple[float, float, float]:
    """Return a mean and its bounds, no closer to it than those of the split row."""
    return found.mean, min(found.low, of_seeds[f"{name}_low"]), max(found.high, of_seeds[f"{name}_high"])


METRICS = {
    "classification": ["val_loss", "loss_gap", "val_accuracy", "accuracy_gap", "test_loss", "test_accuracy"],
    "regression": ["val_loss", "loss_gap", "val_rmse", "rmse_gap", "test_loss", "test_rmse"],
}


@pytest.mark.parametrize("per_seed", [False, True], ids=["one split", "per seed"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_val_gap_and_test_metric_has_the_mean_of_its_split_row(
    tmp_path: Path, task: TaskName, per_seed: bool
) -> None:
    summary = summary_of(tmp_path, task, made_rows(task, per_seed=per_seed))
    population = summary.query("estimand == 'population'")
    assert set(population["metric"]) == set(METRICS[task])
    assert len(population) == 2 * len(METRICS[task]) * len(POINTS)
    keys = ["condition", "metric", "point"]
    both = population.merge(summary.query("estimand == 'split'"), on=keys, suffixes=("", "_of_split"))
    assert len(both) == len(population)
    for column in ("mean", "difference", "sd", "n", "n_excluded", "n_pairs", "baseline", "best"):
        ours, theirs = both[column], both[f"{column}_of_split"]
        pd.testing.assert_series_equal(ours, theirs, check_names=False, rtol=1e-9, check_dtype=False)
    assert set(population["interval_method"]) == {"two-way (approximate: splits share rows)" if per_seed else "two-way"}


def test_differences_on_val_at_an_epoch_that_val_chose_are_said_to_be_too_narrow(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, "classification", made_rows("classification"))
    compared = summary.query("estimand == 'population' and test_method.notna()")
    warned = compared["test_method"].str.contains("too narrow: epoch chosen on these rows")
    on_test = compared["metric"].str.startswith("test")
    assert (warned == ((compared["point"] != "last") & ~on_test)).all()
    assert warned.any()
    assert (~warned).any()


def test_the_interval_of_a_loss_is_the_two_way_interval_of_its_rows(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    losses = arrays["val_best_loss"].astype(np.float64)
    summary = summary_of(tmp_path, "classification", arrays)
    row = row_of(summary, "half", "val_loss")
    of_seeds = row_of(summary, "half", "val_loss", "split")
    expected = as_sure_as_split(crossed_interval(losses[4:]), of_seeds)
    assert tuple(row[["mean", "ci95_low", "ci95_high"]]) == pytest.approx(expected)
    found = crossed_interval(losses[4:] - losses[:4], has_rare_rows=True)
    compared = row[["difference", "difference_ci95_low", "difference_ci95_high"]]
    assert tuple(compared) == pytest.approx(as_sure_as_split(found, of_seeds, "difference_ci95"))
    assert row["p"] == pytest.approx(max(found.p, of_seeds["p"]))


def test_the_interval_of_an_accuracy_is_that_of_a_share(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    hits = correct_of(arrays, "val", "best").astype(np.float64)
    trials, _ = tables_of(arrays, "classification")
    summary = summary_of(tmp_path, "classification", arrays)
    row, gap = (row_of(summary, "half", metric) for metric in ("val_accuracy", "accuracy_gap"))
    interval, train = ["mean", "ci95_low", "ci95_high"], trials["best_train_accuracy"].to_numpy()
    seeds, gap_of_seeds = (row_of(summary, "half", metric, "split") for metric in ("val_accuracy", "accuracy_gap"))
    assert tuple(row[interval]) == pytest.approx(as_sure_as_split(crossed_share(hits[4:]), seeds))
    assert tuple(gap[interval]) == pytest.approx(as_sure_as_split(crossed_share(hits[4:], train[4:]), gap_of_seeds))
    found = crossed_interval((train[4:, None] - hits[4:]) - (train[:4, None] - hits[:4]), is_skewed=False)
    compared = gap[["difference", "difference_ci95_low", "difference_ci95_high"]]
    assert tuple(compared) == pytest.approx(as_sure_as_split(found, gap_of_seeds, "difference_ci95"))


def test_an_rmse_varies_over_rows_as_its_derivative_says(tmp_path: Path) -> None:
    arrays = made_rows("regression")
    losses = arrays["val_best_loss"][4:].astype(np.float64)
    summary = summary_of(tmp_path, "regression", arrays)
    row, of_seeds = (row_of(summary, "half", "val_rmse", estimand) for estimand in ("population", "split"))
    means = losses.mean(axis=1, keepdims=True)
    step = 1e-6  # the RMSE of every trial when one row weighs a little more: its influence, numerically
    influence = (np.sqrt(means + step * (losses - means)) - np.sqrt(means)) / step
    expected = as_sure_as_split(crossed_interval(40 * (np.sqrt(means) + influence)), of_seeds)
    assert tuple(row[["mean", "ci95_low", "ci95_high"]]) == pytest.approx(expected, rel=1e-4)


def test_a_perfect_fit_has_an_rmse_of_zero_and_no_interval(tmp_path: Path) -> None:
    arrays = made_rows("regression")
    arrays["val_best_loss"][4:] = 0
    row = row_of(summary_of(tmp_path, "regression", arrays), "half", "val_rmse")
    assert row["mean"] == 0
    assert row[["ci95_low", "interval_method"]].isna().all()


def test_rows_of_seeds_with_splits_of_their_own_are_matched_by_their_numbers(tmp_path: Path) -> None:
    arrays = made_rows("classification", per_seed=True)
    numbers, losses = arrays["val_rows"], arrays["val_best_loss"].astype(np.float64)
    cells = np.full((2, 4, N_SOURCE), np.nan)
    for trial in range(8):
        cells[trial // 4, trial % 4, numbers[trial % 4]] = losses[trial]
    summary = summary_of(tmp_path, "classification", arrays)
    row, of_seeds = (row_of(summary, "half", "val_loss", estimand) for estimand in ("population", "split"))
    expected = as_sure_as_split(crossed_interval(cells[1]), of_seeds)
    assert tuple(row[["mean", "ci95_low", "ci95_high"]]) == pytest.approx(expected)
    compared = row[["difference", "difference_ci95_low", "difference_ci95_high"]]
    expected = as_sure_as_split(crossed_interval(cells[1] - cells[0], has_rare_rows=True), of_seeds, "difference_ci95")
    assert tuple(compared) == pytest.approx(expected)


def test_cohorts_and_orders_of_rows_do_not_matter(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    (tmp_path / "whole").mkdir()
    expected = summary_of(tmp_path / "whole", "classification", arrays)
    base, half = some_trials(arrays, [2, 0, 1, 3]), some_trials(arrays, [5, 4, 6, 7])
    order = np.random.default_rng(2).permutation(N_ROWS)
    half = {name: array if name == "trials" else array[:, order] for name, array in half.items()}
    found = summary_of(tmp_path, "classification", base, half, whole=arrays)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_differences_use_the_seeds_that_both_have(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    trials, test = tables_of(arrays, "classification")
    trials.loc[trials["trial"].isin(["base1", "half3"]), "status"] = "diverged"
    losses = arrays["val_best_loss"].astype(np.float64)
    row = row_of(summary_of(tmp_path, "classification", arrays, trials=trials, test=test), "half", "val_loss")
    assert (row["n"], row["n_excluded"], row["n_pairs"]) == (3, 1, 2)
    assert row["mean"] == pytest.approx(losses[[4, 5, 6]].mean())
    assert row["p"] == pytest.approx(crossed_interval(losses[[4, 6]] - losses[[0, 2]], has_rare_rows=True).p)


def test_rows_that_a_cohort_did_not_keep_cost_its_conditions_their_population_rows(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    of_base = some_trials(arrays, [0, 1, 2, 3])
    summary = summary_of(tmp_path, "classification", of_base, trials=tables_of(arrays, "classification")[0], test=None)
    assert set(summary.query("estimand == 'population'")["condition"]) == {"base"}
    in_part = some_trials(arrays, [0, 1, 2, 3, 4, 5, 6])
    summary = summary_of(tmp_path, "classification", in_part, trials=tables_of(arrays, "classification")[0], test=None)
    assert set(summary.query("estimand == 'population'")["condition"]) == {"base"}, "one seed of half has no rows"


def test_a_difference_to_a_baseline_without_rows_is_empty(tmp_path: Path) -> None:
    arrays = made_rows("classification")
    of_half = some_trials(arrays, [4, 5, 6, 7])
    summary = summary_of(tmp_path, "classification", of_half, trials=tables_of(arrays, "classification")[0], test=None)
    row = row_of(summary, "half", "val_loss")
    assert row["n_pairs"] == 0
    assert row[["difference", "p", "test_method"]].isna().all()
    assert not math.isnan(row["ci95_low"])


def test_files_without_targets_leave_out_the_accuracies_alone(tmp_path: Path) -> None:
    arrays = {name: array for name, array in made_rows("classification").items() if not name.endswith("targets")}
    whole = made_rows("classification")
    trials, test = tables_of(whole, "classification")
    summary = summary_of(tmp_path, "classification", arrays, whole=whole, trials=trials, test=test)
    assert set(summary.query("estimand == 'population'")["metric"]) == {"val_loss", "loss_gap", "test_loss"}


def test_one_seed_has_no_population_rows(tmp_path: Path) -> None:
    arrays = made_rows("classification", seeds=(0,))
    assert set(summary_of(tmp_path, "classification", arrays)["estimand"]) == {"split"}


def test_population_rows_have_a_family_of_their_own_and_no_test_by_signs(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, "classification", made_rows("classification"))
    population = summary.query("estimand == 'population' and condition == 'half'")
    assert (population["p_holm"] == population["p"]).all(), "one comparison in each family"
    assert population[["smallest_p", "pairing_gain", "may_be_best"]].isna().all(axis=None)


@pytest.mark.parametrize("best", ["base", "half"])
def test_neither_the_baseline_nor_the_best_is_compared_with_itself(tmp_path: Path, best: str) -> None:
    arrays = made_rows("classification")
    arrays["val_best_loss"][slice(4) if best == "half" else slice(4, 8)] += 5.0
    summary = summary_of(tmp_path, "classification", arrays)
    base, half = (row_of(summary, label, "val_loss") for label in BASELINES)
    assert base["best"] == half["best"] == best
    assert base[["baseline", "n_pairs", "difference", "p", "p_holm", "test_method"]].isna().all()
    assert math.isnan(base["difference_to_best"]) == (best == "base")
    assert math.isnan(half["difference_to_best"]) == (best == "half")
    if best == "base":
        assert half["difference_to_best"] == half["difference"]
    else:
        assert base["difference_to_best"] == pytest.approx(-half["difference"])
