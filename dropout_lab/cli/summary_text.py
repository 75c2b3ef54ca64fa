"""The text that `summary` prints of one study: a table for each estimand, what its numbers are, the verdict.

Owns these words; the numbers are handed in.
"""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.summary_rows import Asked, Found
from dropout_lab.cli.summary_table import MAY_BE_BEST, Table, table_of
from dropout_lab.cli.summary_tuned import tuned_text
from dropout_lab.metrics import column_of
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.findings import StudyView
    from dropout_lab.results import Results


def summary_text(results: "Results", asked: Asked, found: Found) -> str:
    """Return what `summary` prints of one study, tables as wide as stdout and text as wide as a page.

    Args:
        results: the study.
        asked: the options of the call.
        found: what the study has of it.
    """
    from dropout_lab.results import POINT_NAMES

    lines = [f"{results.path}: {asked.metric} at the {POINT_NAMES[asked.point]} ({found.unit})"]
    left_out: list[str] = []
    for estimand in [asked.estimand] if asked.estimand else ["split", "population"]:
        rows = found.shown[found.shown["estimand"] == estimand]
        lines += ["", _filled(f"{estimand}: {_speaks_of(found.verdict.view, estimand)}"), ""]
        if rows.empty:
            lines.append(_filled(_why_no_rows(asked.metric)))
            continue
        table = _table(rows, asked, found, estimand)
        lines.append(table.text)
        left_out += table.left_out
    legend = _legend(asked, found, list(dict.fromkeys(left_out)))
    lines += [*([""] if legend else []), *map(_filled, legend), ""]
    if tuned := tuned_text(results, asked.metric, asked.tuned_point):
        lines += [tuned, ""]
    lines.append(found.verdict.text(streams.PAGE))
    return "\n".join(lines)


def _table(rows: "pd.DataFrame", asked: Asked, found: Found, estimand: str) -> Table:
    study = found.verdict.view
    read = ((label, study.row(label, asked.metric, asked.point, estimand)) for label in rows["condition"])
    there = {label: row for label, row in read if row is not None}
    conclusions = None
    if estimand == "split":
        conclusions = {label: one.conclusion for label, one in found.equivalences.items()}
    else:  # the sd over seeds is not what these intervals come from
        there = {label: replace(row, sd=None) for label, row in there.items()}
    return table_of(
        there, metric=asked.metric, width=streams.table_width(), margin=asked.margin, conclusions=conclusions
    )


def _speaks_of(study: "StudyView", estimand: str) -> str:
    if estimand == "split":
        return "on these rows; the seeds vary training" + (
            " and which of these rows are train and val" if study.has_own_splits else " alone (weights, order, noise)"
        )
    return "on data like this; rows and seeds are both a sample, " + (
        "of splits too" if study.has_own_splits else "for nets trained on these train rows"
    )


def _why_no_rows(metric: str) -> str:
    column = column_of(metric)
    if column.role in ("train", "objective"):
        return "None: a train metric has no new rows."
    if column.metric.of_rows is None:
        return "None: it is a value of a whole split, no mean over rows."
    return "None: it needs two complete trials of a condition, and their rows kept in rows/."


def _legend(asked: Asked, found: Found, left_out: Sequence[str]) -> list[str]:
    """Say what the numbers are: how many seeds stand behind them, and by which methods they come."""
    rows, of_split = found.shown, found.shown[found.shown["estimand"] == "split"]
    if rows.empty:
        return []
    lost = int(rows.drop_duplicates("condition")["n_excluded"].sum())
    said_lost = f"; {plural(lost, 'trial')} left out" if lost else ""
    said_sd = "; sd: over them" if of_split["sd"].notna().any() and "sd" not in left_out else ""
    lines = [f"n: complete trials of a condition{said_lost}{said_sd}."]
    interval, test = (_methods(rows, column) for column in ("interval_method", "test_method"))
    if interval:
        lines.append(f"[low,high]: 95% interval of a mean; method: {interval}.")
    else:
        lines.append("No intervals: they need 2 complete trials of a condition.")
    if test:
        n_tests = int(found.rows[found.rows["p_holm"].notna()].groupby("estimand").size().max())
        lines.append(
            "Differences: condition - baseline, paired by seed. p: two-sided, corrected by Holm over "
            f"{plural(n_tests, 'comparison')}; method: {test}."
        )
    if rows["pairing_gain"].notna().any() and "gain" not in left_out:
        lines.append("gain of pairing: how many times more seeds an unpaired comparison would need.")
    if (rows["may_be_best"] == "yes").any():
        lines.append(f"{MAY_BE_BEST.strip()} may be the best of its group: no other is clearly better (95% set).")
    if asked.margin is not None and found.equivalences and len(of_split):
        lines.append(
            f"within {asked.margin:g} {found.unit}: equivalent to the baseline, or no worse than it, by one-sided "
            "tests at 0.05 over seeds (split)."
        )
    if len(found.shown) < len(found.rows):
        own = ", ".join(f"{path}={text}" for path, text in found.verdict.facts.own_settings.items())
        lines.append(f"Shown are the conditions with {own}, the config's own; --json has all.")
    if left_out:
        lines.append(f"Left out for want of room: {', '.join(left_out)}; --json has all.")
    return lines


def _methods(rows: "pd.DataFrame", column: str) -> str:
    named = rows[rows[column].notna()].groupby("estimand", sort=False)[column].unique()
    return "; ".join(f"{', '.join(map(str, names))} ({estimand})" for estimand, names in named.items())


def _filled(text: str) -> str:
    return fill(text, streams.PAGE)
