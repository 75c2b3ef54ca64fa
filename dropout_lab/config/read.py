"""From a config to a validated study: the doors of this room.

Owns the order of reading: the file, the command line over it, the rules of single settings, then those of the grid. It
exists so that every way in (a file, a mapping, a copy with other values) passes the same checks and reports every
problem at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dropout_lab.config.catalogue import AXES, settings, split_path, unknown
from dropout_lab.config.document import Document, Place, read_command_line, read_document
from dropout_lab.config.examine import Values, examined, plain, put, validated, with_sections
from dropout_lab.config.grid import checked_grid
from dropout_lab.config.problem import Problem, SettingPath
from dropout_lab.config.schema import Study
from dropout_lab.config.shipped import find_config
from dropout_lab.data.sources import is_file_name
from dropout_lab.errors import ConfigError


def read_study(
    config: str | Path | Mapping[str, object] | None = None,
    overrides: Sequence[str] | Mapping[str, object] = (),
    axes: Mapping[str, Sequence[object] | str] | None = None,
    *,
    place: str = "command line",
) -> Study:
    """Return the study that a config describes.

    Args:
        config: a path, the name of a shipped config, a mapping with the keys of a config, or None for `digits`.
        overrides: ``section.key=value`` each, or values by path; put over the config.
        axes: axes of the grid by path, their values or their text ``v1,v2``: `dropout.rates` and `seeds` are replaced,
            ``tune.`` and a path joins or replaces an entry of `tune`, everything else one of `sweep`.
        place: where overrides and axes stand, for messages.

    Raises:
        ConfigError: with every problem of the config and of what is put over it.
    """
    document = _opened(config, place)
    line = read_command_line(overrides, axes or {})
    document.problems += [(document.given, problem) for problem in line.problems]
    problems = put(document.values, line.given)
    document.mark_given(line.given)
    study, found = _checked(
        document.values, document.faulty | {path for p in problems for path in (p.path, *p.involved)}
    )
    error = document.error([*problems, *found])
    if error is not None:
        raise error
    return study


def study_from_mapping(mapping: Mapping[str, object]) -> Study:
    """Return the study that a mapping with the keys of a config describes.

    Raises:
        ConfigError: with every problem.
    """
    study, problems = _checked(with_sections(plain(mapping)), set())
    if problems:
        raise _refusal(problems)
    return study


def with_values(study: Study, values: Mapping[str, object]) -> Study:
    """Return a validated copy of `study` with other values; made for the many conditions of a grid.

    The axes of the study are kept as they are; they are checked again only where `sweep` or `tune` is given.

    Args:
        study: the study to start from.
        values: new values by path, such as ``{"model.width": 64}``.

    Raises:
        ConfigError: a path names no setting, or a value does not fit.
    """
    given = {split_path(name): plain(value) for name, value in values.items()}
    problems = [unknown(path) for path in given if path not in settings()]
    copied = study.model_dump()
    found = problems or put(copied, given) or validated(with_sections(copied))
    if not isinstance(found, Study):
        raise _refusal(found)
    if not values.keys().isdisjoint(AXES):
        found, problems = checked_grid(found, set())
        if problems:
            raise _refusal(problems)
    return found


def _opened(config: str | Path | Mapping[str, object] | None, place: str) -> Document:
    """Return a config as it stands, before anything is put over it."""
    if isinstance(config, Mapping):
        return Document("config", with_sections(plain(config)), given=Place(True, place), first_line=0)
    path, source = find_config(config, place)
    document = read_document(path, source)
    document.given = Place(True, place)
    document.values = with_sections(document.values)
    _locate_tables(document.values, path.parent)
    document.values.setdefault("name", path.stem)
    return document


def _checked(values: Values, faulty: set[SettingPath]) -> tuple[Study, list[Problem]]:
    study, problems = examined(values, faulty)
    study, of_grid = checked_grid(study, faulty)
    return study, [*problems, *of_grid]


def _refusal(problems: Iterable[Problem]) -> ConfigError:
    return ConfigError("the settings", [str(problem) for problem in problems])


def _locate_tables(values: Values, folder: Path) -> None:
    """Take a relative path to a table from the working directory if it is there, else from the config's folder."""
    for section, key in (("data", "source"), ("sweep", "data.source")):
        sources = values.get(section, {}).get(key) if isinstance(values.get(section), dict) else None
        if isinstance(sources, str):
            values[section][key] = _located(sources, folder)
        elif isinstance(sources, tuple):
            values[section][key] = tuple(_located(item, folder) if isinstance(item, str) else item for item in sources)


def _located(source: str, folder: Path) -> str:
    beside = folder / source
    is_elsewhere = is_file_name(source) and not Path(source).exists() and beside.is_file()
    return str(beside) if is_elsewhere else source
