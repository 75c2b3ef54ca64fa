"""Copies of a study with other values: what a grid is expanded with."""

import time
from typing import Any

import pytest

from dropout_lab.config import Study, study_from_mapping, with_values
from dropout_lab.errors import ConfigError


@pytest.fixture
def study() -> Study:
    return study_from_mapping({"data": {"source": "digits"}, "model": {"hidden": [8, 8]}, "seeds": 2})


def test_only_the_given_values_change(study: Study) -> None:
    changed = with_values(study, {"training.learning_rate": 0.1, "name": "other", "seeds": [4]})
    assert (changed.training.learning_rate, changed.name, changed.seeds) == (0.1, "other", (4,))
    back = {"training.learning_rate": study.training.learning_rate, "name": study.name, "seeds": study.seeds}
    assert with_values(changed, back) == study


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ({"model.width": 4}, (4, 4)),
        ({"model.depth": 3}, (8, 8, 8)),
        ({"model.width": 4, "model.depth": 1}, (4,)),
        ({"model.hidden": [3]}, (3,)),
        ({"model.hidden": (3, 2, 1)}, (3, 2, 1)),
    ],
    ids=str,
)
def test_width_and_depth_take_each_other_from_hidden(
    study: Study, values: dict[str, object], hidden: tuple[int, ...]
) -> None:
    assert with_values(study, values).model.hidden == hidden


def test_steps_and_epochs_replace_each_other(study: Study) -> None:
    in_steps = with_values(study, {"training.steps": 9})
    assert (in_steps.training.epochs, in_steps.training.steps) == (None, 9)
    in_epochs = with_values(in_steps, {"training.epochs": 3})
    assert (in_epochs.training.epochs, in_epochs.training.steps) == (3, None)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"training.learnig_rate": 1.0}, "training.learnig_rate is no setting. Did you mean training.learning_rate?"),
        (
            {"training.learning_rate": 0},
            "training.learning_rate must be a number above 0. Got 0. The default is 0.001.",
        ),
        ({"training.learning_rate": "1"}, 'Got "1" (text). Write 1 without quotes.'),
        ({"training.learning_rate": object}, "(a type of Python)"),
        ({"training.epochs": 10**400}, "Got a number of 1329 bits."),
        ({"training.learning_rate": 10**400}, "Got a number of 1329 bits."),
        ({"model.hidden": [4], "model.width": 4}, "model.width cannot stand beside model.hidden [4]"),
        ({"model.hidden": []}, "dropout.rates[0] must be 0 in a linear model"),
        ({"sweep": {"model.widht": [1]}}, "sweep.model.widht names no setting."),
        ({"dropout.rates": []}, "dropout.rates must be a list of one or more items"),
    ],
    ids=["unknown", "range", "kind", "python", "huge", "huge-for-float", "two-forms", "rule", "sweep", "empty"],
)
def test_values_that_do_not_fit_are_refused(study: Study, values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_values(study, values)
    assert "problem in the settings:" in str(caught.value)
    assert message in str(caught.value)


def test_a_width_cannot_replace_layers_of_different_widths() -> None:
    uneven = study_from_mapping({"data": {"source": "digits"}, "model": {"hidden": [8, 4]}})
    with pytest.raises(ConfigError, match=r"model\.depth alone cannot replace model\.hidden \[8, 4\]"):
        with_values(uneven, {"model.depth": 3})
    assert with_values(uneven, {"model.depth": 3, "model.width": 2}).model.hidden == (2, 2, 2)


def test_the_axes_are_kept() -> None:
    study = study_from_mapping({"data": {"source": "digits"}, "sweep": {"model.width": [4, 8]}})
    changed = with_values(study, {"model.width": 4})
    assert (changed.model.hidden, changed.sweep) == ((4, 4), {"model.width": (4, 8)})
    assert with_values(changed, {"sweep": {}}).sweep == {}


def test_floats_of_numpy_and_minus_zero_become_plain_numbers(study: Study) -> None:
    import numpy as np

    rates = with_values(study, {"dropout.rates": [-0.0, np.float64(0.5)]}).dropout.rates
    assert str(rates) == "(0.0, 0.5)"


def test_a_study_is_frozen(study: Study) -> None:
    with pytest.raises(ValueError, match="frozen"):
        study.name = "other"  # type: ignore[misc]


def test_a_mapping_is_refused_with_all_its_problems() -> None:
    mapping: dict[str, Any] = {"training.epochs": 3, "model": {5: 3}, "seeds": 0}
    with pytest.raises(ConfigError) as caught:
        study_from_mapping(mapping)
    assert sorted(problem.split()[0] for problem in caught.value.problems) == [
        "data.source",
        "model.5",
        "seeds",
        "training.epochs",
    ]
    assert "training.epochs is no setting. Write epochs inside the section training." in caught.value.problems


def test_a_thousand_copies_take_less_than_a_second_of_processor_time(study: Study) -> None:
    start = time.process_time()
    for width in range(1, 1001):
        with_values(study, {"model.width": width, "training.learning_rate": 1 / width})
    assert time.process_time() - start < 1
