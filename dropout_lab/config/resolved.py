"""A study with every setting, defaults included: written as a config file, or completed from an older recording.

Owns the layout of `study.yaml`, so that a results folder holds a config that runs again and reads as documentation; and
what a recorded study means by a setting that it does not name: its default, since a new setting's default is what was
always done. So a results folder may grow under a newer version.
"""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from dropout_lab.config.catalogue import Setting, sections, settings
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.schema import Study

_WIDTH = 100


def resolved_yaml(study: Study) -> str:
    """Return `study` as YAML text that reads back as an equal study."""
    values = study.model_dump()
    lines = [f"# The resolved config of the study {study.name}: every setting, defaults included."]
    opened = None
    for path, setting in settings().items():
        section = str(path[0])
        if section in sections():
            if section != opened:
                lines.append(_commented(f"{section}:", sections()[section]))
                opened = section
            lines.append(_line(setting, values[section][setting.leaf], indent="  "))
        else:
            lines.append(_line(setting, _short_form(section, values[section]), indent=""))
    return "\n".join(lines) + "\n"


def _line(setting: Setting, value: object, indent: str) -> str:
    return _commented(f"{indent}{setting.leaf}: {yaml_text(value)}", setting.meaning)


def _short_form(name: str, value: object) -> object:
    """Write the seeds 0 to n - 1 as the count n."""
    if name == "seeds" and isinstance(value, tuple) and value == tuple(range(len(value))):
        return len(value)
    return value


def _commented(text: str, comment: str) -> str:
    """Put the comment above, at the same depth, wrapped."""
    mark = " " * (len(text) - len(text.lstrip())) + "# "
    return "\n".join([*wrap(comment, _WIDTH, initial_indent=mark, subsequent_indent=mark), text])


def with_all_settings(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a recorded study, as a mapping, in which every setting that it does not name has its default."""
    completed = {name: dict(value) if isinstance(value, Mapping) else value for name, value in study.items()}
    for path, setting in settings().items():
        if not setting.is_required:
            section = completed.setdefault(str(path[0]), {}) if len(path) == 2 else completed
            section.setdefault(setting.leaf, setting.default)
    return completed
