"""`configs`: the configs that come with the lab.

Owns how they are listed, shown and copied; where they lie is known to `config`.
"""

import re
from itertools import dropwhile, takewhile
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from dropout_lab.cli import streams
from dropout_lab.cli.options import complete_config
from dropout_lab.errors import UserError

configs = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show or copy the shipped configs.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a shipped config.", autocompletion=complete_config)]


@configs.command("list", epilog="Example: dropout-lab configs list")
def list_configs() -> None:
    """List the shipped configs and what each shows."""
    from dropout_lab.config import shipped_configs

    shipped = shipped_configs()
    indent = " " * (max(map(len, shipped), default=0) + 2)
    for name, path in shipped.items():
        streams.result(fill(headline(path), 80, initial_indent=name.ljust(len(indent)), subsequent_indent=indent))


def headline(path: Path) -> str:
    """Return the first paragraph of a config's leading comment, editors' directives left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("#").strip() for line in takewhile(lambda line: line.startswith("#"), lines)]
    texts = dropwhile(lambda text: not text or text.startswith("yaml-language-server"), comments)
    return " ".join(takewhile(bool, texts))


@configs.command("show", epilog="Example: dropout-lab configs show digits")
def show_config(name: _Name) -> None:
    """Print a shipped config to stdout."""
    streams.result(_text(name).rstrip("\n"))


@configs.command("copy", epilog="Example: dropout-lab configs copy digits my_digits.yaml")
def copy_config(
    name: _Name,
    to: Annotated[
        Path | None,
        typer.Argument(metavar="TO", help="New file, or a folder. Default: NAME.yaml here.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
) -> None:
    """Copy a shipped config, to change it.

    The copy names no study, so that it takes the new file's name and has a results folder of its own.
    """
    text = _unnamed(_text(name))
    target = Path(f"{name}.yaml") if to is None else to / f"{name}.yaml" if to.is_dir() else to
    try:
        with target.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(
            f"{target}: a copy must be a new file. Got one that exists. Name another, or overwrite it with --force."
        ) from None
    except OSError as error:
        raise UserError(f"{target}: a copy must be writable. Got: {error.strerror}. Name another place.") from None
    streams.result(str(target))


def _unnamed(text: str) -> str:
    """Take the study's name out of a config, so that the file's own name is its name.

    >>> _unnamed("# ...\\nname: digits\\nseeds: 5\\n")
    '# ...\\nseeds: 5\\n'
    """
    return re.sub(r"^name: \S+\n", "", text, count=1, flags=re.MULTILINE)


def _text(name: str) -> str:
    from dropout_lab.config import shipped_configs

    shipped = shipped_configs()
    if name not in shipped:
        raise UserError(
            f"command line: NAME must be a shipped config. Got {name}. Choose from {', '.join(shipped) or 'none'}."
        )
    return shipped[name].read_text(encoding="utf-8")
