"""Every constraint of every setting, broken once: the message names line, setting, value and mend.

The bad values are generated from the JSON schema that the lab publishes, so a new setting is tested when it is written.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from config_files import config_text, line_of, problems, write

from dropout_lab.config import json_schema, read_study

JsonSchema = dict[str, Any]
ALL_KINDS: dict[str, Any] = {
    "boolean": True,
    "number": 3.5,
    "string": "nonsense",
    "array": ["nonsense"],
    "object": {"a": 1},
    "null": None,
}


def setting_schemas() -> Iterator[tuple[str, JsonSchema]]:
    schema = json_schema()
    for name, inner in schema["properties"].items():
        if "$ref" in inner:
            section = schema["$defs"][inner["$ref"].rpartition("/")[2]]
            yield from ((f"{name}.{leaf}", value) for leaf, value in section["properties"].items())
        elif name not in ("sweep", "tune"):
            yield name, inner


def forms(schema: JsonSchema) -> list[JsonSchema]:
    return schema.get("anyOf", [schema])


def kinds(form: JsonSchema) -> set[str]:
    if "enum" in form or "const" in form:
        return {"string"}
    return {"number" if form["type"] == "integer" else form["type"]}


def out_of_range(form: JsonSchema) -> Iterator[tuple[str, Any]]:
    """Yield what breaks each constraint of one form, by the constraint's name."""
    if "minimum" in form:
        yield "minimum", form["minimum"] - 1
    if "maximum" in form:
        yield "maximum", form["maximum"] + 1
    if "exclusiveMinimum" in form:
        yield "exclusive-minimum", float(form["exclusiveMinimum"])
    if "exclusiveMaximum" in form:
        yield "exclusive-maximum", float(form["exclusiveMaximum"])
    if "minLength" in form:
        yield "empty-text", ""
    if "maxLength" in form:
        yield "long-text", "a" * (form["maxLength"] + 1)
    if "pattern" in form:
        yield "pattern", "no such/text"
    if "minItems" in form:
        yield "empty-list", []
    if "maxItems" in form:
        yield "long-list", [1] * (form["maxItems"] + 1)
    if form.get("type") == "array":
        yield from ((f"item-{name}", [value]) for name, value in bad_values(form["items"]))


def bad_values(schema: JsonSchema) -> Iterator[tuple[str, Any]]:
    """Yield one bad value for every constraint and every wrong kind of a setting."""
    accepted = {name for form in forms(schema) for name in kinds(form)}
    for form in forms(schema):
        yield from out_of_range(form)
        if form.get("type") == "integer" and not any(form.get("type") == "number" for form in forms(schema)):
            yield "fraction", 2.5
            yield "decimal-point", 3.0
        if "enum" in form or "const" in form:
            yield "unknown-choice", "nonsense"
    yield from ((f"kind-{name}", value) for name, value in ALL_KINDS.items() if name not in accepted)
    if "number" in accepted:
        yield "number-in-quotes", "0.5"
        yield "not-finite", float("inf")
    if "boolean" in accepted:
        yield "yes", "yes"


def satisfies(schema: JsonSchema, value: Any) -> bool:
    """A number below a count may be a fraction, and the other way round."""
    number = isinstance(value, int | float)
    is_fraction = any(form.get("type") == "number" and form.get("exclusiveMaximum") == 1 for form in forms(schema))
    return number and is_fraction and 0 <= value < 1 and forms(schema)[0].get("minimum") == 0


CASES = [
    pytest.param(path, value, id=f"{path}-{name}")
    for path, schema in setting_schemas()
    for name, value in bad_values(schema)
    if not satisfies(schema, value)
]
# The command line shares the rules of files, so one case of every kind of constraint shows that it follows them.
ONE_OF_EACH = list({str(case.id).partition("-")[2]: case for case in CASES}.values())


def as_yaml(text: str) -> str:
    return text.replace("Infinity", ".inf")


@pytest.mark.parametrize(("path", "value"), CASES)
def test_a_bad_value_is_refused_with_line_setting_value_and_mend(here: Path, path: str, value: Any) -> None:
    text = as_yaml(config_text({path: value}))
    write(here, text)
    (problem,) = problems("study.yaml")
    place, _, rest = problem.partition(": ")
    assert place == f"study.yaml:{line_of(text, path)}"
    assert rest.startswith((f"{path} must ", f"{path}[0]"))
    must, _, got_and_mend = rest.partition(" Got ")
    shown = as_shown(at_fault(value, must.count("[0]")))
    assert len(must) > len(path) + 10
    assert got_and_mend.lstrip('"').startswith(shown)
    assert got_and_mend.rstrip().endswith(".")
    assert len(got_and_mend) > len(shown) + 8


@pytest.mark.parametrize(("path", "value"), ONE_OF_EACH)
def test_the_command_line_refuses_what_a_file_refuses(here: Path, path: str, value: Any) -> None:
    write(here, as_yaml(config_text({path: value})))
    (in_file,) = problems("study.yaml")
    write(here, config_text({}))
    flow = as_yaml(config_text({path: value})).split(f"{path.rpartition('.')[2]}: ", 1)[1].splitlines()[0]
    (on_command_line,) = problems("study.yaml", [f"{path}={flow}"])
    assert on_command_line == "command line: " + in_file.partition(": ")[2]


def at_fault(value: Any, depth: int) -> Any:
    """Return the value that the message is about: the first item of a list, `depth` lists deep."""
    return at_fault(value[0], depth - 1) if depth else value


def as_shown(value: Any) -> str:
    """Return the beginning of how a message shows a value."""
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value))[:20]
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, dict):
        return "{"
    return ".inf" if value == float("inf") else str(value)[:20]


def test_every_setting_is_broken_at_least_twice() -> None:
    broken = [case.values[0] for case in CASES]
    assert {path for path, _ in setting_schemas() if broken.count(path) < 2} == set()


@pytest.mark.parametrize("path", [path for path, _ in setting_schemas() if path not in ("data.source", "name")])
def test_every_default_is_valid_and_means_what_leaving_it_out_means(here: Path, path: str) -> None:
    schema = dict(setting_schemas())[path]
    write(here, config_text({path: schema["default"]}))
    assert read_study("study.yaml") == read_study("study.yaml", [])
    given = read_study("study.yaml")
    write(here, config_text({}))
    assert given == read_study("study.yaml")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "dropout.rates",
            [0.1, 0.2, 0.3, 1.0],
            "dropout.rates[3] must be a number at least 0 and below 1. Got 1.0. A rate is the share of units dropped: "
            "0 drops none, 0.5 every second one, and 1 would drop all.",
        ),
        ("data.train_size", 1.0, "Got 1.0. For all the rest write null; a fraction is below 1 and a count is a whole"),
        (
            "training.epochs",
            10.0,
            "training.epochs must be a whole number from 1 to 1,000,000,000. Got 10.0. Write 10.",
        ),
        ("training.learning_rate", "0.5", 'must be a number above 0. Got "0.5" (text). Write 0.5 without quotes.'),
        ("training.learning_rate", True, "must be a number above 0. Got true (a boolean). The default is 0.001."),
        ("training.epochs", "1_000", 'Got "1_000" (text). Write 1000.'),
        ("data.stratify", "no", 'data.stratify must be true or false. Got "no" (text). Write false.'),
        ("training.max_norm", "None", 'must be a number above 0, or null. Got "None" (text). Write null.'),
        ("model.activation", "ReLU", "Got ReLU. Did you mean relu?"),
        ("model.activation", "leaky-relu", "Got leaky-relu. Did you mean leaky_relu?"),
        ("precision", "fp32", "Got fp32. The default is float32."),
        ("data.split_seed", "per_sed", "from 0 to 2^63 - 1, or per_seed. Got per_sed. Did you mean per_seed?"),
        ("dropout.rates", 0.5, "Got 0.5. Write [0.5]."),
        ("model.hidden", 128, "Got 128. Write [128]."),
        ("dropout.rates", [1e-9], "Noise is drawn in 16 bits, so this rate would drop nothing."),
        ("dropout.rates", [0.999999], "Noise is drawn in 16 bits, so this rate would drop every unit."),
        (
            "dropout.input_rate",
            1e-9,
            "at least 1/65536 and at most 65535/65536 after rounding to 16 bits. Got 1.0e-09.",
        ),
        ("dropout.rates", [[0.5, 1.5]], "dropout.rates[0][1] must be a number at least 0 and below 1. Got 1.5."),
        ("seeds", [0, 3, 0], "seeds[2] must be a seed that is not in the list already. Got 0. Item 0 is the same."),
        ("seeds", 0, "seeds must be a count from 1 to 100,000, or a list of seeds. Got 0."),
        ("seeds", [2**63], "seeds[0] must be a whole number from 0 to 2^63 - 1. Got 9223372036854775808."),
        ("device", "cuda:", 'device must be auto, cpu, cuda, cuda:N (N = 0, 1, ...) or mps. Got "cuda:".'),
        ("name", "..", "name must be 1 to 64 letters, digits, dots, underscores and hyphens, not dots alone. Got .."),
        (
            "training",
            5,
            "training must be a section of settings. Got 5. It is a section: name one of its settings, epo",
        ),
        ("data.source", [], "data.source must be text that is not empty. Got [] (a list)."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_mend_fits_the_slip(here: Path, path: str, value: Any, message: str) -> None:
    write(here, config_text({path: value}))
    (problem,) = problems("study.yaml")
    assert message in problem


def test_a_missing_source_is_asked_for_where_its_section_stands(here: Path) -> None:
    write(here, "seeds: 5\ndata:\n  val_size: 0.3\n")
    assert problems("study.yaml") == [
        "study.yaml:2: data.source must be given. Got nothing. Write data: {source: digits} for the bundled digits."
    ]


def test_all_problems_of_file_and_command_line_are_reported_at_once_in_order(here: Path) -> None:
    write(here, "data:\n  val_size: 0\nrates: [1]\ntraining:\n  epochs: x\n  epochs: 3\n  steps: 3\nmodel: [1]\n")
    found = problems("study.yaml", ["training.learnig_rate=3", "seeds=[]"])
    assert [problem.partition(" ")[0] for problem in found[:6]] == [
        "study.yaml:1:",
        "study.yaml:2:",
        "study.yaml:3:",
        "study.yaml:5:",
        "study.yaml:6:",
        "study.yaml:8:",
    ]
    assert found[6] == "command line: training.learnig_rate is no setting. Did you mean training.learning_rate?"
    assert found[7].startswith("command line: seeds must be")
    assert len(found) == 8


def test_a_rule_is_silent_where_one_of_its_settings_is_itself_at_fault(here: Path) -> None:
    write(here, config_text({"model.hidden": [0, 8, 8], "dropout.rates": [[0.1, 0.2, 0.3]]}))
    (problem,) = problems("study.yaml")
    assert "model.hidden[0]" in problem


def test_a_rule_speaks_although_an_unrelated_setting_is_at_fault(here: Path) -> None:
    write(here, config_text({"training.patience": 0, "dropout.rates": [[0.1, 0.2, 0.3]]}))
    assert [problem.split()[1] for problem in problems("study.yaml")] == ["training.patience", "dropout.rates[0]"]
