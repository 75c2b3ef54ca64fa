"""The settings for editors and for the docs.

Owns the JSON schema of a config file and the reference in Markdown. Must not hold a word about any single setting: all
of it comes from the schema's declarations. It exists so that neither can fall behind the code.
"""

import copy
from typing import Any

from dropout_lab.config.catalogue import AXES, Setting, sections, settings, study_schema
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.examine import plain
from dropout_lab.config.problem import show_path
from dropout_lab.config.requirements import requirement
from dropout_lab.config.tuning import is_tunable


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a config file, for editors that complete and check while one types."""
    schema = copy.deepcopy(study_schema())
    axes = {path: _axis_schema(setting) for path, setting in settings().items() if not setting.fixed}
    for name in AXES:
        allowed = {show_path(path): axis for path, axis in axes.items() if name == "sweep" or is_tunable(path)}
        schema["properties"][name].update(properties=allowed, additionalProperties=False)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "dropout-lab config",
        "description": "One study: a network, data, dropout rates, seeds.",
    }


def settings_reference() -> str:
    """Return every setting as Markdown tables, one per section: what it must be, unit, default and meaning."""
    parts = [_table("Top level", "What belongs to no section.", [s for s in settings().values() if len(s.path) == 1])]
    for name, meaning in sections().items():
        parts.append(_table(f"`{name}`", meaning, [s for s in settings().values() if s.path[0] == name]))
    return "\n".join(parts)


def _axis_schema(setting: Setting) -> dict[str, Any]:
    value = {key: setting.schema[key] for key in setting.schema if key not in ("default", "title", "description")}
    axis = {"type": "array", "minItems": 1, "uniqueItems": True, "items": value}
    return {"description": setting.meaning, **axis}


def _table(title: str, meaning: str, rows: list[Setting]) -> str:
    lines = [
        f"### {title}",
        "",
        meaning,
        "",
        "| setting | must be | unit | default | meaning |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(setting) for setting in rows), ""])


def _row(setting: Setting) -> str:
    default = "required" if setting.is_required else f"`{yaml_text(_default(setting))}`"
    cells = (f"`{show_path(setting.path)}`", requirement(setting.schema), setting.unit, default, setting.meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(setting: Setting) -> object:
    if setting.leaf == "name":
        return "the file's name"
    return 5 if setting.leaf == "seeds" else plain(setting.default)
