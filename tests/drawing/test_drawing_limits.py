"""Axis limits: what may leave the axis, and when it is logarithmic."""

from collections.abc import Callable

import numpy as np
import pytest
from made_studies import make_study
from matplotlib.figure import Figure
from reading import caption

from dropout_lab.drawing import training_curves
from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.limits import accuracy_limits, gap_limits, loss_limits

Drawn = Callable[[str, str], Figure]


def curve(mean: object, *, median: object = None, unsettled: int | None = None) -> Curve:
    values = np.asarray(mean, dtype=float)
    middle = values if median is None else np.asarray(median, dtype=float)
    n = np.full(len(values), 5)
    skip = len(values) // 2 if unsettled is None else unsettled
    return Curve(np.arange(len(values), dtype=float), values, values, values, middle, n, skip)


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
    calm = training_curves(**make_study([0.2, 0.5]).everything).axes[0].get_ylim()
    figure = drawn("exploding", "loss_curves")
    np.testing.assert_allclose(figure.axes[0].get_ylim(), calm, rtol=0.2)
    assert "Off the axis in part, with their intervals: rate 0.8." in caption(figure)


def test_val_losses_that_span_decades_get_a_log_axis(drawn: Drawn) -> None:
    assert {axes.get_yscale() for axes in drawn("decades", "loss_curves").axes} == {"log"}
    assert drawn("decades", "validation_curve").axes[0].get_yscale() == "log"
    assert drawn("decades", "validation_curve").axes[1].get_yscale() == "linear"


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
    limits = accuracy_limits([curve(np.linspace(0.2, 1.0, 40))])
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
        accuracy_limits([curve(values)]),
    ):
        assert limits.low < limits.high


def test_a_study_of_one_epoch_can_be_drawn() -> None:
    figure = training_curves(**make_study([0.2, 0.5], seeds=2, epochs=1).everything)
    low, high = figure.axes[0].get_xlim()
    assert low < 1 < high
