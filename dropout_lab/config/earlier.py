"""A resolved study of an earlier version, with the settings that came since.

Owns what a setting means that a recorded study does not name: its default, since a new setting's default is what was
always done. Must not know where the study was recorded. It exists so that a results folder may grow under a newer
version.
"""

from collections.abc import Mapping
from typing import Any

from dropout_lab.config.catalogue import settings


def with_later_settings(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a recorded study, as a mapping, in which every setting that it does not name has its default."""
    completed = {name: dict(value) if isinstance(value, Mapping) else value for name, value in study.items()}
    for path, setting in settings().items():
        if not setting.is_required:
            section = completed.setdefault(str(path[0]), {}) if len(path) == 2 else completed
            section.setdefault(setting.leaf, setting.default)
    return completed
