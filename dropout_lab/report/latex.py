"""A study's report for a paper: a booktabs table for each estimand, and a methods paragraph, ready to paste.

Owns the LaTeX around the numbers; what the paragraphs say is written in `paper`. Needs the packages booktabs and
fontenc alone. Every text of a user is escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dropout_lab.document import Column, Table
from dropout_lab.document.latex import latex_comment, latex_paragraph, latex_table, latex_text
from dropout_lab.metrics import LOSS, METRICS
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import setting_names
from dropout_lab.phrases.texts import one_line
from dropout_lab.report import tables
from dropout_lab.report.citations import cited
from dropout_lab.report.contents import Contents, gather
from dropout_lab.report.paper import (
    how_far_val_is_from_train,
    how_it_was_compared,
    how_it_was_trained,
    joined,
    seeds_behind,
    what_the_test_split_says,
)
from dropout_lab.report.selection import Selection, select
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

MOST_ROWS = 36
"""Rows of a table: what fits a page, for a floating table cannot be broken."""

_HEADINGS = {
    "train loss": ("Loss", "train"),
    "val loss": ("Loss", "val"),
    "loss gap": ("Loss", "gap"),
    **{f"val {metric.text}": ("", f"val {metric.short_text}") for metric in METRICS.values() if metric.column != LOSS},
    tables.DIFFERENCE: ("", "difference"),
}
"""Names of columns -> the heading above and the one that is left, to save the width of a page."""


def latex_report(results: Results, *, verdict: Verdict | None = None) -> str:
    """Return a study's report as LaTeX to paste into a paper.

    Args:
        results: the study.
        verdict: its verdict, where it is known already; None works it out.

    Returns:
        A table for each estimand, the methods paragraph, the test result, and BibTeX entries in comments. It compiles
        with booktabs and, for letters beyond ASCII, a UTF-8 engine.
    """
    contents = gather(results, verdict=verdict)
    chosen = select(contents, MOST_ROWS)
    methods = " ".join([*how_it_was_trained(contents.study), *how_it_was_compared(contents)])
    overfit, test = how_far_val_is_from_train(contents), what_the_test_split_says(contents)
    parts = [
        _preamble(contents),
        *(_table(contents, chosen, estimand) for estimand in contents.estimands),
        *(_extra(table.first(MOST_ROWS), contents.name) for table in contents.extras),
        latex_paragraph("Methods", methods),
        latex_paragraph("Overfitting", latex_text(overfit)) if overfit else "",
        latex_paragraph("Test examples", latex_text(test)) if test else "",
        latex_comment(["BibTeX:", *cited(methods), contents.bibtex]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _preamble(contents: Contents) -> str:
    version, date = contents.results.manifest["dropout_lab"], contents.updated[:10]
    return latex_comment(
        [
            f"Study {one_line(contents.name)}, results of {date}, written by dropout-lab {one_line(version)}.",
            r"In the preamble: \usepackage[T1]{fontenc} \usepackage{booktabs}",
            "In a paper of two columns, table* in place of table; a wide one, sidewaystable of the package rotating.",
        ]
    )


def _table(contents: Contents, chosen: Selection, estimand: str) -> str:
    named = zip(setting_names(contents.settings), contents.settings, strict=True)
    settings = [Column(name, [row.settings[path] for row in chosen.rows], "text") for name, path in named]
    labels = [row.label for row in chosen.rows]
    table = tables.comparison(contents.study, labels, estimand=estimand, names=settings)
    columns = tuple(_headed(column) for column in table.columns)
    label = f"{_key(contents.name)}-{estimand}"
    return latex_table(replace(table, columns=columns), label=label, caption=_caption(contents, chosen, estimand))


def _headed(column: Column) -> Column:
    group, name = _HEADINGS.get(column.name, (column.group, column.name))
    return replace(column, group=group, name=name)


def _extra(table: Table, study: str) -> str:
    caption = latex_text(" ".join(filter(None, [f"{table.title}.", table.about, table.note])))
    return latex_table(table, label=f"{_key(study)}-{table.name}", caption=caption)


def _named(methods: Sequence[str], of: Mapping[str, glossary.Method]) -> str:
    return joined(one.in_caption for one in glossary.methods(methods, of))


def _caption(contents: Contents, chosen: Selection, estimand: str) -> str:
    speaks_of = glossary.estimand(estimand, has_own_splits=contents.study.has_own_splits)
    one = tables.tested(contents.study, estimand)
    unit = latex_text(contents.results.unit("val_loss"))
    parts = [f"Dropout on {latex_text(contents.name)}: means over seeds ({seeds_behind(one)}) at the last epoch."]
    if one.interval_methods:
        kinds = _named(one.interval_methods, glossary.INTERVALS)
        parts.append(
            rf"In brackets: 95\,\% confidence intervals (estimand: \emph{{{estimand}}}, for {speaks_of.in_caption}; "
            f"method: {kinds})."
        )
    else:
        parts.append(glossary.NO_INTERVALS.sentence)
    parts.append(f"Losses in {unit}, {glossary.WITHOUT_DROPOUT}; gap: val $-$ train.")
    if one.n_compared:
        parts.append("Difference: val loss $-$ that of the baseline, paired by seed.")
    if one.test_methods:
        kinds = _named(one.test_methods, glossary.TESTS)
        tests = "test" if one.n_comparisons == 1 else "tests"
        parts.append(f"$p$: two-sided, {kinds}, corrected by Holm's method over {one.n_comparisons:,} {tests}.")
    if any(row.is_chosen for row in chosen.rows):
        parts.append(f"Bold: {glossary.CHOSEN}.")
    return " ".join([*parts, latex_text(chosen.note)]).strip()


def _key(name: str) -> str:
    return "".join(mark if mark.isascii() and mark.isalnum() else "-" for mark in name)
