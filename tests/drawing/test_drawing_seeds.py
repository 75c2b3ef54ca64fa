"""Strip plots: every complete trial a dot at its value, the trials of a seed joined, and what is said of the rest."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_studies import MadeStudy, make_study
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color
from reading import caption, heads, labels

from dropout_lab.drawing import Picture
from dropout_lab.drawing.seeds import MAX_STRIPS, seeds
from dropout_lab.drawing.style import LIGHT

Made = Callable[[str], MadeStudy]

SMALL: dict[str, Any] = {"epochs": 6}
RATES = (0.2, 0.5, 0.8)


@pytest.fixture(scope="module")
def study() -> MadeStudy:
    return make_study(RATES, epochs=12)


@pytest.fixture(scope="module")
def picture(study: MadeStudy) -> Picture:
    return seeds(study.view)


def dots(axes: Axes) -> np.ndarray:
    """Column, as far as it is whole, and value of every dot."""
    found = [np.asarray(one.get_offsets()) for one in axes.collections if isinstance(one, PathCollection)]
    return np.concatenate(found)


def dashes(axes: Axes) -> dict[int, float]:
    """The marked means by column."""
    found = [one.get_segments()[0] for one in axes.collections if isinstance(one, LineCollection)]
    return {round(float(segment[:, 0].mean())): float(segment[0, 1]) for segment in found}


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_every_complete_trial_is_a_dot_at_its_value(metric: str, study: MadeStudy) -> None:
    (axes,) = seeds(study.view, metric=metric).figure.axes
    drawn = sorted((round(float(x)), float(y)) for x, y in dots(axes))
    rates = [0.0, *RATES]
    trials = zip(study.trials["rate"], study.trials[f"last_val_{metric}"], strict=True)
    np.testing.assert_allclose(drawn, sorted((rates.index(rate), value) for rate, value in trials))


def test_dashes_are_the_means(study: MadeStudy, picture: Picture) -> None:
    means = study.trials.groupby("rate")["last_val_loss"].mean()
    assert dashes(picture.figure.axes[0]) == pytest.approx(dict(enumerate(means)))


def test_faint_lines_join_the_trials_of_one_seed_whatever_the_order_of_rows(study: MadeStudy) -> None:
    trials = study.trials.sample(frac=1, random_state=0)
    picture = seeds(MadeStudy(study.curves, trials, study.study, study.task).view)
    (axes,) = picture.figure.axes
    expected = study.trials.pivot_table(index="seed", columns="rate", values="last_val_loss").to_numpy()
    drawn = np.array([line.get_ydata() for line in axes.lines])
    np.testing.assert_allclose(drawn, expected)
    assert list(picture.data["seed"]) == [0, 1, 2, 3, 4] * 4


def test_the_baseline_is_grey(picture: Picture) -> None:
    first = next(
        one for one in picture.figure.axes[0].collections if isinstance(one, PathCollection) and len(one.get_offsets())
    )
    assert same_color(first.get_facecolor()[0], LIGHT.neutral)


def test_many_seeds_are_not_joined_and_lie_side_by_side() -> None:
    (axes,) = seeds(make_study([0.5], seeds=40, **SMALL).view).figure.axes
    assert list(axes.lines) == []
    columns = dots(axes)[:, 0]
    assert np.ptp(columns[:40]) > 0.1
    assert np.abs(columns - columns.round()).max() <= 0.36


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_trials_of_one_value_do_not_hide_one_another(metric: str) -> None:
    study = make_study([0.5], **SMALL)
    trials = study.trials.assign(**{f"last_val_{metric}": 0.5})
    (axes,) = seeds(MadeStudy(study.curves, trials, study.study, study.task).view, metric=metric).figure.axes
    assert len({(float(x), float(y)) for x, y in dots(axes)}) == 10


def test_diverged_trials_are_counted_and_a_condition_without_any_other_says_so(made: Made) -> None:
    picture = seeds(made("a_rate_diverged").view)
    (axes,) = picture.figure.axes
    assert labels(axes) == ["none complete", "★"]
    assert "5 of 5 trials diverged at rate 0.8" in caption(picture.figure)
    assert set(picture.data["rate"]) == {0.0, 0.2, 0.5}
    assert len(seeds(made("diverged").view).data) == 20 - 3


def test_an_exploded_trial_stands_at_the_end_of_the_axis_and_leaves_the_others_their_room(made: Made) -> None:
    study = made("exploding")
    picture = seeds(study.view)
    (axes,) = picture.figure.axes
    assert axes.get_ylim()[1] < 10
    assert (dots(axes)[:, 1] == axes.get_ylim()[1]).sum() == 1
    assert "Arrow heads: beyond the axis." in caption(picture.figure)
    assert picture.data["value"].max() == study.trials["last_val_loss"].max()


def test_one_seed_has_no_mean(made: Made) -> None:
    picture = seeds(made("one_seed").view)
    (axes,) = picture.figure.axes
    assert dashes(axes) == {}
    assert len(dots(axes)) == 3
    assert "n = 1 seed; no interval is drawn." in caption(picture.figure)
    assert "nothing says how far another seed would be" in picture.caption


def test_other_swept_settings_give_panels(made: Made) -> None:
    figure = seeds(made("train_sizes").view).figure
    assert heads(figure) == ["train size 100", "train size 300", "train size 1000"]
    assert "Panels have y axes of their own." in caption(figure)


@pytest.mark.slow
def test_of_many_conditions_and_panels_an_even_choice_is_drawn_and_stated(made: Made) -> None:
    words = caption(seeds(made("thirty_rates_and_a_long_name").view).figure)
    assert f"Showing {MAX_STRIPS} of 31 columns, chosen evenly: rate 0, 0.09," in words
    figure = seeds(made("three_axes").view).figure
    assert len(figure.axes) == 12
    assert "Showing 12 of 60 panels, chosen evenly" in caption(figure)


def test_the_data_are_the_numbers_drawn(study: MadeStudy, picture: Picture) -> None:
    data = picture.data.set_index("trial")
    expected = study.trials.set_index("trial").loc[data.index]
    np.testing.assert_array_equal(data["value"], expected["last_val_loss"])
    np.testing.assert_array_equal(data["seed"], expected["seed"])
    assert len(data) == len(study.trials)


def test_the_caption_counts_the_seeds_that_agree(study: MadeStudy, picture: Picture) -> None:
    values = study.trials.pivot_table(index="seed", columns="rate", values="last_val_loss")
    chosen = study.trials.groupby("rate")["best_val_loss"].mean()[list(RATES)].idxmin()
    n_better = int((values[chosen] < values[0.0]).sum())
    assert f"Here rate {chosen:g}, which val chose, is better than the baseline" in picture.caption
    assert f"better than the baseline for {n_better} of 5 seeds." in picture.caption


def test_without_a_complete_trial_there_is_nothing_to_draw(study: MadeStudy) -> None:
    view = MadeStudy(study.curves, study.trials.assign(status="failed"), study.study, study.task).view
    with pytest.raises(ValueError, match="a complete trial"):
        seeds(view)
