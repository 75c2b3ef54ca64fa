"""A setting's range, a user's value and the likely slip, in words.

Owns how a JSON schema reads in a sentence ("a number at least 0 and below 1"), how a value is shown beside it, and what
the user probably meant. It exists so that the docs and the error messages say the same of the same constraint.
"""

import re
from typing import Any

from dropout_lab.config.core_yaml import YamlSyntaxError, read_yaml, yaml_text
from dropout_lab.config.fields import MAX_SEED
from dropout_lab.errors import nearest

JsonSchema = dict[str, Any]

_LONGEST_VALUE = 70
_SPELLING = 0.76  # "rlu" is relu (0.86), but "fp32" is not tf32 (0.75)
_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "boolean": "true or false",
    "null": "null",
    "string": "text",
}
_SURPRISES = {"string": " (text)", "boolean": " (a boolean)", "array": " (a list)", "object": " (a mapping)"}
_YAML_1_1_AND_PYTHON = {"yes": "true", "on": "true", "no": "false", "off": "false", "none": "null"}


def requirement(schema: JsonSchema) -> str:
    """Return what a value must be, to be read after "must be".

    >>> requirement({"type": "number", "minimum": 0, "exclusiveMaximum": 1})
    'a number at least 0 and below 1'
    >>> requirement({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "per_seed"}, {"type": "null"}]})
    'a whole number at least 1, per_seed, or null'
    """
    words = [_form_words(form) for form in _forms(schema)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])}, or {words[-1]}"


def narrowed(schema: JsonSchema, value: object) -> JsonSchema:
    """Return `schema` with only the forms of the value's kind, or all of it where none is, or where text came."""
    forms = [form for form in _forms(schema) if kind(value) in _kinds(form)]
    return {"anyOf": forms} if forms and not isinstance(value, str) else schema


def kind(value: object) -> str:
    """Return the JSON name of a value's kind, ``number`` for whole numbers too, or ``unknown``."""
    if isinstance(value, bool):
        return "boolean"
    kinds = {int: "number", float: "number", str: "string", tuple: "array", dict: "object", type(None): "null"}
    return kinds.get(type(value), "unknown")


def show(value: object, *, wants_text: bool = False) -> str:
    """Return a value as YAML, with its kind in words where that is the surprise.

    >>> show(1.0), show("0.5"), show(True), show("rlu", wants_text=True)
    ('1.0', '"0.5" (text)', 'true (a boolean)', 'rlu')
    """
    name = kind(value)
    if name == "unknown":
        return f"{_short(str(value))} (a {type(value).__name__} of Python)"
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"a number of {value.bit_length()} bits"
    text = yaml_text(value)
    if name == "string" and not wants_text and not text.startswith('"'):
        text = f'"{text}"'
    noun = "" if name == "string" and wants_text else _SURPRISES.get(name, "")
    return _short(text) + noun


def accepts(schema: JsonSchema, name: str) -> bool:
    """Return whether any form of `schema` takes values of the kind `name`."""
    return any(name in _kinds(form) for form in _forms(schema))


def slip(schema: JsonSchema, value: object) -> str:
    """Return a sentence that corrects a likely slip (a misspelt choice, quotes, a missing bracket), or nothing.

    >>> slip({"enum": ["relu", "tanh"]}, "ReLu"), slip({"type": "integer"}, "1_000")
    ('Did you mean relu?', 'Write 1000.')
    """
    if isinstance(value, str):
        return _text_slip(schema, value)
    numbers = {form["type"] for form in _forms(schema) if form.get("type") in ("integer", "number")}
    if isinstance(value, float) and value.is_integer() and numbers == {"integer"}:
        return f"Write {int(value)}."
    items = [form["items"] for form in _forms(schema) if form.get("type") == "array"]
    if items and not accepts(schema, kind(value)) and accepts(items[0], kind(value)):
        return f"Write [{yaml_text(value)}]."
    return ""


def _text_slip(schema: JsonSchema, text: str) -> str:
    choices = _choices(schema)
    close = nearest(text, choices, cutoff=_SPELLING)
    named = [choice for choice in choices if choice in re.split(r"[^a-z0-9]+", text.lower())]
    if close or len(named) == 1:
        return f"Did you mean {close or named[0]}?"
    plain = _YAML_1_1_AND_PYTHON.get(text.lower(), text.strip().replace("_", ""))
    try:
        meant = read_yaml(plain).value
    except YamlSyntaxError:
        return ""
    if isinstance(meant, str) or not accepts(schema, kind(meant)):
        return ""
    return f"Write {plain} without quotes." if plain == text else f"Write {plain}."


def _forms(schema: JsonSchema) -> list[JsonSchema]:
    forms: list[JsonSchema] = schema.get("anyOf", [schema])
    return forms


def _choices(schema: JsonSchema) -> list[str]:
    return [
        choice for form in _forms(schema) for choice in form.get("enum", [form["const"]] if "const" in form else [])
    ]


def _kinds(form: JsonSchema) -> set[str]:
    if "enum" in form or "const" in form:
        return {"string"}
    if "type" not in form:
        return {"boolean", "number", "string", "array", "object", "null"}
    return {"number" if form["type"] == "integer" else form["type"]}


def _form_words(form: JsonSchema) -> str:
    if "x-form" in form:
        return str(form["x-form"])
    if choices := _choices(form):
        return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
    noun = _NOUNS.get(form.get("type", ""), "a value")
    if form.get("minLength"):
        return f"{noun} that is not empty"
    if form.get("type") == "array":
        return f"{noun}{' of one or more items' if 'minItems' in form else ''}, each {requirement(form['items'])}"
    return _with_bounds(noun, form)


def _with_bounds(noun: str, form: JsonSchema) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    if "minimum" in form and "maximum" in form:
        return f"{noun} from {_number(form['minimum'])} to {_number(form['maximum'])}"
    bounds = [f"{words[key]} {_number(form[key])}" for key in words if key in form]
    return f"{noun} {' and '.join(bounds)}" if bounds else noun


def _number(bound: float) -> str:
    return "2^63 - 1" if bound == MAX_SEED else f"{bound:,}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
