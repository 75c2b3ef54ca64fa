"""Kinds of noise are words: they get panels, and rates keep their colours. Outputs have a rate too."""

from collections.abc import Callable

from made_scenarios import KINDS
from made_studies import MadeStudy, make_study
from matplotlib.figure import Figure
from reading import heads, labels, lines

from dropout_lab.drawing import Picture
from dropout_lab.drawing.grid import read_grid
from dropout_lab.drawing.style import LIGHT
from dropout_lab.findings import read_measured

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]
Painted = Callable[[str, str], Picture]


def test_every_kind_has_a_panel_of_gap_curves_in_which_a_rate_has_its_colour(drawn: Drawn) -> None:
    figure = drawn("kinds", "gap_curves")
    assert heads(figure) == [f"kind {kind}" for kind in KINDS]
    shown = [[line.get_color() for line in lines(axes)] for axes in figure.axes]
    assert shown == [shown[0]] * len(KINDS)
    assert len(set(shown[0])) == 3
    assert labels(figure.axes[-1])[-3:] == ["baseline", "rate 0.2", "rate 0.5"]


def test_kinds_are_rows_and_rates_are_columns_of_training_curves(drawn: Drawn) -> None:
    figure = drawn("kinds", "loss_curves")
    assert heads(figure)[:2] == ["rate 0.2, kind bernoulli", "rate 0.2, kind gaussian"]
    places = {head: axes.get_subplotspec() for head, axes in zip(heads(figure), figure.axes, strict=True)}
    at = {head: (place.rowspan.start, place.colspan.start) for head, place in places.items()}
    assert at["rate 0.2, kind gaussian"] == (1, 0)
    assert at["rate 0.5, kind dropconnect"] == (2, 1)


def test_every_kind_has_a_validation_curve(drawn: Drawn) -> None:
    assert [head for head in heads(drawn("kinds", "validation_curve")) if head] == [f"kind {kind}" for kind in KINDS]


def test_kinds_head_the_rows_of_differences(drawn: Drawn) -> None:
    (axes,) = drawn("kinds", "differences").axes
    assert {f"kind {kind}" for kind in KINDS} <= set(labels(axes))
    assert [label.get_text().removesuffix(" ★") for label in axes.get_yticklabels()] == ["rate 0.2", "rate 0.5"] * 3


def test_kinds_of_one_rate_share_a_panel_and_the_baseline_has_none(drawn: Drawn) -> None:
    (gaps,), (strips,) = (drawn("kinds_of_one_rate", name).axes for name in ("gap_curves", "seeds"))
    named = [label.removesuffix(" ★") for label in labels(gaps)[-4:]]
    assert named == ["baseline", *(f"rate 0.5, kind {kind}" for kind in KINDS)]
    assert [label.get_text() for label in strips.get_xticklabels()] == ["none", *KINDS]


def test_a_setting_that_a_kind_has_not_is_left_unsaid() -> None:
    study = make_study(
        [0.2, 0.5], noise={"dropout.kind": KINDS[:2], "dropout.scaling": ["inverted"]}, seeds=1, epochs=4
    )
    study.trials.loc[study.trials["dropout.kind"] == "gaussian", "dropout.scaling"] = None
    grid = read_grid(read_measured(study.trials))
    said = [grid.family_label(family) for family in grid.families]
    assert said == ["kind bernoulli, scaling inverted", "kind gaussian"]
    assert grid.dropout_label(grid.treated[1].dropout) == "rate 0.2, kind gaussian"


def test_dropping_outputs_alone_is_no_baseline() -> None:
    study = make_study([0.0, 0.5], noise={"dropout.output_rate": [0.0]}, seeds=1, epochs=4)
    trials = study.trials.copy()
    trials.loc[trials["rate"] == 0.0, "dropout.output_rate"] = 0.3
    grid = read_grid(read_measured(trials))
    assert [one.is_baseline for one in grid.conditions] == [False, False]
    assert grid.dropout_label(grid.conditions[0].dropout) == "rate 0, output rate 0.3"


def test_an_output_rate_is_an_axis_where_the_rate_stays(drawn: Drawn, painted: Painted) -> None:
    above, below = drawn("output_rates", "validation_curve").axes
    assert below.get_xlabel().replace("\n", " ") == "output rate (probability that an output is dropped)"
    assert [line.get_xdata().tolist() for line in lines(above)] == [[0.0, 0.1, 0.3]] * 2
    assert "more outputs are dropped" in painted("output_rates", "validation_curve").caption
    low, high = above.get_ylim()
    levels = [line.get_ydata()[0] for line in above.lines if line.get_color() == LIGHT.neutral]
    assert levels
    assert all(low < level < high for level in levels)
