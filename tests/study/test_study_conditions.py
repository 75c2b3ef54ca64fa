"""How the axes of a study combine, and which settings make another trial."""

import pytest
from small_studies import small_study

from dropout_lab.study.conditions import expand
from dropout_lab.study.trials import make_trial


def labels(**changes):
    return [condition.label for condition in expand(small_study(**changes))]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, ["rate=0", "rate=0.5"], id="the baseline joins"),
        pytest.param({"dropout__rates": [0, 0.5]}, ["rate=0", "rate=0.5"], id="a listed rate 0 is the baseline"),
        pytest.param({"dropout__rates": [0.5, 0.2]}, ["rate=0", "rate=0.2", "rate=0.5"], id="rates rise"),
        pytest.param(
            {"dropout__rates": [0.5, [0.2, 0.1]]}, ["rate=0", "rate=0.5", "rate=0.2-0.1"], id="a rate per layer"
        ),
        pytest.param(
            {"dropout__rates": [0, 0.5], "dropout__input_rate": 0.2},
            ["rate=0", "rate=0.5 input_rate=0.2"],
            id="a fixed input rate applies only with nonzero rates",
        ),
        pytest.param(
            {"dropout__rates": [0, 0.5], "sweep": {"dropout.input_rate": [0, 0.2]}},
            ["rate=0", "rate=0 input_rate=0.2", "rate=0.5", "rate=0.5 input_rate=0.2"],
            id="an axis of input rates is taken literally",
        ),
        pytest.param(
            {"sweep": {"data.train_size": [60, 30]}},
            [
                "rate=0 data.train_size=30",
                "rate=0.5 data.train_size=30",
                "rate=0 data.train_size=60",
                "rate=0.5 data.train_size=60",
            ],
            id="a baseline for every value of another axis",
        ),
        pytest.param(
            {"sweep": {"model.hidden": [[4, 4], [8, 8]]}},
            [f"rate={rate} model.hidden={h}" for h in ("4-4", "8-8") for rate in (0, 0.5)],
            id="lists join by hyphens",
        ),
    ],
)
def test_the_grid_has_these_conditions_in_this_order(changes, expected):
    assert labels(**changes) == expected


def test_every_condition_names_the_baseline_of_its_own_other_settings():
    conditions = expand(small_study(sweep={"model.activation": ["relu", "tanh"]}))
    assert {c.label: c.baseline for c in conditions} == {
        f"rate={rate} model.activation={act}": f"rate=0 model.activation={act}"
        for act in ("relu", "tanh")
        for rate in (0, 0.5)
    }


def test_an_axis_over_width_keeps_the_depth_of_hidden():
    conditions = expand(small_study(model__hidden=[6, 6], sweep={"model.width": [4, 8]}))
    assert {c.settings.model.hidden for c in conditions} == {(4, 4), (8, 8)}


def identity(seed=0, condition=1, fingerprint="f", **changes):
    return make_trial(expand(small_study(**changes))[condition], seed, fingerprint).id


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"seeds": 7},
        {"device": "cpu"},
        {"data__root": "/nowhere"},
        {"dropout__rates": [0.5, 0.7]},
        {"training__momentum": 0.5},
        {"training__schedule_every": 3},
    ],
    ids=str,
)
def test_settings_that_cannot_shape_a_trial_do_not_rename_it(changes):
    assert identity(**changes) == identity()


@pytest.mark.parametrize(
    "changes",
    [
        {"data__train_size": 50},
        {"data__split_seed": 1},
        {"data__label_noise": 0.1},
        {"model__hidden": [5, 6]},
        {"model__init": "torch"},
        {"dropout__rates": [0.4]},
        {"dropout__input_rate": 0.1},
        {"training__patience": 3},
        {"training__learning_rate": 0.02},
        {"training__optimizer": "adamw"},
        {"training__schedule": "linear"},
        {"evaluation__train_rows": 10},
        {"precision": "float64"},
        {"seed": 1},
        {"fingerprint": "other data"},
    ],
    ids=str,
)
def test_settings_that_shape_a_trial_rename_it(changes):
    assert identity(**changes) != identity()


def test_dropout_settings_do_not_rename_the_baseline():
    assert identity(condition=0, dropout__rates=[0.3], dropout__input_rate=0.1) == identity(condition=0)


def test_momentum_renames_a_trial_whose_optimizer_uses_it():
    assert identity(training__optimizer="momentum", training__momentum=0.5) != identity(training__optimizer="momentum")
