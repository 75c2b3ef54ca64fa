"""`ax=`: figures in axes of the user's own, read back from the axes."""

from collections.abc import Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import dropout_lab as dl


@pytest.fixture
def axes() -> Axes:
    return Figure(figsize=(5, 4)).add_subplot()


@pytest.fixture
def pair() -> Iterator[list[Axes]]:
    figure, axes = plt.subplots(2, 1)
    yield list(axes)
    plt.close(figure)


def gap_of(study: dl.StudyResults, rate: float, metric: str = "loss_gap") -> list[float]:
    rows = study.curves[study.curves["rate"] == rate]
    return [float(value) for value in rows.groupby("epoch")[metric].mean()]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_gap_is_drawn_into_axes_of_the_users_own(study: dl.StudyResults, axes: Axes, metric: Any) -> None:
    assert study.plot.gap(ax=axes, metric=metric) is axes

    lines = {str(line.get_label()): line.get_ydata() for line in axes.get_lines()}
    np.testing.assert_allclose(lines["baseline"], gap_of(study, 0.0, f"{metric}_gap"))
    np.testing.assert_allclose(lines["rate 0.5"], gap_of(study, 0.5, f"{metric}_gap"))
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["baseline", "rate 0.5"]
    assert axes.get_xlabel() == "epoch"
    assert axes.figure.axes == [axes]


def test_every_seed_is_a_dot_in_the_users_axes(study: dl.StudyResults, axes: Axes) -> None:
    study.plot.seeds(ax=axes, point="best")

    dots = {y for dots in axes.collections for _, y in dots.get_offsets()}
    assert dots >= set(study.trials["best_val_loss"])


def test_differences_are_those_of_the_summary(study: dl.StudyResults, axes: Axes) -> None:
    study.plot.differences(ax=axes)

    rows = study.summary[(study.summary["metric"] == "val_loss") & (study.summary["point"] == "last")]
    expected = rows[(rows["rate"] == 0.5) & (rows["estimand"] == "split")]["difference"].item()
    assert expected in [x for dots in axes.collections for x, _ in dots.get_offsets()]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["rate 0.5"]


def test_the_users_style_stays(study: dl.StudyResults) -> None:
    with plt.style.context(["dark_background", {"font.size": 15, "lines.linewidth": 4}]):
        axes = Figure().add_subplot()
        before = dict(matplotlib.rcParams)
        study.plot.gap(ax=axes)
        assert dict(matplotlib.rcParams) == before
    assert axes.get_lines()[-1].get_linewidth() == 4
    assert axes.xaxis.label.get_size() == 15
    assert axes.xaxis.label.get_color() == "white"
    assert axes.get_title() == ""
    assert axes.get_facecolor() == (0, 0, 0, 1)


def test_what_the_user_wrote_stays(study: dl.StudyResults, axes: Axes) -> None:
    axes.set_title("mine")
    study.plot.gap(ax=axes)
    assert axes.get_title() == "mine"


def test_axes_of_a_subfigure_are_drawn_into(study: dl.StudyResults) -> None:
    left, right = Figure().subfigures(1, 2)
    axes = left.add_subplot()
    study.plot.training(ax=axes)
    assert {"train", "val"} <= {line.get_label() for line in axes.get_lines()}
    assert right.axes == []


WRONG = {
    "too many": ("gap", 2, r"ax must hold 1 axes, one for each panel of this figure. Got 2. Take .*subplots\(1, 1\)"),
    "no axes": ("gap", 0, "ax must be axes of matplotlib, one or several. Got list."),
}


@pytest.mark.parametrize(("figure", "n_axes", "message"), WRONG.values(), ids=WRONG)
def test_the_wrong_number_of_axes_is_refused(
    study: dl.StudyResults, pair: list[Axes], figure: str, n_axes: int, message: str
) -> None:
    with pytest.raises(dl.UserError, match=message):
        getattr(study.plot, figure)(ax=pair[:n_axes])
    assert not pair[0].has_data()


def test_a_figure_is_no_axes_and_a_style_is_not_for_them(study: dl.StudyResults, axes: Axes) -> None:
    with pytest.raises(dl.UserError, match="Got Figure"):
        study.plot.gap(ax=axes.figure)  # type: ignore[type-var]
    with pytest.raises(dl.UserError, match="style must be left out"):
        getattr(study.plot, "gap")(ax=axes, style="dark")  # noqa: B009  (types refuse it)
