"""Validation curves: dots, bars, the baseline as rate 0, and what lies on which axis."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_studies import MadeStudy, make_study
from made_summaries import with_summary
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from reading import caption, heads, labels, written
from scipy import stats

from dropout_lab.drawing import validation_curve
from dropout_lab.drawing.style import LIGHT
from dropout_lab.statistics import estimate_mean

NEUTRAL, SINGLE = LIGHT.neutral, LIGHT.single

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]


@pytest.fixture(scope="module")
def grid() -> MadeStudy:
    return make_study([0.2, 0.5, 0.8], seeds=4, epochs=20)


@pytest.fixture(scope="module")
def at_best(grid: MadeStudy) -> Figure:
    return validation_curve(grid.view, point="best").figure


def dots(figure: Figure, panel: int) -> list[np.ndarray]:
    """The (rate, mean) of each curve: train before val."""
    found = [one for one in figure.axes[panel].collections if isinstance(one, PathCollection)]
    return [np.asarray(one.get_offsets()) for one in found if not is_arrow_head(one)]


def is_arrow_head(marks: PathCollection) -> bool:
    return len(marks.get_paths()[0].vertices) < 6


@pytest.mark.parametrize(
    ("metric", "point"), [("loss", "best"), ("loss", "last"), ("loss", "stop"), ("accuracy", "last")]
)
def test_dots_are_the_means_over_seeds_at_the_point(metric: str, point: str, grid: MadeStudy) -> None:
    figure = validation_curve(grid.view, metric=metric, point=point).figure
    means = grid.trials.groupby("rate").mean(numeric_only=True)
    train, val = dots(figure, 0)[:2]
    np.testing.assert_array_equal(train[:, 0], [0, 0.2, 0.5, 0.8])
    np.testing.assert_allclose(train[:, 1], means[f"{point}_train_{metric}"])
    np.testing.assert_allclose(val[:, 1], means[f"{point}_val_{metric}"])
    np.testing.assert_allclose(dots(figure, 1)[0][:, 1], means[f"{point}_{metric}_gap"])


def test_bars_are_the_95_percent_t_interval_of_the_mean(grid: MadeStudy, at_best: Figure) -> None:
    sample = grid.trials[grid.trials["rate"] == 0.5]["best_loss_gap"]
    (bars,) = [one for one in at_best.axes[1].collections if isinstance(one, LineCollection)]
    np.testing.assert_allclose(
        bars.get_segments()[2][:, 1], stats.t.interval(0.95, 3, sample.mean(), stats.sem(sample))
    )
    assert "Dots: mean over n = 4 seeds. Bars: 95 % t interval of that mean at each rate." in caption(at_best)


def test_the_baseline_is_the_dot_at_rate_0_and_a_level_across(grid: MadeStudy, at_best: Figure) -> None:
    expected = grid.trials[grid.trials["rate"] == 0]["best_val_loss"].mean()
    levels = [line.get_ydata()[0] for line in at_best.axes[0].lines if same_color(line.get_color(), NEUTRAL)]
    np.testing.assert_allclose(levels, [expected])
    train = next(one for one in at_best.axes[0].collections if isinstance(one, PathCollection))
    assert [same_color(tuple(color), NEUTRAL) for color in train.get_facecolors()] == [True, False, False, False]
    assert set(labels(at_best.axes[0])) >= {"train", "val", "baseline val"}


@pytest.mark.parametrize("point", ["last", "best"])
@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_rate_that_val_chose_is_marked_at_every_point_and_metric(grid: MadeStudy, metric: str, point: str) -> None:
    means = grid.trials.groupby("rate").mean(numeric_only=True)
    chosen = float(means["best_val_loss"].drop(0.0).idxmin())
    figure = validation_curve(grid.view, metric=metric, point=point).figure
    np.testing.assert_allclose(dots(figure, 0)[2], [[chosen, means.loc[chosen, f"{point}_val_{metric}"]]])
    assert f"★ val chose rate {chosen:g}" in labels(figure.axes[0])


def test_where_no_rate_beats_the_baseline_the_mark_stays_on_the_rate_that_the_verdict_speaks_of() -> None:
    study = make_study([0.8, 0.9], seeds=2, epochs=6)
    assert "★ val chose rate 0.8" in labels(validation_curve(study.view, point="best").figure.axes[0])


def test_a_tick_stands_at_every_rate_and_the_axis_says_what_a_rate_is(at_best: Figure) -> None:
    below = at_best.axes[1]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "0.2", "0.5", "0.8"]
    assert below.get_xlabel().replace("\n", " ") == "rate (probability that a unit is dropped)"


def test_the_point_is_said(grid: MadeStudy) -> None:
    assert "at the last epoch" in caption(validation_curve(grid.view).figure)
    assert "at the epoch where patience" in caption(validation_curve(grid.view, point="stop").figure)


def test_per_layer_rates_stand_side_by_side_unjoined_behind_the_numbers(drawn: Drawn) -> None:
    figure = drawn("per_layer_rates", "validation_curve")
    below = figure.axes[1]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "0.2", "0.5", "0.2-0.5", "0.5-0.2"]
    joined = [one for one in below.lines if same_color(one.get_color(), SINGLE) and one.get_linestyle() != "None"]
    assert joined == []


def test_every_input_rate_has_a_facet_with_its_own_rate_0() -> None:
    study = make_study([0.2, 0.5], input_rates=[0.0, 0.1], seeds=2, epochs=6)
    figure = validation_curve(study.view, point="best").figure
    assert heads(figure)[::2] == ["input rate 0", "input rate 0.1"]
    own = study.trials[(study.trials["rate"] == 0) & (study.trials["input_rate"] == 0.1)]["best_train_loss"].mean()
    np.testing.assert_allclose(dots(figure, 2)[0][0], [0, own])


def test_a_fixed_input_rate_joins_the_baseline_as_rate_0() -> None:
    study = make_study([0.2, 0.5], input_rate=0.1, seeds=2, epochs=6)
    figure = validation_curve(study.view, point="best").figure
    assert heads(figure)[0] == "input rate 0.1"
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.2, 0.5])


def test_where_only_input_rates_vary_they_are_the_axis() -> None:
    study = make_study([], input_rates=[0.1, 0.2], seeds=2, epochs=6)
    figure = validation_curve(study.view, point="best").figure
    assert figure.axes[1].get_xlabel().replace("\n", " ") == "input rate (probability that an input is dropped)"
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.1, 0.2])


@pytest.mark.slow
def test_every_group_has_a_facet_and_at_most_six_are_shown() -> None:
    swept = {"model.width": [8, 16, 32, 64], "data.train_size": [50, 100]}
    study = make_study([0.2, 0.5], swept=swept, seeds=1, epochs=4)
    figure = validation_curve(study.view, point="best").figure
    assert heads(figure)[0] == "width 8, train size 50"
    assert len(figure.axes) == 12
    assert "Showing 6 of 8 facets, chosen evenly: width 8, 32, 64; train size 50, 100." in caption(figure)
    assert "hidden layers" not in caption(figure)


def test_a_rate_without_a_complete_trial_is_left_out() -> None:
    study = make_study([0.2, 0.5, 0.8], seeds=2, epochs=6, status={(0.5, 0): "diverged", (0.5, 1): "diverged"})
    figure = validation_curve(study.view, point="best").figure
    np.testing.assert_array_equal(dots(figure, 0)[0][:, 0], [0, 0.2, 0.8])
    assert "2 of 2 trials diverged at rate 0.5" in caption(figure)


def test_one_rate_makes_no_validation_curve() -> None:
    with pytest.raises(ValueError, match="two nonzero rates"):
        validation_curve(make_study([0.5], seeds=2, epochs=6).view)


def test_the_baselines_interval_is_a_band_across_both_panels(grid: MadeStudy, at_best: Figure) -> None:
    for axes, column in zip(at_best.axes, ("best_val_loss", "best_loss_gap"), strict=True):
        sample = grid.trials[grid.trials["rate"] == 0][column]
        (band,) = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_alpha()]
        low, high = stats.t.interval(0.95, 3, sample.mean(), stats.sem(sample))
        np.testing.assert_allclose([band.get_y(), band.get_y() + band.get_height()], [low, high])


@pytest.fixture(scope="module")
def far() -> MadeStudy:
    return with_summary(make_study([0.2, 0.5, 0.8], seeds=4, epochs=20, scale={0.8: 4.0}))


def test_a_rate_far_off_leaves_the_axis_to_the_others_with_its_values_in_the_note(far: MadeStudy) -> None:
    figure = validation_curve(far.view).figure
    means = far.trials.groupby("rate")[["last_train_loss", "last_val_loss"]].mean()
    assert figure.axes[0].get_ylim()[1] < means.loc[0.8, "last_val_loss"]
    train, val = means.loc[0.8]
    said = f"(arrow heads): rate 0.8 with train {written(far, train)} and val {written(far, val)}."
    assert said in caption(figure)


def facets_of(scale: dict[float, float]) -> Figure:
    return validation_curve(scaled(scale).view).figure


def scaled(scale: dict[float, float]) -> MadeStudy:
    """Two kinds of noise, and factors on the losses of the second by rate."""
    study = make_study([0.2, 0.5], noise={"dropout.kind": ["bernoulli", "gaussian"]}, seeds=4, epochs=20)
    is_second = study.trials["dropout.kind"] == "gaussian"
    factor = study.trials["rate"].map(scale).astype("float64").where(is_second, 1.0).fillna(1.0)
    losses = [name for name in study.trials.columns if name.endswith(("_loss", "_loss_gap"))]
    trials = study.trials.assign(**{name: study.trials[name] * factor for name in losses})
    return with_summary(replace(study, trials=trials))


def test_facets_of_a_group_share_a_y_axis_that_shows_what_any_of_them_reaches() -> None:
    figure = facets_of({0.5: 1.4})
    first, second = figure.axes[0], figure.axes[2]
    assert first.get_ylim() == second.get_ylim()
    assert dots(figure, 2)[1][:, 1].max() < first.get_ylim()[1]
    assert "Arrow heads" not in caption(figure)
    assert "y axes" not in caption(figure)


def test_a_facet_far_from_the_others_has_a_y_axis_of_its_own_and_it_is_said() -> None:
    figure = facets_of({0.2: 4.0, 0.5: 4.0})
    first, second = figure.axes[0], figure.axes[2]
    assert first.get_ylim()[1] < 1.0 < second.get_ylim()[1]
    assert "The y axes of the upper panels differ." in caption(figure)


def test_what_lies_beyond_the_axis_of_one_facet_of_several_is_named_with_its_values() -> None:
    study = scaled({0.5: 5.0})
    figure = validation_curve(study.view).figure
    train, val = (curve[-1, 1] for curve in dots(figure, 2)[:2])
    said = f"(arrow heads): rate 0.5, kind gaussian with train {written(study, train)} and val {written(study, val)}."
    assert said in caption(figure)


def test_all_columns_have_numbers_where_any_has_its_lowest_panel() -> None:
    kinds = ["bernoulli", "gaussian", "alpha", "dropconnect", "concrete"]
    study = make_study([0.2, 0.5], noise={"dropout.kind": kinds}, seeds=2, epochs=6)
    gaps = validation_curve(study.view).figure.axes[1::2]
    assert [bool([label for label in axes.get_xticklabels() if label.get_visible()]) for axes in gaps] == [True] * 5
    assert [bool(axes.get_xlabel()) for axes in gaps] == [False, False, True, True, True]


def test_what_lies_beyond_the_axis_has_an_arrow_head_at_its_rate_on_the_edge(far: MadeStudy) -> None:
    axes = validation_curve(far.view).figure.axes[0]
    heads = [one for one in axes.collections if isinstance(one, PathCollection) and is_arrow_head(one)]
    assert {tuple(place) for one in heads for place in np.asarray(one.get_offsets())} == {(0.8, axes.get_ylim()[1])}


def test_an_interval_that_the_axis_cuts_off_is_marked_too() -> None:
    study = make_study([0.2, 0.5], seeds=3, epochs=20)
    trials = study.trials.copy()
    trials.loc[trials["rate"] == 0.5, "last_loss_gap"] += np.array([-0.6, 0.0, 0.6])
    figure = validation_curve(replace(study, trials=trials).view).figure
    below = figure.axes[1]
    heads = [one for one in below.collections if isinstance(one, PathCollection) and is_arrow_head(one)]
    places = {tuple(place) for one in heads for place in np.asarray(one.get_offsets())}
    assert places == {(0.5, end) for end in below.get_ylim()}
    assert "Arrow heads: runs on beyond the axis." in caption(figure)


def ranked(study: MadeStudy, may_be_best: dict[str, str], point: str = "best", estimand: str = "split") -> MadeStudy:
    """A study whose summary says of these conditions whether they may be best, there and nowhere else."""
    summary = with_summary(study, has_population=True).summary
    is_there = (summary["metric"] == "val_loss") & (summary["point"] == point) & (summary["estimand"] == estimand)
    return replace(study, summary=summary.assign(may_be_best=summary["condition"].map(may_be_best).where(is_there)))


def rings(figure: Figure) -> list[float]:
    found = [one for one in figure.axes[0].collections if isinstance(one, PathCollection)]
    return [place[0] for one in found if not len(one.get_facecolors()) for place in np.asarray(one.get_offsets())]


def test_rates_that_may_be_best_are_ringed_and_named(grid: MadeStudy) -> None:
    said = {"rate=0.0": "no", "rate=0.2": "yes", "rate=0.5": "yes", "rate=0.8": "yes"}
    picture = validation_curve(ranked(grid, said).view)
    means = grid.trials.groupby("rate")["best_val_loss"].mean()
    best = float(means.drop(0.0).idxmin())
    others = [rate for rate in (0.2, 0.5, 0.8) if rate != best]
    assert rings(picture.figure) == others
    assert f"rate {others[0]:g} or rate {others[1]:g} may be the best as well (rings)" in picture.caption
    assert "Rings: may be the best of its group at the best epochs" in caption(picture.figure)
    marks = picture.data[picture.data["metric"] == "val_loss"].set_index("rate")["mark"]
    assert dict(marks) == {0.0: "", best: "chosen", others[0]: "may be best", others[1]: "may be best"}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, {}),
        ({"rate=0.2": "yes", "rate=0.8": "yes"}, {"point": "last"}),
        ({"rate=0.2": "yes", "rate=0.8": "yes"}, {"estimand": "population"}),
    ],
    ids=["not tested", "another point", "another estimand"],
)
def test_without_a_test_at_the_best_epochs_nothing_is_ringed(
    said: dict[str, str], where: dict[str, str], grid: MadeStudy
) -> None:
    picture = validation_curve(ranked(grid, said, **where).view)
    assert rings(picture.figure) == []
    assert "rings" not in picture.caption.lower()


def test_intervals_are_those_of_the_summary_and_their_method_is_named() -> None:
    study = make_study([0.2, 0.5], seeds=8, epochs=6)
    trials = study.trials.copy()
    outlier = (trials["rate"] == 0.5) & (trials["seed"] == 0)
    trials.loc[outlier, "last_loss_gap"] += 10 * trials["last_loss_gap"].std()
    picture = validation_curve(replace(study, trials=trials).view)
    gaps = picture.data[picture.data["metric"] == "loss_gap"].set_index("rate")
    expected = estimate_mean(trials[trials["rate"] == 0.5]["last_loss_gap"])
    np.testing.assert_array_equal(gaps.loc[0.5, ["ci95_low", "ci95_high"]].tolist(), [expected.low, expected.high])
    assert gaps["interval_method"].tolist() == ["t", "t", "sign-flip"]
    assert "95 % interval (t; sign-flip where the seeds look far from normal)" in caption(picture.figure)
