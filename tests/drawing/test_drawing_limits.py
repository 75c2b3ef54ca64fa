"""Axis limits: what may leave the axis, and when it is logarithmic."""

from collections.abc import Callable

import numpy as np
import pytest
from made_studies import make_study
from matplotlib.figure import Figure
from reading import caption

from dropout_lab.drawing import training_curves, validation_curve
from dropout_lab.drawing.limits import bounded_limits, gap_limits, loss_limits, within_reach
from dropout_lab.drawing.page import fill_rows, finish_page, open_page
from dropout_lab.drawing.style import style, use_log_axis
from dropout_lab.findings import Curve

Drawn = Callable[[str, str], Figure]


def curve(mean: object, *, median: object = None, unsettled: int | None = None) -> Curve:
    values = np.asarray(mean, dtype=float)
    middle = values if median is None else np.asarray(median, dtype=float)
    n = np.full(len(values), 5)
    skip = len(values) // 2 if unsettled is None else unsettled
    x, method = np.arange(len(values), dtype=float), np.full(len(values), "t")
    return Curve(x, values, values, values, middle, n, method, skip)


FALLING = 2.3 * np.exp(-np.arange(60) / 5) + 0.2


def test_steep_first_epochs_do_not_squeeze_what_comes_after() -> None:
    limits = loss_limits([curve(FALLING)], guide=[curve(FALLING)])
    assert limits.low < 0.2
    assert limits.high < 0.6 < FALLING.max()


def test_ordinary_curves_lie_on_the_axis_as_a_whole() -> None:
    values = np.linspace(1.0, 0.6, 20)
    limits = loss_limits([curve(values)], guide=[])
    assert not limits.excludes(values)


def test_a_mean_that_one_trial_drove_off_does_not_set_the_axis() -> None:
    calm = curve(FALLING)
    exploded = curve(FALLING * 500, median=FALLING)
    limits = loss_limits([calm, exploded], guide=[calm, exploded])
    assert not limits.is_log
    assert limits.high < 0.6


def test_one_exploding_trial_leaves_the_panels_of_the_rest_as_they_were_and_is_named(drawn: Drawn) -> None:
    calm = training_curves(make_study([0.2, 0.5]).view).figure.axes[0].get_ylim()
    figure = drawn("exploding", "loss_curves")
    np.testing.assert_allclose(figure.axes[0].get_ylim(), calm, rtol=0.2)
    assert "Far from the others, rate 0.8 has a y axis of its own." in caption(figure)
    low, high = figure.axes[2].get_ylim()
    assert low < 0.5
    assert high > 2000


def test_a_rate_far_from_the_others_has_an_axis_of_its_own_with_the_baseline_on_it() -> None:
    study = make_study([0.2, 0.5, 0.8], seeds=2, epochs=20, scale={0.8: 3.0})
    figure = training_curves(study.view).figure
    near, also_near, far = (axes.get_ylim() for axes in figure.axes)
    assert near == also_near
    settled = study.curves[study.curves["epoch"] > 10].groupby("rate")["val_loss"]
    assert near[1] < settled.max()[0.8] < far[1]
    assert far[0] < settled.min()[0.0]
    assert "rate 0.8 has a y axis of its own" in caption(figure)


def test_two_rates_far_apart_are_no_exception_and_share_the_axis() -> None:
    study = make_study([0.5, 0.8], seeds=2, epochs=20, scale={0.5: 2.5, 0.8: 3.0})
    figure = training_curves(study.view).figure
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert "of its own" not in caption(figure)


def test_things_belong_on_an_axis_while_they_do_not_double_it() -> None:
    reference = np.array([1.0, 2.0])
    values = np.array([[1.0, 2.0], [0.1, 2.9], [1.5, 3.1], [1.0, 1.5]])
    assert within_reach(values, reference).tolist() == [True, True, False, True]
    assert within_reach(values[1:3], reference).tolist() == [True, True], "half of them are no exception"
    assert within_reach(values, np.array([1.0, 1.0])).all(), "no range to double"


def test_val_losses_that_span_decades_get_a_log_axis(drawn: Drawn) -> None:
    figure = drawn("decades", "loss_curves")
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}
    assert figure.axes[0].get_ylabel().replace("\n", " ") == "cross-entropy loss (nats, log axis)"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.003, 3.0, [0.01, 0.1, 1]),
        (0.04, 0.6, [0.05, 0.1, 0.2, 0.5]),
        (0.054, 0.41, [0.07, 0.1, 0.15, 0.2, 0.3]),
    ],
    ids=["decades", "a decade", "less"],
)
def test_a_log_axis_has_enough_ticks_to_be_read_as_one(low: float, high: float, ticks: list[float]) -> None:
    axes = Figure().add_subplot()
    use_log_axis(axes, low, high)
    assert [tick for tick in axes.get_yticks() if low <= tick <= high] == pytest.approx(ticks)


def test_a_log_axis_beside_a_linear_one_is_named() -> None:
    with style():
        page = open_page(fill_rows(3, 3), panel_height=1.5, title="t", subtitle="s", notes=[])
        use_log_axis(page.panels[1], 0.1, 10.0)
        finish_page(page, x="rate", y=["loss (nats)"])
    assert [axes.get_ylabel() for axes in page.panels] == ["loss (nats)", "log axis", ""]


def test_a_validation_curve_gets_a_log_axis_where_many_rates_lie_decades_apart() -> None:
    study = make_study([0.2, 0.5, 0.8], seeds=2, epochs=20, scale={0.0: 0.05, 0.2: 0.05, 0.5: 1.0, 0.8: 3.0})
    above, below = validation_curve(study.view).figure.axes
    assert (above.get_yscale(), below.get_yscale()) == ("log", "linear")


def test_a_train_loss_that_falls_to_nothing_needs_no_log_axis() -> None:
    train, val = curve(np.geomspace(1, 1e-9, 60)), curve(FALLING)
    limits = loss_limits([train, val], guide=[val])
    assert not limits.is_log
    assert limits.low <= 0


def test_a_log_axis_is_at_most_four_decades_deep() -> None:
    train, low, high = curve(np.geomspace(1, 1e-9, 60)), curve(np.full(60, 0.01)), curve(np.full(60, 2.0))
    limits = loss_limits([train, low, high], guide=[low, high])
    assert limits.is_log
    assert limits.low == pytest.approx(limits.high * 1e-4)


def test_losses_far_above_zero_are_not_flattened_by_showing_zero() -> None:
    limits = loss_limits([curve(np.linspace(1.3, 1.2, 20))], guide=[])
    assert limits.low > 1.0


def test_accuracy_ends_at_one() -> None:
    limits = bounded_limits([curve(np.linspace(0.2, 1.0, 40))], 0.0, 1.0)
    assert 1.0 < limits.high <= 1.02


def test_zero_is_on_every_gap_axis() -> None:
    for values in (np.linspace(0.2, 0.3, 20), np.linspace(-0.3, -0.2, 20)):
        limits = gap_limits([curve(values)])
        assert limits.low < 0 < limits.high


@pytest.mark.parametrize("values", [np.zeros(5), np.full(3, 0.7), np.ones(1)], ids=["zero", "constant", "one epoch"])
def test_a_flat_curve_has_an_axis_with_two_ends(values: np.ndarray) -> None:
    for limits in (
        loss_limits([curve(values)], guide=[curve(values)]),
        gap_limits([curve(values)]),
        bounded_limits([curve(values)], 0.0, 1.0),
    ):
        assert limits.low < limits.high


def test_a_study_of_one_epoch_can_be_drawn() -> None:
    figure = training_curves(make_study([0.2, 0.5], seeds=2, epochs=1).view).figure
    low, high = figure.axes[0].get_xlim()
    assert low < 1 < high
