"""What `run` and `sweep` say before and after training: one line on what comes, then the table and what to do next.

Floor 5, cli. Owns these texts; must not know how a mean or an interval is computed.
"""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.table import Row, as_json, excludes_zero, records, results_text
from dropout_lab.cli.wording import plural, status_counts

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.results import Results
    from dropout_lab.study import Outcome, Run

_NAMED = 5  # trials named one by one; a large study may have thousands


def opening(run: "Run") -> str:
    """Say what a checked study is about to train, and where."""
    n_conditions = len({trial.condition.label for trial in run.trials})
    n_seeds = len({trial.seed for trial in run.trials})
    grid = f"{plural(n_conditions, 'condition')} x {plural(n_seeds, 'seed')}"
    where = f"on {run.device}"
    if run.n_missing == 0:
        return f"{run.study.name}: {grid}, all finished before: nothing to train"
    n_cohorts = sum(not cohort.is_finished for cohort in run.cohorts)
    n_workers = min(run.machine.workers, n_cohorts)
    beside = f", {n_workers} at once" if n_workers > 1 else ""
    trials, cohorts = plural(run.n_missing, "trial"), plural(n_cohorts, "cohort")
    return f"{run.study.name}: {grid}, {trials} to train in {cohorts}{beside} {where}"


def show(outcome: "Outcome", *, is_quiet: bool, is_json: bool) -> None:
    """Print the table to stdout, and to stderr what failed and what to do next."""
    _say_failures(outcome.failures)
    if outcome.interrupted:
        n_trials = sum(outcome.counts.values())
        n_kept = n_trials - outcome.counts.get("interrupted", 0) - outcome.counts.get("failed", 0)
        streams.say(
            f"interrupted: {n_kept:,} of {plural(n_trials, 'trial')} are finished and kept in {outcome.folder}. "
            "The same command trains the rest."
        )
        return
    from dropout_lab.results import read_results

    results = read_results(outcome.folder)
    rows = table_rows(outcome.table)
    if is_json:
        streams.result(as_json(rows))
    else:
        table = results_text(rows, width=streams.table_width())
        streams.result(f"{table}\n\n{caption(rows, results, outcome.counts)}")
    if not is_quiet:
        _say_diverged(results.trials)
        streams.say(f"curves: {outcome.folder / 'curves.csv'}")
        streams.say(f"next:   dropout-lab plot {outcome.folder}")


def table_rows(table: "pd.DataFrame") -> list[dict[str, object]]:
    """Return the rows of the results table as plain values; `n` is a whole number, 0 where no trial is complete."""
    return [{**row, "n": int(row["n"]) if isinstance(row["n"], (int, float)) else 0} for row in records(table)]


def caption(rows: Sequence[Row], results: "Results", counts: Mapping[str, int]) -> str:
    """Say what the table's numbers are: of which epoch, over how many seeds, with which interval; and how trials ended.

    Args:
        rows: the table.
        results: the study it is of.
        counts: trials of the request by status.
    """
    from dropout_lab.study import TABLE_POINT

    at = {"last": "the last epoch", "best": "the epoch of lowest val loss", "stop": "the epoch where patience stops"}
    over = {"split": "on this split", "population": "each on a split of its own"}
    unit = "nats" if results.manifest["task"] == "classification" else "squared standard deviations of the target"
    summary = results.summary[results.summary["point"] == TABLE_POINT]
    methods = {
        name: " / ".join(map(str, summary[name].dropna().unique())) for name in ("interval_method", "test_method")
    }
    lines = [f"Means over n seeds at {at[TABLE_POINT]}, train and val both measured without dropout; losses in {unit}."]
    if methods["interval_method"]:
        seeds = " / ".join(over[str(name)] for name in summary["estimand"].dropna().unique())
        lines.append(f"[low,high]: 95% interval over seeds, {seeds}; method: {methods['interval_method']}.")
    else:
        lines.append("No intervals: they need 2 complete trials of a condition.")
    if methods["test_method"]:
        lines.append(f"val loss - baseline's: paired by seed; method: {methods['test_method']}.")
    if any(map(excludes_zero, rows)):
        lines.append("* the interval excludes 0 (uncorrected; p_holm in summary.csv corrects for all comparisons).")
    lines.append(f"Trials asked for: {status_counts(counts)}.")
    return "\n".join(fill(line, 80) for line in lines)


def _say_failures(failures: Mapping[str, str]) -> None:
    by_reason: dict[str, int] = {}
    for reason in failures.values():
        by_reason[reason] = by_reason.get(reason, 0) + 1
    for reason, count in by_reason.items():
        streams.say(f"error: {plural(count, 'trial')} failed: {reason}. The same command tries again.")


def _say_diverged(trials: "pd.DataFrame") -> None:
    diverged = trials[trials["status"] == "diverged"]
    if diverged.empty:
        return
    names = [f"{row.condition} seed {row.seed}" for row in diverged.head(_NAMED).itertuples()]
    more = f" and {len(diverged) - _NAMED:,} more" if len(diverged) > _NAMED else ""
    streams.say(
        f"note: {plural(len(diverged), 'trial')} diverged (a loss that is not finite) and left out of the means: "
        f"{', '.join(names)}{more}. A lower training.learning_rate may help."
    )
