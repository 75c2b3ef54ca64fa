"""A config as it was given: its values, and where each of them stands, in a file or on the command line.

Owns the reading of a config's file, of `section.key=value` and of `v1,v2`, all by the YAML rules of a file, and the way
from a problem to its place. So a setting means the same, errs the same and is found again wherever it is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dropout_lab.config.catalogue import AXES, settings, split_path, unknown
from dropout_lab.config.core_yaml import YamlSyntaxError, read_yaml
from dropout_lab.config.examine import plain
from dropout_lab.config.problem import Problem, SettingPath
from dropout_lab.config.requirements import show
from dropout_lab.errors import ConfigError

_LARGEST_CONFIG = 1_000_000


@dataclass(frozen=True, order=True)
class Place:
    """Where a value stands: a line of a file (from 1), or what was given over the file, such as the command line."""

    is_given: bool
    source: str
    line: int = 0

    def __str__(self) -> str:
        """Return the place as messages begin."""
        return f"{self.source}:{self.line}" if self.line else self.source


COMMAND_LINE = Place(True, "command line")


@dataclass
class Document:
    """Raw values (mappings as `dict`, sequences as `tuple`), the place of each, and the problems met in reading.

    Args:
        source: how messages name it.
        given: the place of what is put over it.
        first_line: where a setting that stands nowhere is missed; 0 for a mapping, which has no lines.
    """

    source: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[SettingPath, Place] = field(default_factory=dict)
    problems: list[tuple[Place, Problem]] = field(default_factory=list)
    faulty: set[SettingPath] = field(default_factory=set)
    given: Place = COMMAND_LINE
    first_line: int = 1

    def place(self, problem: Problem) -> Place:
        """Return where the value at fault stands, else a setting it does not fit, what should hold it, or its parts."""
        given = [path for path in (problem.path, *problem.involved) if path[:2] in self.places]
        path = given[0] if given else problem.path
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        within = [place for path, place in self.places.items() if path[:1] == problem.path == path[:-1]]
        if within:
            return within[0]
        return Place(False, self.source, self.first_line)

    def mark_given(self, values: Mapping[SettingPath, Any]) -> None:
        """Say that `values`, and the settings that a mapping among them holds, are what is put over the config."""
        for given, value in values.items():
            for path in [path for path in self.places if path[: len(given)] == given]:
                del self.places[path]
            inner = value if isinstance(value, dict) else ()
            self.places |= dict.fromkeys([given, *((*given, name) for name in inner)], self.given)

    def error(self, problems: Iterable[Problem]) -> ConfigError | None:
        """Return the error that holds the problems of reading and `problems`, in the order of the file, or None."""
        placed = [*self.problems, *((self.place(problem), problem) for problem in problems)]
        if not placed:
            return None
        placed.sort(key=lambda pair: pair[0])
        source = f"the {self.given}" if all(place.is_given for place, _ in placed) else self.source
        return ConfigError(source, list(dict.fromkeys(f"{place}: {problem}" for place, problem in placed)))


def read_document(path: Path, source: str) -> Document:
    """Return what a config's file holds.

    Args:
        path: the file.
        source: how messages name it.

    Raises:
        ConfigError: the file cannot be read, is not UTF-8 or not YAML, or holds no mapping.
    """
    text = _text_of(path, source)
    try:
        read = read_yaml(text)
    except YamlSyntaxError as error:
        raise _refusal(source, error.line, f"the file must be YAML. Got {error.found}. {error.mend}") from None
    values = {} if read.value is None else read.value
    if not isinstance(values, dict):
        message = f"the file must hold settings. Got {show(values)}. Begin with data: {{source: digits}}."
        raise _refusal(source, 1, message)
    document = Document(source, values, faulty={path[:2] for path in read.unreadable if path})
    document.places = {path: Place(False, source, line) for path, line in read.lines.items() if path}
    document.problems = [(Place(False, source, line), problem) for line, problem in read.problems]
    return document


def _text_of(path: Path, source: str) -> str:
    try:
        if path.exists() and not path.is_dir() and (not path.is_file() or path.stat().st_size > _LARGEST_CONFIG):
            limit = f"a file of at most {_LARGEST_CONFIG:,} bytes"
            raise _refusal(source, 0, f"CONFIG must be {limit}. Got another. Name the .yaml file of a study.")
        raw = path.read_bytes()
    except IsADirectoryError:
        raise _refusal(source, 0, "CONFIG must be a file. Got a folder. Name the .yaml file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path that holds a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(
            source, 0, f"the file must be readable. Got: {reason}. Check its name and your rights."
        ) from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"the file must be UTF-8 text. Got the byte 0x{raw[error.start]:02x}. Save it as UTF-8."
        raise _refusal(source, line, message) from None


def _refusal(source: str, line: int, message: str) -> ConfigError:
    return ConfigError(source, [f"{Place(False, source, line)}: {message}"])


@dataclass
class CommandLine:
    """The settings given on a command line, and what is wrong with how they are written."""

    given: dict[SettingPath, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: SettingPath, text: str) -> None:
        """Add one setting, its value as YAML text."""
        try:
            read = read_yaml(text)
        except YamlSyntaxError as error:
            self.problems.append(Problem(path, f"must be YAML: {error.found}", text, error.mend))
            return
        self.problems += [problem.under(path) for _, problem in read.problems]
        if not read.problems:
            self.add_value(path, read.value)

    def add_value(self, path: SettingPath, value: Any) -> None:
        """Add one setting, its value already read."""
        is_axis = path[0] in AXES and len(path) == 2
        if path not in settings() and not is_axis:
            self.problems.append(unknown(path))
        elif path in self.given:
            self.problems.append(Problem(path, "must be given once, not twice", mend="Keep one of the two."))
        else:
            self.given[path] = value


def read_command_line(
    overrides: Sequence[str] | Mapping[str, object], axes: Mapping[str, Sequence[object] | str]
) -> CommandLine:
    """Return the settings that overrides and axes give.

    Args:
        overrides: ``section.key=value`` each, or values by path.
        axes: values of each axis, or their text ``v1,v2``. `dropout.rates` and `seeds` are replaced, a name that
            begins with ``tune.`` joins `tune`, everything else the sweep. A single whole number of seeds is a count.
    """
    line = CommandLine()
    if isinstance(overrides, Mapping):
        for name, value in overrides.items():
            line.add_value(split_path(str(name)), plain(value))
        overrides = ()
    for override in overrides:
        name, equals, text = override.partition("=")
        if not equals or not name.strip():
            problem = Problem((override,), "must read section.key=value", mend="Write = and the value after the key.")
            line.problems.append(problem)
        else:
            line.add(split_path(name.strip()), text)
    for name, values in axes.items():
        has_own_place = name in ("dropout.rates", "seeds") or name.startswith("tune.")
        path = split_path(name) if has_own_place else ("sweep", name)
        if isinstance(values, str):
            line.add(path, values if name == "seeds" and "," not in values else f"[{values}]")
        else:
            line.add_value(path, plain(values))
    return line
