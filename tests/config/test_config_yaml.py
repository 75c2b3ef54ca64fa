"""YAML 1.2 core: what is a number, what is text, and that what is written reads back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropout_lab.config.core_yaml import YamlSyntaxError, read_yaml, yaml_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+.5e+1", 5.0),
        ("12", 12),
        ("-7", -7),
        ("010", 10),
        ("0o17", 15),
        ("0xFf", 255),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1e999", math.inf),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("cuda:0", "cuda:0"),
        ("1e", "1e"),
        ("e3", "e3"),
        (".", "."),
        ("0b1", "0b1"),
        ("'0.5'", "0.5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("[1, .5, no]", (1, 0.5, "no")),
        ("{a.b: [1], no: 2}", {"a.b": (1,), "no": 2}),
    ],
    ids=repr,
)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    read = read_yaml(text)
    assert (read.value, type(read.value)) == (value, type(value))
    assert not read.problems


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(read_yaml(".NaN").value)


def test_minus_zero_is_zero() -> None:
    assert math.copysign(1, read_yaml("-0.0").value) == 1


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False).map(lambda number: number + 0.0)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=plain_values)
def test_what_is_written_reads_back_as_the_same_value(value: object) -> None:
    text = yaml_text(value)
    assert "\n" not in text
    assert repr(read_yaml(text).value) == repr(value)


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_every_spelling_of_a_float_that_python_prints_is_a_float(number: float) -> None:
    assert read_yaml(repr(number)).value == number
    assert isinstance(read_yaml(f"{number:e}").value, float)


def test_every_value_has_its_line() -> None:
    read = read_yaml("# first\na:\n  b: 1\n  c:\n    - 2\n    - [3,\n       4]\n")
    lines = {("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 5, ("a", "c", 1, 1): 7}
    assert {path: read.lines[path] for path in lines} == lines


def test_the_second_of_two_equal_keys_is_refused_with_both_lines() -> None:
    read = read_yaml("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert read.value == {"a": {"b": 1, "c": 2}}
    ((line, problem),) = read.problems
    assert (line, str(problem)) == (4, "a.b must be given once, and line 2 gives it already. Keep one of the two.")


@pytest.mark.parametrize(
    ("text", "line", "found", "mend"),
    [
        ("a:\n\tb: 1", 2, "'\\t'", "Indent with spaces, not tabs."),
        ("a: [1\nb: 2]", 2, "", "Look at the line before it too"),
        ("a: 'x", 1, "end of stream", "a quote may be missing"),
        ("a: 1\nb: c: d", 2, "mapping values are not allowed here", "a colon"),
        ("a: &x [1]\nb: *x", 2, "the alias *x", "Aliases are not supported: write the value out."),
        ("a: &x [*x]", 1, "the alias *x", "Aliases are not supported"),
        ("a: 1\n---\nb: 2", 2, "a second document", "One file holds one config."),
        ("a: @x", 1, "'@'", "Put the text in quotes."),
        ("a: 1\nb: \x07", 2, "cannot be printed", "Remove it."),
        ('a: "\\UFFFFFFFF"', 1, "an escape that names no character", "Remove it."),
        ('a: 1\nb: "\\uD800"', 2, "half a surrogate pair", ""),
        ("[" * 2000, 1, "nested too deep", "No setting needs that."),
        ("[" * 20 + "]" * 20, 1, "nested too deep", "No setting needs that."),
    ],
    ids=[
        "tab",
        "open-bracket",
        "open-quote",
        "two-colons",
        "alias",
        "alias-to-itself",
        "two-documents",
        "reserved-character",
        "control-character",
        "escape-of-no-character",
        "surrogate",
        "thousands-deep",
        "twenty-deep",
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int, found: str, mend: str) -> None:
    with pytest.raises(YamlSyntaxError) as caught:
        read_yaml(text)
    assert caught.value.line == line
    assert found in caught.value.found
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!set {b}", "a must be written without a tag. Got the tag !!set."),
        ("a: !!python/object:os.system ls", "a must be written without a tag. Got the tag !!python/object:os.system."),
        ("a: !mine [1]", "a must be written without a tag. Got the tag !mine."),
        ("a: !!int abc", "a must be a number that can be read. Got abc."),
        ("a: " + "1" * 5000, "a must be a number that can be read. Got a number of 5000 digits."),
        ("? [a]\n: 1", "the config must have plain names as keys. Got a list or a mapping as a key."),
    ],
    ids=["set", "python-object", "own-tag", "forced-number", "5000-digits", "list-as-key"],
)
def test_a_value_that_no_setting_takes_is_a_problem_and_not_a_traceback(text: str, message: str) -> None:
    ((line, problem),) = read_yaml(text).problems
    assert line == 1
    assert str(problem).startswith(message)


@given(text=st.text(alphabet=st.sampled_from("ab01.-:#,[]{}&*!|>'\"%@`?~ \n\té\\"), max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_yaml(text)
    except YamlSyntaxError:
        return
    assert isinstance(read.value, dict | tuple | str | int | float | None)
