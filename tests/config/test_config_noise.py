"""Which settings of the noise fit each other, the net and the training, and which have any effect."""

from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, line_of, problems, write

from dropout_lab.config import read_study, rules, settings, shaping_settings, study_from_mapping

KINDS = ("bernoulli", "gaussian", "alpha", "dropconnect", "concrete")
SCHEDULES = ("constant", "early", "late", "linear", "curriculum")


@pytest.mark.parametrize(
    ("settings", "at", "message"),
    [
        (
            {"dropout.kind": "alpha"},
            "dropout.kind",
            "model.activation must be selu under dropout.kind alpha, which keeps the mean and variance that SELU "
            "layers give. Got relu. Write model.activation: selu, or another dropout.kind.",
        ),
        (
            {"dropout.scaling": "inference", "dropout.schedule": "early"},
            "dropout.scaling",
            "dropout.scaling must be inverted under dropout.schedule early: scaling at inference needs one rate for "
            "all updates. Got inference. Write dropout.scaling: inverted, or dropout.schedule: constant.",
        ),
        (
            {"dropout.kind": "concrete", "dropout.schedule": "linear"},
            "dropout.schedule",
            "dropout.schedule must be constant under dropout.kind concrete, which learns how the rates change. Got "
            "linear. Write dropout.schedule: constant, or another dropout.kind.",
        ),
        (
            {"dropout.schedule": "early", "dropout.schedule_until": 51},
            "dropout.schedule_until",
            "dropout.schedule_until must be at most training.epochs, 50, by which early dropout falls to 0. Got 51. "
            "Write fewer epochs, a share of the training such as 0.25, or null for 1/6.",
        ),
        (
            {"dropout.schedule": "late", "dropout.schedule_until": 50},
            "dropout.schedule_until",
            "dropout.schedule_until must be below training.epochs, 50: late dropout begins after it. Got 50. Write",
        ),
        (
            {"dropout.rates": [0], "dropout.output_rate": 0.2},
            "dropout.output_rate",
            "dropout.output_rate must be 0 where every rate is 0, since it applies only with nonzero rates. Got 0.2. "
            "Make it an axis: sweep: {dropout.output_rate: [0.2]}.",
        ),
        (
            {"dropout.rates": [0], "evaluation.mc_samples": 50},
            "evaluation.mc_samples",
            "evaluation.mc_samples must be 0 where no condition has noise at a constant rate to sample. Got 50. Give "
            "dropout.rates a rate above 0, or leave mc_samples out.",
        ),
        (
            {"dropout.schedule": "late", "evaluation.mc_samples": 50},
            "evaluation.mc_samples",
            "evaluation.mc_samples must be 0 where no condition has noise at a constant rate to sample. Got 50. Write "
            "dropout.schedule: constant, or leave mc_samples out.",
        ),
        (
            {"evaluation.mc_samples": 1},
            "evaluation.mc_samples",
            "evaluation.mc_samples must be 0, or a whole number from 2 to 10,000. Got 1. A single pass is no average",
        ),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
def test_noise_that_does_not_fit_is_refused(here: Path, settings: dict[str, Any], at: str, message: str) -> None:
    text = config_text(settings)
    write(here, text)
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:{line_of(text, at)}: {message}")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"sweep": {"dropout.kind": ["bernoulli", "alpha"]}},
            "sweep.dropout.kind[1] does not fit: model.activation must be selu under dropout.kind alpha",
        ),
        (
            {"dropout.kind": "alpha", "model.activation": "selu", "sweep": {"model.activation": ["selu", "tanh"]}},
            "sweep.model.activation[1] must be selu under dropout.kind alpha",
        ),
        (
            {"dropout.scaling": "inference", "sweep": {"dropout.schedule": ["constant", "late"]}},
            "sweep.dropout.schedule[1] does not fit: dropout.scaling must be inverted under dropout.schedule late",
        ),
        (
            {"dropout.schedule": "late", "sweep": {"dropout.scaling": ["inverted", "inference"]}},
            "sweep.dropout.scaling[1] must be inverted under dropout.schedule late",
        ),
        (
            {"dropout.kind": "concrete", "sweep": {"dropout.schedule": ["constant", "early"]}},
            "sweep.dropout.schedule[1] must be constant under dropout.kind concrete",
        ),
        (
            {"dropout.schedule": "late", "dropout.schedule_until": 20, "sweep": {"training.epochs": [10, 30]}},
            "sweep.training.epochs[0] does not fit: dropout.schedule_until must be below training.epochs, 10",
        ),
        (
            {"sweep": {"dropout.output_rate": [0.1, 0.100001]}},
            "sweep.dropout.output_rate[1] must differ from every other value of its axis by 1/65536 or more.",
        ),
        (
            {"sweep": {"evaluation.mc_samples": [10, 100]}},
            "sweep.evaluation.mc_samples has no place in the sweep. One run with the most samples shows every smaller",
        ),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else "",
)
def test_a_value_of_an_axis_is_checked_like_the_settings_own(
    here: Path, settings: dict[str, Any], message: str
) -> None:
    text = config_text(settings)
    write(here, text)
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:{line_of(text, 'sweep')}: {message}")


@pytest.mark.parametrize(
    ("sweep", "settings", "message"),
    [
        (
            {"dropout.kind": ["bernoulli", "alpha"], "model.activation": ["selu", "relu", "tanh"]},
            {"model.activation": "selu"},
            "sweep must not combine dropout.kind alpha and model.activation relu: model.activation must be selu under "
            "dropout.kind alpha, which keeps the mean and variance that SELU layers give. Leave one of the values out, "
            "or make two studies.",
        ),
        (
            {"dropout.scaling": ["inverted", "inference"], "dropout.schedule": ["constant", "late"]},
            {},
            "sweep must not combine dropout.scaling inference and dropout.schedule late: dropout.scaling must be",
        ),
        (
            {
                "dropout.kind": ["gaussian", "dropconnect"],
                "dropout.scaling": ["inverted", "inference"],
                "dropout.schedule": ["constant", "early"],
            },
            {"dropout.kind": "gaussian"},
            "sweep must not combine dropout.kind dropconnect, dropout.scaling inference and dropout.schedule early:",
        ),
        (
            {"dropout.schedule": ["early", "late"], "dropout.schedule_until": [3, 10], "training.epochs": [10, 30]},
            {},
            "sweep must not combine dropout.schedule late, dropout.schedule_until 10 and training.epochs 10: ",
        ),
    ],
    ids=["kind x activation", "scaling x schedule", "with kind", "until x epochs"],
)
def test_values_that_fit_alone_but_not_together_are_refused_once(
    here: Path, sweep: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    write(here, config_text({**settings, "sweep": sweep}))
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:2: {message}")


@pytest.mark.parametrize(
    "settings",
    [
        {"dropout.kind": "gaussian", "dropout.scaling": "inference", "dropout.schedule": "early"},
        {"dropout.schedule": "early", "dropout.schedule_until": 50},
        {"dropout.schedule": "late", "dropout.schedule_until": 0.99},
        {"dropout.schedule_until": 1000},
        {"dropout.schedule": "late", "dropout.schedule_until": 1000, "training.steps": 9},
        {"dropout.kind": "alpha", "model.activation": "selu", "dropout.schedule": "curriculum"},
        {"model.hidden": [], "dropout.rates": [0], "sweep": {"dropout.output_rate": [0.1]}},
        {
            "model.hidden": [],
            "dropout.rates": [0],
            "sweep": {"dropout.output_rate": [0.1]},
            "evaluation.mc_samples": 2,
        },
        {"dropout.schedule": "late", "sweep": {"dropout.schedule": ["constant"]}, "evaluation.mc_samples": 2},
        {"dropout.kind": "dropconnect", "dropout.scaling": "inference", "dropout.output_rate": 0.1},
        {"sweep": {"dropout.kind": ["bernoulli", "gaussian"], "dropout.scaling": ["inverted", "inference"]}},
    ],
    ids=str,
)
def test_noise_that_fits_is_accepted(here: Path, settings: dict[str, Any]) -> None:
    write(here, config_text(settings))
    assert read_study("study.yaml")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"dropout.kind": "gaussian", "sweep": {"dropout.scaling": ["inverted", "inference"]}},
            "sweep.dropout.scaling must shape some condition: it has no effect under dropout.kind gaussian and "
            "dropout.schedule constant. Leave this axis out.",
        ),
        (
            {"sweep": {"dropout.schedule": ["early", "late"], "dropout.schedule_gamma": [5, 10]}},
            "sweep.dropout.schedule_gamma must shape some condition: it has no effect under dropout.kind bernoulli and "
            "dropout.schedule early or late. Leave",
        ),
        (
            {"sweep": {"dropout.concrete_entropy": [0.1, 0.2], "dropout.kind": ["gaussian", "bernoulli"]}},
            "sweep.dropout.concrete_entropy must shape some condition: it has no effect under dropout.kind gaussian or",
        ),
    ],
    ids=["scaling", "gamma", "entropy"],
)
def test_an_axis_without_effect_is_refused(here: Path, settings: dict[str, Any], message: str) -> None:
    write(here, config_text(settings))
    (problem,) = problems("study.yaml")
    assert problem.partition(": ")[2].startswith(message)


def test_every_setting_of_the_noise_shapes_something_under_some_kind_and_schedule() -> None:
    shaping = {name for kind in KINDS for schedule in SCHEDULES for name in shaping_settings(kind, schedule)}
    rates = {"rates", "input_rate", "output_rate"}
    assert shaping | rates == {setting.leaf for path, setting in settings().items() if path[0] == "dropout"}


def test_kinds_and_schedules_are_those_of_the_schema() -> None:
    assert settings()[("dropout", "kind")].schema["enum"] == list(KINDS)
    assert settings()[("dropout", "schedule")].schema["enum"] == list(SCHEDULES)


def test_whatever_the_rules_look_at_is_checked_in_combination() -> None:
    broken = [
        *rules.rates_fit_the_model([0.5], []),
        *rules.noise_fits_the_activation("alpha", "relu"),
        *rules.scaling_has_one_rate("bernoulli", "inference", "early"),
        *rules.a_learnt_rate_has_no_schedule("concrete", "early"),
        *rules.schedule_lies_within_the_training("late", 9, 3),
    ]
    assert len(broken) == 5
    assert {path for problem in broken for path in (problem.path[:2], *problem.involved)} <= rules.JOINED


def test_a_study_without_new_settings_means_dropout_as_it_was() -> None:
    dropout = study_from_mapping({"data": {"source": "digits"}}).dropout
    assert (dropout.kind, dropout.scaling, dropout.schedule, dropout.output_rate) == (
        "bernoulli",
        "inverted",
        "constant",
        0.0,
    )
