"""`run` and `sweep`: check a study, train what is missing, print the table and the verdict, write the report.

Owns these commands' arguments and the order of what they say.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.cli import options, streams
from dropout_lab.noise import KINDS

if TYPE_CHECKING:
    from dropout_lab.config import Study
    from dropout_lab.study import Run

_RESULTS = Path("results")


def run(
    config: options.Config,
    overrides: options.Overrides = None,
    out: options.Out = _RESULTS,
    seeds: options.Seeds = None,
    tune: options.Tune = None,
    threads: options.Threads = None,
    device: options.Device = None,
    executor: options.Executor = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    writes_report: options.Report = True,
    yes: options.Yes = False,
) -> None:
    """Train a study with and without dropout; print gaps and verdict.

    Every rate of the config and the baseline (rate 0) are trained with every seed. Run it again to train only what is
    missing: after an interruption, or after adding seeds or rates.
    """
    axes = {} if seeds is None else {"seeds": seeds}
    study = options.read(config, overrides, axes=axes, tune=tune, device=device)
    _train(
        study,
        out=out,
        threads=threads,
        executor=executor,
        is_dry=dry_run,
        is_quiet=quiet,
        as_json=as_json,
        writes_report=writes_report,
        is_sure=yes,
    )


def sweep(
    config: options.OptionalConfig = None,
    overrides: options.Overrides = None,
    rates: Annotated[
        str | None,
        typer.Option(metavar="V1,V2", help="Dropout rates: the probability that a unit is dropped, from 0 to below 1."),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(metavar="V1,V2", help=f"Kinds of noise: {', '.join(KINDS)}."),
    ] = None,
    input_rates: Annotated[
        str | None, typer.Option(metavar="V1,V2", help="Dropout rates of the inputs, from 0 to below 1.")
    ] = None,
    train_sizes: Annotated[
        str | None, typer.Option(metavar="V1,V2", help="Train rows: counts, or fractions of all rows.")
    ] = None,
    widths: Annotated[str | None, typer.Option(metavar="V1,V2", help="Units of every hidden layer.")] = None,
    depths: Annotated[str | None, typer.Option(metavar="V1,V2", help="Numbers of hidden layers.")] = None,
    learning_rates: Annotated[
        str | None, typer.Option(metavar="V1,V2", help="Learning rates (step sizes of the optimizer).")
    ] = None,
    label_noise: Annotated[
        str | None, typer.Option(metavar="V1,V2", help="Fractions of the train rows that get a wrong label, 0 to 1.")
    ] = None,
    axis: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=V1,V2", help="Any setting as an axis, such as model.activation=relu,tanh. Repeatable."
        ),
    ] = None,
    out: options.Out = _RESULTS,
    seeds: options.Seeds = None,
    tune: options.Tune = None,
    threads: options.Threads = None,
    device: options.Device = None,
    executor: options.Executor = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    writes_report: options.Report = True,
    yes: options.Yes = False,
) -> None:
    """Train a grid of settings given as options; print the verdict.

    Like run, with more axes: every combination of their values is trained, and the baseline (rate 0) joins each.
    --rates replaces the config's rates; the other axes join its sweep. Without CONFIG the shipped study digits runs.
    """
    named = {
        "dropout.rates": rates,
        "dropout.kind": kinds,
        "dropout.input_rate": input_rates,
        "data.train_size": train_sizes,
        "model.width": widths,
        "model.depth": depths,
        "training.learning_rate": learning_rates,
        "data.label_noise": label_noise,
        "seeds": seeds,
    }
    given = {path: text for path, text in named.items() if text is not None}
    axes = options.repeated_axes("--axis", axis or [], given)
    study = options.read(config, overrides, axes=axes, tune=tune, device=device, needs_config=False)
    _train(
        study,
        out=out,
        threads=threads,
        executor=executor,
        is_dry=dry_run,
        is_quiet=quiet,
        as_json=as_json,
        writes_report=writes_report,
        is_sure=yes,
    )


def _train(
    study: "Study",
    *,
    out: Path,
    threads: int | None,
    executor: str | None,
    is_dry: bool,
    is_quiet: bool,
    as_json: bool,
    writes_report: bool,
    is_sure: bool,
) -> None:
    from dropout_lab.study import prepare_run, refuse_unconfirmed

    if not (is_sure or is_dry):
        refuse_unconfirmed(study, "command line", "Look at them with --dry-run, then add --yes.")
    command = ["dropout-lab", *sys.argv[1:]]
    prepared = prepare_run(study, out=out, threads=threads, executor=executor, command=command)
    if not is_quiet:
        for note in prepared.notes:
            streams.say(f"note: {note}")
    if is_dry:
        from dropout_lab.cli import planning

        planning.show(prepared, is_json=as_json)
        return
    raise typer.Exit(_execute(prepared, is_quiet=is_quiet, as_json=as_json, writes_report=writes_report))


def _execute(prepared: "Run", *, is_quiet: bool, as_json: bool, writes_report: bool) -> int:
    from dropout_lab import progress
    from dropout_lab.cli import reporting
    from dropout_lab.study import announcement

    if not is_quiet:
        streams.say(announcement(prepared))
    with progress.shown(None if is_quiet else sys.stderr) as observer:
        outcome = prepared.execute(observer)
    reporting.show(outcome, is_quiet=is_quiet, is_json=as_json, writes_report=writes_report)
    return outcome.exit_code
