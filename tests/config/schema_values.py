"""Just enough of JSON Schema for the schema of a config: draw values that satisfy it, and check values against it."""

import math
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

JsonSchema = dict[str, Any]

_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)


def values_of(schema: JsonSchema) -> st.SearchStrategy[Any]:
    """Draw values that satisfy the schema of a setting that is no list."""
    if "anyOf" in schema:
        return st.one_of([values_of(form) for form in schema["anyOf"]])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: satisfies(schema, text))
    strategies: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "integer": lambda: st.integers(schema["minimum"], schema["maximum"]),
        "number": lambda: st.floats(0, schema.get("maximum", schema.get("exclusiveMaximum"))).filter(
            lambda number: math.isfinite(number) and satisfies(schema, number)
        ),
        "boolean": st.booleans,
        "string": lambda: st.sampled_from(_choices(schema)) if _choices(schema) else _text,
        "null": st.none,
    }
    return strategies[schema["type"]]()


def satisfies(schema: JsonSchema, value: Any, root: JsonSchema | None = None) -> bool:
    """Return whether plain values (lists as tuples) satisfy a schema."""
    root = schema if root is None else root
    if "$ref" in schema:
        return satisfies(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root)
    if "anyOf" in schema:
        return any(satisfies(form, value, root) for form in schema["anyOf"])
    return _is_of_kind(schema["type"], value) and _is_in_range(schema, value) and _holds_what_fits(schema, value, root)


def _is_of_kind(kind: str, value: Any) -> bool:
    kinds = {"object": dict, "array": tuple, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    return type(value) in (int, float) if kind == "number" else type(value) is kinds[kind]


def _is_in_range(schema: JsonSchema, value: Any) -> bool:
    if isinstance(value, str):
        pattern, length = schema.get("pattern", ""), schema.get("maxLength", math.inf)
        return re.search(pattern, value) is not None and len(value) <= length and value in (_choices(schema) or [value])
    if type(value) not in (int, float):
        return True
    above = schema.get("exclusiveMinimum", -math.inf) < value < schema.get("exclusiveMaximum", math.inf)
    return bool(above and schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf))


def _holds_what_fits(schema: JsonSchema, value: Any, root: JsonSchema) -> bool:
    if isinstance(value, tuple):
        fit = all(satisfies(schema["items"], item, root) for item in value)
        return fit and schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf)
    if isinstance(value, dict):
        known = set(schema.get("required", ())) <= set(value) <= set(schema["properties"])
        return known and all(satisfies(schema["properties"][key], item, root) for key, item in value.items())
    return True


def _choices(schema: JsonSchema) -> list[str]:
    choices: list[str] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return choices
