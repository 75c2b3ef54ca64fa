"""What holds for a study, decided once: whatever its settings look like, and whoever asks."""

from dataclasses import replace
from functools import cache

import pytest
from made_results import Net, make_results
from scenarios import judged

from dropout_lab.findings import StudyView
from dropout_lab.results import Results

NET = Net(0.3, 0.4)
NOISE, SPLIT = "data.label_noise", "data.split_seed"


@cache
def two_conditions() -> Results:
    return make_results({0: NET, 0.5: NET}, seeds=2)


def study(sweep: dict[str, list[object]] | None = None, **data: object) -> Results:
    made = two_conditions()
    settings = made.study | {"data": made.study["data"] | data, "sweep": sweep or {}}
    return replace(made, study=settings)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param(study(), False, id="none"),
        pytest.param(study(label_noise=0.2), True, id="a_fifth_of_the_labels"),
        pytest.param(study(label_noise=0), False, id="a_level_of_0"),
        pytest.param(study({NOISE: [0.0]}), False, id="an_axis_of_0_alone"),
        pytest.param(study({NOISE: [0.0, 0.2]}), True, id="in_some_conditions"),
        pytest.param(study({NOISE: [0.0]}, label_noise=0.2), False, id="an_axis_overrules"),
    ],
)
def test_label_noise_is_a_level_above_0(results: Results, expected: bool) -> None:
    assert StudyView(results).has_label_noise is expected


def test_a_condition_has_label_noise_at_its_own_level() -> None:
    made = make_results({0: NET, 0.5: NET}, {0: NET, 0.5: NET}, swept={NOISE: [0.0, 0.2]}, seeds=2)
    view = StudyView(replace(made, study=made.study | {"sweep": {NOISE: [0.0, 0.2]}}))
    noisy = {label for label in view.conditions if view.condition_has_label_noise(label)}
    assert noisy == {label for label in view.conditions if f"{NOISE}=0.2" in label}
    assert len(noisy) == 2


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param(study(split_seed=0), False, id="one_split"),
        pytest.param(study(split_seed="per_seed"), True, id="a_split_for_each_seed"),
        pytest.param(study({SPLIT: [0, "per_seed"]}, split_seed=0), True, id="in_some_conditions"),
        pytest.param(study({SPLIT: [0, 1]}, split_seed="per_seed"), False, id="an_axis_overrules"),
    ],
)
def test_seeds_have_splits_of_their_own_where_some_condition_says_per_seed(results: Results, expected: bool) -> None:
    assert StudyView(results).has_own_splits is expected


def test_a_verdict_hands_on_the_study_that_it_was_read_from() -> None:
    told = judged("helps")
    assert list(told.view.conditions) == list(told.facts.conditions)
    assert "view" not in told.as_json()


def test_what_is_missing_is_none() -> None:
    view = StudyView(make_results({0: NET, 0.5: replace(NET, status={0: "diverged", 1: "diverged"})}, seeds=2))
    row = view.row("rate=0.5", "val_loss", "last")
    assert row is not None
    assert (row.n, row.mean, row.sd, row.effect, row.interval_method, row.test_method) == (0, *[None] * 5)
    assert view.row("rate=0.5", "no_such_metric", "last") is None
    assert view.estimate("rate=0.7", "val_loss", "last") is None
