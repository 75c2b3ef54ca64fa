"""Differences: that a forest shows what the summary says, in its order, and pretends no interval."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_studies import SCENARIOS, MadeStudy, make_study
from made_summaries import WIDER, with_summary
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color
from reading import caption, labels, unreadable, written

from dropout_lab.drawing import Picture, StyleName, style
from dropout_lab.drawing.differences import MAX_ROWS, _tally, differences, has_differences
from dropout_lab.drawing.forest import Compared, difference_limits
from dropout_lab.drawing.grid import read_grid
from dropout_lab.drawing.style import LIGHT
from dropout_lab.findings import Estimate, read_measured
from dropout_lab.findings.effects import effect_of
from dropout_lab.phrases.numbers import p_value

SMALL: dict[str, Any] = {"epochs": 6, "seeds": 3}
SIZES = {"data.train_size": [100, 300]}
RATES = (0.2, 0.5, 0.8)


@pytest.fixture(scope="module")
def study() -> MadeStudy:
    return with_summary(make_study(RATES, epochs=12), has_population=True)


@pytest.fixture(scope="module")
def picture(study: MadeStudy) -> Picture:
    return differences(study.view)


def names(axes: Axes) -> list[str]:
    return [label.get_text().removesuffix(" ★") for label in axes.get_yticklabels()]


def dots(axes: Axes) -> dict[float, PathCollection]:
    """The dots by the row they stand in."""
    found = [one for one in axes.collections if isinstance(one, PathCollection) and len(one.get_paths()[0]) > 10]
    return {float(np.asarray(one.get_offsets())[0, 1]): one for one in found}


def bars(axes: Axes) -> dict[tuple[float, float], tuple[float, float]]:
    """The ends of the horizontal bars by row and width."""
    found = {}
    for one in axes.collections:
        if isinstance(one, LineCollection):
            (start, end), width = one.get_segments()[0], float(one.get_linewidth()[0])
            if start[1] == end[1]:
                found[float(start[1]), width] = (float(start[0]), float(end[0]))
    return found


def said(study: MadeStudy, metric: str = "val_loss", estimand: str = "split") -> pd.DataFrame:
    rows = study.summary[(study.summary["metric"] == metric) & (study.summary["point"] == "last")]
    return rows[(rows["estimand"] == estimand) & (rows["condition"] != rows["baseline"])].dropna(subset=["baseline"])


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_dots_are_the_paired_differences_of_the_summary(metric: str, study: MadeStudy) -> None:
    (axes,) = differences(study.view, metric=metric).figure.axes
    drawn = [np.asarray(dot.get_offsets())[0, 0] for _, dot in sorted(dots(axes).items())]
    np.testing.assert_allclose(drawn, said(study, f"val_{metric}")["difference"])
    assert names(axes) == ["rate 0.2", "rate 0.5", "rate 0.8"]


def test_thick_bars_are_the_interval_on_these_rows_and_thin_ones_that_on_data_like_this(
    study: MadeStudy, picture: Picture
) -> None:
    drawn = bars(picture.figure.axes[0])
    thin, thick = sorted({width for _, width in drawn})
    rows = said(study)
    ends = zip(rows["difference_ci95_low"], rows["difference_ci95_high"], strict=True)
    for row, (low, high) in enumerate(ends):
        np.testing.assert_allclose(drawn[row, thick], (low, high))
        np.testing.assert_allclose(drawn[row, thin], (low - WIDER, high + WIDER))
    assert "n = 5 pairs" in caption(picture.figure)
    assert "Thin bars: on data like this (population)" in caption(picture.figure)


def test_zero_has_a_line_and_is_on_the_axis(picture: Picture) -> None:
    (axes,) = picture.figure.axes
    low, high = axes.get_xlim()
    assert low < 0 < high
    uprights = [
        one for one in axes.collections if isinstance(one, LineCollection) and (one.get_segments()[0][:, 0] == 0).all()
    ]
    assert len(uprights) == 1


def test_a_dot_is_filled_where_the_interval_leaves_out_zero(study: MadeStudy, picture: Picture) -> None:
    rows = said(study)
    is_clear = (rows["difference_ci95_low"] > 0) | (rows["difference_ci95_high"] < 0)
    drawn = dots(picture.figure.axes[0])
    is_hollow = [same_color(drawn[row].get_facecolor()[0], LIGHT.paper) for row in range(len(rows))]
    assert is_hollow == list(~is_clear)


@pytest.mark.parametrize(
    ("metric", "sides"),
    [("loss", ["← better", "worse"]), ("accuracy", ["← worse", "better"])],
    ids=["loss_falls", "accuracy_rises"],
)
def test_it_is_said_in_words_which_way_is_better(metric: str, sides: list[str], study: MadeStudy) -> None:
    (axes,) = differences(study.view, metric=metric).figure.axes
    left, right = (text for text in axes.texts if "←" in text.get_text() or "→" in text.get_text())
    assert left.xy[0] == 0
    assert right.xy[0] == 1
    assert [left.get_text().startswith(sides[0]), right.get_text().startswith(sides[1])] == [True, True]


def test_the_corrected_p_stands_beside_every_row(study: MadeStudy, picture: Picture) -> None:
    beside = {(text.xy[1], text.get_text()) for text in picture.figure.axes[0].texts if text.xy[0] == 1}
    assert {(row, p_value(p)) for row, p in enumerate(said(study)["p_holm"])} <= beside
    assert [text for text in labels(picture.figure.axes[0]) if "Holm" in text] == ["Holm p,", "Holm p,"]


def test_a_condition_without_a_pair_says_so_and_pairs_are_counted_where_they_differ() -> None:
    status = {**{(0.8, seed): "diverged" for seed in range(5)}, (0.5, 0): "failed"}
    study = with_summary(make_study(RATES, status=status, epochs=6))
    picture = differences(study.view)
    (axes,) = picture.figure.axes
    assert "no pair of complete trials" in labels(axes)
    beside = {text.xy[1]: text.get_text() for text in axes.texts if text.xy[0] == 1 and text.get_text().isdigit()}
    assert beside == {0: "5", 1: "4", 2: "0"}
    assert "n = 4 to 5 pairs" in caption(picture.figure)
    assert "5 of 5 trials diverged at rate 0.8" in caption(picture.figure)
    assert picture.data.set_index("rate").loc[0.8, "n_pairs"] == 0
    assert "For 1 there are not two pairs to compare." in picture.caption


def test_what_lies_far_beyond_the_rest_is_written_at_the_end_of_the_axis() -> None:
    study = with_summary(make_study((*RATES, 0.9), scale={0.9: 50.0}, epochs=6))
    (axes,) = differences(study.view).figure.axes
    far = said(study).set_index("rate").loc[0.9, "difference"]
    assert written(study, far) in labels(axes)
    assert axes.get_xlim()[1] < far
    assert len(dots(axes)) == 3


def row(low: float, high: float) -> Compared:
    condition = read_grid(read_measured(make_study([0.5], epochs=2, seeds=1).trials)).treated[0]
    effect = effect_of("val_loss", "last", Estimate(5, (low + high) / 2, low, high), 0.5, 0.5, 1)
    return Compared(condition, effect, None, is_chosen=False)


@pytest.mark.parametrize(
    ("ends", "is_shown"),
    [
        ([(-0.1, 0.1), (-0.1, 0.0), (0.2, 0.3)], True),
        ([(-0.1, 0.1), (-0.1, 0.0), (0.4, 0.5)], False),
        ([(-0.1, 0.0), (-0.1, 0.0), (-0.5, -0.4)], False),
        ([(-0.1, 0.1), (0.4, 0.5)], True),
        ([(-0.1, 0.1), (-0.1, 0.0), (0.4, 0.5), (0.4, 0.5)], True),
        ([(-0.1, 0.1), (-0.1, 0.0), (-0.25, -0.02), (-0.5, -0.3)], True),
    ],
    ids=["near", "far", "far below", "one of two", "half of all", "near the next"],
)
def test_a_row_leaves_the_axis_where_it_would_squeeze_the_others(
    ends: list[tuple[float, float]], is_shown: bool
) -> None:
    low, high = difference_limits([row(*one) for one in ends])
    assert all(low < end < high for end in ends[-1]) == is_shown
    assert all(low < end < high for one in ends[:-1] for end in one) or not is_shown


def test_a_mean_beyond_the_axis_is_explained_below() -> None:
    explained = "A number beside one: the mean difference"
    study = with_summary(make_study((*RATES, 0.9), scale={0.9: 50.0}, epochs=6))
    assert explained in caption(differences(study.view).figure)
    assert explained not in caption(differences(with_summary(make_study(RATES, epochs=12)).view).figure)


def test_conditions_of_several_groups_stand_under_heads() -> None:
    (axes,) = differences(with_summary(make_study([0.2, 0.5], swept=SIZES, **SMALL)).view).figure.axes
    heads = {text.get_text(): text.xy[1] for text in axes.texts if text.get_weight() == "bold"}
    assert heads == {"train size 100": 0, "train size 300": 3}
    assert names(axes) == ["rate 0.2", "rate 0.5"] * 2
    assert list(axes.get_yticks()) == [1, 2, 4, 5]


def test_one_rate_in_several_groups_needs_no_heads() -> None:
    (axes,) = differences(with_summary(make_study([0.5], swept=SIZES, **SMALL)).view).figure.axes
    assert names(axes) == ["train size 100", "train size 300"]


def test_of_hundreds_an_even_choice_is_drawn_and_stated() -> None:
    swept = {"data.train_size": [50, 100, 200, 400, 800], "model.width": [16, 64, 256, 1024]}
    study = with_summary(make_study([0.1, 0.3, 0.5, 0.7], swept=swept, seeds=2, epochs=4))
    figure = differences(study.view).figure
    n_shown = len(names(figure.axes[0]))
    assert MAX_ROWS / 2 < n_shown <= MAX_ROWS
    assert f"Showing {n_shown} of 80 rows, chosen evenly" in caption(figure)
    with style("slide"):
        slide = differences(study.view).figure
    assert len(names(slide.axes[0])) <= 12
    assert tuple(slide.get_size_inches()) == (10.0, 5.625)


def test_the_data_are_the_numbers_drawn(study: MadeStudy, picture: Picture) -> None:
    for estimand in ("split", "population"):
        rows = picture.data[picture.data["estimand"] == estimand]
        columns = ["difference", "difference_ci95_low", "difference_ci95_high", "p_holm"]
        np.testing.assert_allclose(rows[columns], said(study, estimand=estimand)[columns])
        assert list(rows["condition"]) == list(said(study, estimand=estimand)["condition"])


def test_the_caption_counts_what_can_be_told_from_the_baseline(study: MadeStudy, picture: Picture) -> None:
    rows = said(study)
    n_better, n_worse = int((rows["difference_ci95_high"] < 0).sum()), int((rows["difference_ci95_low"] > 0).sum())
    assert (n_better, n_worse) == (2, 1)
    assert "2 of 3 settings are better than their baseline, and 1 is worse." in picture.caption


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((1, 0, 0), "the one setting is better than its baseline"),
        ((0, 0, 1), "the one setting cannot be told from its baseline"),
        ((0, 2, 0), "both settings are worse than their baseline"),
        ((0, 0, 3), "all 3 settings cannot be told from their baseline"),
        ((1, 0, 3), "1 of 4 settings is better than its baseline, and 3 cannot be told from it"),
        ((3, 2, 3), "3 of 8 settings are better than their baseline, 2 are worse, and 3 cannot be told from it"),
    ],
)
def test_the_tally_says_only_what_applies(counts: tuple[int, int, int], text: str) -> None:
    assert _tally(*counts, n_all=sum(counts)) == text


def test_few_pairs_are_told_what_they_cannot_show(study: MadeStudy, picture: Picture) -> None:
    assert "With 5 seeds a sign-flip test cannot fall below p = 0.0625" in caption(picture.figure)
    more = with_summary(make_study(RATES, seeds=6, epochs=6))
    assert "can give no p" not in caption(differences(more.view).figure)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: make_study(RATES, **SMALL), id="no_summary"),
        pytest.param(lambda: with_summary(make_study([], **SMALL)), id="baseline_alone"),
        pytest.param(lambda: with_summary(all_baselines_failed()), id="no_baseline_complete"),
    ],
)
def test_without_a_pair_there_is_nothing_to_compare(make: Callable[[], MadeStudy]) -> None:
    view = make().view
    assert not has_differences(view)
    with pytest.raises(ValueError, match="a difference to a baseline"):
        differences(view)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "slide"])
@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"baseline_alone"}))
def test_every_text_of_a_forest_can_be_read(scenario: str, look: StyleName, made: Callable[[str], MadeStudy]) -> None:
    study = with_summary(made(scenario), has_population=True)
    for metric in ("loss", "rmse" if study.task == "regression" else "accuracy"):
        with style(look):
            assert unreadable(differences(study.view, metric=metric).figure) == []


def all_baselines_failed() -> MadeStudy:
    status: Mapping[tuple[Any, int], str] = {(0.0, seed): "failed" for seed in range(3)}
    return make_study([0.5], status=status, **SMALL)
