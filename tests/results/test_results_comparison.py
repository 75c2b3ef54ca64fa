"""Which studies may share a folder, and what they are together."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_folder import made_study

from dropout_lab.errors import FolderError
from dropout_lab.results import compare_studies, refuse_other_study, union_of_studies


def changed(path: str, value: Any) -> dict[str, Any]:
    study = copy.deepcopy(made_study())
    *sections, leaf = path.split(".")
    part = study
    for section in sections:
        part = part[section]
    part[leaf] = value
    return study


def grown(**axes: Any) -> dict[str, Any]:
    return made_study(sweep={"dropout.kind": ["gaussian"], "data.train_size": [100]} | axes)


@pytest.mark.parametrize(
    "requested",
    [
        made_study(),
        made_study(name="other"),
        made_study(device="cuda"),
        changed("data.root", "/elsewhere"),
        made_study(seeds=[5, 6]),
        changed("dropout.rates", [0.2, (0.2, 0.5)]),
        made_study(sweep={"data.train_size": [300], "dropout.kind": ["bernoulli"]}),
        made_study(model={"hidden": (128, 128)}),
    ],
    ids=["itself", "name", "device", "data root", "seeds", "rates", "axis values in another order", "tuples for lists"],
)
def test_a_study_may_grow_in_seeds_rates_and_axis_values_and_move(requested: dict[str, Any]) -> None:
    assert compare_studies(made_study(), requested) == []


@pytest.mark.parametrize(
    ("requested", "difference"),
    [
        (changed("training.learning_rate", 0.003), "training.learning_rate must be 0.001. Got 0.003."),
        (changed("model.hidden", [64]), "model.hidden must be 128-128. Got 64."),
        (changed("data.split_seed", "per_seed"), "data.split_seed must be 0. Got per_seed."),
        (changed("dropout.input_rate", 0.2), "dropout.input_rate must be 0.0. Got 0.2."),
        (changed("training.schedule", "cosine"), "training.schedule must be no such setting. Got cosine."),
        (made_study(sweep={}), "sweep must be data.train_size, dropout.kind. Got without axes."),
        (grown(**{"model.width": [8]}), "sweep must be data.train_size, dropout.kind. Got data.train_size, dropout"),
    ],
    ids=["number", "list", "text", "fixed input rate", "unknown setting", "axes gone", "one more axis"],
)
def test_any_other_difference_is_named_with_both_values(requested: dict[str, Any], difference: str) -> None:
    (found,) = compare_studies(made_study(), requested)
    assert found.startswith(difference)


def test_the_fixed_value_under_an_axis_makes_no_difference() -> None:
    stored, requested = (
        made_study(sweep={"training.learning_rate": [0.1]}, training={"learning_rate": rate}) for rate in (0.1, 0.2)
    )
    assert compare_studies(stored, requested) == []


def test_a_refusal_names_the_folder_every_difference_and_another_name() -> None:
    other = changed("training.learning_rate", 0.003) | {"precision": "float64"}
    with pytest.raises(FolderError) as caught:
        refuse_other_study(Path("results/made"), made_study(), other)
    message = str(caught.value)
    assert message.startswith("results/made: the study must be the one this folder holds")
    assert "\n  training.learning_rate must be 0.001. Got 0.003.\n" in message
    assert "\n  precision must be no such setting. Got float64.\n" in message
    assert "name=made-2" in message
    assert caught.value.exit_code == 2
    refuse_other_study(Path("results/made"), made_study(), made_study(seeds=[7]))


def test_a_union_holds_both_with_numbers_rising_and_the_rest_as_it_came() -> None:
    stored = changed("dropout.rates", [0.5, (0.2, 0.5)]) | {"seeds": [3, 1]}
    requested = changed("dropout.rates", [(0.1, 0.1), 0.1, 0.5]) | {"seeds": [0, 1], "name": "moved", "device": "cuda"}
    requested["sweep"] = {"data.train_size": [300, 0.5, 100], "dropout.kind": ["bernoulli", "gaussian"]}
    union = union_of_studies(stored, requested)
    assert union["seeds"] == [0, 1, 3]
    assert union["dropout"]["rates"] == [0.1, 0.5, [0.2, 0.5], [0.1, 0.1]]
    assert union["sweep"] == {"dropout.kind": ["gaussian", "bernoulli"], "data.train_size": [0.5, 100, 300]}
    assert list(union["sweep"]) == ["dropout.kind", "data.train_size"]
    assert (union["name"], union["device"]) == ("moved", "cuda")


@pytest.mark.parametrize("values", [[True, 1], [None, 0], ["1", 1], [False, 0.0]])
def test_values_of_different_types_stay_apart(values: list[Any]) -> None:
    first, second = (made_study(sweep={"data.stratify": [value]}) for value in values)
    assert len(union_of_studies(first, second)["sweep"]["data.stratify"]) == 2


def test_one_number_written_in_two_ways_is_one_value() -> None:
    first, second = (made_study(sweep={"training.learning_rate": [value]}) for value in (1, 1.0))
    assert union_of_studies(first, second)["sweep"]["training.learning_rate"] == [1]


studies = st.builds(
    lambda rates, sizes, seeds: made_study(
        seeds=seeds, dropout={"rates": rates, "input_rate": 0.0}, sweep={"data.train_size": sizes}
    ),
    st.lists(st.floats(0, 0.9), max_size=4, unique=True),
    st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True),
)


@given(studies, studies)
def test_a_union_does_not_depend_on_which_study_came_first_and_holds_both(a: dict[str, Any], b: dict[str, Any]) -> None:
    union = union_of_studies(a, b)
    assert union == union_of_studies(b, a)
    assert union == union_of_studies(union, a)
    assert compare_studies(union, b) == []
    assert set(union["dropout"]["rates"]) == {*a["dropout"]["rates"], *b["dropout"]["rates"]}
    assert set(union["seeds"]) == {*a["seeds"], *b["seeds"]}
