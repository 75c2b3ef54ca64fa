"""The folder of one study: parts in, sorted tables out, nothing lost and nothing overwritten."""

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_folder import RUN, begin, made_conditions, made_folder, made_frames, made_plan, made_study, made_summary

from dropout_lab.errors import FolderError
from dropout_lab.results import Layout, Results, ResultsFolder, read_results

BASE = "rate=0.0 data.train_size=100"
HALF = "rate=0.5 dropout.kind=gaussian data.train_size=100"


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def finished_results(folder: ResultsFolder) -> Results:
    with folder.writing():
        folder.merge()
        folder.write_summary(made_summary(folder))
    return read_results(folder.path)


def write_first_part(folder: ResultsFolder, **frames: Any) -> None:
    cohort = folder.manifest["plan"][0]
    folder.write_part(cohort["id"], **(made_frames(cohort["trials"]) | frames))


def test_the_tables_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    made_folder(tmp_path)
    first = "trial,condition,rate,input_rate,seed,dropout.kind,data.train_size"
    metrics = ["objective_loss", "train_loss", "val_loss", "loss_gap", "train_accuracy", "val_accuracy", "accuracy_gap"]
    points = [f"{point}_{name}" for point in ("last", "best", "stop") for name in ("epoch", *metrics)]
    counts = "status,epochs,steps,n_train,n_val,n_test,n_parameters,device,wall_time_s"
    expected = {
        "curves": f"{first},epoch,{','.join(metrics)}",
        "trials": f"{first},{counts},{','.join(points)},stopped_at_epoch",
        "test": f"{first},point,epoch,test_loss,test_accuracy",
    }
    for name, columns in expected.items():
        assert (tmp_path / f"{name}.csv").read_text().splitlines()[0] == columns
    assert ",".join(column.name for column in Layout("classification").table("summary")) == (
        "condition,rate,input_rate,metric,point,estimand,n,n_excluded,mean,sd,ci95_low,ci95_high,baseline,n_pairs,"
        "difference,difference_ci95_low,difference_ci95_high,p,p_holm,smallest_p,pairing_gain,best,difference_to_best,"
        "difference_to_best_ci95_low,difference_to_best_ci95_high,may_be_best,interval_method,test_method,no_interval,no_test"
    )


@pytest.mark.parametrize(
    ("study", "swept", "has_true_accuracy"),
    [
        (made_study(sweep={}), (), False),
        (made_study(sweep=None), (), False),
        (made_study(sweep={"model.width": [8], "dropout.input_rate": [0.2]}), ("model.width",), False),
        (made_study(sweep={"data.label_noise": [0.0]}), ("data.label_noise",), True),
        (made_study(sweep={}, data={"label_noise": 0.2}), (), True),
    ],
    ids=["no axes", "null axes", "input rate has its column", "label noise axis", "label noise"],
)
def test_axes_and_label_noise_decide_the_columns(
    study: dict[str, Any], swept: tuple[str, ...], has_true_accuracy: bool
):
    layout = Layout.of_study(study, "classification")
    assert layout == Layout("classification", swept, has_true_accuracy)
    assert ("train_true_accuracy" in [column.name for column in layout.curves]) is has_true_accuracy


def test_regression_has_rmse_for_accuracy() -> None:
    names = [c.name for table in ("curves", "trials", "test") for c in Layout("regression").table(table)]
    assert {"val_rmse", "rmse_gap", "best_train_rmse", "test_rmse"} < set(names)
    assert not [name for name in names if "accuracy" in name]


def test_merged_rows_are_sorted_by_condition_then_seed_then_epoch_or_point(tmp_path: Path) -> None:
    made_folder(tmp_path)
    places = [(row["condition"], row["seed"]) for row in cells(tmp_path / "trials.csv")]
    assert places == [(BASE, "0"), (BASE, "1"), (HALF, "0"), (HALF, "1")]
    assert [row["epoch"] for row in cells(tmp_path / "curves.csv")] == ["1", "2", "3"] * 4
    assert [(row["condition"], row["seed"]) for row in cells(tmp_path / "curves.csv")[::3]] == places
    assert [row["point"] for row in cells(tmp_path / "test.csv")] == ["last", "best", "stop"] * 4


def test_neither_the_order_of_the_plan_nor_that_of_the_rows_matters(tmp_path: Path) -> None:
    made_folder(tmp_path / "straight")
    shuffled = ResultsFolder(tmp_path / "shuffled")
    with shuffled.writing():
        begin(shuffled, plan=made_plan(made_conditions(), seeds=[1, 0]))
        for cohort in shuffled.manifest["plan"]:
            frames = made_frames(cohort["trials"])
            shuffled.write_part(cohort["id"], **{name: frame.iloc[::-1] for name, frame in frames.items()})
        shuffled.merge()
    for name in ("curves.csv", "trials.csv", "test.csv"):
        assert (tmp_path / "shuffled" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()


def test_the_baselines_dropout_settings_are_empty_and_the_others_filled(tmp_path: Path) -> None:
    made_folder(tmp_path)
    base, _, half, _ = cells(tmp_path / "trials.csv")
    settings = ("rate", "input_rate", "dropout.kind", "data.train_size")
    assert [base[name] for name in settings] == ["0.0", "0.0", "", "100"]
    assert [half[name] for name in settings] == ["0.5", "0.0", "gaussian", "100"]


def test_settings_come_from_the_manifest_whatever_the_frames_say(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    with folder.writing():
        begin(folder)
        trials = made_frames(folder.manifest["plan"][0]["trials"])["trials"]
        write_first_part(folder, trials=trials.assign(seed=99, condition="wrong"))
    assert {row["seed"] for row in cells(tmp_path / "parts" / "cohort0" / "trials.csv")} == {"0"}


def test_failed_and_unfinished_trials_get_rows_with_settings_and_no_metrics(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=["cohort0"])
    failed, interrupted = folder.manifest["plan"][1]["trials"]
    with folder.writing():
        folder.update(failures={failed: "RuntimeError: a reason"})
        folder.merge()
    rows = {row["trial"]: row for row in cells(tmp_path / "trials.csv")}
    assert rows[failed]["status"] == "failed"
    assert rows[interrupted]["status"] == "interrupted"
    assert (rows[failed]["seed"], rows[failed]["data.train_size"]) == ("1", "100")
    assert set(list(rows[failed].values())[8:]) == {""}
    assert [row["seed"] for row in rows.values()] == ["0", "1", "0", "1"]
    assert folder.statuses() == {trial: row["status"] for trial, row in rows.items()}


def test_a_part_clears_the_failure_of_its_trials_and_no_other(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=[])
    first, second = (cohort["trials"] for cohort in folder.manifest["plan"])
    with folder.writing():
        folder.update(failures=dict.fromkeys((*first, *second), "a reason"))
        write_first_part(folder)
    assert set(ResultsFolder(tmp_path).manifest["failures"]) == set(second)


def test_a_diverged_value_and_an_empty_cell_are_told_apart(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=["cohort1"])
    frames = made_frames(folder.manifest["plan"][0]["trials"])
    diverged = frames["trials"]["trial"][0]
    frames["curves"].loc[frames["curves"]["trial"] == diverged, "val_loss"] = math.nan
    frames["curves"].loc[frames["curves"]["trial"] == diverged, "train_loss"] = math.inf
    frames["trials"].loc[0, ["status", "last_val_loss"]] = ["diverged", math.nan]
    frames["trials"]["best_epoch"] = [math.nan, 2]
    frames["trials"]["best_val_loss"] = [math.nan, 0.5]
    with folder.writing():
        folder.write_part("cohort0", **frames)
    results = finished_results(folder)
    row = cells(tmp_path / "trials.csv")[0]
    assert (row["status"], row["last_val_loss"], row["best_val_loss"]) == ("diverged", "nan", "")
    curve = results.curves[results.curves["trial"] == diverged]
    assert cells(tmp_path / "curves.csv")[0]["val_loss"] == "nan"
    assert curve["val_loss"].isna().all()
    assert (curve["train_loss"] == math.inf).all()


def test_what_is_read_is_what_was_handed_in(tmp_path: Path) -> None:
    results = finished_results(made_folder(tmp_path))
    for cohort in results.manifest["plan"]:
        for name, frame in made_frames(cohort["trials"]).items():
            read = getattr(results, name).set_index("trial").loc[cohort["trials"]]
            numbers = [column for column in frame if column not in {"trial", "point", "status", "device"}]
            given = frame.sort_values("trial", kind="stable").set_index("trial")
            np.testing.assert_array_equal(
                read[numbers].to_numpy(dtype=float), given.loc[cohort["trials"], numbers].to_numpy(dtype=float)
            )


def test_columns_are_read_with_their_types(tmp_path: Path) -> None:
    results = finished_results(made_folder(tmp_path))
    kinds = {"rate": "f", "seed": "i", "data.train_size": "i", "dropout.kind": "O", "epoch": "i", "val_loss": "f"}
    assert {name: results.curves[name].dtype.kind for name in kinds} == kinds
    kinds = {"status": "O", "epochs": "i", "n_train": "i", "best_epoch": "i", "stopped_at_epoch": "f"}
    assert {name: results.trials[name].dtype.kind for name in kinds} == kinds
    pd.testing.assert_frame_equal(results.summary[["n", "mean"]], pd.DataFrame({"n": [2, 2], "mean": [0.1, 0.1]}))


def test_merging_returns_the_tables_as_they_are_read(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    with folder.writing():
        merged = folder.merge()
        folder.write_summary(made_summary(folder))
    results = read_results(tmp_path)
    pd.testing.assert_frame_equal(merged.trials, results.trials)
    pd.testing.assert_frame_equal(merged.test, results.test)


def test_a_study_without_a_test_split_has_an_empty_test_table(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    with folder.writing():
        begin(folder)
        for cohort in folder.manifest["plan"]:
            frames = made_frames(cohort["trials"])
            folder.write_part(cohort["id"], **(frames | {"test": frames["test"].iloc[:0]}))
    assert finished_results(folder).test.empty


def test_tables_are_rebuilt_from_parts(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in ("curves.csv", "trials.csv", "test.csv")}
    for name in before:
        (tmp_path / name).unlink()
    with folder.writing():
        folder.merge()
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_a_part_is_written_once_with_exactly_its_planned_trials(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=["cohort1"])
    frames = made_frames(folder.manifest["plan"][0]["trials"])
    with folder.writing():
        for cohort_id, trials in (("cohort1", frames["trials"]), ("cohort0", frames["trials"][:1]), ("x", None)):
            with pytest.raises(ValueError, match="a part is written once"):
                folder.write_part(cohort_id, **(frames | {"trials": frames["trials"] if trials is None else trials}))
    assert folder.finished_cohorts() == {"cohort1"}


def test_a_part_of_a_cohort_that_left_the_plan_is_not_merged(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    with folder.writing():
        folder.update(plan=made_plan(made_conditions(), seeds=[1]))
        assert set(folder.merge().trials["seed"]) == {1}


def test_rows_are_kept_without_pickles_and_with_the_same_bytes(tmp_path: Path) -> None:
    rows = {"trials": np.array(["a", "b"]), "val_best_loss": np.arange(6, dtype=np.float32).reshape(2, 3)}
    for name in ("one", "two"):
        folder = ResultsFolder(tmp_path / name)
        with folder.writing():
            begin(folder)
            write_first_part(folder, rows=rows)
    path = tmp_path / "one" / "rows" / "cohort0.npz"
    with np.load(path, allow_pickle=False) as read:
        assert read["trials"].tolist() == ["a", "b"]
        np.testing.assert_array_equal(read["val_best_loss"], rows["val_best_loss"])
    assert path.read_bytes() == (tmp_path / "two" / "rows" / "cohort0.npz").read_bytes()


def test_a_damaged_part_is_named_with_what_to_delete(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    path = tmp_path / "parts" / "cohort1" / "curves.csv"
    path.write_bytes(path.read_bytes()[:-3])
    with (
        folder.writing(),
        pytest.raises(FolderError, match=r"cohort1.curves\.csv: .*Delete .*cohort1 and run the study"),
    ):
        folder.merge()


def test_a_study_that_grows_keeps_its_start_its_failures_and_the_runs_that_differed(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=["cohort0"])
    created = folder.manifest["created"]
    with folder.writing():
        folder.update(failures={folder.manifest["plan"][1]["trials"][0]: "a reason"}, status="incomplete")
        begin(folder)
        assert folder.manifest["earlier_runs"] == []
        begin(folder, run={**RUN, "threads": 2})
        begin(folder, run={**RUN, "threads": 2})
    manifest = ResultsFolder(tmp_path).manifest
    assert manifest["created"] == created
    assert (manifest["status"], manifest["threads"]) == ("running", 2)
    assert manifest["earlier_runs"] == [RUN]
    assert list(manifest["failures"].values()) == ["a reason"]


def test_the_study_is_kept_as_yaml_to_read_and_in_the_manifest_to_count(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    study = made_study(dropout={"rates": (0.5, (0.2, 0.5)), "input_rate": 0.0})
    with folder.writing():
        begin(folder, study=study, study_yaml="name: made  # by hand\n")
    assert (tmp_path / "study.yaml").read_text() == "name: made  # by hand\n"
    assert ResultsFolder(tmp_path).manifest["study"]["dropout"]["rates"] == [0.5, [0.2, 0.5]]


def test_a_writer_reads_what_another_run_has_written_since(tmp_path: Path) -> None:
    early, late = ResultsFolder(tmp_path), ResultsFolder(tmp_path)
    with early.writing():
        begin(early)
    assert late.manifest["status"] == "running"
    with early.writing():
        early.update(status="complete")
    with late.writing():
        assert late.manifest["status"] == "complete"


@pytest.mark.parametrize(
    ("entries", "got"),
    [
        (["notes.txt"], r"without manifest\.json that holds notes\.txt"),
        ([".tmp-x"], r"holds \.tmp-x"),
    ],
    ids=["a file", "a hidden file"],
)
def test_a_folder_of_unknown_files_is_refused_and_left_as_it_is(tmp_path: Path, entries: list[str], got: str) -> None:
    for name in entries:
        (tmp_path / name).write_text("mine")
    folder = ResultsFolder(tmp_path)
    with pytest.raises(FolderError, match=got) as caught, folder.writing():
        pass
    assert caught.value.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(entries)


def test_a_folder_exists_once_it_has_a_manifest(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    assert not folder.exists()
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yaml").write_text("name: killed before the manifest\n")
    assert not folder.exists()
    with folder.writing():
        begin(folder)
    assert folder.exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match=r"results need a folder\. Got a file"):
        ResultsFolder(tmp_path / "file").exists()


def test_a_plan_that_does_not_fit_its_conditions_never_reaches_the_disk(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    with folder.writing():
        plan = made_plan(made_conditions(rates=[0.9]))
        with pytest.raises(KeyError):
            folder.update(plan=plan)
    assert read_manifest_plan(tmp_path) == made_plan(made_conditions())


def read_manifest_plan(path: Path) -> object:
    return ResultsFolder(path).manifest["plan"]


@pytest.mark.parametrize("rates", [[0.2, 0.5], 0.5], ids=["per layer", "one"])
def test_rates_per_layer_are_joined_by_hyphens(tmp_path: Path, rates: Any) -> None:
    conditions = made_conditions()
    conditions[1]["rate"] = rates
    folder = ResultsFolder(tmp_path)
    with folder.writing():
        begin(folder, conditions=conditions)
        merged = folder.merge()
    expected = ["0.0", "0.0", "0.2-0.5", "0.2-0.5"] if isinstance(rates, list) else [0.0, 0.0, 0.5, 0.5]
    assert merged.trials["rate"].tolist() == expected


def test_a_label_of_two_lines_is_a_programming_error(tmp_path: Path) -> None:
    conditions = made_conditions()
    conditions[0]["label"] = conditions[0]["baseline"] = conditions[1]["baseline"] = "two\nlines"
    folder = ResultsFolder(tmp_path)
    with folder.writing():
        begin(folder, conditions=conditions)
        with pytest.raises(ValueError, match="one line"):
            folder.merge()


def test_labels_and_settings_with_commas_and_quotes_survive(tmp_path: Path) -> None:
    conditions = made_conditions()
    conditions[1]["swept"]["dropout.kind"] = 'a "kind", with comma'
    conditions[1]["label"] = 'rate=0.5 dropout.kind=a "kind", with comma'
    folder = ResultsFolder(tmp_path)
    with folder.writing():
        begin(folder, conditions=conditions)
        for cohort in folder.manifest["plan"]:
            folder.write_part(cohort["id"], **made_frames(cohort["trials"]))
    results = finished_results(folder)
    assert results.curves["condition"].iloc[-1] == conditions[1]["label"]
    assert results.summary["dropout.kind"].iloc[-1] == 'a "kind", with comma'
