"""`study.plot`: figures that a notebook shows, and why one cannot be had."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest
from matplotlib.figure import Figure
from tiny_study import TINY

import dropout_lab as dl

CARRIED = ("training", "gap", "differences", "seeds")
MISSING = {
    "validation": r"tiny: validation_curve needs .*rates.* Run it with more rates",
    "learning": r"tiny: learning_curve needs .* axes=\{\"data.train_size\"",
    "heat_map": r"tiny: heat_map needs .* axes=\{\"model.width\"",
}
NEEDS = {
    "tuning": r"tiny: tuning needs a tuned condition .*training.learning_rate",
    "learnt_rates": r"tiny: learnt_rates needs .* learnt its rates.*concrete",
    "mc_samples": r"tiny: mc_samples needs .* Monte-Carlo samples.*evaluation.mc_samples",
    "reliability": r"tiny: reliability needs classes.*evaluation.mc_samples",
}
FIGURES: dict[str, tuple[str, dict[str, Any]]] = {kind: (kind, {}) for kind in CARRIED} | {
    "another metric": ("gap", {"metric": "accuracy"}),
    "another point": ("differences", {"point": "best"}),
    "another style": ("gap", {"style": "dark"}),
}


@pytest.mark.parametrize(("kind", "arguments"), FIGURES.values(), ids=FIGURES)
def test_a_figure_is_of_matplotlib_and_shows_itself(
    study: dl.StudyResults, kind: str, arguments: dict[str, Any]
) -> None:
    figure = getattr(study.plot, kind)(**arguments)

    assert isinstance(figure, Figure)
    data, size = figure._repr_png_()
    height, width, _ = matplotlib.image.imread(io.BytesIO(data)).shape
    assert (width, height) == pytest.approx((2 * size["width"], 2 * size["height"]), abs=2)
    assert 300 < size["width"] < 1300


def test_a_shown_figure_is_drawn_on_saved_and_kept_like_any_other(study: dl.StudyResults, tmp_path: Path) -> None:
    figure = study.plot.gap()

    figure.axes[0].set_title("mine")
    figure.savefig(tmp_path / "gap.pdf")
    assert (tmp_path / "gap.pdf").read_bytes().startswith(b"%PDF")
    copy = pickle.loads(pickle.dumps(figure))
    assert copy.axes[0].get_title() == "mine"
    assert copy._repr_png_()[0].startswith(b"\x89PNG")


@pytest.mark.parametrize(("kind", "message"), (MISSING | NEEDS).items(), ids=MISSING | NEEDS)
def test_a_figure_that_a_study_cannot_carry_says_why_and_what_would(
    study: dl.StudyResults, kind: str, message: str
) -> None:
    with pytest.raises(dl.UserError, match=message):
        getattr(study.plot, kind)()


def test_every_kind_is_drawn_of_a_study_that_carries_it(tmp_path: Path) -> None:
    axes = {"dropout.rates": [0.2, 0.5], "data.train_size": [30, 60]}
    study = dl.run(TINY, axes=axes, out=tmp_path, threads=1, progress=False)

    for kind in MISSING:
        assert getattr(study.plot, kind)()._repr_png_()[0].startswith(b"\x89PNG")


CARRYING: dict[str, tuple[list[str], dict[str, Any]]] = {
    "samples": (["mc_samples", "reliability"], {"evaluation.mc_samples": 4}),
    "concrete": (["learnt_rates"], {"dropout.kind": "concrete"}),
    "tune": (["tuning"], {"tune": {"training.learning_rate": [0.01, 0.02]}, "seeds": 3}),
}


@pytest.mark.parametrize(("kinds", "overrides"), CARRYING.values(), ids=CARRYING)
def test_what_a_study_needs_for_a_figure_of_its_noise_brings_it(
    kinds: list[str], overrides: dict[str, Any], tmp_path: Path
) -> None:
    study = dl.run(TINY, overrides, out=tmp_path, threads=1, progress=False)

    for kind in kinds:
        assert getattr(study.plot, kind)()._repr_png_()[0].startswith(b"\x89PNG")


@pytest.mark.parametrize("axes", [{}, {"training.learning_rate": [0.01, 0.03]}], ids=["no axis", "an axis"])
def test_the_hint_how_to_tune_works_as_it_is_written(axes: dict[str, list[float]], tmp_path: Path) -> None:
    study = dl.run(TINY, {"training.learning_rate": 0.03}, axes=axes, out=tmp_path, threads=1, progress=False)
    with pytest.raises(dl.UserError, match="seeds or more") as refused:
        study.plot.tuning()

    hint = json.loads(str(refused.value).partition("3 seeds or more: ")[2].removesuffix("."))
    tuned = dl.run(
        {**TINY, "name": "tuned"},
        {"training.learning_rate": 0.03, "seeds": 3, **hint},
        axes=axes,
        out=tmp_path,
        threads=1,
        progress=False,
    )
    assert tuned.plot.tuning()._repr_png_()[0].startswith(b"\x89PNG")


def test_a_study_without_a_complete_trial_has_no_figures(tmp_path: Path) -> None:
    study = dl.run(TINY, {"training.learning_rate": 1e30}, out=tmp_path, threads=1, progress=False)

    with pytest.raises(dl.UserError, match=r"tiny: a figure needs a complete trial. Got none of 4."):
        study.plot.gap()
    assert study.pictures() == []
    assert "tiny" in study._repr_html_()


WRONG = {
    "a metric of another task": ({"metric": "rmse"}, "plot: metric must be one of loss, accuracy. Got 'rmse'."),
    "a column": ({"metric": "val_loss"}, "Got 'val_loss'"),
    "a point": ({"point": "first"}, "plot: point must be one of last, best, stop. Got 'first'."),
    "a style": ({"style": "pink"}, "plot: style must be one of light, dark, slide, slide-dark. Got 'pink'."),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_an_argument_that_there_is_not_is_refused(
    study: dl.StudyResults, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(dl.UserError) as caught:
        study.plot.seeds(**arguments)
    assert message in str(caught.value)


def test_styles_and_points_are_those_of_the_drawing_room() -> None:
    from typing import get_args

    from dropout_lab.drawing import STYLES
    from dropout_lab.notebook.plots import Point, Style
    from dropout_lab.results import POINTS

    assert (get_args(Style), set(get_args(Point))) == (STYLES, set(POINTS))


def test_pictures_come_with_caption_numbers_and_a_figure_that_shows_itself(study: dl.StudyResults) -> None:
    drawn = study.pictures(metric="loss", style="dark")

    assert {"loss_curves", "gap_curves"} <= {picture.name for picture in drawn}
    for picture in drawn:
        assert isinstance(picture, dl.Picture)
        assert picture.caption
        assert len(picture.data)
        assert hasattr(picture.figure, "_repr_png_")
