"""What `run` and `sweep` say and leave behind after training: the table, the verdict, the report, what to do next.

Owns their order, and that nothing which goes wrong here undoes a finished training.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, TypeVar

from dropout_lab.cli import streams
from dropout_lab.cli.records import as_json, records
from dropout_lab.cli.summary_text import tuned_text
from dropout_lab.document.terminal import table_text
from dropout_lab.errors import LabError
from dropout_lab.metrics import TASKS
from dropout_lab.phrases import glossary
from dropout_lab.progress import status_counts
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.document import Table
    from dropout_lab.findings import StudyView
    from dropout_lab.results import Results
    from dropout_lab.study import Outcome
    from dropout_lab.verdict import Verdict

Made = TypeVar("Made")

_NAMED = 5  # trials named one by one; a large study may have thousands


def show(outcome: "Outcome", *, is_quiet: bool, is_json: bool, writes_report: bool) -> None:
    """Print table and verdict to stdout, write the report, and say on stderr what failed and what to do next.

    An interrupted run is told in one line, and has neither.

    Args:
        outcome: how the run ended.
        is_quiet: whether only errors are said on stderr.
        is_json: whether stdout gets the rows of the table alone, as JSON.
        writes_report: whether the report is wanted.

    Raises:
        RunError: stdout cannot take the table; the report is written all the same.
    """
    _say_failures(outcome.failures)
    if outcome.interrupted:
        n_trials = sum(outcome.counts.values())
        streams.say(
            f"interrupted: {outcome.n_kept:,} of {plural(n_trials, 'trial')} are finished and kept in "
            f"{outcome.folder}. The same command trains the rest."
        )
        return
    from dropout_lab.results import read_results

    results = read_results(outcome.folder)
    verdict = _attempt("the verdict", lambda: _verdict(results)) if writes_report or not is_json else None
    report: Path | None = None
    try:
        _print_results(outcome, results, verdict, is_json=is_json)
    finally:
        if writes_report and verdict is not None:
            report = _attempt("the report", lambda: _report(results, verdict))
        if not is_quiet:
            _say_diverged(results.trials)
            _say_files(outcome.folder, report)


def _print_results(outcome: "Outcome", results: "Results", verdict: "Verdict | None", *, is_json: bool) -> None:
    rows = table_rows(outcome.table)
    if is_json:
        streams.result(as_json(rows))
        return
    from dropout_lab.findings import StudyView
    from dropout_lab.report.tables import comparison

    study = verdict.view if verdict is not None else StudyView(results)
    shown = study.reported
    table = comparison(study, shown, is_brief=True)
    text = table_text(table, width=streams.table_width()).text
    streams.result(f"{text}\n\n{caption(table, study, outcome.counts)}")
    if len(shown) < len(rows):
        streams.result(
            fill(
                f"Shown are {len(shown):,} of {len(rows):,} conditions, those with the config's own values of what is "
                "tuned. All of them: summary.csv.",
                streams.PAGE,
            )
        )
    if tuned := tuned_text(study, "val_loss", "best"):
        streams.result(f"\n{tuned}")
    if verdict is not None:
        streams.result(f"\n{verdict.text(streams.PAGE)}")


def _verdict(results: "Results") -> "Verdict":
    from dropout_lab.verdict import verdict

    return verdict(results)


def _report(results: "Results", verdict: "Verdict") -> Path:
    from dropout_lab.cli import publishing

    return publishing.save(results, verdict=verdict)


def _attempt(subject: str, make: Callable[[], Made]) -> Made | None:
    """Make something of a finished training, or tell why not: the trials are finished, whatever is said of them."""
    try:
        return make()
    except LabError as error:
        streams.say(f"error: {error}")
    except Exception as error:
        streams.say_unexpected(error, subject)
    return None


def table_rows(table: "pd.DataFrame") -> list[dict[str, object]]:
    """Return the rows of the results table as plain values; `n` is a whole number, 0 where no trial is complete."""
    return [{**row, "n": int(row["n"]) if isinstance(row["n"], (int, float)) else 0} for row in records(table)]


def caption(table: "Table", study: "StudyView", counts: Mapping[str, int]) -> str:
    """Say what the table's numbers are: of which epoch, over how many seeds, with which interval; and how trials ended.

    Args:
        table: of the results.
        study: it is of.
        counts: trials of the request by status.
    """
    from dropout_lab.study import TABLE_POINT

    results = study.results
    at, unit = glossary.POINTS[TABLE_POINT].label, results.unit("val_loss")
    at_point = results.summary[results.summary["point"] == TABLE_POINT]
    of_table = at_point[at_point["estimand"] == "split"]
    interval = _methods(of_table, "loss_gap", "interval_method")
    test = _methods(of_table, "val_loss", "test_method")
    lines = [f"Means over n seeds at the {at}, {glossary.WITHOUT_DROPOUT}; losses in {unit}."]
    if interval:
        seeds = glossary.splits(has_own_splits=study.has_own_splits).seeds
        lines.append(f"[low,high]: 95% interval over seeds, {seeds}; method: {interval}.")
        if study.has_new_rows:
            lines[-1] += " For new rows like these: dropout-lab summary."
    else:
        lines.append(glossary.NO_INTERVALS.sentence)
    if test:
        lines.append(f"val loss - baseline's: paired by seed; method: {test}.")
    if any(any(column.clear()) for column in table.columns):
        lines.append("* the interval excludes 0 (uncorrected; p_holm in summary.csv corrects for all comparisons).")
    for one in study.shared_references:
        words = TASKS[study.task].references[one.name]
        lines.append(f"{words.short}: {words.note}")
    lines.append(f"Trials asked for: {status_counts(counts)}.")
    return "\n".join(fill(line, streams.PAGE) for line in lines)


def _methods(summary: "pd.DataFrame", metric: str, column: str) -> str:
    return " / ".join(map(str, summary.loc[summary["metric"] == metric, column].dropna().unique()))


def _say_failures(failures: Mapping[str, str]) -> None:
    for reason, count in Counter(failures.values()).items():
        streams.say(f"error: {plural(count, 'trial')} failed: {reason}. The same command tries again.")


def _say_files(folder: Path, report: Path | None) -> None:
    streams.say(f"curves: {folder / 'curves.csv'}")
    if report is not None:
        streams.say(f"report: {report}")
    streams.say(f"next:   dropout-lab plot {folder}")


def _say_diverged(trials: "pd.DataFrame") -> None:
    diverged = trials[trials["status"] == "diverged"]
    if diverged.empty:
        return
    names = [f"{row.condition} seed {row.seed}" for row in diverged.head(_NAMED).itertuples()]
    more = f" and {len(diverged) - _NAMED:,} more" if len(diverged) > _NAMED else ""
    streams.say(
        f"note: {plural(len(diverged), 'trial')} {glossary.DIVERGED} ({', '.join(names)}{more}). "
        f"{glossary.COMPLETE_TRIALS.sentence} {glossary.LESS_DIVERGING}"
    )
