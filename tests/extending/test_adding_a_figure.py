"""A figure is added by what draws it and its record, and appears wherever figures do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.drawing import FIGURES, Figure, Picture, all_names, name_of
from dropout_lab.findings import StudyView
from dropout_lab.report import html_report
from dropout_lab.results import read_results

REGISTRY = FIGURES
TOUCHES = ("dropout_lab/drawing/medians.py", "dropout_lab/drawing/catalogue.py")


def draw_medians(study: StudyView, *, metric: str, point: str) -> Picture:
    """Draw the median of every condition: all the code that a figure is made of."""
    column = f"{point}_val_{metric}"
    medians = study.results.trials.groupby("condition", sort=False, observed=True)[column].median()
    drawing = Drawing()
    drawing.add_subplot().bar(medians.index, medians)
    data = pd.DataFrame({"condition": medians.index, "median": medians.to_numpy()})
    return Picture(name_of("medians", metric), f"medians of val {metric}", drawing, "A bar is a median.", data)


MEDIANS = Figure(name="medians", method="medians", shows="the median of every condition", draw=draw_medians)


@pytest.fixture
def medians() -> Iterator[Figure]:
    """The only figure that there is: one record in the registry, whose order comes back."""
    whole = dict(FIGURES)
    FIGURES.clear()
    FIGURES["medians"] = MEDIANS
    yield MEDIANS
    FIGURES.clear()
    FIGURES.update(whole)


def test_methods_are_those_of_the_registry(study: dl.StudyResults) -> None:
    assert len({figure.method for figure in FIGURES.values()} | {"all"}) == len(FIGURES) + 1
    with pytest.raises(AttributeError, match="medians"):
        study.plot.medians()
    with pytest.raises(TypeError, match="point"):
        study.plot.gap(point="best")


def test_a_figure_with_a_record_is_plotted_by_its_name(
    medians: Figure, study: dl.StudyResults, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "accuracy_medians"
    assert main(["plot", str(study.path), "--figure", name, "--format", "csv", "--out", str(tmp_path)]) == 0
    (file,) = tmp_path.rglob("*.csv")
    read = pd.read_csv(file)
    trials = study.trials
    expected = trials[trials["condition"] == "rate=0.5"]["last_val_accuracy"].median()
    assert read.set_index("condition")["median"]["rate=0.5"] == expected

    assert main(["plot", str(study.path), "--figure", "mediums"]) == 2
    assert "Did you mean medians?" in capsys.readouterr().err
    assert all_names() == ("medians", "accuracy_medians", "rmse_medians")


def test_a_figure_with_a_record_is_a_method_of_a_study(medians: Figure, study: dl.StudyResults) -> None:
    assert study.plot.medians(metric="accuracy", point="best")._repr_png_()[0].startswith(b"\x89PNG")
    assert [picture.name for picture in study.pictures()] == ["medians", "accuracy_medians"]


@pytest.mark.parametrize("section", ["figures", ""])
def test_a_figure_stands_in_the_report_where_its_record_says(
    section: str, medians: Figure, study: dl.StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FIGURES, "medians", replace(medians, section=section))
    page = html_report(read_results(study.path), verdict=study.verdict)
    assert ("A bar is a median." in page) == bool(section)
