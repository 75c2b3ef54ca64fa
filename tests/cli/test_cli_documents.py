import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from dropout_lab.cli import app
from dropout_lab.study import MANY_TRIALS

DOCUMENT = Path(__file__).parents[2] / "docs" / "cli.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


ROOT = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT))
PARAMETERS = [
    pytest.param(parameter, id=f"{name} {parameter.name}")
    for name, command in COMMANDS.items()
    for parameter in command.params
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section(name: str) -> None:
    assert f"\n## dropout-lab {name}\n" in TEXT


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_argument_and_option_is_in_a_table_with_its_current_help(parameter: Any) -> None:
    is_argument = parameter.param_type_name == "argument"
    names = [parameter.metavar] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    if parameter.param_type_name == "option" and parameter.metavar:
        names = [f"{name} {parameter.metavar}" for name in names]

    assert f"| {', '.join(f'`{name}`' for name in names)} | {parameter.help} |" in TEXT


def test_the_document_says_how_many_trials_must_be_confirmed() -> None:
    assert f"| `--yes` | Train more than {MANY_TRIALS:,} trials" in TEXT


def test_the_document_names_no_option_that_does_not_exist() -> None:
    parameters = [parameter for command in (ROOT, *COMMANDS.values()) for parameter in command.params]
    known = {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT)) <= known | {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_starts_with_a_verb_and_ends_with_its_own_example(name: str) -> None:
    command = COMMANDS[name]

    assert re.match(r"(Train|Draw|Write|Show|Check|Print|List|Copy) ", command.help)
    assert command.epilog.startswith(f"Example: dropout-lab {name}")
    assert command.epilog.removeprefix("Example: ") in TEXT
