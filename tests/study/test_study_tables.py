"""The tables that only some studies have, on disk: there when they must be, and the same bytes however they came."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from small_studies import run, small_study, tables_without_times

from dropout_lab.results import read_results
from dropout_lab.study import bring_up_to_date, prepare_run
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.train_part import train_part

WIDTHS = {"model__hidden": [4], "tune": {"model.width": [4, 8]}, "seeds": 3}  # a cohort for every width
SAMPLED = {"evaluation__mc_samples": 4}
CONCRETE = {"dropout__kind": "concrete"}
OPTIONAL = {"inference.csv", "reliability.csv", "tuned.csv"}


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a finished tuned study, to be copied."""
    root = tmp_path_factory.mktemp("tuned")
    run(small_study(**WIDTHS), root)
    return root


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({}, set()),
        (WIDTHS, {"tuned.csv"}),
        (SAMPLED, {"inference.csv", "reliability.csv"}),
        (SAMPLED | {"data__source": "diabetes"}, {"inference.csv"}),
        (CONCRETE, set()),
    ],
    ids=["as ever", "tuned", "sampled", "sampled regression", "concrete"],
)
def test_a_study_has_the_tables_of_its_settings(tmp_path: Path, changes: dict[str, Any], files: set[str]) -> None:
    folder = run(small_study(**changes), tmp_path).folder
    assert {path.name for path in folder.glob("*.csv")} & OPTIONAL == files
    results = read_results(folder)
    filled = {f"{name}.csv" for name in ("inference", "reliability", "tuned") if len(getattr(results, name))}
    assert filled == files


@pytest.mark.parametrize("changes", [WIDTHS | SAMPLED, WIDTHS | CONCRETE], ids=["tuned, sampled", "tuned, concrete"])
def test_a_study_that_was_interrupted_ends_with_the_bytes_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    study = small_study(**changes)

    def stopped_at_narrow(cohort: Any, *args: Any) -> Any:
        if "model.width=4" in cohort.conditions[0].label:
            raise KeyboardInterrupt
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (stopped_at_narrow,))
    outcome = run(study, tmp_path)
    assert outcome.exit_code == 130
    assert set(read_results(outcome.folder).tuned["n"]) == {
        0
    }  # the config's own width is not trained yet, and without it no choice is one
    monkeypatch.undo()
    assert run(study, tmp_path).exit_code == 0
    assert tables_without_times(outcome.folder) == tables_without_times(run(study, tmp_path / "at once").folder)


def test_a_tuned_study_grows_in_seeds_and_candidates(tmp_path: Path, tuned: Path) -> None:
    root = copytree(tuned, tmp_path / "tuned")
    folder = run(small_study(**WIDTHS | {"tune": {"model.width": [4, 6]}, "seeds": 4}), root).folder
    rows = read_results(folder).tuned.query("choice == 'tuned'")
    assert set(rows["budget"]) == {3}
    assert set(rows["n"]) == {3}  # seed 3 lacks the width 8
    assert set(rows["n_excluded"]) == {1}


def test_concrete_dropout_that_joins_later_leaves_the_finished_parts_alone(tmp_path: Path) -> None:
    def of_kinds(*kinds: str) -> Any:
        return small_study(sweep={"dropout.kind": list(kinds)})

    folder = run(of_kinds("bernoulli"), tmp_path).folder
    parts = {path: path.read_bytes() for path in folder.glob("parts/*/*")}
    assert "learnt_rate_1" not in read_results(folder).curves
    assert run(of_kinds("bernoulli", "concrete"), tmp_path).exit_code == 0
    curves = read_results(folder).curves
    assert {path: path.read_bytes() for path in parts} == parts
    assert set(curves.loc[curves["learnt_rate_1"].notna(), "dropout.kind"]) == {"concrete"}
    assert curves["learnt_rate_2"].between(0, 1).sum() == (curves["dropout.kind"] == "concrete").sum() > 0


@pytest.mark.parametrize("damage", ["killed", "lost", "of an earlier version"])
def test_the_tuned_table_is_written_wherever_the_summary_is(tmp_path: Path, tuned: Path, damage: str) -> None:
    folder = copytree(tuned, tmp_path / "tuned") / "small"
    before = tables_without_times(folder)
    if damage == "killed":
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"status": "complete"', '"status": "running"'))
        for path in before.keys() - {"references.csv"}:
            (folder / path).unlink()
    elif damage == "lost":
        (folder / "tuned.csv").unlink()
    else:
        (folder / "tuned.csv").write_text("condition,choice\nrate=0,tuned\n")
    bring_up_to_date(folder)
    assert tables_without_times(folder) == before


def test_a_request_that_is_finished_is_recognised_with_all_its_tables(tmp_path: Path) -> None:
    study = small_study(**WIDTHS | SAMPLED)
    folder = run(study, tmp_path).folder
    before = tables_without_times(folder)
    again = prepare_run(study, out=tmp_path, threads=1)
    assert again.n_missing == 0
    again.execute()
    assert tables_without_times(folder) == before
