"""Whether two studies may share a folder, and the study that holds both.

Owns which settings may grow. A study may grow in its seeds, its rates and the values of its axes, swept or tuned; name,
device and data root shape no result; anything else makes another study. Studies are plain mappings, as read from the
manifest or dumped from a resolved config.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dropout_lab.errors import FolderError
from dropout_lab.results.cells import format_setting

_SHAPES_NO_RESULT = {"name", "device", "data.root"}
_MAY_GROW = {"seeds", "dropout.rates"}
_AXES = ("sweep", "tune")
_ABSENT = "no such setting"


def refuse_other_study(folder: Path, stored: Mapping[str, Any], requested: Mapping[str, Any]) -> None:
    """Refuse to train a study in the folder of another one.

    Raises:
        FolderError: naming every setting that differs, with both values.
    """
    differences = compare_studies(stored, requested)
    if differences:
        lines = "".join(f"\n  {difference}" for difference in differences)
        raise FolderError(
            f"{folder}: the study must be the one this folder holds; only seeds, rates and values of its axes may be "
            f"added. Got other settings:{lines}\n  Give the new study a name of its own, such as "
            f"name={requested.get('name', folder.name)}-2."
        )


def compare_studies(stored: Mapping[str, Any], requested: Mapping[str, Any]) -> list[str]:
    """Name the differences that forbid two studies to share a folder.

    Args:
        stored: the resolved study of the folder.
        requested: the resolved study that would train there.

    Returns:
        One line per difference, ``<path> must be <stored>. Got <requested>.``; none if they may share it.

    >>> compare_studies({"seeds": [0], "data": {"source": "iris"}}, {"seeds": [1], "data": {"source": "wine"}})
    ['data.source must be iris. Got wine.']
    """
    before, after = (_settings(_plain(study)) for study in (stored, requested))
    for group in _AXES:
        before[group], after[group] = (
            ", ".join(sorted(study.get(group) or {})) or "without axes" for study in (stored, requested)
        )
    # An axis of the sweep hides the fixed value of its path; a tuned setting's own value is what it is compared with.
    free = _SHAPES_NO_RESULT | _MAY_GROW | ((stored.get("sweep") or {}).keys() & (requested.get("sweep") or {}).keys())
    return [
        f"{path} must be {before.get(path, _ABSENT)}. Got {after.get(path, _ABSENT)}."
        for path in [*before, *(path for path in after if path not in before)]
        if path not in free and before.get(path) != after.get(path)
    ]


def union_of_studies(stored: Mapping[str, Any], requested: Mapping[str, Any]) -> dict[str, Any]:
    """Return the study that holds all seeds, rates and axis values of both.

    Args:
        stored: the resolved study of a folder.
        requested: a study that may share it (see `compare_studies`).

    Returns:
        `requested` with the union of seeds (ascending), rates and axis values, swept or tuned: numbers ascending, then
        all others in order of arrival. Axes keep the stored order.
    """
    before, union = _plain(stored), _plain(requested)
    union["seeds"] = sorted({*before["seeds"], *union["seeds"]})
    union["dropout"]["rates"] = _merged(before["dropout"]["rates"], union["dropout"]["rates"])
    for group in _AXES:
        axes = union.get(group) or {}
        union[group] = {path: _merged(values, axes[path]) for path, values in (before.get(group) or {}).items()}
    return union


def _merged(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    distinct: list[Any] = []
    for value in [*first, *second]:
        if not any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in distinct):
            distinct.append(value)
    return sorted(filter(_is_number, distinct)) + [value for value in distinct if not _is_number(value)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(study: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(study))  # tuples become lists, as they are in the manifest
    return plain


def _settings(study: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    settings: dict[str, str] = {}
    for key, value in study.items():
        if isinstance(value, Mapping) and prefix + key not in _AXES:
            settings |= _settings(value, f"{prefix}{key}.")
        else:
            settings[prefix + key] = format_setting(value)
    return settings
