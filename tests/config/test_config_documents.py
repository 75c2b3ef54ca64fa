"""What is made from the settings: the resolved config, the JSON schema, the reference, and the shipped configs."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from config_files import write
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schema_values import satisfies, values_of

from dropout_lab.config import (
    Study,
    json_schema,
    read_study,
    resolved_yaml,
    settings,
    settings_reference,
    shipped_configs,
    study_from_mapping,
)
from dropout_lab.config.core_yaml import read_yaml

SHIPPED = [
    "breast_cancer",
    "digits",
    "digits_concrete",
    "digits_kinds",
    "digits_mc",
    "digits_rates",
    "digits_tuned",
    "keras_mnist",
    "mnist_small",
]
NOISE = (
    "scaling",
    "schedule_until",
    "schedule_gamma",
    "concrete_temperature",
    "concrete_length_scale",
    "concrete_entropy",
)
SIMPLE_TOP = ("name", "device", "precision")
TWO_FORMS = {("model", "hidden"), ("model", "width"), ("model", "depth"), ("training", "epochs"), ("training", "steps")}


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Draw studies over the whole range of every setting."""
    mapping: dict[str, Any] = {name: draw(values_of(settings()[(name,)].schema)) for name in SIMPLE_TOP}
    for path, setting in settings().items():
        if len(path) == 2 and path not in TWO_FORMS and path[0] != "dropout":
            mapping.setdefault(str(path[0]), {})[setting.leaf] = draw(values_of(setting.schema))
    hidden = draw(st.lists(st.integers(1, 10**9), max_size=3))
    mapping["model"]["hidden"] = hidden
    mapping["training"] |= draw(st.sampled_from([{}, {"epochs": 3}, {"steps": 7}]))
    mapping["seeds"] = draw(
        st.integers(1, 9) | st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4, unique=True)
    )
    if hidden:
        rate = st.integers(1, 65535).map(lambda steps: steps / 65536)
        item = rate | st.lists(rate, min_size=len(hidden), max_size=len(hidden))
        rates = st.lists(item, min_size=1, max_size=3, unique_by=lambda drawn: as_layers(drawn, len(hidden)))
        mapping["dropout"] = {"rates": draw(rates), "input_rate": draw(rate), "output_rate": draw(rate)}
        mapping["sweep"] = draw(st.sampled_from([{}, {"training.learning_rate": [0.5, 1], "model.init": ["he"]}]))
    else:
        mapping["dropout"] = {"rates": [0.0]}
        mapping["sweep"] = {"dropout.input_rate": [0.0, 0.25]}
    mapping["dropout"] |= {leaf: draw(values_of(settings()[("dropout", leaf)].schema)) for leaf in NOISE}
    mapping["dropout"]["kind"] = draw(st.sampled_from(["bernoulli", "gaussian", "dropconnect", "concrete"]))
    mapping["evaluation"]["mc_samples"] = draw(st.sampled_from([0, 2, 10_000]))
    if len(mapping["seeds"] if isinstance(mapping["seeds"], list) else range(mapping["seeds"])) > 2:
        mapping["tune"] = {"training.batch_size": sorted({mapping["training"]["batch_size"], 1, 2})}
    return study_from_mapping(mapping)


def as_layers(rate: Any, n_layers: int) -> tuple[float, ...]:
    return tuple(rate) if isinstance(rate, list) else (rate,) * n_layers


@hypothesis_settings(max_examples=25)
@given(study=studies())
def test_a_resolved_config_reads_back_as_the_same_study(study: Study, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = write(tmp_path_factory.mktemp("resolved"), resolved_yaml(study))
    assert read_study(path) == study


@pytest.mark.parametrize("name", SHIPPED)
def test_a_resolved_config_names_every_setting_with_its_meaning(name: str) -> None:
    resolved = resolved_yaml(read_study(name))
    values = read_yaml(resolved).value
    comments = re.sub(r"\n *# ", " ", resolved)
    for path, setting in settings().items():
        assert setting.leaf in (values[path[0]] if len(path) == 2 else values)
        assert f" {setting.meaning}\n" in comments


def test_seeds_from_0_are_written_as_a_count() -> None:
    assert read_yaml(resolved_yaml(read_study("digits", ["seeds=7"]))).value["seeds"] == 7
    assert read_yaml(resolved_yaml(read_study("digits", ["seeds=[1,2]"]))).value["seeds"] == (1, 2)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_json_schema_accepts_the_shipped_configs_and_their_resolved_form(name: str) -> None:
    schema = json_schema()
    for config in (shipped_configs()[name].read_text("utf-8"), resolved_yaml(read_study(name))):
        assert satisfies(schema, read_yaml(config).value)


@pytest.mark.parametrize(
    "config",
    [
        "seeds: 5",
        "{data: {source: digits}, extra: 1}",
        "{data: {source: digits}, training: {lr: 1}}",
        "{data: {source: digits}, dropout: {rates: [1.0]}}",
        "{data: {source: digits}, sweep: {width: [1]}}",
        "{data: {source: digits}, sweep: {model.width: 1}}",
        "{data: {source: digits}, sweep: {seeds: [1]}}",
        "{data: {source: digits}, precision: float16}",
    ],
)
def test_the_json_schema_refuses_what_the_lab_refuses(config: str) -> None:
    schema = json_schema()
    assert not satisfies(schema, read_yaml(config).value)


def test_the_json_schema_is_plain_json_that_refers_only_to_itself() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["type"], schema["required"], schema["additionalProperties"]) == ("object", ["data"], False)
    references = re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(schema))
    assert set(references) == set(schema["$defs"])
    for definition in schema["$defs"].values():
        assert definition["additionalProperties"] is False
        assert all(inner["description"].endswith(".") for inner in definition["properties"].values())


def test_json_schema_hands_out_a_copy() -> None:
    json_schema()["properties"].clear()
    assert json_schema()["properties"]


def test_every_setting_is_documented_with_a_sentence() -> None:
    for setting in settings().values():
        assert re.fullmatch(r"\S.*\.", setting.meaning), setting.path
        assert "\n" not in setting.meaning


def test_the_reference_in_the_docs_is_the_current_one(repository_root: Path) -> None:
    page = (repository_root / "docs" / "config.md").read_text("utf-8")
    assert settings_reference() in page, (
        "docs/config.md is behind the settings. Replace all that follows its line `<!-- settings -->` by the output of "
        "python -c 'from dropout_lab.config import settings_reference; print(settings_reference(), end=\"\")'"
    )


def test_the_configs_of_the_repository_are_the_shipped_ones(repository_root: Path) -> None:
    assert list(shipped_configs()) == SHIPPED
    assert {path.stem for path in (repository_root / "configs").iterdir()} == set(SHIPPED)
    assert read_study() == read_study("digits") == read_study(repository_root / "configs" / "digits.yaml")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_config_says_what_it_shows_how_to_run_it_and_how_long_it_takes(name: str) -> None:
    header = re.match(r"(#.*\n)+", shipped_configs()[name].read_text("utf-8"))
    assert header is not None
    assert f"dropout-lab run {name}" in header[0]
    assert re.search(r"Takes about \d+ (seconds|minutes?) on 2 cores\.", header[0])
    assert read_study(name).name == name


def test_the_reference_net_has_669706_parameters() -> None:
    study = read_study("keras_mnist")
    widths = (784, *study.model.hidden, 10)
    assert sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(widths)) == 669_706
    assert study.dropout.rates == (0.5,)
    training = study.training
    assert (training.optimizer, training.learning_rate, training.batch_size, training.epochs) == ("adam", 1e-3, 128, 10)


def test_digits_rates_has_nine_rates_with_the_baseline() -> None:
    study = read_study("digits_rates")
    assert len({0.0, *study.dropout.rates}) == 9
    assert study.model.hidden == (128, 128)


def test_a_local_file_goes_before_a_shipped_config_of_its_name(here: Path) -> None:
    write(here, "data: {source: iris}\n", name="digits")
    assert read_study("digits").data.source == "iris"


def test_importing_the_config_room_is_light() -> None:
    heavy = ("torch", "numpy", "pandas", "sklearn", "scipy", "matplotlib")
    code = (
        "import sys, time; start = time.process_time()\n"
        "import dropout_lab.config as config; config.read_study(); config.json_schema()\n"
        f"print(time.process_time() - start, [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, _, loaded = done.stdout.strip().partition(" ")
    assert loaded == "[]"
    assert float(seconds) < 1
