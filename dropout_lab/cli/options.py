"""Arguments and options that several commands share, and how they become a study.

Owns their names, help and the way from words to `config.read_study`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.errors import UserError

if TYPE_CHECKING:
    from dropout_lab.config import Study


def complete_config(incomplete: str) -> list[str]:
    """Return the shipped configs' names that begin with `incomplete`; the shell adds files."""
    from dropout_lab.config import shipped_configs

    return [name for name in shipped_configs() if name.startswith(incomplete)]


_CONFIG_HELP = "Config file, or the name of a shipped config (dropout-lab configs list)."

Config = Annotated[str, typer.Argument(metavar="CONFIG", help=_CONFIG_HELP, autocompletion=complete_config)]
OptionalConfig = Annotated[
    str | None,
    typer.Argument(
        metavar="CONFIG", help=f"{_CONFIG_HELP} Default: digits.", show_default=False, autocompletion=complete_config
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE",
        help="Settings to change, such as training.epochs=20 or 'model.hidden=[64, 64]'.",
        show_default=False,
    ),
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder of results; the study gets a folder of its own in it.")
]
Seeds = Annotated[
    str | None,
    typer.Option("--seeds", metavar="N", help="Replicates of training: a count, or a list of seeds such as 0,3,5."),
]
Tune = Annotated[
    list[str] | None,
    typer.Option(
        "--tune",
        metavar="KEY=V1,V2",
        help="A setting of training or model to tune inside every condition, such as training.learning_rate=1e-3,1e-2; "
        "val chooses. Repeatable.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        min=1,
        help="Cores of a CPU to use: one for each cohort that trains, several for one of large nets. Default: all.",
    ),
]
Executor = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="How cohorts are run: process (one after another) or pool (several at once). Default: by the machine.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", metavar="DEVICE", help="Where to train: auto, cpu, cuda (every GPU), cuda:N or mps."),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="List cohorts, trials, parameters and memory (MiB); train and write nothing."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no notes; errors still show.")]
Json = Annotated[bool, typer.Option("--json", help="Print the rows as a JSON array instead of a table.")]
Report = Annotated[
    bool,
    typer.Option("--report/--no-report", help="Whether to write report.html into the study's folder after training."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Train more than 10,000 trials without being asked to confirm.")]


def read(
    config: str | None,
    overrides: Sequence[str] | None,
    *,
    axes: dict[str, str] | None = None,
    tune: Sequence[str] | None = None,
    device: str | None = None,
    needs_config: bool = True,
) -> "Study":
    """Read the study that a command line names.

    Args:
        config: the first word: a config, or a first override where the config is left out.
        overrides: the other words.
        axes: values of each axis, as text.
        tune: values of --tune.
        device: value of --device.
        needs_config: whether leaving the config out is an error.

    Raises:
        ConfigError: with all problems of the file and the command line.
        UserError: the config is left out where it is needed, or --tune names a setting twice or without values.
    """
    from dropout_lab.config import read_study

    settings = list(overrides or [])
    if config is not None and "=" in config and not Path(config).exists():
        if needs_config:
            raise UserError(
                f"command line: a config must come before the settings. Got {config} first. "
                "Name a file or a shipped config, such as digits."
            )
        settings.insert(0, config)
        config = None
    settings += [f"tune.{path}=[{values}]" for path, values in repeated_axes("--tune", tune or []).items()]
    if device is not None:
        settings.append(f"device={device}")
    return read_study(config, settings, axes or {})


def repeated_axes(option: str, texts: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Read the values of an option such as --axis, each ``KEY=V1,V2``, and join them to those given in other ways.

    Raises:
        UserError: an axis comes twice, or without values.

    >>> repeated_axes("--axis", ["model.activation=relu,tanh"], {"dropout.rates": "0.2,0.5"})
    {'dropout.rates': '0.2,0.5', 'model.activation': 'relu,tanh'}
    """
    axes = dict(given or {})
    for text in texts:
        path, equals, values = text.partition("=")
        path = path.strip()
        if not equals:
            raise UserError(
                f"command line: {option} must read KEY=V1,V2. Got {text}. Write = and the values after the key."
            )
        if path in axes:
            raise UserError(f"command line: an axis must be given once. Got {path} twice. Join their values by commas.")
        axes[path] = values
    return axes
