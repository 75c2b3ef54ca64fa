import shutil
from pathlib import Path

import pandas as pd
import pytest
from calling import STEMS, Call
from matplotlib.figure import Figure

from dropout_lab.results import read_results

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def test_every_figure_is_saved_in_every_format_and_named_on_stdout(call: Call, here: Path) -> None:
    ended = call("plot", "results/tiny", "--format", "png,svg,pdf")

    plots = here / "results" / "tiny" / "plots"
    assert sorted(Path(line).name for line in ended.out.splitlines()) == sorted(p.name for p in plots.iterdir())
    assert {path.name for path in plots.iterdir()} == {f"{stem}.{suffix}" for stem in STEMS for suffix in MAGIC}
    assert all(path.read_bytes().startswith(MAGIC[path.suffix[1:]]) for path in plots.iterdir())
    assert ended.err == ""


@pytest.mark.parametrize("point", ["best", "last", "stop"])
def test_figures_are_drawn_of_the_study_at_the_point_asked_for(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    asked = {}

    def figures(curves: pd.DataFrame, trials: pd.DataFrame, **named: object) -> dict[str, Figure]:
        asked.update(named, curves=curves, trials=trials)
        return {"curve": Figure()}

    monkeypatch.setattr("dropout_lab.drawing.figures", figures)

    assert call("plot", "results/tiny", "--point", point).out == "results/tiny/plots/curve.png\n"
    results = read_results(here / "results" / "tiny")
    pd.testing.assert_frame_equal(asked.pop("curves"), results.curves)
    pd.testing.assert_frame_equal(asked.pop("trials"), results.trials)
    assert asked == {"study": results.study, "task": "classification", "point": point}


@pytest.mark.usefixtures("blank_figures")
def test_a_folder_of_studies_is_plotted_study_by_study(call: Call, here: Path) -> None:
    shutil.copytree(here / "results" / "tiny", here / "results" / "twin")

    assert call("plot", "results", "--out", "figures").code == 0
    assert {path.name for path in (here / "figures").iterdir()} == {"tiny", "twin"}
    assert (here / "figures" / "twin" / "loss_curves.png").is_file()


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
    assert "--format must name some of png, svg, pdf" in ended.err
