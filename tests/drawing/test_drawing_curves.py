"""Training curves and gap curves: what the lines are, where they are marked, and what is said about the rest."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_studies import MadeStudy, make_study
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from reading import caption, heads, labels, lines
from scipy import stats

from dropout_lab.drawing import Picture, gap_curves, training_curves
from dropout_lab.drawing.style import LIGHT

NEUTRAL, SINGLE = LIGHT.neutral, LIGHT.single

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]


def values(study: MadeStudy, rate: float, column: str) -> np.ndarray:
    rows = study.curves[study.curves["rate"] == rate]
    return rows.pivot(index="seed", columns="epoch", values=column).to_numpy()


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_lines_are_means_over_seeds_of_train_solid_and_val_dashed(metric: str, drawn: Drawn, made: Made) -> None:
    study, axes = made("one_rate"), drawn("one_rate", f"{metric}_curves").axes[0]
    train, val = lines(axes, SINGLE)
    np.testing.assert_allclose(train.get_ydata(), values(study, 0.5, f"train_{metric}").mean(axis=0))
    np.testing.assert_allclose(val.get_ydata(), values(study, 0.5, f"val_{metric}").mean(axis=0))
    assert train.get_linestyle() == "-"
    assert val.get_linestyle() == "--"


def test_the_baseline_is_drawn_in_neutral_grey_in_the_panel_of_every_rate(drawn: Drawn, made: Made) -> None:
    expected = values(made("diverged"), 0.0, "val_loss").mean(axis=0)
    panels = drawn("diverged", "loss_curves").axes
    assert heads(drawn("diverged", "loss_curves")) == ["rate 0.2", "rate 0.5 ★ (n = 3 of 5)", "rate 0.8 (n = 4 of 5)"]
    for axes in panels:
        np.testing.assert_allclose(lines(axes, NEUTRAL)[1].get_ydata(), expected)


def test_bands_are_the_95_percent_t_interval_of_the_mean(drawn: Drawn, made: Made) -> None:
    sample = values(made("one_rate"), 0.5, "loss_gap")
    low, high = stats.t.interval(0.95, 4, sample.mean(axis=0), stats.sem(sample, axis=0))
    (band,) = [
        one
        for one in drawn("one_rate", "gap_curves").axes[0].collections
        if one.get_alpha() and same_color(one.get_fc()[0][:3], SINGLE)
    ]
    corners = np.concatenate([path.vertices for path in band.get_paths()])
    at_last = corners[corners[:, 0] == 60, 1]
    np.testing.assert_allclose([at_last.min(), at_last.max()], [low[-1], high[-1]])
    assert "mean over n = 5 seeds. Bands: 95 % t interval" in caption(drawn("one_rate", "gap_curves"))


def test_one_seed_has_no_band_and_says_so(drawn: Drawn) -> None:
    for stem in ("loss_curves", "gap_curves", "accuracy_curves"):
        figure = drawn("one_seed", stem)
        bands = [
            path for axes in figure.axes for one in axes.collections for path in one.get_paths() if one.get_alpha()
        ]
        assert bands == [], stem
        assert "One seed (n = 1): single runs, so there is no interval." in caption(figure)


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_epoch_of_the_lowest_mean_val_loss_is_marked_on_the_val_line(metric: str, drawn: Drawn, made: Made) -> None:
    study, axes = made("one_rate"), drawn("one_rate", f"{metric}_curves").axes[0]
    best = {rate: int(values(study, rate, "val_loss").mean(axis=0).argmin()) for rate in (0.0, 0.5)}
    dots = [
        tuple(np.asarray(one.get_offsets())[0])
        for one in axes.collections
        if len(one.get_offsets()) == 1 and one.get_sizes().size
    ]
    expected = [(best[rate] + 1, values(study, rate, f"val_{metric}").mean(axis=0)[best[rate]]) for rate in (0.0, 0.5)]
    np.testing.assert_allclose(sorted(dots), sorted(expected))
    assert f"best epoch {best[0.5] + 1} (baseline {best[0.0] + 1})" in labels(axes)


def test_the_same_epoch_is_marked_on_every_line_of_the_gap(drawn: Drawn, made: Made) -> None:
    axes = drawn("one_rate", "gap_curves").axes[0]
    dots = [tuple(np.asarray(one.get_offsets())[0]) for one in axes.collections if one.get_sizes().size]
    best = {rate: values(made("one_rate"), rate, "val_loss").mean(axis=0).argmin() for rate in (0.0, 0.5)}
    expected = [(at + 1, values(made("one_rate"), rate, "loss_gap").mean(axis=0)[at]) for rate, at in best.items()]
    np.testing.assert_allclose(sorted(dots), sorted(expected))


def test_lines_are_named_at_their_ends_in_the_last_panel_of_a_row(drawn: Drawn) -> None:
    *inner, last = drawn("diverged", "loss_curves").axes
    assert set(labels(last)) >= {"train", "val", "baseline train", "baseline val"}
    assert all("val" not in labels(axes) for axes in inner)


@pytest.mark.parametrize(
    ("stem", "label"),
    [
        ("loss_curves", "cross-entropy loss (nats)"),
        ("accuracy_curves", "accuracy (fraction)"),
        ("gap_curves", "loss gap, val − train\n(nats)"),
        ("accuracy_gap_curves", "accuracy gap, train − val\n(fraction)"),
    ],
)
def test_axes_are_labelled_with_their_units(stem: str, label: str, drawn: Drawn) -> None:
    axes = drawn("one_rate", stem).axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == (label, "epoch")


def test_regression_shows_rmse_in_units_of_the_named_target() -> None:
    study = make_study([0.5], task="regression", seeds=2, epochs=6)
    study.study["data"]["target"] = "price"
    figure = training_curves(study.view, metric="rmse").figure
    assert figure.axes[0].get_ylabel() == "RMSE (units of price)"
    assert gap_curves(study.view).figure.axes[0].get_ylabel() == "loss gap, val − train\n(standardised units²)"
    assert (
        gap_curves(study.view, metric="rmse").figure.axes[0].get_ylabel() == "RMSE gap, val − train\n(units of price)"
    )


def test_diverged_and_failed_trials_are_left_out_of_the_means_and_named(drawn: Drawn, made: Made) -> None:
    for stem in ("loss_curves", "gap_curves", "validation_curve"):
        words = caption(drawn("diverged", stem))
        assert "2 of 5 trials diverged at rate 0.5; 1 of 5 trials failed at rate 0.8." in words
        assert "n = 3 to 5 seeds" in words
    study = made("diverged")
    complete = study.trials[(study.trials["rate"] == 0.5) & (study.trials["status"] == "complete")]["trial"]
    rows = study.curves[study.curves["trial"].isin(complete)]
    _, val = [
        one for one in lines(drawn("diverged", "loss_curves").axes[1]) if not same_color(one.get_color(), NEUTRAL)
    ]
    np.testing.assert_allclose(val.get_ydata(), rows.groupby("epoch")["val_loss"].mean())


def test_a_rate_without_a_complete_trial_keeps_its_panel_and_the_baseline(drawn: Drawn) -> None:
    axes = drawn("a_rate_diverged", "loss_curves").axes[2]
    assert "no complete trial" in labels(axes)
    assert len(lines(axes)) == len(lines(axes, NEUTRAL)) == 2


def test_a_group_without_a_complete_trial_keeps_an_empty_gap_panel_that_says_so() -> None:
    study = make_study([0.5], seeds=2, epochs=6, swept={"data.train_size": [100, 300]})
    trials = study.trials.assign(status=study.trials["data.train_size"].map({100: "complete", 300: "diverged"}))
    panels = gap_curves(replace(study, trials=trials).view).figure.axes
    assert ["no complete trial" in labels(axes) for axes in panels] == [False, True]
    assert lines(panels[1]) == []


def test_many_omissions_are_summed_up() -> None:
    status = {(rate, 0): "diverged" for rate in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)}
    study = make_study([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], seeds=2, epochs=6, status=status)
    assert "1 of 2 trials diverged at rate 0.4; 2 more elsewhere." in caption(gap_curves(study.view).figure)


def test_the_gap_figure_holds_every_rate_the_baseline_and_a_zero_line(drawn: Drawn, made: Made) -> None:
    axes = drawn("diverged", "gap_curves").axes[0]
    assert set(labels(axes)) == {"baseline", "rate 0.2", "rate 0.5 ★", "rate 0.8"}
    (baseline,) = lines(axes, NEUTRAL)
    np.testing.assert_allclose(baseline.get_ydata(), values(made("diverged"), 0.0, "loss_gap").mean(axis=0))
    assert [0, 0] in [list(line.get_ydata()) for line in axes.lines]
    assert axes.get_ylim()[0] < 0


def test_many_gap_lines_carry_bars_at_the_last_epoch_instead_of_bands() -> None:
    study = make_study([0.1, 0.2, 0.3, 0.4, 0.5], seeds=3, epochs=10)
    figure = gap_curves(study.view).figure
    bars = [
        one.get_segments()[0]
        for one in figure.axes[0].collections
        if hasattr(one, "get_segments") and one.get_segments()
    ]
    sample = values(study, 0.5, "loss_gap")[:, -1]
    expected = stats.t.interval(0.95, 2, sample.mean(), stats.sem(sample))
    np.testing.assert_allclose(bars[-1][:, 1], expected)
    assert "Bars: 95 % t interval of that mean at the last epoch." in caption(figure)


@pytest.mark.parametrize(("noise", "said"), [(0.0, False), (0.3, True)], ids=["clean", "noisy"])
def test_label_noise_is_warned_of(noise: float, said: bool) -> None:
    study = make_study([0.2, 0.5], seeds=2, epochs=6, label_noise=noise)
    assert ("a gap can be negative" in caption(gap_curves(study.view).figure)) is said
    dotted = "train (true)" in labels(training_curves(study.view, metric="accuracy").figure.axes[-1])
    assert dotted is said


def test_swept_label_noise_is_warned_of_too() -> None:
    study = make_study([0.5], seeds=2, epochs=6, swept={"data.label_noise": [0.0, 0.2]})
    assert "a gap can be negative" in caption(gap_curves(study.view).figure)


def test_a_group_has_a_row_of_its_own_and_is_named(drawn: Drawn) -> None:
    figure = training_curves(
        make_study([0.2, 0.5], seeds=2, epochs=6, swept={"data.train_size": [100, 300]}).view
    ).figure
    rows = [axes.get_subplotspec().rowspan.start for axes in figure.axes]
    assert rows == [0, 0, 1, 1]
    assert [labels(axes)[0].split("\n")[0] for axes in figure.axes] == [
        "train size 100",
        "train size 100",
        "train size 300",
        "train size 300",
    ]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim() != figure.axes[2].get_ylim()
    assert "100 to 300 train and 359 val rows" in caption(figure)


def test_hundreds_of_conditions_are_thinned_out_evenly_and_it_is_said() -> None:
    swept = {"data.train_size": [50, 100, 200, 400, 800], "training.learning_rate": [1e-4, 1e-3, 1e-2]}
    study = make_study([0.1, 0.3, 0.5, 0.7], swept=swept, seeds=1, epochs=4)
    figure = training_curves(study.view).figure
    assert len(figure.axes) <= 12
    assert f"Showing {len(figure.axes)} of 60 panels, chosen evenly: rate 0.1, " in caption(figure)
    assert "; train size 50, " in caption(figure)


@pytest.mark.slow
def test_at_most_twelve_groups_get_a_gap_panel() -> None:
    study = make_study([0.5], swept={"data.train_size": [50 * i for i in range(1, 15)]}, seeds=1, epochs=4)
    figure = gap_curves(study.view).figure
    assert len(figure.axes) == 12
    assert "Showing 12 of 14 panels, chosen evenly: train size 50, " in caption(figure)


def test_many_rates_share_one_gap_axes_as_at_most_nine_lines(drawn: Drawn) -> None:
    figure = drawn("thirty_rates_and_a_long_name", "gap_curves")
    assert len([label for label in labels(figure.axes[0]) if label.startswith("rate")]) == 9
    assert "Showing 9 of 30 lines, chosen evenly: rate 0.03, " in caption(figure)


def test_without_rates_the_baseline_stands_alone() -> None:
    figure = training_curves(make_study([], seeds=2, epochs=6).view).figure
    assert heads(figure) == ["baseline"]
    assert set(labels(figure.axes[0])) >= {"train", "val"}
    assert "Grey" not in caption(figure)


@pytest.mark.parametrize("draw", [training_curves, gap_curves])
def test_a_figure_of_no_complete_trial_is_refused(draw: Callable[..., Picture], made: Made) -> None:
    study = made("one_rate")
    with pytest.raises(ValueError, match="complete trial"):
        draw(replace(study, trials=study.trials.assign(status="diverged")).view)
