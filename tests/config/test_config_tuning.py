"""What may be tuned inside every condition, and what a fair choice needs."""

from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, line_of, problems, write
from schema_values import satisfies

from dropout_lab.config import json_schema, read_study, resolved_yaml, study_from_mapping, with_values
from dropout_lab.config.core_yaml import read_yaml
from dropout_lab.config.tuning import own_value
from dropout_lab.errors import ConfigError

RATES = "training.learning_rate"


@pytest.mark.parametrize(
    ("tune", "settings", "message"),
    [
        (
            {RATES: [0.01, 0.1]},
            {},
            "tune.training.learning_rate must hold the config's own value 0.001, which the untuned comparison takes. "
            "Got [0.01, 0.1]. Add 0.001, or change training.learning_rate to one of these.",
        ),
        (
            {RATES: [0.001]},
            {},
            "tune must hold at least 2 values of a setting. Got {training.learning_rate: [0.001]}. One candidate is no "
            "choice: add others, or leave tune out.",
        ),
        ({RATES: []}, {}, "tune.training.learning_rate must be a list of one or more values. Got [] (a list)."),
        ({RATES: 0.1}, {}, "tune.training.learning_rate must be a list of one or more values. Got 0.1. Write [0.1]."),
        (
            {RATES: [0.001, 0]},
            {},
            "tune.training.learning_rate[1] must be a number above 0. Got 0. The default is 0.001.",
        ),
        (
            {RATES: [0.001, 0.1, 0.001]},
            {},
            "tune.training.learning_rate[2] must differ from every other value of its axis. Got 0.001. Item 0 is",
        ),
        (
            {RATES: [0.001, 0.1]},
            {"sweep": {RATES: [0.001, 0.2]}},
            "tune.training.learning_rate must not be in the sweep too: an axis is compared or tuned, not both. Keep",
        ),
        (
            {"dropout.kind": ["bernoulli", "gaussian"]},
            {},
            "tune.dropout.kind cannot be tuned: only settings of training and model can. Make it an axis of the sweep",
        ),
        (
            {"data.train_size": [None, 9]},
            {},
            "tune.data.train_size cannot be tuned: only settings of training and model",
        ),
        ({"precision": ["float32", "float64"]}, {}, "tune.precision cannot be tuned: only settings of training and "),
        ({"seeds": [3, 5]}, {}, "tune.seeds has no place in tune. Every condition runs with every seed: list them"),
        (
            {"learning_rate": [0.001, 0.1]},
            {},
            "tune.learning_rate names no setting. Did you mean training.learning_rate?",
        ),
        (
            {"model.width": [128, 64], "model.hidden": [[128, 128]]},
            {},
            "tune.model.width cannot be an axis beside model.hidden: they say the same thing. Keep one of the two.",
        ),
        (
            {"training.steps": [None, 9]},
            {"sweep": {"training.epochs": [5, 50]}},
            "tune.training.steps cannot be an axis beside training.epochs: they say the same thing. Keep",
        ),
        (
            {"model.width": [4, 8]},
            {},
            "tune.model.width must hold the config's own value 128, which the untuned comparison takes. Got [4, 8].",
        ),
        (
            {"model.depth": [2, 3]},
            {"dropout.rates": [[0.1, 0.2]]},
            "tune.model.depth[1] does not fit: dropout.rates[0] must hold one number per hidden layer, 3 for",
        ),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) and value else "",
)
def test_tuning_that_is_not_fair_is_refused(
    here: Path, tune: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    text = config_text({**settings, "tune": tune})
    write(here, text)
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:{line_of(text, 'tune')}: {message}")


def test_fewer_than_three_seeds_cannot_choose(here: Path) -> None:
    text = config_text({"tune": {RATES: [0.001, 0.1]}, "seeds": 2})
    write(here, text)
    assert problems("study.yaml") == [
        f"study.yaml:{line_of(text, 'seeds')}: seeds must be at least 3 where settings are tuned: for each seed, the "
        "other seeds choose. Got 2. Write seeds: 5, or leave tune out."
    ]
    assert read_study("study.yaml", ["seeds=3"]).seeds == (0, 1, 2)


def test_nothing_is_said_of_candidates_whose_own_setting_is_at_fault(here: Path) -> None:
    write(here, config_text({RATES: 0, "tune": {RATES: [0.01, 0.1]}}))
    (problem,) = problems("study.yaml")
    assert "training.learning_rate must be a number above 0" in problem


@pytest.mark.parametrize(
    ("tune", "settings", "own"),
    [
        ({RATES: [0.01, 0.001]}, {}, 0.001),
        ({RATES: [1, 2]}, {RATES: 1.0}, 1.0),
        ({"model.width": [64, 128]}, {}, 128),
        ({"model.depth": [1, 3]}, {"model.hidden": [8, 8, 8]}, 3),
        ({"model.hidden": [[8], [8, 4]]}, {"model.hidden": [8, 4]}, (8, 4)),
        ({"training.max_norm": [None, 3]}, {}, None),
        ({"training.optimizer": ["adam", "sgd"]}, {}, "adam"),
    ],
    ids=str,
)
def test_the_own_value_is_the_configs_however_the_candidates_say_it(
    here: Path, tune: dict[str, Any], settings: dict[str, Any], own: object
) -> None:
    write(here, config_text({**settings, "tune": tune}))
    study = read_study("study.yaml")
    ((name, values),) = study.tune.items()
    assert own_value(study.model_dump(), name) == own
    assert own in values
    assert read_study_again(study) == study


def read_study_again(study: Any) -> Any:
    return study_from_mapping(read_yaml(resolved_yaml(study)).value)


def test_several_settings_are_tuned_together_and_one_list_may_hold_a_single_value() -> None:
    tune = {RATES: [0.001, 0.1], "training.weight_decay": [0]}
    study = study_from_mapping({"data": {"source": "digits"}, "tune": tune})
    assert study.tune == {RATES: (0.001, 0.1), "training.weight_decay": (0.0,)}


def test_the_command_line_tunes_too(here: Path) -> None:
    write(here, config_text({}))
    study = read_study("study.yaml", ["tune.training.learning_rate=[1e-3, 1e-2]"])
    assert study.tune == {RATES: (0.001, 0.01)}
    (problem,) = problems("study.yaml", ["tune.training.learning_rate=[1e-2, 1e-1]"])
    assert problem.startswith("command line: tune.training.learning_rate must hold the config's own value 0.001")


def test_a_problem_of_axes_that_are_given_as_one_mapping_is_placed_on_the_command_line(here: Path) -> None:
    write(here, config_text({"training": {"learning_rate": 0.002}}))
    (problem,) = problems("study.yaml", ["tune={training.learning_rate: [1e-3, 1e-2]}"])
    assert problem.startswith("command line: tune.training.learning_rate must hold the config's own value 0.002")


def test_a_problem_of_all_that_is_tuned_is_placed_where_it_is_tuned(here: Path) -> None:
    text = config_text({"tune": {RATES: [0.001]}})
    write(here, config_text({}))
    (problem,) = problems("study.yaml", [f"tune.{RATES}=[1e-3]"])
    assert problem.startswith("command line: tune must hold at least 2 values of a setting.")
    write(here, text)
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:{line_of(text, 'tune')}: tune must hold at least 2 values of a setting.")


def test_a_tuned_setting_may_be_given_among_the_axes(here: Path) -> None:
    write(here, config_text({}))
    assert read_study("study.yaml", axes={f"tune.{RATES}": "1e-3,1e-2"}).tune == {RATES: (0.001, 0.01)}
    assert read_study("study.yaml", axes={f"tune.{RATES}": [0.001, 0.01]}).tune == {RATES: (0.001, 0.01)}


def test_with_values_checks_the_tuned_settings_again_only_where_they_are_given() -> None:
    study = study_from_mapping({"data": {"source": "digits"}, "tune": {RATES: [0.001, 0.1]}})
    assert with_values(study, {RATES: 0.1}).tune == study.tune
    with pytest.raises(ConfigError, match="own value"):
        with_values(study, {"tune": {RATES: [0.2, 0.1]}})


@pytest.mark.parametrize(
    ("config", "fits"),
    [
        ("{data: {source: digits}, tune: {training.learning_rate: [0.001, 0.1]}}", True),
        ("{data: {source: digits}, tune: {training.learning_rate: [0]}}", False),
        ("{data: {source: digits}, tune: {dropout.kind: [alpha]}}", False),
        ("{data: {source: digits}, tune: {seeds: [3]}}", False),
    ],
)
def test_the_json_schema_knows_what_may_be_tuned(config: str, fits: bool) -> None:
    assert satisfies(json_schema(), read_yaml(config).value) is fits
