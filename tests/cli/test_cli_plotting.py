import shutil
from pathlib import Path

import pandas as pd
import pytest
from calling import Call
from matplotlib.figure import Figure

from dropout_lab.drawing import Picture, picture_names, pictures
from dropout_lab.results import Results, read_results

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "csv": b"condition,rate,input_rate,"}
CURVES = ["loss_curves", "accuracy_curves", "gap_curves", "accuracy_gap_curves"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What a command asks to be drawn, of the last study."""
    asked: dict[str, object] = {}

    def draw(results: Results, **named: object) -> list[Picture]:
        asked.update(named, results=results)
        return [Picture("curve", "title", Figure(), "caption", pd.DataFrame({"mean": [0.5]}))]

    monkeypatch.setattr("dropout_lab.drawing.pictures", draw)
    return asked


def names_on(out: str) -> list[str]:
    return [Path(line).name for line in out.splitlines()]


def test_every_figure_is_saved_in_every_format_and_named_on_stdout(call: Call, here: Path) -> None:
    ended = call("plot", "results/tiny", "--format", "png,svg,pdf,csv", "--figure", "gap_curves,accuracy_curves")

    plots = here / "results" / "tiny" / "plots"
    expected = [f"{name}.{ending}" for name in ("accuracy_curves", "gap_curves") for ending in MAGIC]
    assert names_on(ended.out) == expected
    assert {path.name for path in plots.iterdir()} == set(expected)
    assert all(path.read_bytes().startswith(MAGIC[path.suffix[1:]]) for path in plots.iterdir())
    assert ended.err == ""


@pytest.mark.slow
def test_without_options_all_figures_of_the_study_are_saved_as_png(call: Call, here: Path) -> None:
    ended = call("plot", "results/tiny")

    names = picture_names(read_results(here / "results" / "tiny"))
    assert names[:4] == CURVES
    assert names_on(ended.out) == [f"{name}.png" for name in names]


def test_the_csv_of_a_figure_holds_the_numbers_drawn(call: Call, here: Path) -> None:
    call("plot", "results/tiny", "--format", "csv", "--figure", "gap_curves")

    (picture,) = pictures(read_results(here / "results" / "tiny"), only={"gap_curves"})
    read = pd.read_csv(here / "results" / "tiny" / "plots" / "gap_curves.csv", keep_default_na=False)
    assert read["mean"].tolist() == picture.data["mean"].tolist()
    assert list(read.columns) == list(picture.data.columns)


@pytest.mark.parametrize("point", ["best", "last", "stop"])
def test_figures_are_drawn_of_the_study_at_the_point_asked_for(
    call: Call, here: Path, asked: dict[str, object], point: str
) -> None:
    assert call("plot", "results/tiny", "--point", point).out == "results/tiny/plots/curve.png\n"

    drawn, results = asked["results"], read_results(here / "results" / "tiny")
    assert isinstance(drawn, Results)
    pd.testing.assert_frame_equal(drawn.curves, results.curves)
    pd.testing.assert_frame_equal(drawn.trials, results.trials)
    assert asked["point"] == point
    assert asked["only"] == picture_names(results)


def test_figures_are_drawn_light_at_the_last_epoch_unless_asked_otherwise(call: Call, asked: dict[str, object]) -> None:
    call("plot", "results/tiny")
    assert (asked["point"], asked["style"], asked["metrics"]) == ("last", "light", ["loss", "accuracy"])


@pytest.mark.parametrize("style", ["dark", "slide", "slide-dark"])
def test_figures_are_drawn_in_the_style_asked_for(call: Call, asked: dict[str, object], style: str) -> None:
    call("plot", "results/tiny", "--style", style)
    assert asked["style"] == style


@pytest.mark.parametrize(
    ("arguments", "only"),
    [
        (["--metric", "loss", "--figure", "gap_curves"], ["gap_curves"]),
        (["--figure", "accuracy_gap_curves, Loss_Curves"], ["loss_curves", "accuracy_gap_curves"]),
        (["--metric", "accuracy,loss", "--figure", "gap_curves,accuracy_curves"], ["accuracy_curves", "gap_curves"]),
    ],
    ids=["metric and figure", "reading order", "both metrics"],
)
def test_only_the_figures_asked_for_are_drawn(
    call: Call, asked: dict[str, object], arguments: list[str], only: list[str]
) -> None:
    assert call("plot", "results/tiny", *arguments).code == 0
    assert asked["only"] == only


@pytest.mark.usefixtures("blank_figures")
def test_one_metric_leaves_out_the_figures_of_the_other(call: Call) -> None:
    names = names_on(call("plot", "results/tiny", "--metric", "accuracy").out)
    assert {"accuracy_curves.png", "accuracy_gap_curves.png"} <= set(names)
    assert all(name.startswith("accuracy") for name in names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--metric", "rmse"],
            "results/tiny: --metric must name some of loss, accuracy, the metrics of classification. "
            "Got rmse (command line). Leave --metric out to see all.",
        ),
        (
            ["--metric", "mse"],
            "command line: --metric must name some of loss, accuracy, rmse. Got mse. Did you mean rms",
        ),
        (["--metric", ""], "command line: --metric must name some of loss, accuracy, rmse. Got nothing."),
        (
            ["--figure", "validation_curve"],
            "Got validation_curve (command line). It needs two nonzero rates or more with a complete trial.",
        ),
        (["--figure", "rmse_curves"], "Got rmse_curves (command line). It needs a task with the metric rmse."),
        (
            ["--figure", "accuracy_curves", "--metric", "loss"],
            "Got accuracy_curves (command line). Name its metric with --metric.",
        ),
        (["--figure", "gap_curvs"], "Got gap_curvs. Did you mean gap_curves?"),
        (["--style", "poster"], "'poster' is not one of"),
    ],
    ids=["of another task", "unknown", "nothing", "no grid", "another task's", "left out", "misspelt", "no style"],
)
def test_what_the_study_cannot_show_is_refused_and_explained(
    call: Call, here: Path, arguments: list[str], said: str
) -> None:
    ended = call("plot", "results/tiny", *arguments)

    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""
    assert not (here / "results" / "tiny" / "plots").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--metric", "loss,rmse"], "note: results/tiny: --metric must name some of loss, accuracy"),
        (["--figure", "gap_curves,heat_map"], "note: results/tiny: --figure must name some of loss_curves"),
    ],
    ids=["metric", "figure"],
)
def test_what_a_study_can_show_is_drawn_and_the_rest_is_said(
    call: Call, asked: dict[str, object], arguments: list[str], said: str
) -> None:
    ended = call("plot", "results/tiny", *arguments)

    assert ended.code == 0
    assert ended.err.startswith(said)
    assert "gap_curves" in asked["only"]  # type: ignore[operator]


@pytest.mark.usefixtures("blank_figures")
def test_a_folder_of_studies_is_plotted_study_by_study(call: Call, here: Path) -> None:
    shutil.copytree(here / "results" / "tiny", here / "results" / "tiny2")

    assert call("plot", "results", "--out", "figures").code == 0
    assert {path.name for path in (here / "figures").iterdir()} == {"tiny", "tiny2"}
    assert (here / "figures" / "tiny2" / "loss_curves.png").is_file()


@pytest.mark.usefixtures("blank_figures")
def test_of_a_folder_of_studies_those_that_can_show_what_is_asked_for_are_plotted(call: Call, here: Path) -> None:
    regression = ["data.source=diabetes", "name=diabetes", "training.epochs=1", "seeds=2", "-q", "--no-report"]
    assert call("run", "tiny.yaml", *regression).code == 0

    ended = call("plot", "results", "--metric", "rmse", "--figure", "rmse_curves")

    assert ended.out == "results/diabetes/plots/rmse_curves.png\n"
    assert ended.err.startswith("error: results/tiny: --metric must name some of loss, accuracy")
    assert ended.code == 3


@pytest.mark.usefixtures("blank_figures")
def test_a_study_without_complete_trials_is_named_and_the_others_are_plotted(call: Call, here: Path) -> None:
    assert call("run", "tiny.yaml", "name=broken", "training.learning_rate=1e30", "-q").code == 3

    ended = call("plot", "results")

    assert ended.code == 3
    assert ended.err.startswith("error: results/broken: a plot needs a complete trial. Got none of 6.")
    assert "results/tiny/plots/loss_curves.png" in ended.out
    assert not (here / "results" / "broken" / "plots").exists()


def test_a_damaged_table_is_named(call: Call, here: Path) -> None:
    (here / "results" / "tiny" / "curves.csv").write_text("epoch\n1\n")

    ended = call("plot", "results/tiny")

    assert ended.code == 2
    assert "curves.csv" in ended.err


@pytest.mark.usefixtures("blank_figures")
def test_a_file_in_the_place_of_the_plots_is_left_alone(call: Call, here: Path) -> None:
    (here / "figures").write_text("mine")

    ended = call("plot", "results/tiny", "--out", "figures")

    assert ended.code == 2
    assert "Name another place with --out" in ended.err
    assert (here / "figures").read_text() == "mine"


@pytest.mark.usefixtures("blank_figures")
def test_plotting_again_gives_the_same_bytes(call: Call, here: Path) -> None:
    path = here / "results" / "tiny" / "plots" / "loss_curves.png"
    call("plot", "results/tiny")
    first = path.read_bytes()
    path.write_bytes(b"old")

    call("plot", "results/tiny")

    assert path.read_bytes() == first


@pytest.mark.parametrize("formats", ["", "png,", "png svg"], ids=["nothing", "a trailing comma", "no comma"])
def test_formats_that_are_none_are_refused(call: Call, formats: str) -> None:
    ended = call("plot", "results/tiny", "--format", formats)

    assert ended.code == 2
    assert "--format must name some of png, svg, pdf, csv" in ended.err
