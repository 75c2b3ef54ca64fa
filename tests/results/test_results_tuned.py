"""Conditions whatever their tuned settings, and the table of the tuned comparison."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made import condition
from made_folder import begin, made_frames, made_plan, made_study, made_summary

from dropout_lab.results import ConditionEntry, ResultsFolder, read_results, tuned_conditions

RATE, WIDTH = "training.learning_rate", "model.width"
STUDY = made_study(
    sweep={"data.train_size": [100]},
    tune={RATE: [0.001, 0.01], WIDTH: [64, 128]},
)


def entries(train_sizes: tuple[int, ...] = (100,)) -> list[ConditionEntry]:
    def entry(rate: float, values: dict[str, Any]) -> ConditionEntry:
        rest = "".join(f" {path}={value}" for path, value in values.items())
        baseline = f"rate=0{rest}"
        label = f"rate={rate}{rest}" if rate else baseline
        return condition(label, rate, baseline=baseline, swept=values)

    settings = [
        {"data.train_size": size, RATE: learning_rate, WIDTH: width}
        for size in train_sizes
        for learning_rate in (0.001, 0.01)
        for width in (64, 128)
    ]
    return [entry(rate, values) for values in settings for rate in (0, 0.5)]


def test_conditions_are_grouped_by_all_that_is_not_tuned() -> None:
    groups = tuned_conditions(STUDY, entries((100, 200)))
    names = [f"rate={rate} data.train_size={size}" for size in (100, 200) for rate in ("0", "0.5")]
    assert [group.label for group in groups] == names
    assert [group.entry["baseline"] for group in groups] == [names[0], names[0], names[2], names[2]]
    assert groups[1].entry["swept"] == {"data.train_size": 100}
    assert [group.entry["is_baseline"] for group in groups] == [True, False, True, False]
    assert groups[1].chosen_texts == (
        f"{RATE}=0.001 {WIDTH}=64",
        f"{RATE}=0.001 {WIDTH}=128",
        f"{RATE}=0.01 {WIDTH}=64",
        f"{RATE}=0.01 {WIDTH}=128",
    )
    assert groups[1].candidates[2] == f"rate=0.5 data.train_size=100 {RATE}=0.01 {WIDTH}=64"


@pytest.mark.parametrize(
    ("tune", "values", "own"),
    [
        ({RATE: [0.01, 0.001]}, [0.01, 0.001], 1),
        ({WIDTH: [64, 128]}, [64, 128], 1),
        ({"model.depth": [1, 2]}, [1, 2], 1),
        ({"model.hidden": [[8], [128, 128]]}, [[8], [128, 128]], 1),
        ({"training.max_norm": [None, 3.0]}, [None, 3.0], 0),
        ({RATE: [0.1, 1]}, [0.1, 1], None),
    ],
    ids=["a number", "width", "depth", "layers", "null", "not planned"],
)
def test_the_configs_own_values_are_found_among_the_candidates(
    tune: dict[str, Any], values: list[Any], own: int | None
) -> None:
    (path,) = tune
    study = made_study(tune=tune, training={"learning_rate": 0.001, "max_norm": None})
    conditions = [
        condition(f"rate=0 {number}", 0, baseline=f"rate=0 {number}", swept={path: value})
        for number, value in enumerate(values)
    ]
    groups = [tuned_conditions(study, [entry])[0] for entry in conditions]
    assert [group.own for group in groups] == [0 if number == own else None for number in range(len(values))]


def test_a_study_without_tuned_settings_has_no_such_conditions() -> None:
    assert tuned_conditions({"sweep": {}}, entries()) == []


def made_tuned_folder(path: Path) -> ResultsFolder:
    folder = ResultsFolder(path)
    with folder.writing():
        begin(folder, study=STUDY, conditions=entries(), plan=made_plan(entries()))
        for cohort in folder.manifest["plan"]:
            folder.write_part(cohort["id"], **made_frames(cohort["trials"], layout=folder.layout))
        folder.merge()
        folder.write_summary(made_summary(folder))
    return folder


def made_tuned(folder: ResultsFolder) -> pd.DataFrame:
    fill = {"integer": 2, "statistic": 0.1, "text": "t"}
    labels = ["rate=0 data.train_size=100", "rate=0.5 data.train_size=100"]
    rows = pd.DataFrame({"condition": labels})
    return rows.assign(**{column.name: fill[column.kind] for column in folder.layout.tuned})


def test_the_tuned_table_is_written_with_settings_from_the_manifest_and_read_back(tmp_path: Path) -> None:
    folder = made_tuned_folder(tmp_path)
    with folder.writing():
        folder.write_tuned(made_tuned(folder))
    tuned = read_results(tmp_path).tuned
    assert list(tuned.columns) == [column.name for column in folder.layout.table("tuned")]
    assert tuned["rate"].tolist() == [0.0, 0.5]
    assert tuned["data.train_size"].tolist() == [100, 100]
    assert tuned["mean"].tolist() == [0.1, 0.1]


def test_a_condition_with_its_tuned_settings_has_no_row_in_the_tuned_table(tmp_path: Path) -> None:
    folder = made_tuned_folder(tmp_path)
    tuned = made_tuned(folder).assign(condition=entries()[0]["label"])
    with folder.writing(), pytest.raises(ValueError, match="unknown condition"):
        folder.write_tuned(tuned)


@pytest.mark.parametrize("damage", ["missing", "other columns", "empty"])
def test_the_derived_tables_are_current_only_together(tmp_path: Path, damage: str) -> None:
    folder = made_tuned_folder(tmp_path)
    assert not folder.has_current_summary()
    with folder.writing():
        folder.write_tuned(made_tuned(folder))
    assert folder.has_current_summary()
    path = tmp_path / "tuned.csv"
    header, *rows = path.read_text().splitlines(keepends=True)
    damaged = {"missing": None, "other columns": "".join(["x," + header, *rows]), "empty": header}[damage]
    path.unlink() if damaged is None else path.write_text(damaged)
    assert not folder.has_current_summary()
