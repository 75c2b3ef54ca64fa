"""Tuned studies: what tuning brought, and that its candidates do not drown the other figures."""

import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_studies import MadeStudy
from made_tuned_study import BEST, LEARNING_RATES, OWN, TUNED
from matplotlib.collections import PathCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from reading import caption, heads, labels, lines

from dropout_lab.drawing import Picture, pictures, tuning
from dropout_lab.drawing.style import LIGHT
from dropout_lab.findings.tuned_view import tuned_view

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]
Painted = Callable[[str, str], Picture]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_differences_are_those_of_the_tuned_table_at_the_best_epochs(
    metric: str, painted: Painted, made: Made
) -> None:
    data = painted("tuned", "tuning" if metric == "loss" else f"{metric}_tuning").data
    table = made("tuned").tables["tuned"].query(f"metric == 'val_{metric}' and point == 'best'")
    keys, columns = ["condition", "choice"], ["mean", "difference", "difference_ci95_low", "difference_ci95_high"]
    drawn = data[data["choice"] != ""].set_index(keys)[columns]
    np.testing.assert_allclose(drawn, table.set_index(keys).loc[drawn.index, columns])
    assert set(data["point"]) == {"best"}


def test_the_line_of_a_condition_ends_at_its_tuned_mean_and_falls_on_the_way(painted: Painted) -> None:
    data = painted("tuned", "tuning").data
    for _, rows in data.groupby("condition"):
        line, tuned = rows[rows["choice"] == ""], rows[rows["choice"] == "tuned"].iloc[0]
        assert list(line["candidates"]) == list(range(1, len(LEARNING_RATES) + 1))
        assert (np.diff(line["mean"]) < 0).all()
        assert line["mean"].iloc[-1] == pytest.approx(tuned["mean"])


def test_untuned_and_tuned_stand_below_each_other_and_the_baseline_is_a_grey_line(drawn: Drawn) -> None:
    left, right = drawn("tuned", "tuning").axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == ["rate 0.2, untuned", "tuned", "rate 0.5, untuned", "tuned"]
    assert len(lines(right, LIGHT.neutral)) == 1
    assert labels(right)[-3:] == ["baseline", "rate 0.2", "rate 0.5"]
    assert right.get_xlabel() == "candidates tried"


def test_long_names_are_broken_on_the_left_and_left_to_colours_on_the_right(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["dropout_lab.drawing.tuning"], "_ROOM", 0.3)
    figure = tuning(made("tuned").view).figure
    left, right = figure.axes
    assert left.get_yticklabels()[0].get_text().startswith("rate\n0.2")
    assert labels(right) == []
    assert "Colours as on the left, grey: the baseline." in caption(figure)


def test_what_was_chosen_is_said(drawn: Drawn) -> None:
    said = caption(drawn("tuned", "tuning"))
    for rate, best in BEST.items():
        assert f"{f'rate {rate:g}' if rate else 'baseline'}: learning rate {best:g} (100 %)" in said


def test_every_other_setting_has_a_pair_of_panels(drawn: Drawn) -> None:
    figure = drawn("tuned_train_sizes", "tuning")
    assert [head for head in heads(figure) if head] == ["train size 100", "train size 1000"]


def test_curves_show_each_condition_untuned_and_tuned_and_no_other_candidate(painted: Painted, made: Made) -> None:
    picture, curves = painted("tuned", "loss_curves"), made("tuned").curves
    assert len(picture.figure.axes) == 4
    last = picture.data[(picture.data["epoch"] == 60) & (picture.data["metric"] == "val_loss")]
    drawn = last.set_index(["rate", "choice"])["mean"]
    means = curves[curves["epoch"] == 60].groupby(["rate", TUNED])["val_loss"].mean()
    assert dict(drawn) == pytest.approx(
        {(rate, "untuned"): means[rate, OWN] for rate in BEST}
        | {(rate, "tuned"): means[rate, BEST[rate]] for rate in BEST}
    )
    said = caption(picture.figure)
    assert f"Untuned: learning rate {OWN:g}." in said
    assert "rate 0.5: learning rate 0.03. Other candidates are not shown." in said


def test_a_tuned_condition_is_shown_against_the_tuned_baseline(painted: Painted) -> None:
    figure = painted("tuned", "gap_curves").figure
    assert heads(figure) == ["untuned", "tuned"]
    assert [len(lines(axes, LIGHT.neutral)) for axes in figure.axes] == [1, 1]


def test_the_numbers_of_a_tuned_study_name_its_own_trials(painted: Painted, made: Made) -> None:
    data = painted("tuned", "seeds").data
    trials = made("tuned").trials.set_index("trial")["best_val_loss"]
    np.testing.assert_array_equal(trials.loc[data["trial"]], data["value"])
    assert set(data["choice"]) == {"untuned", "tuned"}


@pytest.mark.parametrize("point", ["last", "best"])
def test_heat_maps_keep_all_candidates_and_mark_what_each_condition_chose(point: str, made: Made) -> None:
    study = made("tuned")
    trials = study.trials.copy()
    trials.loc[trials[TUNED] == LEARNING_RATES[0], "last_val_loss"] = 0.0  # luck at the end is not what tuning goes by
    (picture,) = pictures(replace(study, trials=trials).results, only={"heat_map"}, point=point)
    assert set(picture.data[TUNED]) == set(LEARNING_RATES)
    marked = picture.data[(picture.data["mark"] != "") & (picture.data["metric"] == "val_loss")]
    assert dict(zip(marked["rate"], marked[TUNED], strict=True)) == BEST
    assert set(marked["mark"]) == {"chosen"}
    assert "★, framed: what tuning chose for each condition" in caption(picture.figure)


def test_a_hollow_mark_says_only_that_an_interval_includes_zero(drawn: Drawn) -> None:
    right = drawn("tuned", "tuning").axes[1]
    marks = [one for one in right.collections if isinstance(one, PathCollection)]
    faces = [tuple(color) for one in marks for color in one.get_facecolors()]
    assert len(marks) == 2 * 3
    assert not any(same_color(color, LIGHT.paper) for color in faces)
    shapes = {place[0]: len(one.get_paths()[0].vertices) for one in marks for place in np.asarray(one.get_offsets())}
    assert shapes[1] != shapes[len(LEARNING_RATES)]
    assert "Diamonds: untuned" in caption(right.figure)


def test_the_subtitle_names_no_value_of_what_is_tuned(drawn: Drawn) -> None:
    assert "adam, batch size 64" in caption(drawn("tuned", "gap_curves"))


def test_a_study_that_tunes_nothing_is_its_own_view(made: Made) -> None:
    view = made("one_rate").view
    assert tuned_view(view) is view
    with pytest.raises(ValueError, match="tuned condition"):
        tuning(view)
