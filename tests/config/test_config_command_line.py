"""Overrides and axes on the command line obey a file's rules."""

import math
from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, problems, write
from hypothesis import given
from hypothesis import strategies as st

from dropout_lab.config import read_study
from dropout_lab.config.core_yaml import yaml_text

MARK = "command line: "


@pytest.mark.parametrize(
    ("override", "section", "key", "value"),
    [
        ("training.epochs=7", "training", "epochs", 7),
        ("training.learning_rate=1e-4", "training", "learning_rate", 1e-4),
        ("training.learning_rate=.5", "training", "learning_rate", 0.5),
        ("training.learning_rate=1", "training", "learning_rate", 1.0),
        ("training.max_norm=3", "training", "max_norm", 3.0),
        ("training.max_norm=", "training", "max_norm", None),
        ("training.max_norm=null", "training", "max_norm", None),
        ("data.stratify=false", "data", "stratify", False),
        ("data.target=no", "data", "target", "no"),
        ("data.target='1'", "data", "target", "1"),
        ("data.target=a=b", "data", "target", "a=b"),
        (" data.target = spaced ", "data", "target", "spaced"),
        ("data.split_seed=per_seed", "data", "split_seed", "per_seed"),
        ("data.test_size=0.0", "data", "test_size", 0),
        ("model.hidden=[32, 16]", "model", "hidden", (32, 16)),
        ("dropout.rates=[0.1, [0.2, 0.3]]", "dropout", "rates", (0.1, (0.2, 0.3))),
    ],
)
def test_an_override_sets_its_setting(here: Path, override: str, section: str, key: str, value: object) -> None:
    write(here, config_text({}))
    set_to = getattr(getattr(read_study("study.yaml", [override]), section), key)
    assert (set_to, type(set_to)) == (value, type(value))


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_survives_the_command_line(name: str) -> None:
    assert read_study("digits", [f"data.target={yaml_text(name)}"]).data.target == name


@given(rate=st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_any_number_survives_the_command_line(rate: float) -> None:
    assert read_study("digits", [f"training.learning_rate={rate!r}"]).training.learning_rate == rate


@given(text=st.text(alphabet=st.sampled_from("0123456789.eE+-_x"), min_size=1, max_size=8))
def test_a_text_of_digits_is_a_number_as_yaml_1_2_has_it_or_refused(text: str) -> None:
    """Python's own reading is the oracle: YAML 1.2 differs in `_`, and in hexadecimal numbers alone."""
    try:
        expected = float(text) if "_" not in text else None
    except ValueError:
        expected = None
    if text.startswith("0x") and text[2:] and set(text[2:]) <= set("0123456789eE"):
        expected = float(int(text, 0))
    valid = expected is not None and 0 < expected < math.inf
    if valid:
        assert read_study("digits", [f"training.learning_rate={text}"]).training.learning_rate == expected
    else:
        (problem,) = problems("digits", [f"training.learning_rate={text}"])
        assert problem.startswith(f"{MARK}training.learning_rate must be")


@given(text=st.text(max_size=30))
def test_any_override_is_read_or_refused_without_a_traceback(text: str) -> None:
    (problem,) = problems("digits", [f"training.patience=x{text}"])
    assert problem.startswith(f"{MARK}training.patience must be")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.learnig_rate=3", "training.learnig_rate is no setting. Did you mean training.learning_rate?"),
        ("rates=[0.2]", "rates is no setting. Did you mean dropout.rates?"),
        ("dropout.rates[0]=0.2", "dropout.rates[0] is no setting. Did you mean dropout.rates?"),
        ("training.epochs", "training.epochs must read section.key=value. Write = and the value after the key."),
        ("training={epochs: 3}", "training is no setting. It is a section: name one of its settings, epochs, steps"),
        ("name=@x", "name must be YAML: while scanning for the next token found character '@'"),
        ("model.init=*x", "model.init must be YAML: found the alias *x. Got *x. Aliases are not supported"),
        ("model.hidden=[1", "model.hidden must be YAML: while parsing a flow sequence"),
        ("seeds=!!int x", "seeds must be a number that can be read. Got x."),
        ("sweep={a: 1, a: 2}", "sweep.a must be given once, and line 1 gives it already. Keep one of the two."),
        ("=5", "=5 must read section.key=value. Write = and the value after the key."),
    ],
    ids=[
        "key",
        "leaf",
        "index",
        "no-equals",
        "section",
        "reserved",
        "alias",
        "bracket",
        "tag",
        "twice-within",
        "no-key",
    ],
)
def test_a_bad_override_is_refused_with_its_mend(here: Path, override: str, message: str) -> None:
    write(here, config_text({}))
    (problem,) = problems("study.yaml", [override])
    assert problem.startswith(MARK + message)


def test_an_override_given_twice_is_refused(here: Path) -> None:
    write(here, config_text({}))
    assert problems("study.yaml", ["training.epochs=3", "training.epochs=4"]) == [
        f"{MARK}training.epochs must be given once, not twice. Keep one of the two."
    ]


def test_an_override_mends_what_the_file_has_wrong(here: Path) -> None:
    write(here, config_text({"training.epochs": 0}))
    assert read_study("study.yaml", ["training.epochs=3"]).training.epochs == 3


def test_a_rule_broken_by_an_override_names_the_command_line(here: Path) -> None:
    write(here, config_text({"training.epochs": 3}))
    (problem,) = problems("study.yaml", ["model.hidden=[]"])
    assert problem.startswith(f"{MARK}dropout.rates[0] must be 0 in a linear model")


def test_axes_replace_rates_and_seeds_and_join_the_sweep(here: Path) -> None:
    write(here, config_text({"sweep": {"model.width": [8, 16], "training.patience": [5]}}))
    axes = {
        "dropout.rates": "0.2,0.5",
        "seeds": "0,7",
        "model.width": "32,64",
        "training.learning_rate": "1e-3,.01",
        "model.activation": ["relu", "tanh"],
    }
    study = read_study("study.yaml", [], axes)
    assert study.dropout.rates == (0.2, 0.5)
    assert study.seeds == (0, 7)
    assert study.sweep == {
        "model.width": (32, 64),
        "training.patience": (5,),
        "training.learning_rate": (0.001, 0.01),
        "model.activation": ("relu", "tanh"),
    }


def test_an_axis_of_lists_is_written_with_brackets() -> None:
    study = read_study("digits", [], {"model.hidden": "[8],[16,8]"})
    assert study.sweep == {"model.hidden": ((8,), (16, 8))}


@pytest.mark.parametrize(
    ("given_seeds", "seeds"),
    [("3", (0, 1, 2)), ("3,4", (3, 4)), ("[3]", (3,)), ([3], (3,)), ((5, 6), (5, 6))],
    ids=str,
)
def test_one_number_of_seeds_is_a_count_and_several_are_a_list(given_seeds: Any, seeds: tuple[int, ...]) -> None:
    assert read_study("digits", [], {"seeds": given_seeds}).seeds == seeds


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"model.widht": "1,2"}, "sweep.model.widht names no setting. Did you mean model.width?"),
        ({"model.width": "64,0"}, "sweep.model.width[1] must be a whole number from 1 to 1,000,000,000. Got 0."),
        ({"model.width": "64,,8"}, "sweep.model.width must be YAML: "),
        ({"model.width": ""}, "sweep.model.width must be a list of one or more values. Got [] (a list)."),
        ({"dropout.rates": "0.5,1"}, "dropout.rates[1] must be a number at least 0 and below 1. Got 1."),
        ({"seeds": "x"}, "seeds must be a whole number from 1 to 100,000, or a list of one or more items, each a"),
        ({"name": "a,b"}, "sweep.name has no place in the sweep. A study has one name."),
        ({"data.label_noise": [0.1, 2]}, "sweep.data.label_noise[1] must be a number from 0 to 1. Got 2."),
    ],
    ids=["unknown", "range", "syntax", "empty", "rate", "seeds", "fixed", "python-value"],
)
def test_a_bad_axis_is_refused_with_its_value(axes: dict[str, Any], message: str) -> None:
    (problem,) = problems("digits", [], axes)
    assert problem.startswith(MARK + message)
