"""`run`: train a study from Python.

Owns the order of checks, training and what is said meanwhile.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from multiprocessing import current_process
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from dropout_lab.errors import FAILURE, RunError, UserError
from dropout_lab.notebook.request import PLACE, Axes, Config, Overrides, check_threads, read_request, written
from dropout_lab.notebook.study_results import StudyResults
from dropout_lab.progress import shown, write_line
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.study import Outcome


def run(
    config: Config,
    overrides: Overrides = (),
    *,
    axes: Axes | None = None,
    out: str | PathLike[str] = "results",
    seeds: int | Sequence[int] | None = None,
    tune: Axes | None = None,
    threads: int | None = None,
    device: str | None = None,
    executor: str | None = None,
    progress: bool = True,
    yes: bool = False,
) -> StudyResults:
    """Train what is missing of a study, and return all of it.

    The same as ``dropout-lab run`` and ``dropout-lab sweep``: the same checks, files and numbers. Call it again to
    train only what is missing: after an interruption, or with more seeds or rates.

    Args:
        config: a config file, the name of a shipped config (``"digits"``), or a mapping with the keys of a config.
        overrides: settings to change, by path (``{"training.epochs": 20}``) or as on the command line
            (``["training.epochs=20"]``).
        axes: more axes of the grid, by path: ``{"data.train_size": [100, 300]}``. ``dropout.rates`` replaces the
            config's rates.
        out: folder of results; the study gets a folder of its own in it.
        seeds: replicates of training: a count, or a list of seeds.
        tune: settings of training or model to tune inside every condition, by path, the config's own value among the
            candidates: ``{"training.learning_rate": [0.001, 0.002, 0.005]}``. Val chooses.
        threads: cores of a CPU to use, at least 1: one for each cohort that trains, several for one of large nets.
            None: all.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``. None: the config's.
        executor: how cohorts are run: ``process`` (one after another) or ``pool`` (several at once, in processes of
            their own). None: what suits the machine. The numbers are the same.
        progress: whether to show progress and notes on stderr: a bar on a terminal and in a notebook with ipywidgets,
            lines elsewhere.
        yes: whether more than 10,000 trials are meant.

    Returns:
        The study with all that its folder holds, earlier requests included. Trials that diverged are results and are
        in it; some that failed are named in a `RuntimeWarning`.

    Raises:
        UserError: something to mend in the arguments, the data or the folder, found before the first step.
        RunError: every trial failed, or results cannot be written.
        KeyboardInterrupt: someone stopped it. What was finished is kept, the same call trains the rest, and `load`
            shows what is there.

    Example:
        >>> study = run("digits", {"dropout.rates": [0.2, 0.5]}, seeds=10)  # doctest: +SKIP
    """
    _refuse_unguarded_import()
    check_threads(threads)
    study = read_request(config, overrides, axes=axes, seeds=seeds, device=device, tune=tune)
    from dropout_lab.study import announcement, prepare_run, refuse_unconfirmed

    if not yes:
        refuse_unconfirmed(study, PLACE, "Add yes=True if that is meant.")
    named = {"axes": axes, "out": out, "seeds": seeds, "tune": tune, "threads": threads, "device": device}
    named |= {"executor": executor, "yes": yes or None}
    command = written("run", config, overrides, named)
    prepared = prepare_run(study, out=Path(out), threads=threads, executor=executor, command=command)
    stream = sys.stderr if progress else None
    for note in prepared.notes:
        write_line(stream, f"note: {note}")
    write_line(stream, announcement(prepared))
    with shown(stream) as observer:
        outcome = prepared.execute(observer)
    _tell_what_is_missing(outcome)
    from dropout_lab.results import read_results

    return StudyResults(read_results(outcome.folder))


def _tell_what_is_missing(outcome: "Outcome") -> None:
    """Raise if the run was stopped or nothing of it worked; warn of trials that failed."""
    n_trials = sum(outcome.counts.values())
    if outcome.interrupted:
        raise KeyboardInterrupt(
            f"{outcome.n_kept:,} of {plural(n_trials, 'trial')} are finished and kept in {outcome.folder}; "
            "the same call trains the rest"
        )
    reasons = [
        f"{plural(count, 'trial')} failed: {reason}. The same call tries again."
        for reason, count in Counter(outcome.failures.values()).items()
    ]
    if outcome.exit_code == FAILURE:
        raise RunError(f"{outcome.folder}: a study needs a trial that does not fail. Got none: {' '.join(reasons)}")
    for reason in reasons:
        warnings.warn(f"{outcome.folder}: {reason}", RuntimeWarning, stacklevel=3)


def _refuse_unguarded_import() -> None:
    """Stop a worker that imports the script which started it, and would train it all once more.

    Where workers are spawned (Windows, macOS, several GPUs) each first imports the main script, as multiprocessing
    documents.
    """
    if getattr(current_process(), "_inheriting", False):
        raise UserError(
            "dropout_lab.run: a script must guard the call. Got a worker process that imports the script. "
            'Write if __name__ == "__main__": above the call, or give it threads=1 and one device.'
        )
