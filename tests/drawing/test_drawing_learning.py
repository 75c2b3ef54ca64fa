"""Learning curves: what stands at which number of train rows, and what is said of the rest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_studies import MadeStudy, make_study
from made_summaries import with_summary
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from reading import caption, heads, labels, lines, written
from scipy import stats

from dropout_lab.drawing import Picture, style
from dropout_lab.drawing.learning_curve import MAX_LINES, has_learning_curve, learning_curve
from dropout_lab.drawing.style import LIGHT

Made = Callable[[str], MadeStudy]

SMALL: dict[str, Any] = {"epochs": 6, "seeds": 3}
SIZES = {"data.train_size": [100, 300, 1000]}


@pytest.fixture(scope="module")
def study() -> MadeStudy:
    return with_summary(make_study([0.2, 0.5], swept=SIZES, epochs=12))


@pytest.fixture(scope="module")
def picture(study: MadeStudy) -> Picture:
    return learning_curve(study.view)


def means(study: MadeStudy, column: str, rate: float) -> list[float]:
    rows = study.trials[study.trials["rate"] == rate]
    return list(rows.groupby("n_train")[column].mean())


@pytest.mark.parametrize(("panel", "column"), [(0, "last_val_loss"), (1, "last_loss_gap")])
def test_lines_are_means_over_seeds_at_each_number_of_train_rows(
    panel: int, column: str, study: MadeStudy, picture: Picture
) -> None:
    axes = picture.figure.axes[panel]
    for line, rate in zip(lines(axes), (0.0, 0.2, 0.5), strict=True):
        np.testing.assert_allclose(line.get_ydata(), means(study, column, rate))
        np.testing.assert_allclose(line.get_xdata(), [100, 300, 1000], rtol=0.05)
    assert axes.get_xscale() == "log"


def test_the_baseline_is_grey_and_every_line_is_named_at_its_end(picture: Picture) -> None:
    axes = picture.figure.axes[0]
    assert [same_color(line.get_color(), LIGHT.neutral) for line in lines(axes)] == [True, False, False]
    assert set(labels(axes)) == {"baseline", "rate 0.2", "rate 0.5"}


def test_the_ticks_are_the_train_sizes(picture: Picture) -> None:
    assert list(picture.figure.axes[1].get_xticks()) == [100, 300, 1000]


def test_train_rows_given_as_a_fraction_are_drawn_as_rows(study: MadeStudy) -> None:
    trials = study.trials.assign(**{"data.train_size": study.trials["n_train"] / 4000})
    (axes, _) = learning_curve(replace(study, trials=trials).view).figure.axes
    np.testing.assert_allclose(lines(axes)[0].get_xdata(), [100, 300, 1000], rtol=0.05)


def test_bars_are_the_95_percent_t_interval_of_the_mean(study: MadeStudy, picture: Picture) -> None:
    sample = study.trials[(study.trials["rate"] == 0.5) & (study.trials["n_train"] == 100)]["last_val_loss"]
    expected = stats.t.interval(0.95, len(sample) - 1, sample.mean(), stats.sem(sample))
    row = picture.data[(picture.data["rate"] == 0.5) & (picture.data["n_train"] == 100)].iloc[0]
    np.testing.assert_allclose([row["ci95_low"], row["ci95_high"]], expected)
    drawn = [
        part for one in picture.figure.axes[0].collections if isinstance(one, LineCollection) for part in bars(one)
    ]
    assert any(np.allclose(part, expected) for part in drawn)


def bars(collection: LineCollection) -> list[np.ndarray]:
    return [np.asarray(segment)[:, 1] for segment in collection.get_segments()]


def test_the_data_are_the_numbers_drawn(study: MadeStudy, picture: Picture) -> None:
    drawn = picture.data.pivot(index=["rate", "n_train"], columns="metric", values="mean")
    expected = study.trials.groupby(["rate", "n_train"])[["last_loss_gap", "last_val_loss"]].mean()
    np.testing.assert_allclose(drawn[["loss_gap", "val_loss"]], expected)
    assert set(picture.data["n"]) == {5}


def test_one_seed_has_no_bars_and_says_so() -> None:
    picture = learning_curve(make_study([0.5], swept=SIZES, epochs=6, seeds=1).view)
    assert picture.data["ci95_low"].isna().all()
    assert "One seed (n = 1): single runs, so there is no interval." in caption(picture.figure)
    assert "single trainings, one seed each (n = 1)" in picture.caption


def test_of_many_rates_an_even_choice_is_drawn_and_stated() -> None:
    picture = learning_curve(make_study([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], swept=SIZES, **SMALL).view)
    assert len(lines(picture.figure.axes[0])) == MAX_LINES + 1
    assert "Showing 5 of 7 lines, chosen evenly" in caption(picture.figure)


@pytest.mark.slow
def test_other_swept_settings_give_facets_of_which_some_are_left_out_in_so_many_words() -> None:
    view = make_study([0.5], swept={**SIZES, "model.width": [1, 2, 3, 4, 5, 6, 7]}, **SMALL).view
    figure = learning_curve(view).figure
    assert [head for head in heads(figure) if head] == [
        "width 1",
        "width 2",
        "width 3",
        "width 5",
        "width 6",
        "width 7",
    ]
    assert "Showing 6 of 7 pairs of panels, chosen evenly: width 1, 2, 3, 5, 6, 7." in caption(figure)
    with style("slide"):
        assert len(learning_curve(view).figure.axes) == 6


def test_conditions_without_a_complete_trial_are_left_out_and_named() -> None:
    study = make_study([0.2, 0.8], swept=SIZES, status={(0.8, seed): "diverged" for seed in range(3)}, **SMALL)
    picture = learning_curve(study.view)
    assert set(picture.data["rate"]) == {0.0, 0.2}
    assert "3 of 3 trials diverged at rate 0.8 (train size 100)" in caption(picture.figure)


@pytest.mark.parametrize(
    "study",
    [
        pytest.param(lambda: make_study([0.5], **SMALL), id="no_sizes"),
        pytest.param(lambda: make_study([0.5], swept={"data.train_size": [100]}, **SMALL), id="one_size"),
        pytest.param(lambda: only_complete_at(100), id="one_size_complete"),
    ],
)
def test_without_two_train_sizes_there_is_no_learning_curve(study: Callable[[], MadeStudy]) -> None:
    view = study().view
    assert not has_learning_curve(view)
    with pytest.raises(ValueError, match="two train sizes or more"):
        learning_curve(view)


def only_complete_at(size: int) -> MadeStudy:
    made = make_study([0.5], swept=SIZES, **SMALL)
    status = pd.Series(np.where(made.trials["n_train"] == size, "complete", "failed"), made.trials.index)
    return replace(made, trials=made.trials.assign(status=status))


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_caption_compares_the_baseline_with_the_best_rate_at_most_rows(metric: str, study: MadeStudy) -> None:
    rows = study.trials[study.trials["n_train"] == 1000].groupby("rate")[f"last_val_{metric}"].mean()
    best = (rows.drop(0.0) * (-1 if metric == "accuracy" else 1)).idxmin()
    said = learning_curve(study.view, metric=metric).caption
    assert f"with the most train rows, 1000, is {written(study, rows[0.0], metric)} for the baseline" in said
    assert f"and {written(study, rows[best], metric)} for rate {best} (" in said
