"""Settings and axes given over a config: on the command line, or as arguments in Python.

Owns the reading of `section.key=value` and of `v1,v2`, by the YAML rules of a file. Must not know files or what the
values must be. It exists so that a setting means the same and errs the same wherever it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dropout_lab.config.catalogue import AXES, settings, split_path, unknown
from dropout_lab.config.core_yaml import YamlSyntaxError, read_yaml
from dropout_lab.config.examine import plain
from dropout_lab.config.problem import Problem, SettingPath


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
