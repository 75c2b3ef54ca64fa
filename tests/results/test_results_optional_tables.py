"""Tables and columns that only some studies have: samples, reliability, learnt rates; and studies that gain them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_folder import begin, made_folder, made_frames, made_study, made_summary
from made_samples import concrete_folder, grown_to, sampled_folder, sampled_frames, sampled_study, write_sampled_part

from dropout_lab.errors import FolderError
from dropout_lab.metrics import TaskName
from dropout_lab.results import METHODS, POINTS, SPLITS, Layout, Results, ResultsFolder, read_results

TABLES = ("curves", "trials", "test", "inference", "reliability")
NEW = ("inference.csv", "reliability.csv", "tuned.csv")


def results_of(folder: ResultsFolder) -> Results:
    with folder.writing():
        folder.merge()
        folder.write_summary(made_summary(folder))
    return read_results(folder.path)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, (), id="nothing new"),
        pytest.param({"dropout": {"kind": "gaussian"}}, (), id="another kind"),
        pytest.param({"dropout": {"kind": "concrete"}}, ("1", "2"), id="concrete"),
        pytest.param({"dropout": {"kind": "concrete", "input_rate": 0.1}}, ("inputs", "1", "2"), id="inputs"),
        pytest.param({"dropout": {"kind": "concrete", "output_rate": 0.1}}, ("1", "2", "outputs"), id="outputs"),
        pytest.param({"sweep": {"dropout.kind": ["alpha", "concrete"]}}, ("1", "2"), id="kind swept"),
        pytest.param({"dropout": {"kind": "concrete"}, "sweep": {"dropout.kind": ["alpha"]}}, (), id="axis overrules"),
        pytest.param(
            {"dropout": {"kind": "concrete"}, "sweep": {"dropout.input_rate": [0.0, 0.2]}},
            ("inputs", "1", "2"),
            id="input rate swept",
        ),
        pytest.param(
            {"dropout": {"kind": "concrete", "input_rate": 0.2}, "sweep": {"dropout.input_rate": [0.0]}},
            ("1", "2"),
            id="no input rate in the sweep",
        ),
        pytest.param(
            {"dropout": {"kind": "concrete"}, "sweep": {"model.hidden": [[8], [8, 8, 8]]}},
            ("1", "2", "3"),
            id="deepest of swept layers",
        ),
        pytest.param({"dropout": {"kind": "concrete"}, "sweep": {"model.depth": [1]}}, ("1",), id="swept depth"),
        pytest.param(
            {"dropout": {"kind": "concrete"}, "tune": {"model.depth": [2, 4]}}, ("1", "2", "3", "4"), id="tuned depth"
        ),
        pytest.param({"dropout": {"kind": "concrete"}, "model": {"hidden": []}}, (), id="linear"),
    ],
)
def test_learnt_rates_have_a_column_for_every_layer_that_learns_one(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    layout = Layout.of_study(made_study(**({"sweep": {}} | changes)), "classification")
    assert layout.learnt_rates == tuple(f"learnt_rate_{layer}" for layer in expected)
    assert tuple(column.name for column in layout.curves[-len(expected) :] if expected) == layout.learnt_rates


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, False, id="as ever"),
        pytest.param({"evaluation": {"mc_samples": 0}}, False, id="none"),
        pytest.param({"evaluation": {"mc_samples": 50}}, True, id="some"),
        pytest.param({"sweep": {"evaluation.mc_samples": [0, 50]}}, True, id="swept"),
    ],
)
def test_samples_decide_which_tables_a_study_has(changes: dict[str, Any], expected: bool) -> None:
    tables = {task: Layout.of_study(made_study(**changes), task).measured for task in ("classification", "regression")}
    assert tables["classification"] == TABLES[: 5 if expected else 3]
    assert tables["regression"] == TABLES[: 4 if expected else 3]


def test_swept_columns_come_before_tuned_ones_and_the_tuned_table_has_none_of_these() -> None:
    study = made_study(sweep={"data.train_size": [100]}, tune={"training.learning_rate": [0.1, 1.0]})
    layout = Layout.of_study(study, "classification")
    assert layout.swept == ("data.train_size", "training.learning_rate")
    assert layout.derived == ("summary", "tuned")
    assert ",".join(column.name for column in layout.table("tuned")) == (
        "condition,rate,input_rate,data.train_size,choice,metric,point,n,n_excluded,mean,sd,ci95_low,ci95_high,"
        "baseline,n_pairs,difference,difference_ci95_low,difference_ci95_high,p,p_holm,interval_method,test_method,"
        "budget,chosen,chosen_share"
    )


@pytest.mark.parametrize(
    ("task", "inference"),
    [
        (
            "classification",
            "loss,loss_sd,accuracy,accuracy_sd,entropy,mutual_information,ece,brier",
        ),
        ("regression", "loss,loss_sd,rmse,rmse_sd,predictive_sd"),
    ],
)
def test_sampled_tables_have_the_columns_of_the_docs(tmp_path: Path, task: TaskName, inference: str) -> None:
    sampled_folder(tmp_path, task=task)
    first = "trial,condition,rate,input_rate,seed,dropout.kind,data.train_size,split,point,"
    header = (tmp_path / "inference.csv").read_text().splitlines()[0]
    assert header == f"{first}epoch,method,n_samples,{inference}"
    if task == "regression":
        assert not (tmp_path / "reliability.csv").exists()
    else:
        header = (tmp_path / "reliability.csv").read_text().splitlines()[0]
        assert header == f"{first}method,bin,n_rows,confidence,accuracy"


def test_a_study_without_the_new_settings_has_none_of_the_new_files_and_empty_frames(tmp_path: Path) -> None:
    results = results_of(made_folder(tmp_path))
    assert not [name for name in NEW if list(tmp_path.rglob(name))]
    layout = Layout.of_study(results.study, "classification")
    for name in ("inference", "reliability", "tuned"):
        frame = getattr(results, name)
        assert frame.empty
        assert list(frame.columns) == [column.name for column in layout.table(name)]


def test_sampled_rows_are_sorted_and_read_back_as_they_were_handed_in(tmp_path: Path) -> None:
    results = results_of(sampled_folder(tmp_path))
    cohort = results.manifest["plan"][0]
    frames = sampled_frames(cohort["trials"], Layout.of_study(results.study, "classification"))
    for name, key in (("inference", "n_samples"), ("reliability", "bin")):
        read = getattr(results, name)
        one = read[read["trial"] == cohort["trials"][0]]
        places = list(one[["split", "point", "method", key]].itertuples(index=False, name=None))
        orders = [SPLITS, POINTS, METHODS]
        assert places == sorted(
            places, key=lambda place: (*(order.index(p) for order, p in zip(orders, place, strict=False)), place[3])
        )
        keys = ["trial", "split", "point", "method", key]
        given = frames[name].set_index(keys).sort_index()
        pd.testing.assert_frame_equal(
            read[read["trial"].isin(cohort["trials"])].set_index(keys).sort_index()[list(given)],
            given,
            check_index_type=False,
        )


def test_an_unknown_method_is_a_programming_error(tmp_path: Path) -> None:
    folder = sampled_folder(tmp_path, finished=["cohort1"])
    trials = folder.manifest["plan"][0]["trials"]
    frames = made_frames(trials, layout=folder.layout) | sampled_frames(trials, folder.layout)
    frames["inference"]["method"] = "guessing"
    with folder.writing(), pytest.raises(ValueError, match=r"column method must hold .*, got \['guessing'\]"):
        folder.write_part("cohort0", **frames)


def test_a_table_that_the_study_does_not_have_is_a_programming_error(tmp_path: Path) -> None:
    folder = made_folder(tmp_path, finished=[])
    trials = folder.manifest["plan"][0]["trials"]
    frames = made_frames(trials) | sampled_frames(trials, folder.layout)
    with folder.writing(), pytest.raises(ValueError, match=r"at most .*got .*'inference'"):
        folder.write_part("cohort0", **frames)
    assert folder.finished_cohorts() == set()


def test_a_cohort_without_samples_has_no_rows_in_the_sampled_tables(tmp_path: Path) -> None:
    folder = sampled_folder(tmp_path, finished=["cohort1"])
    with folder.writing():
        folder.write_part("cohort0", **made_frames(folder.manifest["plan"][0]["trials"], layout=folder.layout))
    results = results_of(folder)
    assert set(results.trials["seed"]) == {0, 1}
    assert set(results.inference["seed"]) == set(results.reliability["seed"]) == {1}
    assert not (tmp_path / "parts" / "cohort0" / "inference.csv").exists()


@pytest.mark.parametrize("name", ["inference", "reliability"])
@pytest.mark.parametrize("damage", ["changed", "deleted"])
def test_a_damaged_sampled_part_is_named_with_what_to_delete(tmp_path: Path, name: str, damage: str) -> None:
    folder = sampled_folder(tmp_path)
    path = tmp_path / "parts" / "cohort1" / f"{name}.csv"
    path.write_bytes(path.read_bytes()[:-3]) if damage == "changed" else path.unlink()
    with folder.writing(), pytest.raises(FolderError, match=rf"{name}\.csv: .*Delete .*cohort1 and run the study"):
        folder.merge()


@pytest.mark.parametrize("name", ["inference", "reliability"])
def test_a_missing_sampled_table_is_named(tmp_path: Path, name: str) -> None:
    folder = sampled_folder(tmp_path)
    results_of(folder)
    (tmp_path / f"{name}.csv").unlink()
    with pytest.raises(FolderError, match=rf"{name}\.csv: the table must be readable"):
        read_results(tmp_path)


def test_a_study_that_was_interrupted_ends_with_the_bytes_of_one_that_was_not(tmp_path: Path) -> None:
    sampled_folder(tmp_path / "straight")
    resumed = sampled_folder(tmp_path / "resumed", finished=["cohort1"])
    with resumed.writing():
        write_sampled_part(resumed, "cohort0")
        resumed.merge()
    for name in TABLES:
        assert (tmp_path / "resumed" / f"{name}.csv").read_bytes() == (
            tmp_path / "straight" / f"{name}.csv"
        ).read_bytes()


def learnt(folder: ResultsFolder, cohort_id: str, **rates: float) -> None:
    (cohort,) = (cohort for cohort in folder.manifest["plan"] if cohort["id"] == cohort_id)
    layout = Layout("classification", folder.layout.swept)
    frames = made_frames(cohort["trials"], layout=layout)
    baseline = cohort["trials"][0]
    for name, rate in rates.items():
        frames["curves"][f"learnt_rate_{name}"] = np.where(frames["curves"]["trial"] == baseline, np.nan, rate)
    folder.write_part(cohort_id, **frames)


def learnt_cells(path: Path) -> set[str]:
    """The last cells of the curves, as many as there are learnt rates."""
    header, *lines = (path / "curves.csv").read_text().splitlines()
    return {",".join(line.split(",")[-header.count("learnt_rate") :]) for line in lines}


def test_a_trial_that_learns_no_rate_has_empty_cells(tmp_path: Path) -> None:
    folder = concrete_folder(tmp_path)
    with folder.writing():
        learnt(folder, "cohort0", **{"1": 0.25, "2": 0.5})
        learnt(folder, "cohort1")  # of another kind
    results = results_of(folder)
    assert learnt_cells(tmp_path) == {"0.25,0.5", ","}
    filled = results.curves[results.curves["learnt_rate_1"].notna()]
    assert set(filled["seed"]) == {0}
    assert set(filled["rate"]) == {0.5}


def test_a_study_that_gains_columns_of_learnt_rates_keeps_its_parts(tmp_path: Path) -> None:
    folder = concrete_folder(tmp_path)
    parts = tmp_path / "parts"
    with folder.writing():
        learnt(folder, "cohort0", **{"1": 0.25, "2": 0.5})
        learnt(folder, "cohort1", **{"1": 0.125, "2": 0.5})
        before = (parts / "cohort0" / "curves.csv").read_bytes()
        dropout = {"rates": [0.5], "kind": "concrete", "input_rate": 0.1, "output_rate": 0.1}
        grown_to(
            folder, made_study(dropout=dropout, sweep={"data.train_size": [100]}, model={"hidden": [128, 128, 128]})
        )
        learnt(folder, "cohort2", inputs=0.0625, outputs=0.75, **{"1": 0.25, "2": 0.5, "3": 0.75})
    results = results_of(folder)
    assert learnt_cells(tmp_path) == {",0.25,0.5,,", ",0.125,0.5,,", "0.0625,0.25,0.5,0.75,0.75", ",,,,"}
    assert results.curves["val_loss"].notna().all()
    assert (parts / "cohort0" / "curves.csv").read_bytes() == before


def test_a_study_that_gains_concrete_dropout_keeps_its_parts(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    sweep = {"dropout.kind": ["gaussian"], "data.train_size": [100]}
    with folder.writing():
        begin(folder, study=made_study(sweep=sweep))
        learnt(folder, "cohort0")
        grown_to(folder, made_study(sweep=sweep | {"dropout.kind": ["gaussian", "concrete"]}))
        learnt(folder, "cohort2", **{"1": 0.25, "2": 0.5})
    assert set(results_of(folder).curves["seed"]) == {0, 2}
    assert learnt_cells(tmp_path) == {",", "0.25,0.5"}


def test_a_part_that_lacks_any_other_column_is_refused(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    with folder.writing():
        grown_to(folder, sampled_study(data={"source": "digits", "label_noise": 0.1}))
        with pytest.raises(FolderError, match=r"curves\.csv: the columns must be those of its study"):
            folder.merge()
