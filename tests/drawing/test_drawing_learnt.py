"""Learnt rates: where they go, and what they lie beside."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_learning_study import SETTLED
from made_studies import MadeStudy, make_study
from matplotlib.figure import Figure
from reading import caption, draw_one, heads, labels, lines
from thinned import thinned

from dropout_lab.drawing import Picture, learnt_rates, picture_names, pictures

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]
Painted = Callable[[str, str], Picture]


def test_every_starting_rate_has_a_panel_and_every_layer_a_line(drawn: Drawn) -> None:
    figure = drawn("learnt", "learnt_rates")
    assert heads(figure) == ["starting rate 0.2", "starting rate 0.5"]
    assert [len(lines(axes)) for axes in figure.axes] == [len(SETTLED)] * 2
    assert {"inputs", "hidden 1", "hidden 2"} <= set(labels(figure.axes[-1]))


def test_the_lines_are_the_means_of_the_learnt_rates(painted: Painted, made: Made) -> None:
    picture, curves = painted("learnt", "learnt_rates"), made("learnt").curves
    drawn = picture.data.pivot(index=["rate", "epoch"], columns="metric", values="mean")
    concrete = curves[curves["dropout.kind"] == "concrete"]
    np.testing.assert_allclose(drawn[list(SETTLED)], concrete.groupby(["rate", "epoch"])[list(SETTLED)].mean())
    np.testing.assert_allclose(drawn.xs(60, level="epoch")[list(SETTLED)], [list(SETTLED.values())] * 2, atol=1e-3)
    assert set(picture.data["dropout.kind"]) == {"concrete"}


def test_the_best_fixed_rate_of_the_sweep_is_a_dashed_line(painted: Painted, made: Made) -> None:
    picture, trials = painted("learnt", "learnt_rates"), made("learnt").trials
    fixed = trials[trials["dropout.kind"] == "bernoulli"].groupby("rate")["best_val_loss"].mean().idxmin()
    assert set(picture.data["best_bernoulli_rate"]) == {fixed}
    levels = [line.get_ydata()[0] for line in picture.figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert levels == [fixed]
    assert f"best fixed, {fixed:g}" in labels(picture.figure.axes[-1])
    assert (
        f"Of the fixed rates tried, {fixed:g}, dashed, has the lowest mean val loss at each trial's" in picture.caption
    )


def test_the_best_fixed_rate_is_that_of_the_best_epochs_whatever_the_point(made: Made) -> None:
    study = made("learnt")
    trials = study.trials.copy()
    fixed = trials[trials["dropout.kind"] == "bernoulli"].groupby("rate")["best_val_loss"].mean().idxmin()
    trials.loc[trials["rate"] == fixed, "last_val_loss"] += 1.0
    (picture,) = pictures(replace(study, trials=trials).results, point="last", only={"learnt_rates"})
    assert set(picture.data["best_bernoulli_rate"]) == {fixed}
    assert "lowest mean val loss at each trial's epoch of lowest val loss" in caption(picture.figure)


STARTS = "Concrete dropout learns its rates: its conditions are named by the rate they start from."


@pytest.mark.parametrize(
    "name",
    thinned(
        ["loss_curves", "gap_curves", "validation_curve", "heat_map", "differences", "learnt_rates", "seeds"],
        kept=["loss_curves", "differences"],
    ),
)
def test_every_figure_says_that_a_learnt_rate_is_named_by_its_start(name: str, painted: Painted) -> None:
    assert STARTS in caption(painted("learnt", name).figure)
    if name in picture_names(make_study([0.2, 0.5], seeds=1, epochs=4).results):
        assert STARTS not in caption(painted("input_rates", name).figure)


def test_a_study_of_nothing_but_learnt_rates_says_so_too(made: Made) -> None:
    study = made("learnt_alone")
    lone = replace(
        study,
        trials=study.trials.drop(columns="dropout.kind"),
        curves=study.curves.drop(columns="dropout.kind"),
        study={**study.study, "dropout": {"kind": "concrete"}},
    )
    assert STARTS in caption(draw_one(lone, "loss_curves").figure)


def test_titles_and_axes_call_it_a_start_rate(drawn: Drawn, painted: Painted) -> None:
    named = {head.removesuffix(" ★") for head in heads(drawn("learnt", "loss_curves"))}
    assert {"start rate 0.2, kind concrete", "rate 0.2, kind bernoulli"} <= named
    figure = drawn("learnt", "validation_curve")
    said = [label for axes in figure.axes for label in labels(axes) if "val chose" in label]
    assert said
    assert {label.removeprefix("★ val chose ").split(" 0")[0] for label in said} <= {"rate", "start rate"}
    assert figure.axes[-1].get_xlabel() == "rate (concrete: at the start)"
    assert STARTS in painted("learnt", "validation_curve").caption


def test_without_a_sweep_of_fixed_rates_there_is_nothing_to_compare_with(painted: Painted) -> None:
    picture = painted("learnt_alone", "learnt_rates")
    assert picture.data["best_bernoulli_rate"].isna().all()
    assert "Dashed" not in caption(picture.figure)
    assert "0.050 (inputs), 0.300 (hidden 1) and 0.600 (hidden 2)" in picture.caption


def test_a_study_that_learns_no_rates_has_no_such_figure(made: Made) -> None:
    view = made("kinds").view
    assert "learnt_rates" not in picture_names(view.results)
    with pytest.raises(ValueError, match="learnt rates of a complete trial"):
        learnt_rates(view)
