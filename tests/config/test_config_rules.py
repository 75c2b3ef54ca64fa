"""Rules that join settings, and what happens to the other way of saying the same thing."""

from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, line_of, problems, write
from hypothesis import assume, given
from hypothesis import strategies as st

from dropout_lab.config import read_study, study_from_mapping, with_values
from dropout_lab.config.fields import MAX_SEED as MAX_SEED_OF_CONFIG
from dropout_lab.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "at", "message"),
    [
        (
            {"model.hidden": [8, 8], "model.width": 4},
            "model.width",
            "model.width cannot stand beside model.hidden [8, 8]: they say the same thing. Got 4. Keep "
            "model.hidden, or model.width and model.depth.",
        ),
        ({"model.hidden": [8, 8], "model.depth": 2}, "model.depth", "model.depth cannot stand beside model.hidden"),
        (
            {"training.epochs": 5, "training.steps": 9},
            "training.steps",
            "training.steps cannot stand beside training.epochs 5: both say how long to train. Got 9. Keep one",
        ),
        (
            {"training.epochs": None},
            "training.epochs",
            "training.epochs must be a number where training.steps is null. Got null. Write a number of epochs",
        ),
        (
            {"model.hidden": []},
            "model.hidden",
            "dropout.rates[0] must be 0 in a linear model (model.hidden []), which has no hidden units to drop.",
        ),
        ({"model.depth": 0}, "model.depth", "dropout.rates[0] must be 0 in a linear model (model.hidden [])"),
        (
            {"dropout.rates": [0.5, [0.1, 0.2, 0.3]]},
            "dropout.rates",
            "dropout.rates[1] must hold one number per hidden layer, 2 for model.hidden [128, 128]. Got",
        ),
        (
            {"dropout.rates": [0.5, 0.2, 0.500001]},
            "dropout.rates",
            "dropout.rates[2] must differ from dropout.rates[0] by 1/65536 or more: noise is drawn in 16 bits. Got",
        ),
        (
            {"dropout.rates": [0.5, [0.5, 0.5]]},
            "dropout.rates",
            "dropout.rates[1] must differ from dropout.rates[0]",
        ),
        (
            {"dropout.rates": [0], "dropout.input_rate": 0.2},
            "dropout.input_rate",
            "dropout.input_rate must be 0 where every rate is 0, since it applies only with nonzero rates. Got 0.2. "
            "Make it an axis: sweep: {dropout.input_rate: [0.2]}.",
        ),
        (
            {"sweep": {"model.hidden": [[8]], "model.width": [4]}},
            "sweep",
            "sweep.model.width cannot be an axis beside model.hidden: they say the same thing. Keep one of the two.",
        ),
        ({"sweep": {"training.epochs": [1], "training.steps": [4]}}, "sweep", "sweep.training.steps cannot be an axis"),
        (
            {"sweep": {"training.learning_rate": [1, 0.1, 1.0]}},
            "sweep",
            "sweep.training.learning_rate[2] must differ from every other value of its axis. Got 1.0. Item 0 is",
        ),
        (
            {"sweep": {"dropout.input_rate": [0.1, 0.100001]}},
            "sweep",
            "sweep.dropout.input_rate[1] must differ from every other value of its axis by 1/65536 or more.",
        ),
        (
            {"sweep": {"model.depth": [2, 3]}, "dropout.rates": [[0.1, 0.2]]},
            "sweep",
            "sweep.model.depth[1] does not fit: dropout.rates[0] must hold one number per hidden layer, 3 for",
        ),
        (
            {"sweep": {"model.width": [4]}, "model.hidden": [8, 16]},
            "sweep",
            "sweep.model.width[0] alone cannot replace model.hidden [8, 16], which has no single width. Got 4. ",
        ),
        (
            {"sweep": {"model.width": [None]}},
            "sweep",
            "sweep.model.width[0] must be a whole number on an axis.",
        ),
        ({"sweep": {"width": [4]}}, "sweep", "sweep.width names no setting. Did you mean model.width?"),
        ({"sweep": {"model": [4]}}, "sweep", "sweep.model names no setting. It is a section: name one of its settings"),
        (
            {"sweep": {"seeds": [4]}},
            "sweep",
            "sweep.seeds has no place in the sweep. Every condition runs ",
        ),
        (
            {"sweep": {"dropout.rates": [0.1]}},
            "sweep",
            "sweep.dropout.rates has no place in the sweep. It is ",
        ),
        ({"sweep": {"device": ["cpu"]}}, "sweep", "sweep.device has no place in the sweep."),
        ({"sweep": {"data.root": ["x"]}}, "sweep", "sweep.data.root has no place in the sweep."),
        ({"sweep": {"sweep": [{}]}}, "sweep", "sweep.sweep has no place in the sweep."),
        (
            {"sweep": {"model.width": 4}},
            "sweep",
            "sweep.model.width must be a list of one or more values. Got 4. Write",
        ),
        (
            {"sweep": [1]},
            "sweep",
            "sweep must be a mapping from settings to lists of values. Got [1] (a list).",
        ),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_settings_that_do_not_fit_are_refused(here: Path, settings: dict[str, Any], at: str, message: str) -> None:
    text = config_text(settings)
    write(here, text)
    (problem,) = problems("study.yaml")
    assert problem.startswith(f"study.yaml:{line_of(text, at)}: {message}")


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        ({}, (128, 128)),
        ({"model.width": 8, "model.depth": 3}, (8, 8, 8)),
        ({"model.width": 8}, (8, 8)),
        ({"model.depth": 1}, (128,)),
        ({"model.depth": 0, "dropout.rates": [0]}, ()),
        ({"model.hidden": [], "dropout.rates": [0]}, ()),
        ({"model.hidden": [8, 4], "model.width": None, "model.depth": None}, (8, 4)),
    ],
    ids=str,
)
def test_width_and_depth_are_another_way_to_say_hidden(
    here: Path, settings: dict[str, Any], hidden: tuple[int, ...]
) -> None:
    write(here, config_text(settings))
    model = read_study("study.yaml").model
    assert (model.hidden, model.width, model.depth) == (hidden, None, None)


@pytest.mark.parametrize(
    ("overrides", "hidden"),
    [
        (["model.width=4"], (4, 4, 4)),
        (["model.depth=1"], (8,)),
        (["model.depth=1", "model.width=4"], (4,)),
        (["model.hidden=[5]"], (5,)),
    ],
    ids=str,
)
@pytest.mark.parametrize("settings", [{"model.hidden": [8, 8, 8]}, {"model.width": 8, "model.depth": 3}], ids=str)
def test_an_override_of_the_shape_replaces_the_form_that_the_file_uses(
    here: Path, settings: dict[str, Any], overrides: list[str], hidden: tuple[int, ...]
) -> None:
    write(here, config_text(settings))
    assert read_study("study.yaml", overrides).model.hidden == hidden


@pytest.mark.parametrize(
    ("settings", "overrides", "length"),
    [
        ({}, [], (50, None)),
        ({"training.steps": 9}, [], (None, 9)),
        ({"training.epochs": None, "training.steps": 9}, [], (None, 9)),
        ({"training.epochs": 7}, ["training.steps=9"], (None, 9)),
        ({"training.steps": 9}, ["training.epochs=7"], (7, None)),
        ({"training.epochs": 7}, ["training.steps=null"], (7, None)),
    ],
    ids=str,
)
def test_steps_stand_in_place_of_epochs(
    here: Path, settings: dict[str, Any], overrides: list[str], length: tuple[int | None, int | None]
) -> None:
    write(here, config_text(settings))
    training = read_study("study.yaml", overrides).training
    assert (training.epochs, training.steps) == length


@given(rate=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_rate_is_accepted_exactly_if_16_bits_can_draw_it(rate: float) -> None:
    steps = round(rate * 65536)
    if rate == 0 or 0 < steps < 65536:
        assert study_from_mapping({"data": {"source": "digits"}, "dropout": {"rates": [rate]}}).dropout.rates == (rate,)
    else:
        with pytest.raises(ConfigError, match="Noise is drawn in 16 bits"):
            study_from_mapping({"data": {"source": "digits"}, "dropout": {"rates": [rate]}})


@given(first=st.floats(0.01, 0.99), second=st.floats(0.01, 0.99))
def test_two_rates_are_two_conditions_exactly_if_16_bits_tell_them_apart(first: float, second: float) -> None:
    assume(first != second)
    mapping = {"data": {"source": "digits"}, "dropout": {"rates": [first, second]}}
    if round(first * 65536) == round(second * 65536):
        with pytest.raises(ConfigError, match="must differ"):
            study_from_mapping(mapping)
    else:
        assert study_from_mapping(mapping).dropout.rates == (first, second)


def test_seeds_reach_as_far_as_the_randomness_does() -> None:
    from dropout_lab.randomness import MAX_SEED

    assert MAX_SEED_OF_CONFIG == MAX_SEED
    assert study_from_mapping({"data": {"source": "digits"}, "seeds": [0, MAX_SEED]}).seeds == (0, MAX_SEED)


def test_axis_values_are_kept_in_the_kind_of_their_setting() -> None:
    mapping = {
        "data": {"source": "digits"},
        "sweep": {
            "training.learning_rate": [1, 0.1],
            "model.hidden": [[8], [8, 8]],
            "training.max_norm": [None, 3],
            "data.train_size": [100, 0.5, None],
            "training.steps": [10, 20],
            "data.stratify": [True, False],
        },
    }
    sweep = study_from_mapping(mapping).sweep
    assert sweep == {
        "training.learning_rate": (1.0, 0.1),
        "model.hidden": ((8,), (8, 8)),
        "training.max_norm": (None, 3.0),
        "data.train_size": (100, 0.5, None),
        "training.steps": (10, 20),
        "data.stratify": (True, False),
    }
    assert isinstance(sweep["training.learning_rate"][0], float)


def test_an_input_rate_on_an_axis_may_stand_alone_in_a_linear_model() -> None:
    mapping = {
        "data": {"source": "digits"},
        "model": {"hidden": []},
        "dropout": {"rates": [0]},
        "sweep": {"dropout.input_rate": [0.1, 0.2]},
    }
    study = study_from_mapping(mapping)
    assert with_values(study, {"dropout.input_rate": 0.1}).dropout.input_rate == 0.1


def test_a_table_is_found_beside_its_config_unless_the_working_directory_has_it(here: Path) -> None:
    folder = here / "elsewhere"
    folder.mkdir()
    (folder / "a.csv").touch()
    write(folder, config_text({"data.source": "a.csv", "sweep": {"data.source": ["a.csv", "b.csv", "digits"]}}))
    study = read_study("elsewhere/study.yaml")
    assert study.data.source == "elsewhere/a.csv"
    assert study.sweep == {"data.source": ("elsewhere/a.csv", "b.csv", "digits")}
    (here / "a.csv").touch()
    assert read_study("elsewhere/study.yaml").data.source == "a.csv"


def test_the_name_is_the_stem_of_the_file(here: Path) -> None:
    write(here, config_text({}), "my-study.v2.yaml")
    assert read_study("my-study.v2.yaml").name == "my-study.v2"
    write(here, config_text({}), "my study.yaml")
    (problem,) = problems("my study.yaml")
    assert "Got my study. It names the study's folder; write one such as name: digits-small." in problem


def test_an_empty_section_has_its_defaults(here: Path) -> None:
    write(here, "data: {source: digits}\nmodel:\ntraining: ~\nsweep:\n")
    study = read_study("study.yaml")
    write(here, config_text({}))
    assert study == read_study("study.yaml")
