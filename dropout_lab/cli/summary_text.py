"""The text that `summary` prints of one study: a table for each estimand, the tuned comparison, the verdict.

Owns these words, which columns a narrow page does without, and what is said of them; the numbers are handed in.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.summary_rows import Asked, Found
from dropout_lab.document.terminal import TerminalTable, aligned, bare, line_width, table_text
from dropout_lab.metrics import TASKS, column_of
from dropout_lab.phrases import glossary
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.document import Table
    from dropout_lab.findings import StudyView, TunedRow
    from dropout_lab.results import Results


_ASCII_NAMES = {"p (Holm)": "p"}
_SHORT_CONCLUSIONS = {"equivalent within": "equivalent", "no worse than": "no worse", "not shown": "not shown"}


def summary_text(results: "Results", asked: Asked, found: Found) -> str:
    """Return what `summary` prints of one study, tables as wide as stdout and text as wide as a page.

    Args:
        results: the study.
        asked: the options of the call.
        found: what the study has of it.
    """
    lines = [f"{results.path}: {asked.metric} at the {glossary.POINTS[asked.point].label} ({found.unit})"]
    left_out: list[str] = []
    own = found.verdict.view.has_own_splits
    for estimand in [asked.estimand] if asked.estimand else ["split", "population"]:
        rows = found.shown[found.shown["estimand"] == estimand]
        lines += ["", _filled(f"{estimand}: {glossary.estimand(estimand, has_own_splits=own).speaks_of}"), ""]
        if rows.empty:
            lines.append(_filled(_why_no_rows(asked.metric)))
            continue
        table = _table(rows["condition"].tolist(), asked, found, estimand)
        lines.append(table.text)
        left_out += table.left_out
    legend = _legend(asked, found, list(dict.fromkeys(left_out)))
    lines += [*([""] if legend else []), *map(_filled, legend), ""]
    if tuned := tuned_text(found.verdict.view, asked.metric, asked.tuned_point):
        lines += [tuned, ""]
    lines.append(found.verdict.text(streams.PAGE))
    return "\n".join(lines)


def _table(labels: Sequence[str], asked: Asked, found: Found, estimand: str) -> TerminalTable:
    """Set the statistics; too narrow a page does without relative efficiency and sd, and at last without p values."""
    from dropout_lab.document import P_HOLM
    from dropout_lab.report.tables import GAIN, SD, statistics

    study = found.verdict.view
    rows = {label: row for label in labels if (row := study.row(label, asked.metric, asked.point, estimand))}
    within = None
    if asked.margin is not None and found.equivalences and estimand == "split":
        conclusions = {label: _SHORT_CONCLUSIONS.get(one.conclusion) for label, one in found.equivalences.items()}
        within = f"{asked.margin:g}", conclusions
    table = statistics(study, rows, asked.metric, within)
    return table_text(table, width=streams.table_width(), spare=(GAIN, SD), last_spare=(P_HOLM,))


def _why_no_rows(metric: str) -> str:
    column = column_of(metric)
    if column.role in ("train", "objective"):
        return "None: a train metric has no new rows."
    if column.metric.of_rows is None:
        return "None: it is a value of a whole split, no mean over rows."
    return glossary.NO_NEW_ROWS


def _legend(asked: Asked, found: Found, left_out: Sequence[str]) -> list[str]:
    """Say what the numbers are: how many seeds stand behind them, and by which methods they come."""
    from dropout_lab.report.tables import GAIN

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
        of_rows = rows[(rows["estimand"] == "population") & rows["no_interval"].notna()]
        lines += [f"No interval (population): {why}." for why in of_rows["no_interval"].unique()]
    else:
        lines.append(glossary.NO_INTERVALS.sentence)
    if test:
        n_tests = int(found.rows[found.rows["p_holm"].notna()].groupby("estimand").size().max())
        corrected = glossary.HOLM.sentence.format(comparisons=plural(n_tests, "comparison"), methods=test)
        lines.append(f"{glossary.PAIRED.sentence} {corrected}")
    if rows["pairing_gain"].notna().any() and GAIN not in left_out:
        lines.append(glossary.RELATIVE_EFFICIENCY)
    study, labels = found.verdict.view, rows["condition"].unique()
    if any(map(study.is_picked, labels)):
        lines.append(f"{glossary.CHOSEN_MARK} {glossary.CHOSEN}.")
    if any(map(study.may_be_best, labels)):
        lines.append(f"{glossary.MAY_BE_BEST_MARK} {glossary.MAY_BE_BEST}.")
    view = found.verdict.view
    beside = [one.name for one in view.shared_references if asked.metric in one.values] if len(of_split) else []
    words = [TASKS[view.task].references[name] for name in beside]
    lines += [f"{one.short}: {one.note}" for one in words]
    if asked.margin is not None and found.equivalences and len(of_split):
        lines.append(
            f"within {asked.margin:g} {found.unit}: equivalent to the baseline, or no worse than it, by one-sided "
            "tests at 0.05 over seeds (split)."
        )
    if len(found.shown) < len(found.rows):
        own = ", ".join(f"{path}={text}" for path, text in found.verdict.facts.own_settings.items())
        lines.append(f"Shown are the conditions with {own}, the config's own; --json has all.")
    if left_out:
        names = ", ".join(_ASCII_NAMES.get(name, name) for name in left_out)
        lines.append(f"Left out for want of room: {names}; --json has all.")
    return lines


def _methods(rows: "pd.DataFrame", column: str) -> str:
    named = rows[rows[column].notna()].groupby("estimand", sort=False)[column].unique()
    return "; ".join(f"{', '.join(map(str, names))} ({estimand})" for estimand, names in named.items())


def _filled(text: str) -> str:
    return fill(text, streams.PAGE)


def tuned_text(study: "StudyView", metric: str, point: str) -> str:
    """Set the tuned comparison of a metric at a point as wide as stdout, with what its numbers are.

    Args:
        study: the study.
        metric: its name in the text.
        point: ``last``, ``best`` or ``stop``.

    Returns:
        A table with two lines a condition, untuned and tuned. Empty for a study that tunes nothing, and for a metric of
        the test split, which tuning does not look at.
    """
    from dropout_lab.findings import read_tuned
    from dropout_lab.report.tables import tuned_rows

    there = read_tuned(study.results, metric, point)
    if not there:
        return ""
    budget = plural(max(row.budget for row in there), "candidate")
    at = glossary.POINTS[point].label
    about = f"With and without tuning: {metric} at the {at}. {glossary.TUNED.sentence.format(candidates=budget)}"
    table = _tuned_table(tuned_rows(study, metric, point), streams.table_width())
    return "\n".join([_filled(about), "", table, "", *map(_filled, _tuned_legend(there))])


def _tuned_legend(rows: "Sequence[TunedRow]") -> list[str]:
    tested = [row for row in rows if row.choice == "tuned" and row.effect and row.effect.p_holm is not None]
    lines = [glossary.SELECTION_FREQUENCY]
    if not tested:
        return lines
    methods = ", ".join(dict.fromkeys(row.test_method for row in tested if row.test_method))
    compared = f"{plural(len(tested), 'tuned comparison')}, the untuned apart"
    lines.append(glossary.HOLM.sentence.format(comparisons=compared, methods=methods))
    return [*lines, *([glossary.JACKKNIFED.sentence] if "jackknife" in methods else [])]


def _tuned_table(table: "Table", width: int) -> str:
    """Set the table; too narrow a page has the means without their intervals."""
    if line_width(table.columns) > width:
        narrow = [bare(column) if column.name == "mean" else column for column in table.columns]
        return aligned(narrow, width=width)
    return aligned(table.columns, width=width)
