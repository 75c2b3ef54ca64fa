"""Heat maps: which condition stands in which cell, how cells are marked, and that every number can be read."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_studies import MadeStudy, make_study
from made_summaries import with_summary
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.patches import Rectangle
from reading import caption, heads, written

from dropout_lab.drawing import Picture, style
from dropout_lab.drawing.heat_map import has_heat_map, heat_map
from dropout_lab.drawing.style import DARK, LIGHT, STEPS, contrast, dark_counterpart, luminance, shades

Made = Callable[[str], MadeStudy]

SMALL: dict[str, Any] = {"epochs": 6, "seeds": 3}
SIZES = {"data.train_size": [100, 300, 1000]}
MORE_SIZES = {"data.train_size": [100, 200, 300, 500, 1000]}


@pytest.fixture(scope="module")
def study() -> MadeStudy:
    return with_summary(make_study([0.2, 0.5, 0.8], swept=SIZES, **SMALL))


@pytest.fixture(scope="module")
def picture(study: MadeStudy) -> Picture:
    return heat_map(study.view)


def values(axes: Axes) -> np.ndarray:
    (mesh,) = (one for one in axes.collections if isinstance(one, QuadMesh))
    return np.ma.filled(mesh.get_array(), np.nan)


def frames(axes: Axes, *, hatched: bool = False) -> set[tuple[int, int]]:
    """Row and column of the framed, or of the hatched cells."""
    found = [one for one in axes.patches if isinstance(one, Rectangle) and bool(one.get_hatch()) == hatched]
    return {(round(one.get_y() + 0.5), round(one.get_x() + 0.5)) for one in found}


def dots(axes: Axes) -> set[tuple[int, int]]:
    found = [one for one in axes.collections if isinstance(one, PathCollection)]
    return {(round(y), round(x)) for one in found for x, y in np.asarray(one.get_offsets())}


def numbers(axes: Axes) -> dict[tuple[int, int], str]:
    """The texts in cells by row and column."""
    found = [text for text in axes.texts if re.fullmatch(r"−?[\d.]+", text.get_text())]
    return {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text() for text in found}


def table(study: MadeStudy, column: str) -> pd.DataFrame:
    return study.trials.pivot_table(index="data.train_size", columns="rate", values=column, observed=True)


@pytest.mark.parametrize(("panel", "column"), [(0, "last_val_loss"), (1, "last_loss_gap")])
def test_every_cell_is_the_mean_of_its_condition(panel: int, column: str, study: MadeStudy, picture: Picture) -> None:
    np.testing.assert_allclose(values(picture.figure.axes[panel]), table(study, column))


def test_every_cell_has_its_number_written_in_it(study: MadeStudy, picture: Picture) -> None:
    expected = table(study, "last_val_loss").to_numpy()
    written = numbers(picture.figure.axes[0])
    assert {place: float(number) for place, number in written.items()} == {
        place: round(float(value), 3) for place, value in np.ndenumerate(expected)
    }


def test_the_data_are_the_numbers_drawn(study: MadeStudy, picture: Picture) -> None:
    data = picture.data.pivot(index=["data.train_size", "rate"], columns="metric", values="mean")
    expected = study.trials.groupby(["data.train_size", "rate"])[["last_loss_gap", "last_val_loss"]].mean()
    np.testing.assert_allclose(data[["loss_gap", "val_loss"]], expected)
    assert set(picture.data["n"]) == {3}


def test_what_val_chose_of_every_baselines_group_is_framed(study: MadeStudy, picture: Picture) -> None:
    lowest = 1 + table(study, "best_val_loss").to_numpy()[:, 1:].argmin(axis=1)  # of all with dropout
    for axes in picture.figure.axes[:2]:
        assert frames(axes) == {(row, column) for row, column in enumerate(lowest)}
    assert "★, framed: chosen by val, for the lowest mean val loss at the best epochs" in caption(picture.figure)
    assert (picture.data["mark"] == "chosen").sum() == 2 * 3


def test_frames_go_by_val_loss_whatever_the_metric(study: MadeStudy, picture: Picture) -> None:
    other = heat_map(study.view, metric="accuracy")
    assert frames(other.figure.axes[0]) == frames(picture.figure.axes[0])
    assert "the lowest mean val loss at the best epochs, by which a rate is chosen" in other.caption


def test_dots_are_what_the_summary_says_may_be_best(study: MadeStudy, picture: Picture) -> None:
    rows = study.summary[(study.summary["metric"] == "val_loss") & (study.summary["point"] == "last")]
    said = rows[(rows["may_be_best"] == "yes") & (rows["condition"] != rows["best"])]
    sizes, rates = [100, 300, 1000], [0.0, 0.2, 0.5, 0.8]
    expected = {
        (sizes.index(size), rates.index(rate)) for size, rate in zip(said["data.train_size"], said["rate"], strict=True)
    }
    assert dots(picture.figure.axes[0]) == expected
    assert expected


def test_without_a_summary_nothing_is_said_to_be_as_good_as_the_best(study: MadeStudy) -> None:
    bare = heat_map(replace(study, summary=study.summary.iloc[:0]).view)
    assert dots(bare.figure.axes[0]) == set()
    assert "Dot:" not in caption(bare.figure)


def test_cells_without_a_complete_trial_are_hatched_and_named() -> None:
    study = make_study([0.2, 0.8], swept=SIZES, status={(0.8, seed): "diverged" for seed in range(3)}, **SMALL)
    figure = heat_map(study.view).figure
    assert frames(figure.axes[0], hatched=True) == {(0, 2), (1, 2), (2, 2)}
    assert np.isnan(values(figure.axes[0])[:, 2]).all()
    assert "Hatched: no complete trial." in caption(figure)
    assert "3 of 3 trials diverged at rate 0.8 (train size 100)" in caption(figure)


def test_what_is_not_part_of_the_study_stays_blank() -> None:
    study = without_input_rates_alone(make_study([0.2, 0.5], input_rates=[0.1, 0.2], **SMALL))
    figure = heat_map(study.view).figure
    blank = np.isnan(values(figure.axes[0]))
    np.testing.assert_array_equal(blank, [[False, True, True], [True, False, False], [True, False, False]])
    assert frames(figure.axes[0], hatched=True) == set()
    assert "Blank: not part of the study." in caption(figure)


def without_input_rates_alone(study: MadeStudy) -> MadeStudy:
    trials = study.trials
    return replace(study, trials=trials[(trials["rate"] > 0) | (trials["input_rate"] == 0)])


def test_an_input_rate_that_rides_with_the_rates_is_no_axis() -> None:
    assert not has_heat_map(make_study([0.2, 0.5], input_rate=0.2, **SMALL).view)


@pytest.mark.slow
def test_a_third_setting_gives_a_pair_of_maps_for_each_value_and_the_choice_is_stated() -> None:
    swept = {**MORE_SIZES, "model.width": [1, 2], "training.batch_size": [8, 16, 32, 64]}
    view = make_study([0.5], swept=swept, **SMALL).view
    figure = heat_map(view).figure
    assert sum("width" in head for head in heads(figure)) == 6
    assert "Showing 6 of 8 pairs of maps, chosen evenly: width 1, 2; batch size 8, 32, 64." in caption(figure)
    with style("slide"):
        assert sum("width" in head for head in heads(heat_map(view).figure)) == 3


def test_the_baseline_stands_in_the_map_of_every_input_rate() -> None:
    study = without_input_rates_alone(make_study([0.2, 0.5], input_rates=[0.1, 0.2], swept=MORE_SIZES, **SMALL))
    trials = study.trials
    figure = heat_map(study.view).figure
    baseline = trials[trials["rate"] == 0].groupby("n_train")["last_val_loss"].mean()
    maps = [axes for axes, head in zip(figure.axes, heads(figure), strict=True) if "input rate" in head]
    assert len(maps) == 2
    for axes in maps:
        np.testing.assert_allclose(values(axes)[:, 0], baseline)


def test_a_value_beyond_comparison_leaves_the_shades_to_the_others() -> None:
    study = make_study([0.2, 0.5], swept=SIZES, scale={0.5: 1000.0}, **SMALL)
    axes = heat_map(study.view).figure.axes[0]
    (mesh,) = (one for one in axes.collections if isinstance(one, QuadMesh))
    assert mesh.norm.vmax < 10
    assert numbers(axes)[0, 2] == written(study, values(axes)[0, 2])


def test_numbers_that_do_not_fit_are_left_out_of_all_cells() -> None:
    rates = [round(0.02 * i, 2) for i in range(1, 40)]
    figure = heat_map(with_summary(make_study(rates, swept=SIZES, epochs=6, seeds=2)).view).figure
    assert numbers(figure.axes[0]) == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_ink_can_be_read_on_every_shade(theme: Any) -> None:
    assert len(shades(theme.paper)) == STEPS
    assert min(contrast(theme.ink, shade) for shade in shades(theme.paper)) >= 4.5


@pytest.mark.parametrize(("theme", "sign"), [(LIGHT, -1), (DARK, 1)], ids=["light", "dark"])
def test_shades_leave_the_paper_step_by_step_so_that_their_order_needs_no_colour_vision(theme: Any, sign: int) -> None:
    assert (sign * np.diff([luminance(shade) for shade in shades(theme.paper)]) > 0).all()


def test_a_shade_has_the_same_steps_shade_on_dark_paper_as_its_counterpart() -> None:
    assert tuple(map(dark_counterpart, shades(LIGHT.paper))) == shades(DARK.paper)


@pytest.mark.parametrize("scenario", ["one_rate", "nine_rates", "baseline_alone", "one_seed"])
def test_one_setting_alone_gives_no_heat_map(scenario: str, made: Made) -> None:
    assert not has_heat_map(made(scenario).view)
    with pytest.raises(ValueError, match="two values or more of two settings"):
        heat_map(made(scenario).view)


def test_the_caption_says_what_the_frames_mark(picture: Picture) -> None:
    said = "Frames mark what val chose at each train size: the lowest mean val loss at the best epochs"
    assert said in picture.caption
