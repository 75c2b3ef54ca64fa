"""The grid of conditions: who is a baseline, in which order, and an even choice of what fits."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_studies import make_study

from dropout_lab.drawing.grid import choose_evenly, evenly, read_grid
from dropout_lab.findings import read_measured
from dropout_lab.findings.series import value_in
from dropout_lab.phrases.names import is_zero, value_text


def test_conditions_are_ordered_by_rate_with_per_layer_rates_last_as_they_came() -> None:
    study = make_study([0.8, "0.5-0.2", 0.2, "0.2-0.5"], seeds=1, epochs=4)
    grid = read_grid(read_measured(study.trials))
    labels = [grid.label(condition) for condition in grid.conditions]
    assert labels == ["baseline", "rate 0.2", "rate 0.8", "rate 0.5-0.2", "rate 0.2-0.5"]


def test_rates_that_were_read_as_text_are_numbers_again() -> None:
    trials = make_study([0.5, "0.2-0.5"], seeds=1, epochs=4).trials
    grid = read_grid(read_measured(trials.assign(rate=trials["rate"].astype(str))))
    assert [condition.dropout[0] for condition in grid.conditions] == [0.0, 0.5, "0.2-0.5"]


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, True), (0.5, False), ("0.0-0.0", True), ("0.0-0.5", False), ("2e-05-0.1", False)]
)
def test_a_rate_is_zero_where_it_is_zero_in_every_layer(rate: float | str, expected: bool) -> None:
    assert is_zero(rate) is expected


def test_dropout_on_the_inputs_alone_is_no_baseline() -> None:
    grid = read_grid(read_measured(make_study([0.5], input_rates=[0.0, 0.2], seeds=1, epochs=4).trials))
    named = {grid.label(condition): condition.is_baseline for condition in grid.conditions}
    assert named == {
        "baseline": True,
        "rate 0, input rate 0.2": False,
        "rate 0.5": False,
        "rate 0.5, input rate 0.2": False,
    }


def test_each_group_has_the_baseline_of_its_own_settings() -> None:
    grid = read_grid(read_measured(make_study([0.5], seeds=1, epochs=4, swept={"data.train_size": [100, 300]}).trials))
    for condition in grid.treated:
        baseline = grid.baseline(condition.group)
        assert baseline is not None
        assert baseline.group == condition.group
    assert [grid.group_label(group) for group in grid.groups] == ["train size 100", "train size 300"]


def test_a_swept_dropout_setting_is_empty_at_the_baseline_and_makes_no_group() -> None:
    trials = make_study([0.2, 0.5], seeds=1, epochs=4).trials
    trials.insert(trials.columns.get_loc("status"), "dropout.kind", [np.nan, "unit", "gaussian"])
    grid = read_grid(read_measured(trials))
    assert grid.groups == [()]
    assert [grid.label(one) for one in grid.conditions] == [
        "baseline",
        "rate 0.2, kind unit",
        "rate 0.5, kind gaussian",
    ]


def test_paths_with_the_same_last_name_are_written_in_full() -> None:
    trials = make_study([0.5], seeds=1, epochs=4, swept={"data.size": [1], "model.size": [2]}).trials
    grid = read_grid(read_measured(trials))
    assert grid.group_label(grid.groups[0]) == "data.size 1, model.size 2"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (100.0, "100"),
        ("128-128", "128-128"),
        (1e-4, "0.0001"),
        (np.nan, ""),
        (None, ""),
        ("null", "null"),
        (True, "true"),
        ("0.5", "0.5"),
    ],
)
def test_values_are_written_as_a_user_would(cell: object, written: str) -> None:
    assert value_text(value_in(cell) or "") == written


@given(shape=st.lists(st.integers(1, 7), min_size=1, max_size=4), limit=st.integers(1, 15))
def test_an_even_choice_is_a_full_smaller_grid_within_the_limit(shape: list[int], limit: int) -> None:
    points = list(itertools.product(*(tuple(map(float, range(n))) for n in shape)))
    chosen = choose_evenly(points, limit)
    sizes = [len(set(axis)) for axis in zip(*chosen, strict=True)]
    assert len(chosen) == math.prod(sizes) <= max(limit, 0)
    assert all(
        size == 1 or {0.0, n - 1.0} <= set(axis)
        for size, n, axis in zip(sizes, shape, zip(*chosen, strict=True), strict=True)
    )
    assert len(chosen) == len(points) or len(points) > limit


def test_an_even_choice_of_a_ragged_grid_is_never_empty() -> None:
    diagonal = [(float(i), float(i)) for i in range(20)]
    assert 1 <= len(choose_evenly(diagonal, 4)) <= 4


def test_an_even_choice_keeps_both_ends() -> None:
    assert evenly(list(range(10)), 4) == [0, 3, 6, 9]
