"""What the user meant: the leaf first, then the spelling, else what the section holds."""

from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, problems, write
from hypothesis import given
from hypothesis import strategies as st

from dropout_lab.config import read_study, resolved_yaml, settings, shipped_configs, study_from_mapping
from dropout_lab.config.core_yaml import read_yaml, yaml_text
from dropout_lab.config.problem import show_path
from dropout_lab.data import source_names
from dropout_lab.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rates", "dropout.rates"),
        ("epochs", "training.epochs"),
        ("training.rates", "dropout.rates"),
        ("model.width2", "model.width"),
        ("training.learnig_rate", "training.learning_rate"),
        ("traning.epochs", "training.epochs"),
        ("dropout.input_size", "dropout.input_rate"),
        ("modle", "model"),
        ("sead", "seeds"),
        ("training.lr", "training.learning_rate"),
        ("lr", "training.learning_rate"),
        ("model.layers", "model.hidden"),
        ("dropout.p", "dropout.rates"),
        ("dropout_rate", "dropout.rates"),
        ("random_state", "seeds"),
        ("optimiser", "training.optimizer"),
        ("training.L2", "training.weight_decay"),
        ("dropout.type", "dropout.kind"),
        ("mc_dropout", "evaluation.mc_samples"),
        ("T", "evaluation.mc_samples"),
        ("noise_shape", "dropout.kind"),
        ("temperature", "dropout.concrete_temperature"),
        ("dropout.schedul", "dropout.schedule"),
        ("training.schedule_gamma", "dropout.schedule_gamma"),
        ("tuning", "tune"),
        ("schedule", "dropout.schedule or training.schedule"),
        ("scaling", "data.scaling or dropout.scaling"),
        ("dropout.keep_prob", "dropout.rates, 1 - keep_prob"),
        ("keep_probability", "dropout.rates, 1 - keep_probability"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_one_that_was_meant(here: Path, written: str, meant: str) -> None:
    write(here, config_text({}))
    assert problems("study.yaml", [f"{written}=1"]) == [f"command line: {written} is no setting. Did you mean {meant}?"]


def test_a_file_says_the_same_with_its_line(here: Path) -> None:
    write(here, "data:\n  source: digits\ntraining:\n  epochs: 3\n  lr: 1\nrates: [1]\n<<: {a: 1}\n")
    assert problems("study.yaml")[:2] == [
        "study.yaml:5: training.lr is no setting. Did you mean training.learning_rate?",
        "study.yaml:6: rates is no setting. Did you mean dropout.rates?",
    ]
    assert problems("study.yaml")[2].startswith("study.yaml:7: << is no setting. A config has name, data, model")


def test_what_resembles_nothing_is_answered_with_what_there_is(here: Path) -> None:
    write(here, config_text({}))
    (inside,) = problems("study.yaml", ["evaluation.zzz=1"])
    assert (
        inside
        == "command line: evaluation.zzz is no setting. The section evaluation has every, train_rows, mc_samples."
    )
    (outside,) = problems("study.yaml", ["zzz=1"])
    assert outside.endswith(
        "A config has name, data, model, dropout, training, evaluation, seeds, sweep, tune, device, precision."
    )


def test_a_dotted_key_in_a_file_is_sent_into_its_section(here: Path) -> None:
    write(here, config_text({}) + "training.epochs: 3\n")
    (problem,) = problems("study.yaml")
    assert problem.endswith("training.epochs is no setting. Write epochs inside the section training.")


def test_a_key_that_cannot_be_printed_is_shown_with_escapes(here: Path) -> None:
    write(here, config_text({}) + '"\\e[31m": 3\n')
    (problem,) = problems("study.yaml")
    assert "'\\x1b[31m' is no setting" in problem


def test_no_other_name_of_a_setting_is_the_name_of_one() -> None:
    names = {setting.leaf for setting in settings().values()}
    others = [other for setting in settings().values() for other in setting.also]
    assert not names.intersection(others)
    assert len(others) == len(set(others))


def test_a_config_that_is_nowhere_is_answered_with_the_shipped_ones(here: Path) -> None:
    assert problems("configs/digit.yaml") == [
        "command line: CONFIG must be a file or the name of a shipped config. Got configs/digit.yaml. Did you mean the "
        "shipped digits?"
    ]
    (problem,) = problems("zzz")
    assert problem.endswith(f"Got zzz. Shipped: {', '.join(shipped_configs())}.")


@pytest.mark.parametrize("name", sorted(set(source_names()) - set(shipped_configs())))
def test_a_data_set_that_is_no_config_is_told_apart(here: Path, name: str) -> None:
    (problem,) = problems(name)
    assert problem.endswith(f"Got {name}. It is a data set: name a config, such as digits, and set data.source={name}.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dropout.schedule=early-dropout", "early"),
        ("dropout.schedule=early_dropout", "early"),
        ("dropout.schedule=Late dropout", "late"),
        ("dropout.kind=gaussian_dropout", "gaussian"),
        ("dropout.schedule=early-or-late", None),
        ("dropout.schedule=earlydropouts", None),
    ],
)
def test_a_choice_among_other_words_is_found(here: Path, written: str, meant: str | None) -> None:
    write(here, config_text({}))
    (problem,) = problems("study.yaml", [written])
    assert problem.endswith(f"Did you mean {meant}?" if meant else "The default is constant.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "data.source must be given. Got nothing."),
        (b"# nothing\n", "data.source must be given. Got nothing."),
        (b"- 1\n- 2\n", "bad.yaml:1: the file must hold settings. Got [1, 2] (a list). Begin with data: {source: dig"),
        (b"hello\n", 'bad.yaml:1: the file must hold settings. Got "hello" (text).'),
        (b"a: 1\nb: \xff\n", "bad.yaml:2: the file must be UTF-8 text. Got the byte 0xff. Save it as UTF-8."),
        ("data: 1".encode("utf-16"), "bad.yaml:1: the file must be UTF-8 text. Got the byte 0xff."),
        (b"a: 1\na: [1\n", "bad.yaml:3: the file must be YAML. Got while parsing a flow sequence"),
        (b"data:\n\tsource: digits\n", "bad.yaml:2: the file must be YAML. Got while scanning for the next token"),
        (
            b"data: {source: iris}\nseeds: " + b"1" * 5000,
            "bad.yaml:2: seeds must be a number that can be read. Got a num",
        ),
        (
            b"data: {source: iris}\ndropout: {rates: [1, !!int x]}",
            "bad.yaml:2: dropout.rates[1] must be a number that ",
        ),
        (b"data: null\n", "bad.yaml:1: data.source must be given."),
        (b"data: 5\n", "bad.yaml:1: data must be a section of settings. Got 5. It is a section: name one of"),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "text",
        "latin-1",
        "utf-16",
        "bracket",
        "tab",
        "huge",
        "tag",
        "no-section",
        "section-is-number",
    ],
)
def test_a_file_that_holds_no_config_is_refused(here: Path, content: bytes, message: str) -> None:
    (here / "bad.yaml").write_bytes(content)
    (problem,) = problems("bad.yaml")
    assert problem.startswith("bad.yaml")
    assert message in problem


@pytest.mark.parametrize("config", [".", "a\0b", "x" * 5000], ids=["folder", "null-character", "long"])
def test_a_path_that_cannot_be_read_is_refused(here: Path, config: str) -> None:
    (problem,) = problems(config)
    assert problem.startswith(f"{config}: ")
    assert "must be" in problem


PATHS = [show_path(path) for path in settings()] + ["data", "model", "dropout", "training", "sweep.model.width", "zzz"]
any_value = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=3) | st.sampled_from(PATHS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PATHS), inner, max_size=2),
    max_leaves=6,
)


@given(values=st.dictionaries(st.sampled_from(PATHS), any_value, max_size=4), overrides=st.booleans())
def test_whatever_a_setting_is_given_it_is_accepted_or_refused_with_reasons(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any], overrides: bool
) -> None:
    given_here = [f"{path}={yaml_text(value)}" for path, value in values.items()]
    nested: dict[str, Any] = {"data": {"source": "digits"}}
    for path, value in values.items():
        *above, leaf = path.split(".", 1)
        section = nested.setdefault(above[0], {}) if above else nested
        if isinstance(section, dict):
            section[leaf] = value
    text = yaml_text({"data": {"source": "digits"}} if overrides else nested)
    path = write(tmp_path_factory.mktemp("any"), text)
    try:
        study = read_study(path, given_here if overrides else [])
    except ConfigError as error:
        reasons = error.problems
    else:
        reasons = ("accepted, and its resolved form reads back",)
        assert study_from_mapping(read_yaml(resolved_yaml(study)).value) == study
    assert reasons
    assert all(len(reason) > 20 for reason in reasons)


def test_a_byte_order_mark_is_no_part_of_the_config(here: Path) -> None:
    (here / "bom.yaml").write_bytes(b"\xef\xbb\xbfdata: {source: digits}\r\n")
    assert read_study("bom.yaml").data.source == "digits"
