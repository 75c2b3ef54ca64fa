"""Pictures: which of them a study can carry, what their captions say, and that their data are the numbers drawn."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_studies import MadeStudy, make_study
from made_summaries import with_summary
from reading import caption, draw_one, lines, written

from dropout_lab.drawing import FIGURES, METRICS, Picture, all_names, metrics_of, needs_of, picture_names, pictures
from dropout_lab.drawing.style import LIGHT

Made = Callable[[str], MadeStudy]
Painted = Callable[[str, str], Picture]

SMALL: dict[str, Any] = {"seeds": 2, "epochs": 6}

CURVES = ["loss_curves", "accuracy_curves", "gap_curves", "accuracy_gap_curves"]
AGAINST_RATE = ["validation_curve", "accuracy_validation_curve"]


@pytest.mark.parametrize(
    ("study", "names"),
    [
        pytest.param(lambda: make_study([0.5], **SMALL), CURVES, id="one_rate_has_no_validation_curve"),
        pytest.param(lambda: make_study([0.2, 0.5], **SMALL), [*CURVES, *AGAINST_RATE], id="two_have"),
        pytest.param(
            lambda: make_study([0.5], task="regression", **SMALL),
            ["loss_curves", "rmse_curves", "gap_curves", "rmse_gap_curves"],
            id="regression_speaks_of_rmse",
        ),
    ],
)
def test_the_pictures_of_a_study_follow_from_its_task_and_rates(
    study: Callable[[], MadeStudy], names: list[str]
) -> None:
    found = picture_names(study().results)
    assert [name for name in found if name in {*CURVES, *AGAINST_RATE, *names}] == names


def test_pictures_are_drawn_in_the_order_of_their_names() -> None:
    results = make_study([0.2, 0.5], **SMALL).results
    some = {"validation_curve", "gap_curves", "accuracy_gap_curves"}
    drawn = [picture.name for picture in pictures(results, only=some)]
    assert drawn == [name for name in picture_names(results) if name in some]
    assert len(drawn) == 3


def test_only_the_pictures_asked_for_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    results = make_study([0.2, 0.5], **SMALL).results
    for name in ("curves", "validation_curve"):
        monkeypatch.setitem(FIGURES, name, replace(FIGURES[name], draw=lambda *_, **__: pytest.fail("drawn")))
    assert [picture.name for picture in pictures(results, only={"gap_curves"})] == ["gap_curves"]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_a_metric_can_be_asked_for_alone(metric: str, made: Made) -> None:
    names = picture_names(made("one_seed").results, metrics=[metric])
    assert names
    assert {name.startswith("accuracy") for name in names} == {metric == "accuracy"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics": ["rmse"]}, "metrics must be some of loss, accuracy. Got rmse."),
        ({"style": "poster"}, "style must be one of light, dark, slide, slide-dark. Got poster."),
        ({"point": "first"}, "point must be one of last, best, stop. Got first."),
    ],
    ids=["metric", "style", "point"],
)
def test_what_a_study_has_not_is_refused(wrong: dict[str, Any], said: str, made: Made) -> None:
    with pytest.raises(ValueError, match=said):
        pictures(made("one_seed").results, **wrong)


@pytest.mark.parametrize("ended", ["diverged", "failed", "interrupted"])
def test_without_a_complete_trial_there_is_nothing_to_draw(ended: str, made: Made) -> None:
    study = made("one_rate")
    assert pictures(replace(study, trials=study.trials.assign(status=ended)).results) == []


def test_every_name_says_what_a_study_must_have_for_it() -> None:
    assert set(CURVES) | set(AGAINST_RATE) <= set(all_names())
    assert needs_of("validation_curve") == "two nonzero rates or more with a complete trial"
    assert needs_of("rmse_curves") == "a task with the metric rmse"


def test_a_study_is_measured_in_loss_and_in_its_score(made: Made) -> None:
    assert metrics_of(made("one_rate").results) == ("loss", "accuracy")
    assert metrics_of(made("regression").results) == ("loss", "rmse")
    assert set(METRICS) == {"loss", "accuracy", "rmse"}


def test_the_frames_stay_as_they_were() -> None:
    study = make_study([0.2, 0.5], **SMALL)
    curves, trials = study.curves.copy(), study.trials.copy()
    pictures(study.results, only={"loss_curves", "gap_curves", "validation_curve"})
    pd.testing.assert_frame_equal(study.curves, curves)
    pd.testing.assert_frame_equal(study.trials, trials)


def test_the_title_is_the_one_on_the_page(painted: Painted) -> None:
    picture = painted("one_rate", "gap_curves")
    assert picture.title == picture.figure.texts[0].get_text() == "digits: loss gap against epoch"


def test_the_data_of_training_curves_are_the_lines_drawn(painted: Painted) -> None:
    picture = painted("diverged", "loss_curves")
    rows = picture.data.set_index(["condition", "metric"])
    for axes, rate in zip(picture.figure.axes, ("rate=0.2", "rate=0.5", "rate=0.8"), strict=True):
        own = [line for line in lines(axes) if line not in lines(axes, LIGHT.neutral)]
        for line, metric in zip(own, ("train_loss", "val_loss"), strict=True):
            np.testing.assert_array_equal(rows.loc[(rate, metric), "epoch"], line.get_xdata())
            np.testing.assert_array_equal(rows.loc[(rate, metric), "mean"], line.get_ydata())
    assert set(picture.data["condition"]) == {"rate=0.0", "rate=0.2", "rate=0.5", "rate=0.8"}
    assert dict(picture.data.groupby("condition")["n"].first()) == {
        "rate=0.0": 5,
        "rate=0.2": 5,
        "rate=0.5": 3,
        "rate=0.8": 4,
    }


def test_the_data_say_which_epoch_is_marked(painted: Painted, made: Made) -> None:
    data, curves = painted("one_rate", "gap_curves").data, made("one_rate").curves
    losses = curves.groupby(["rate", "epoch"])["val_loss"].mean().unstack("epoch")
    marked = data[data["mark"] == "best epoch"].set_index("rate")["epoch"]
    assert dict(marked) == dict(losses.idxmin(axis="columns"))


def test_the_data_of_a_validation_curve_hold_train_val_and_gap_at_the_point(painted: Painted, made: Made) -> None:
    data, trials = painted("nine_rates", "accuracy_validation_curve").data, made("nine_rates").trials
    means = trials.groupby("rate")[["best_train_accuracy", "best_val_accuracy", "best_accuracy_gap"]].mean()
    drawn = data.pivot(index="rate", columns="metric", values="mean")
    np.testing.assert_allclose(drawn[["train_accuracy", "val_accuracy", "accuracy_gap"]], means)
    assert set(data["point"]) == {"best"}
    assert (data["ci95_low"] < data["mean"]).all()


def test_one_seed_has_no_interval_in_the_data_either(painted: Painted) -> None:
    data = painted("one_seed", "loss_curves").data
    assert data[["ci95_low", "ci95_high"]].isna().all(axis=None)
    assert set(data["interval_method"]) == {""}


def test_a_swept_setting_is_a_column_of_the_data() -> None:
    study = make_study([0.5], swept={"data.train_size": [100, 300]}, **SMALL)
    (picture,) = pictures(study.results, only={"gap_curves"})
    assert list(picture.data.columns[:5]) == ["condition", "rate", "input_rate", "data.train_size", "epoch"]
    assert set(picture.data["data.train_size"]) == {100, 300}


@pytest.mark.parametrize(
    ("scenario", "name", "said"),
    [
        ("one_rate", "loss_curves", "dashed the loss on the val rows, which the net never trains on (lower is better)"),
        ("one_rate", "loss_curves", "a coloured dashed line below the grey one shows that dropout helped"),
        ("one_rate", "accuracy_curves", "a coloured dashed line above the grey one shows that dropout helped"),
        ("one_rate", "gap_curves", "The gap is val loss minus train loss at the same weights, dropout off"),
        ("one_rate", "accuracy_gap_curves", "The gap is train accuracy minus val accuracy"),
        ("one_rate", "gap_curves", "bands are 95 % intervals of those means"),
        ("nine_rates", "gap_curves", "bars at the right are 95 % intervals of those means"),
        ("nine_rates", "validation_curve", "at each trial's epoch of lowest val loss"),
        ("input_rates_alone", "validation_curve", "From left to right more inputs are dropped"),
        ("one_seed", "loss_curves", "single trainings, one seed each (n = 1)"),
        ("diverged", "loss_curves", "means over n = 3 to 5 seeds"),
        ("label_noise", "loss_curves", "some train labels are wrong on purpose and val is clean"),
    ],
)
def test_captions_say_in_plain_words_what_is_to_be_seen(scenario: str, name: str, said: str, painted: Painted) -> None:
    assert said in painted(scenario, name).caption


def test_a_caption_states_the_numbers_of_its_figure() -> None:
    study = with_summary(make_study([0.5]))
    picture = draw_one(study, "gap_curves")
    last = picture.data[picture.data["epoch"] == 60].set_index("rate")["mean"]
    first, second = written(study, last[0.0]), written(study, last[0.5])
    said = f"Here the gap at the last epoch is {first} for the baseline and {second} for rate 0.5."
    assert said in picture.caption


def test_a_caption_of_the_baseline_alone_speaks_of_no_dropout(painted: Painted) -> None:
    for name in ("loss_curves", "gap_curves"):
        said = painted("baseline_alone", name).caption
        assert "rey" not in said
        assert "dropout helped" not in said


def test_seeds_with_splits_of_their_own_are_said_to_differ_in_their_rows() -> None:
    study = make_study([0.2, 0.5], **SMALL)
    study.study["data"]["split_seed"] = "per_seed"
    (picture,) = pictures(study.results, only={"gap_curves"})
    assert "and which rows are train and which val" in picture.caption
    assert "Every seed has a split of its own" in caption(picture.figure)
