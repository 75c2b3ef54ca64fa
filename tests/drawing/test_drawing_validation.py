"""Validation curves: dots, bars, the baseline as rate 0, and what lies on which axis."""

from collections.abc import Callable

import numpy as np
import pytest
from made_studies import MadeStudy, make_study
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from reading import caption, heads, labels
from scipy import stats

from dropout_lab.drawing import validation_curve
from dropout_lab.drawing.style import NEUTRAL, SINGLE

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]


@pytest.fixture(scope="module")
def grid() -> MadeStudy:
    return make_study([0.2, 0.5, 0.8], seeds=4, epochs=20)


def dots(figure: Figure, panel: int) -> list[np.ndarray]:
    """The (rate, mean) of each curve: train before val."""
    found = [one for one in figure.axes[panel].collections if isinstance(one, PathCollection)]
    return [np.asarray(one.get_offsets()) for one in found]


@pytest.mark.parametrize("point", ["best", "last", "stop"])
@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_dots_are_the_means_over_seeds_at_the_point(metric: str, point: str, grid: MadeStudy) -> None:
    figure = validation_curve(**grid.without_curves, metric=metric, point=point)
    means = grid.trials.groupby("rate").mean(numeric_only=True)
    train, val = dots(figure, 0)[:2]
    np.testing.assert_array_equal(train[:, 0], [0, 0.2, 0.5, 0.8])
    np.testing.assert_allclose(train[:, 1], means[f"{point}_train_{metric}"])
    np.testing.assert_allclose(val[:, 1], means[f"{point}_val_{metric}"])
    np.testing.assert_allclose(dots(figure, 1)[0][:, 1], means[f"{point}_{metric}_gap"])


def test_bars_are_the_95_percent_t_interval_of_the_mean(grid: MadeStudy) -> None:
    figure = validation_curve(**grid.without_curves)
    sample = grid.trials[grid.trials["rate"] == 0.5]["best_loss_gap"]
    (bars,) = [one for one in figure.axes[1].collections if isinstance(one, LineCollection)]
    np.testing.assert_allclose(
        bars.get_segments()[2][:, 1], stats.t.interval(0.95, 3, sample.mean(), stats.sem(sample))
    )
    assert "Dots: mean over n = 4 seeds. Bars: 95 % t interval of that mean at each rate." in caption(figure)


def test_the_baseline_is_the_dot_at_rate_0_and_a_level_across(grid: MadeStudy) -> None:
    figure = validation_curve(**grid.without_curves)
    expected = grid.trials[grid.trials["rate"] == 0]["best_val_loss"].mean()
    levels = [line.get_ydata()[0] for line in figure.axes[0].lines if same_color(line.get_color(), NEUTRAL)]
    np.testing.assert_allclose(levels, [expected])
    train = next(one for one in figure.axes[0].collections if isinstance(one, PathCollection))
    assert [same_color(tuple(color), NEUTRAL) for color in train.get_facecolors()] == [True, False, False, False]
    assert set(labels(figure.axes[0])) >= {"train", "val", "baseline val"}


def test_the_rate_of_the_lowest_mean_val_loss_is_marked_also_on_accuracy(grid: MadeStudy) -> None:
    means = grid.trials.groupby("rate").mean(numeric_only=True)
    chosen = float(means["best_val_loss"].idxmin())
    for metric in ("loss", "accuracy"):
        figure = validation_curve(**grid.without_curves, metric=metric)
        np.testing.assert_allclose(dots(figure, 0)[2], [[chosen, means.loc[chosen, f"best_val_{metric}"]]])
        assert f"lowest mean val loss: rate {chosen:g}" in labels(figure.axes[0])


def test_where_no_rate_beats_the_baseline_the_mark_is_on_it() -> None:
    study = make_study([0.8, 0.9], seeds=2, epochs=6)
    assert "lowest mean val loss: baseline" in labels(validation_curve(**study.without_curves).axes[0])


def test_a_tick_stands_at_every_rate_and_the_axis_says_what_a_rate_is(grid: MadeStudy) -> None:
    below = validation_curve(**grid.without_curves).axes[1]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "0.2", "0.5", "0.8"]
    assert below.get_xlabel() == "rate (probability that a unit is dropped)"


def test_the_point_is_said(grid: MadeStudy) -> None:
    assert "at the last epoch" in caption(validation_curve(**grid.without_curves, point="last"))
    assert "at each trial's epoch of lowest val loss" in caption(validation_curve(**grid.without_curves))


def test_per_layer_rates_stand_side_by_side_unjoined_behind_the_numbers(drawn: Drawn) -> None:
    figure = drawn("per_layer_rates", "validation_curve")
    below = figure.axes[1]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "0.2", "0.5", "0.2-0.5", "0.5-0.2"]
    joined = [one for one in below.lines if same_color(one.get_color(), SINGLE) and one.get_linestyle() != "None"]
    assert joined == []


def test_every_input_rate_has_a_facet_with_its_own_rate_0() -> None:
    study = make_study([0.2, 0.5], input_rates=[0.0, 0.1], seeds=2, epochs=6)
    figure = validation_curve(**study.without_curves)
    assert heads(figure)[::2] == ["input rate 0", "input rate 0.1"]
    own = study.trials[(study.trials["rate"] == 0) & (study.trials["input_rate"] == 0.1)]["best_train_loss"].mean()
    np.testing.assert_allclose(dots(figure, 2)[0][0], [0, own])


def test_a_fixed_input_rate_joins_the_baseline_as_rate_0() -> None:
    study = make_study([0.2, 0.5], input_rate=0.1, seeds=2, epochs=6)
    figure = validation_curve(**study.without_curves)
    assert heads(figure)[0] == "input rate 0.1"
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.2, 0.5])


def test_where_only_input_rates_vary_they_are_the_axis() -> None:
    study = make_study([], input_rates=[0.1, 0.2], seeds=2, epochs=6)
    figure = validation_curve(**study.without_curves)
    assert figure.axes[1].get_xlabel() == "input rate (probability that an input is dropped)"
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.1, 0.2])


def test_every_group_has_a_facet_and_at_most_six_are_shown() -> None:
    swept = {"model.width": [8, 16, 32, 64], "data.train_size": [50, 100]}
    study = make_study([0.2, 0.5], swept=swept, seeds=1, epochs=4)
    figure = validation_curve(**study.without_curves)
    assert heads(figure)[0] == "width 8, train_size 50"
    assert len(figure.axes) == 12
    assert "Showing 6 of 8 facets, chosen evenly: width 8, 32, 64; train_size 50, 100." in caption(figure)
    assert "hidden layers" not in caption(figure)


def test_a_rate_without_a_complete_trial_is_left_out() -> None:
    study = make_study([0.2, 0.5, 0.8], seeds=2, epochs=6, status={(0.5, 0): "diverged", (0.5, 1): "diverged"})
    figure = validation_curve(**study.without_curves)
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.2, 0.8])
    assert "2 of 2 trials diverged at rate 0.5" in caption(figure)


def test_one_rate_makes_no_validation_curve() -> None:
    with pytest.raises(ValueError, match="two nonzero rates"):
        validation_curve(**make_study([0.5], seeds=2, epochs=6).without_curves)
