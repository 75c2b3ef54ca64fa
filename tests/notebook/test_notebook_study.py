"""What a study holds as an object, and how it shows itself."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import dropout_lab as dl
from dropout_lab.notebook.reports import study_html
from dropout_lab.results import read_results


@pytest.mark.parametrize("name", ["curves", "trials", "test", "summary", "inference", "reliability", "tuned"])
def test_frames_are_the_tables_of_the_folder(study: dl.StudyResults, name: str) -> None:
    pd.testing.assert_frame_equal(getattr(study, name), getattr(read_results(study.path), name))


def test_a_column_that_a_user_adds_is_no_result(study: dl.StudyResults) -> None:
    mine = study.summary
    mine["mine"] = 1

    assert "mine" not in study.summary


def test_a_study_knows_its_name_its_folder_its_config_and_its_plan(study: dl.StudyResults, trained: Path) -> None:
    assert (study.name, study.path) == ("tiny", trained / "results" / "tiny")
    assert study.config["training"]["epochs"] == 3
    assert study.config["training"]["optimizer"] == "adam"
    assert [condition["label"] for condition in study.manifest["conditions"]] == ["rate=0", "rate=0.5"]


def test_the_table_has_a_row_for_each_condition(study: dl.StudyResults) -> None:
    table = study.table.set_index("condition")

    gaps = study.summary.query("metric == 'loss_gap' and point == 'last' and estimand == 'split'").set_index(
        "condition"
    )
    assert table["loss_gap"].to_dict() == gaps["mean"].to_dict()
    assert list(table["n"]) == [2, 2]


def test_the_verdict_is_a_text_and_the_numbers_behind_it(study: dl.StudyResults) -> None:
    assert isinstance(study.verdict, dl.Verdict)
    assert all(question in str(study.verdict) for question in study.verdict.answers)
    assert " ".join(study.verdict.answers.values()) == study.verdict.study
    assert set(study.verdict.conditions) == {"rate=0", "rate=0.5"}
    json.dumps(study.verdict.as_json())


def test_a_margin_changes_the_verdict(study: dl.StudyResults) -> None:
    assert study.judged(50.0).as_json() != study.verdict.as_json()
    assert study.judged(0.5, "val_accuracy").headline


@pytest.mark.parametrize(("margin", "metric"), [(0.0, "val_loss"), (0.1, "val_rmse")], ids=["no margin", "no metric"])
def test_a_margin_that_makes_no_sense_is_refused(study: dl.StudyResults, margin: float, metric: str) -> None:
    with pytest.raises(dl.UserError, match="margin: "):
        study.judged(margin, metric)


def test_a_study_says_what_it_holds(study: dl.StudyResults) -> None:
    assert repr(study).startswith("<study tiny: 2 conditions, 4 trials (4 complete), in ")
    for name in ("curves", "trials", "test", "summary", "table", "verdict"):
        assert name in repr(study)
        assert hasattr(study, name)


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def rows_of(page: ElementTree.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]


def test_a_notebook_shows_the_headline_and_the_table(study: dl.StudyResults) -> None:
    page = parsed(study._repr_html_())

    assert study.verdict.headline in "".join(page.itertext())
    head, *body = rows_of(page)
    assert head[:3] == ["condition", "n", "train loss"]
    assert [row[:2] for row in body] == [["rate=0", "2"], ["rate=0.5", "2"], ["shares", "–"], ["linear", "–"]]
    assert "linear: scikit-learn's logistic regression" in "".join(page.itertext())
    assert "[" in body[0][head.index("loss gap [95 % CI]")]
    assert body[0][-1] == "–"


def test_what_is_shown_is_escaped(study: dl.StudyResults) -> None:
    html = study_html(replace(study.verdict, headline="a <b> & c"))

    assert "a &lt;b&gt; &amp; c" in html
    assert "a <b> & c" in "".join(parsed(html).itertext())


def test_a_large_study_shows_a_part_of_its_table_and_says_so(
    study: dl.StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dropout_lab.notebook.reports._MOST_ROWS", 1)
    page = parsed(study._repr_html_())

    assert [row[0] for row in rows_of(page)[1:]] == ["rate=0", "shares", "linear"]
    assert "1 more conditions are in table." in "".join(page.itertext())


def test_a_study_whose_run_was_killed_is_brought_up_to_date(here: Path) -> None:
    manifest = Path("results/tiny/manifest.json")
    manifest.write_text(manifest.read_text().replace('"status": "complete"', '"status": "running"'))
    for name in ("curves", "trials", "test", "summary"):
        Path(f"results/tiny/{name}.csv").unlink()

    assert len(dl.load("results/tiny").table) == 2
    assert dl.load("results/tiny").manifest["status"] == "interrupted"


def test_a_folder_of_studies_is_no_study_and_the_error_names_them(here: Path) -> None:
    for number in range(6):
        shutil.copytree("results/tiny", f"results/tiny{number}")

    with pytest.raises(dl.FolderError) as caught:
        dl.load("results")
    assert str(caught.value) == (
        "results: it must be one study's folder. Got a folder of studies. Name results/tiny, results/tiny0, "
        "results/tiny1, results/tiny2, results/tiny3 and 2 more."
    )


@pytest.mark.parametrize("path", ["nowhere", "tiny.yaml", "."], ids=["nothing", "a file", "another folder"])
def test_what_is_no_study_is_refused(here: Path, path: str) -> None:
    with pytest.raises(dl.FolderError, match="Run a study first"):
        dl.load(path)


def test_a_damaged_table_is_named(here: Path) -> None:
    Path("results/tiny/curves.csv").write_text("epoch\n1\n")

    with pytest.raises(dl.FolderError, match=r"curves\.csv"):
        dl.load(here / "results" / "tiny")
