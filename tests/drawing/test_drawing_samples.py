"""Monte Carlo against the number of samples, and how often a net is right at each confidence."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_sampled_study import ECE, KS, MEETS, OFF_ON_TEST, with_samples
from made_studies import MadeStudy, make_study
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from reading import caption, draw_one, heads, labels, lines

from dropout_lab.drawing import Picture, mc_samples, picture_names, reliability
from dropout_lab.drawing.style import LIGHT
from dropout_lab.statistics.intervals import share_interval

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]
Painted = Callable[[str, str], Picture]


def of_val(study: MadeStudy, method: str, rate: float = 0.5, point: str = "best") -> pd.DataFrame:
    """The rows of inference.csv that a figure may show."""
    rows = study.tables["inference"]
    return rows[
        (rows["split"] == "val") & (rows["point"] == point) & (rows["method"] == method) & (rows["rate"] == rate)
    ]


def test_the_line_is_the_mean_of_val_at_every_number_of_samples(painted: Painted, made: Made) -> None:
    picture = painted("sampled", "mc_samples")
    means = of_val(made("sampled"), "monte carlo").groupby("n_samples")["loss"].mean()
    (line,) = lines(picture.figure.axes[0], LIGHT.single)
    np.testing.assert_array_equal(line.get_xdata(), KS)
    np.testing.assert_allclose(line.get_ydata(), means)
    drawn = picture.data[picture.data["method"] == "monte carlo"]
    np.testing.assert_allclose(drawn["mean"], means)
    assert picture.figure.axes[0].get_xscale() == "log"


def test_weight_scaling_is_a_level_of_no_samples(painted: Painted, made: Made) -> None:
    picture = painted("sampled", "mc_samples")
    row = picture.data[picture.data["n_samples"] == 0].iloc[0]
    level = of_val(made("sampled"), "weight scaling")["loss"]
    assert (row["method"], row["mean"]) == ("weight scaling", pytest.approx(level.mean()))
    assert any(line.get_ydata()[0] == pytest.approx(level.mean()) for line in picture.figure.axes[0].lines)
    assert labels(picture.figure.axes[0])[-2:] == ["Monte Carlo", "weight scaling"]


def test_the_difference_is_paired_by_seed_so_that_what_seeds_share_leaves_its_interval(painted: Painted) -> None:
    data = painted("sampled", "mc_samples").data
    drawn = data[data["method"] == "monte carlo"]
    np.testing.assert_allclose(drawn["difference"], [0.05 * (1 / k - 1 / (MEETS - 1)) for k in KS])
    assert (drawn["difference_ci95_high"] - drawn["difference_ci95_low"]).max() < 1e-9
    assert (drawn["ci95_high"] - drawn["ci95_low"]).min() > 1e-3


def test_the_spread_over_draws_ends_where_there_is_one_set_of_samples(painted: Painted) -> None:
    data = painted("sampled", "mc_samples").data.set_index("n_samples")["sd_over_draws"]
    np.testing.assert_allclose(data.loc[[1, 50]], [0.01, 0.01 / 50**0.5])
    assert data.loc[[0, 100]].isna().all()


def test_where_monte_carlo_meets_weight_scaling_is_marked_and_told(painted: Painted) -> None:
    picture = painted("three_sampled", "mc_samples")
    assert set(picture.data.loc[picture.data["mark"] != "", "n_samples"]) == {MEETS}
    assert f"no worse from k = {MEETS} for rate 0.2" in picture.caption
    assert "about 50" in picture.caption
    assert f"meets weight scaling at k = {MEETS}" in [label for axes in picture.figure.axes for label in labels(axes)]


def test_no_number_of_samples_is_named_for_an_accuracy_which_counts_rows(painted: Painted) -> None:
    picture = painted("three_sampled", "accuracy_mc_samples")
    assert (picture.data["mark"] == "").all()
    assert "No such k is named here" in picture.caption
    said = " ".join(label for axes in picture.figure.axes for label in labels(axes))
    assert "weight scaling at" not in said
    assert "Dots:" not in caption(picture.figure)


def apart(study: MadeStudy, by: float) -> MadeStudy:
    """Move the seeds of a study apart, so that its levels have intervals as wide as wished for."""
    inference = study.tables["inference"]
    moved = inference.assign(loss=inference["loss"] + by * inference["seed"])
    return replace(study, tables={**study.tables, "inference": moved})


def test_bands_that_would_fill_a_panel_are_left_out_and_the_means_set_its_limits(made: Made, drawn: Drawn) -> None:
    left_out = "Bands that would fill an upper panel are left out, they are in the numbers."
    calm = drawn("sampled", "mc_samples")
    assert [len(axes.collections) > 1 for axes in calm.axes] == [True, True]
    assert left_out not in caption(calm)
    wide = draw_one(apart(made("sampled"), 0.1), "mc_samples")
    above, below = wide.figure.axes
    assert len(above.patches) == 0, "the band of weight scaling"
    assert not [one for one in above.collections if isinstance(one, FillBetweenPolyCollection)]
    assert [one for one in below.collections if isinstance(one, FillBetweenPolyCollection)]
    low, high = above.get_ylim()
    means = wide.data["mean"]
    assert high - low < 1.5 * (means.max() - means.min())
    assert left_out in caption(wide.figure)
    assert wide.data["ci95_low"].notna().all()


def test_where_they_never_meet_the_figure_says_so() -> None:
    picture = draw_one(with_samples(make_study([0.5], seeds=2, epochs=6), meets=1e9), "mc_samples")
    assert (picture.data["mark"] == "").all()
    assert "Here Monte Carlo's mean is still worse at k = 100 for rate 0.5." in picture.caption
    assert "Dots:" not in caption(picture.figure)


def test_a_line_that_crosses_and_comes_back_has_not_met(made: Made) -> None:
    study = made("sampled")
    inference = study.tables["inference"].copy()
    inference.loc[inference["n_samples"] == 50, "loss"] += 1.0
    picture = draw_one(replace(study, tables={**study.tables, "inference": inference}), "mc_samples")
    assert set(picture.data.loc[picture.data["mark"] != "", "n_samples"]) == {100}


@pytest.mark.parametrize("name", ["mc_samples", "reliability"])
def test_the_test_split_is_never_drawn(name: str, painted: Painted) -> None:
    data = painted("sampled", name).data
    numbers = data.select_dtypes("number").drop(columns="n_rows", errors="ignore")
    assert numbers.max(axis=None) < OFF_ON_TEST / 2
    if name == "reliability":
        assert (data["accuracy"] > 0).all()


def test_one_seed_has_neither_band_nor_interval(painted: Painted) -> None:
    assert painted("sampled_one_seed", "mc_samples").data[["ci95_low", "difference_ci95_low"]].isna().all(axis=None)
    words = painted("sampled_one_seed", "reliability").figure
    assert "(n = 1), no interval" in caption(words)
    assert "ECE Monte Carlo 0.020" in labels(words.axes[2])[0]


def test_a_regression_is_sampled_but_has_no_classes_to_be_sure_of(made: Made) -> None:
    names = picture_names(made("sampled_regression").results)
    assert {"mc_samples", "rmse_mc_samples"} <= set(names)
    assert "reliability" not in names


def test_a_study_without_samples_has_neither_figure(made: Made) -> None:
    view = made("one_rate").view
    assert not {"mc_samples", "reliability"} & set(picture_names(view.results))
    with pytest.raises(ValueError, match="two numbers of samples"):
        mc_samples(view)
    with pytest.raises(ValueError, match="that was sampled"):
        reliability(view)


def test_bins_are_summed_over_seeds_by_their_rows(made: Made) -> None:
    study = made("sampled")
    rows = study.tables["reliability"].copy()
    lone = rows["trial"] == rows.loc[rows["rate"] == 0.5, "trial"].iloc[0]
    rows.loc[lone & (rows["bin"] == 8), ["n_rows", "accuracy", "confidence"]] = [50, 1.0, 0.5]
    picture = draw_one(replace(study, tables={**study.tables, "reliability": rows}), "reliability")
    drawn = picture.data.query("rate == 0.5 and method == 'monte carlo' and bin == 8").iloc[0]
    kept = (8 - 0.4) / 15 - ECE["monte carlo"]
    assert drawn["n_rows"] == 90
    assert drawn["accuracy"] == pytest.approx((50 + 40 * kept) / 90)
    assert drawn["confidence"] == pytest.approx((25 + 40 * (8 - 0.4) / 15) / 90)


def test_seeds_that_predict_the_same_rows_do_not_make_them_more(painted: Painted) -> None:
    data = painted("sampled", "reliability").data
    low, high = share_interval(data["accuracy"], data["n_rows"] / 5)
    np.testing.assert_allclose(data[["accuracy_ci95_low", "accuracy_ci95_high"]], np.transpose([low, high]))
    assert set(data["n_seeds"]) == {5}


def test_dots_of_a_net_too_sure_of_itself_lie_below_the_diagonal(drawn: Drawn, painted: Painted) -> None:
    axes = drawn("sampled", "reliability").axes[2]
    ours = [line for line in axes.lines if len(line.get_xdata()) == 4]
    assert {tuple(line.get_color()) for line in ours} == {tuple(LIGHT.single), tuple(LIGHT.ink)}
    scaled = next(line for line in ours if same_color(line.get_color(), LIGHT.ink))
    np.testing.assert_allclose(scaled.get_xdata() - scaled.get_ydata(), ECE["weight scaling"])
    assert [0, 1] in [list(line.get_xdata()) for line in axes.lines]
    shares = painted("sampled", "reliability").data.groupby(["rate", "method"])["share"].sum()
    np.testing.assert_allclose(shares, 1)


def test_calibration_errors_are_told_with_their_interval(drawn: Drawn, painted: Painted) -> None:
    said = [label for axes in drawn("sampled", "reliability").axes for label in labels(axes)]
    assert any(
        "ECE weight scaling 0.0520 (0.0500 to 0.0540)\nECE Monte Carlo 0.0220 (0.0200 to 0.0240)" in one for one in said
    )
    assert "0.0220 for rate 0.5 by Monte Carlo" in painted("sampled", "reliability").caption


@pytest.mark.parametrize(
    ("scenario", "shown", "said"),
    [
        ("sampled", ["baseline", "rate 0.5"], ""),
        ("three_sampled", ["baseline", "rate 0.5"], "Of 3 sampled settings of dropout, the one that val chose"),
        ("sampled_train_sizes", ["baseline", "rate 0.5"] * 2, "is shown in each row"),
    ],
)
def test_of_many_conditions_the_one_that_val_chose_is_shown(
    scenario: str, shown: list[str], said: str, drawn: Drawn
) -> None:
    figure = drawn(scenario, "reliability")
    assert [head for head in heads(figure) if head] == shown
    assert said in caption(figure)
