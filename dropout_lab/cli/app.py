"""The command line: the commands, and what leaves the process when something goes wrong.

Owns the list of commands and the exit codes; the commands live in modules of their own. Nothing heavy is
imported here or at the top of theirs: `--help` answers at once.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from dropout_lab import __version__
from dropout_lab.cli import inspecting, masking, plotting, publishing, running, streams, summarising
from dropout_lab.cli.shipped import configs
from dropout_lab.errors import DONE, FAILURE, INTERRUPTED, LabError, UserError

app = typer.Typer(
    name="dropout-lab",
    no_args_is_help=True,
    rich_markup_mode=None,  # boxes wrap long messages and cost 0.1 s
    pretty_exceptions_enable=False,
)
for _command, _example in (
    (running.run, "run digits 'dropout.rates=[0.2, 0.5]' --seeds 10"),
    (running.sweep, "sweep --rates 0.2,0.5 --train-sizes 100,300 name=sizes"),
    (summarising.summary, "summary results/digits --margin 0.002"),
    (publishing.report, "report results/digits"),
    (plotting.plot, "plot results/digits --format png,svg"),
    (masking.mask, "mask --values 1,2,3,4 --rate 0.5"),
    (inspecting.status, "status results"),
    (inspecting.check, "check digits training.epochs=20"),
    (inspecting.schema, "schema > schema.json"),
):
    app.command(epilog=f"Example: dropout-lab {_example}")(_command)
app.add_typer(configs, name="configs")


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        streams.result(f"dropout-lab {__version__}")
        raise typer.Exit(DONE)


@app.callback(epilog="Example: dropout-lab run digits")
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Measure whether a network overfits, whether dropout helps, at which rate, and how sure that is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: what follows the program's name; None = `sys.argv`.

    Returns:
        The exit code: 0 done, 1 failure, 2 usage or config, 3 some trials are not complete, 130 interrupted.
    """
    try:
        _refuse_lost_folder()
        with _terminated_as_interrupted():
            app(args=None if arguments is None else list(arguments), prog_name="dropout-lab")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE if end.code is None else FAILURE
    except LabError as error:
        streams.say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        streams.say("interrupted")
        return INTERRUPTED
    except Exception as error:  # whatever else: one message, no traceback unless asked for
        streams.say_unexpected(error)
        return FAILURE
    return DONE


def _refuse_lost_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UserError("working directory: it must exist. Got one that was deleted. Go to another folder.") from None


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Take SIGTERM, which job schedulers send, as Ctrl-C: finish cleanly and keep what is finished."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
