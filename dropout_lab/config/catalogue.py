"""All settings by their path, as data.

Owns the view of the schema that the reference, the resolved config, the messages and the suggestions share, and the
search for the setting that a user meant. It exists so that nobody but this module takes the JSON schema of the models
apart.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.schema import Study
from dropout_lab.errors import nearest
from dropout_lab.wording import listed

JsonSchema = dict[str, Any]

AXES = ("sweep", "tune")
"""The settings that are mappings from other settings to lists of values: the axes of the grid."""


@dataclass(frozen=True)
class Setting:
    """One setting: its path, the JSON schema of its value, and its documentation."""

    path: SettingPath
    schema: JsonSchema
    default: object
    is_required: bool
    meaning: str
    unit: str
    mend: str
    also: tuple[str, ...]
    opposite: tuple[str, ...]
    fixed: str
    regularises: bool
    is_nuisance: bool

    @property
    def leaf(self) -> str:
        """Its name without the section."""
        return str(self.path[-1])


@cache
def settings() -> dict[SettingPath, Setting]:
    """Return every setting of a study in the order of the schema."""
    found: dict[SettingPath, Setting] = {}
    for name, schema in _study_schema()["properties"].items():
        if name in sections():
            for leaf, inner in _section_schema(name)["properties"].items():
                found[(name, leaf)] = _setting((name, leaf), inner)
        else:
            found[(name,)] = _setting((name,), schema)
    return found


@cache
def sections() -> dict[str, str]:
    """Return the sections of a study and what each is about."""
    names = (name for name, schema in _study_schema()["properties"].items() if "$ref" in schema)
    return {name: _section_schema(name)["description"] for name in names}


def section_settings(section: str) -> list[Setting]:
    """Return the settings of one section."""
    return [setting for setting in settings().values() if setting.path[0] == section and len(setting.path) == 2]


def split_path(text: str) -> SettingPath:
    """Return the path of a dotted name; what follows ``sweep.`` or ``tune.`` is one name.

    >>> split_path("sweep.model.width")
    ('sweep', 'model.width')
    """
    return tuple(text.split(".", 1)) if "." in text else (text,)


def unknown(path: SettingPath) -> Problem:
    """Return the problem of a path that names no setting, with the nearest one."""
    return Problem(path, "is no setting", mend=suggestion(path))


def suggestion(path: SettingPath) -> str:
    """Return a sentence that names the setting that `path` most likely means, or what its section holds."""
    if path[0] in sections() and len(path) == 1:
        return f"It is a section: name one of its settings, {_names(str(path[0]))}."
    if len(path) == 1 and split_path(str(path[0])) in settings():
        section, leaf = split_path(str(path[0]))
        return f"Write {leaf} inside the section {section}."
    if meant := _named(path):
        opposite = any(_leaf(path) in settings()[one].opposite for one in meant)
        return f"Did you mean {listed(map(show_path, meant), 'or')}{f', 1 - {_leaf(path)}' if opposite else ''}?"
    if (close := _nearest(path)) is not None:
        return f"Did you mean {show_path(close)}?"
    if path[0] in sections():
        return f"The section {path[0]} has {_names(str(path[0]))}."
    return f"A config has {', '.join(str(name) for name in _study_schema()['properties'])}."


def _names(section: str) -> str:
    return ", ".join(setting.leaf for setting in section_settings(section))


def _leaf(path: SettingPath) -> str:
    return str(path[-1]).rsplit(".", 1)[-1].lower()


def _named(path: SettingPath) -> list[SettingPath]:
    """Return the settings that bear the name of `path`, here or in other tools: those of its section before others."""
    leaf = _leaf(path)
    named = [s.path for s in settings().values() if leaf in (s.leaf, *s.also, *s.opposite)]
    return [found for found in named if found[0] == path[0]] or named


def _nearest(path: SettingPath) -> SettingPath | None:
    """Return the section or the setting that is spelled most alike, one of its own section before the others."""
    leaf = str(path[-1]).rsplit(".", 1)[-1]
    own_section_first = sorted(settings().values(), key=lambda setting: setting.path[:1] != path[:1])
    if len(path) == 1 and (section := nearest(leaf, sections())):
        return (section,)
    for group in (own_section_first[: _own(path)], own_section_first):
        close = nearest(leaf, [setting.leaf for setting in group])
        if close:
            return next(setting.path for setting in group if setting.leaf == close)
    return None


def _own(path: SettingPath) -> int:
    return sum(setting.path[0] == path[0] for setting in settings().values())


@cache
def _study_schema() -> JsonSchema:
    return Study.model_json_schema()


def study_schema() -> JsonSchema:
    """Return the JSON schema that pydantic makes of a study."""
    return _study_schema()


def _section_schema(name: str) -> JsonSchema:
    reference: str = _study_schema()["properties"][name]["$ref"]
    schema: JsonSchema = _study_schema()["$defs"][reference.removeprefix("#/$defs/")]
    return schema


def _setting(path: SettingPath, schema: JsonSchema) -> Setting:
    return Setting(
        path=path,
        schema=schema,
        default=schema.get("default"),
        is_required="default" not in schema,
        meaning=schema["description"],
        unit=schema.get("x-unit", ""),
        mend=schema.get("x-mend", ""),
        also=tuple(schema.get("x-also", ())),
        opposite=tuple(schema.get("x-opposite", ())),
        fixed=schema.get("x-fixed", ""),
        regularises=schema.get("x-regularises", False),
        is_nuisance=schema.get("x-nuisance", False),
    )
