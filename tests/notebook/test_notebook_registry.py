"""The registry of figures: every record says all that is asked of it, and a new one appears wherever figures do."""

import inspect
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.drawing import FIGURES, Figure, Picture, all_names, name_of, needs_of
from dropout_lab.report import html_report
from dropout_lab.results import Results, read_results

EVERY = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
SECTIONS = {"", "figures", "tuning", "learnt", "sampling"}


def draw_medians(results: Results, *, metric: str, point: str) -> Picture:
    """Draw the median of every condition: all the code that a figure is made of."""
    column = f"{point}_val_{metric}"
    medians = results.trials.groupby("condition", sort=False, observed=True)[column].median()
    drawing = Drawing()
    drawing.add_subplot().bar(medians.index, medians)
    data = pd.DataFrame({"condition": medians.index, "median": medians.to_numpy()})
    return Picture(name_of("medians", metric), f"medians of val {metric}", drawing, "A bar is a median.", data)


MEDIANS = Figure(name="medians", method="medians", shows="the median of every condition", draw=draw_medians)


@pytest.fixture
def medians(monkeypatch: pytest.MonkeyPatch) -> Figure:
    """The only figure that there is: one record in the registry."""
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    monkeypatch.setitem(FIGURES, "medians", MEDIANS)
    return MEDIANS


@EVERY
def test_every_figure_says_what_it_is_called_shows_and_needs(figure: Figure, study: dl.StudyResults) -> None:
    assert FIGURES[figure.name] is figure
    assert figure.method.isidentifier()
    assert figure.shows
    assert not figure.shows.endswith(".")
    is_everywhere = figure.is_carried is Figure.is_carried
    assert bool(figure.needs) == bool(figure.mend(read_results(study.path))) == (not is_everywhere)
    assert figure.section in SECTIONS
    assert figure.scope in {"", "overview", "detail"}
    assert needs_of(figure.picture_name("loss")) == figure.needs


@EVERY
def test_a_figure_takes_what_its_record_says(figure: Figure) -> None:
    taken = inspect.signature(figure.draw).parameters
    assert ("metric" in taken, "point" in taken) == (figure.has_metrics, figure.has_point)


@EVERY
def test_the_document_lists_every_figure_as_its_record_says(figure: Figure, repository_root: Path) -> None:
    text = (repository_root / "docs" / "figures.md").read_text("utf-8")
    name, called = f"`{figure.picture_name('loss')}`", f"`study.plot.{figure.method}()`"
    assert f"| {name} | {called} | {figure.shows} | {figure.needs or 'a complete trial'} |\n" in text


@EVERY
def test_a_method_is_named_and_explained_as_its_figure(figure: Figure, study: dl.StudyResults) -> None:
    assert figure.method in dir(study.plot)
    method = getattr(study.plot, figure.method)
    assert (method.__name__, method.__doc__.partition("\n")[0]) == (figure.method, f"Draw {figure.shows}.")
    asked = set(inspect.signature(method).parameters)
    assert "style" in asked
    assert ("metric" in asked, "point" in asked) == (figure.has_metrics, figure.has_point)


def test_methods_are_those_of_the_registry(study: dl.StudyResults) -> None:
    assert len({figure.method for figure in FIGURES.values()} | {"all"}) == len(FIGURES) + 1
    with pytest.raises(AttributeError, match="medians"):
        study.plot.medians()
    with pytest.raises(TypeError, match="point"):
        study.plot.gap(point="best")


def test_a_figure_with_a_record_is_plotted_by_its_name(
    medians: Figure, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "results/tiny", "--figure", "accuracy_medians", "--format", "csv"]) == 0
    (file,) = capsys.readouterr().out.split()
    read = pd.read_csv(here / file)
    trials = dl.load("results/tiny").trials
    expected = trials[trials["condition"] == "rate=0.5"]["last_val_accuracy"].median()
    assert read.set_index("condition")["median"]["rate=0.5"] == expected

    assert main(["plot", "results/tiny", "--figure", "mediums"]) == 2
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
