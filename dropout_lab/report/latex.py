"""A study's report for a paper: a booktabs table for each estimand, and a methods paragraph, ready to paste.

Owns the LaTeX around the numbers; what the methods paragraph says is written in `paper` and
`paper_statistics`. Needs the packages booktabs and fontenc alone. Every text of a user is escaped.
"""

from collections.abc import Sequence
from textwrap import fill

from dropout_lab.metrics import LOSS, METRICS
from dropout_lab.report.citations import cited
from dropout_lab.report.comparison_table import DIFFERENCE, TextColumn, columns, tested
from dropout_lab.report.contents import ConditionRow, Contents, gather
from dropout_lab.report.escaping import latex_text, one_line
from dropout_lab.report.held_out import held_out
from dropout_lab.report.latex_extra import latex_extra
from dropout_lab.report.numbers import P_HOLM
from dropout_lab.report.paper import how_it_was_trained
from dropout_lab.report.paper_settings import joined
from dropout_lab.report.paper_statistics import CAPTIONED, how_it_was_compared, seeds_behind
from dropout_lab.report.selection import Selection, select
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

MOST_ROWS = 36
"""Rows of a table: what fits a page, for a floating table cannot be broken."""

_LOSSES = {"train loss": "train", "val loss": "val", "loss gap": "gap"}
_HEADINGS = {
    **_LOSSES,
    "n": "$n$",
    **{f"val {metric.text}": f"Val {metric.short_text}" for metric in METRICS.values() if metric.column != LOSS},
    DIFFERENCE: "Difference",
    P_HOLM: r"$p_{\mathrm{Holm}}$",
}
_SPEAKS_OF = {"split": "these examples", "population": "new examples from the same source"}
_WIDTH = 100


def latex_report(results: Results, *, said: Verdict | None = None) -> str:
    """Return a study's report as LaTeX to paste into a paper.

    Args:
        results: the study.
        said: its verdict, where it is known already; None works it out.

    Returns:
        A table for each estimand, the methods paragraph, the test result, and BibTeX entries in comments. It compiles
        with booktabs and, for letters beyond ASCII, a UTF-8 engine.
    """
    contents = gather(results, said=said)
    chosen = select(contents, MOST_ROWS)
    methods = " ".join([*how_it_was_trained(contents.study), *how_it_was_compared(contents)])
    test = held_out(contents)
    parts = [
        _preamble(contents),
        *(_table(contents, chosen, estimand) for estimand in contents.estimands),
        *(latex_extra(table.first(MOST_ROWS), _key(contents.name)) for table in contents.extras),
        _paragraph("Methods", methods),
        _paragraph("Test examples", latex_text(test)) if test else "",
        _commented(["BibTeX:", *cited(methods), contents.bibtex]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _preamble(contents: Contents) -> str:
    version, date = contents.results.manifest["dropout_lab"], contents.updated[:10]
    return _commented(
        [
            f"Study {one_line(contents.name)}, results of {date}, written by dropout-lab {one_line(version)}.",
            r"In the preamble: \usepackage[T1]{fontenc} \usepackage{booktabs}",
            "In a paper of two columns, table* in place of table; a wide one, sidewaystable of the package rotating.",
        ]
    )


def _table(contents: Contents, chosen: Selection, estimand: str) -> str:
    settings = [_setting(name, chosen.rows, contents.settings) for name in contents.settings]
    measured = columns(contents, chosen.rows, estimand)
    body = zip(*(column.cells for column in settings), *(map(latex_text, one.cells) for one in measured), strict=True)
    lines = [
        r"\begin{table}[tp]",
        r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
        _filled(rf"\caption{{{_caption(contents, chosen, estimand)}}}", "  "),
        rf"  \label{{tab:{_key(contents.name)}-{estimand}}}",
        rf"  \begin{{tabular}}{{@{{}}{'l' * len(settings)}{'r' * len(measured)}@{{}}}}",
        r"    \toprule",
        *_over_losses(len(settings), measured),
        _row([*(column.name for column in settings), *(_HEADINGS.get(one.name, one.name) for one in measured)]),
        r"    \midrule",
        *(_row(cells) for cells in body),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _over_losses(n_settings: int, measured: Sequence[TextColumn]) -> list[str]:
    """Return the heading over the columns that are losses, which stand side by side."""
    places = [number for number, column in enumerate(measured, n_settings + 1) if column.name in _LOSSES]
    if not places:
        return []
    heading = rf"\multicolumn{{{len(places)}}}{{c}}{{Loss}}"
    rest = [""] * (n_settings + len(measured) - places[-1])
    return [_row([*[""] * (places[0] - 1), heading, *rest]), rf"    \cmidrule(lr){{{places[0]}-{places[-1]}}}"]


def _row(cells: Sequence[str]) -> str:
    return rf"    {' & '.join(cells)} \\"


def _setting(path: str, rows: Sequence[ConditionRow], paths: Sequence[str]) -> TextColumn:
    """Return a setting's column under its last name, or under its path where two settings share that name."""
    leaf = path.rpartition(".")[2]
    is_alone = sum(other.rpartition(".")[2] == leaf for other in paths) == 1
    name = leaf.replace("_", " ") if is_alone else path
    cells = [latex_text(row.settings[path]) for row in rows]
    if path == "rate":
        cells = [rf"\textbf{{{cell}}}" if row.is_chosen else cell for row, cell in zip(rows, cells, strict=True)]
    return TextColumn(latex_text(name[0].upper() + name[1:]), tuple(cells))


def _caption(contents: Contents, chosen: Selection, estimand: str) -> str:
    one = tested(contents, estimand)
    unit = latex_text(contents.results.unit("val_loss"))
    parts = [f"Dropout on {latex_text(contents.name)}: means over seeds ({seeds_behind(one)}) at the last epoch."]
    if one.interval_methods:
        kinds = joined(CAPTIONED.get(method, latex_text(method)) for method in one.interval_methods)
        parts.append(
            rf"In brackets: 95\,\% confidence intervals (estimand: \emph{{{estimand}}}, for {_SPEAKS_OF[estimand]}; "
            f"method: {kinds})."
        )
    else:
        parts.append("One seed of a condition gives no interval.")
    parts.append(f"Losses in {unit}, train and val measured without dropout; gap: val $-$ train.")
    if one.n_compared:
        parts.append("Difference: val loss $-$ that of the baseline, paired by seed.")
    if one.test_methods:
        kinds = joined(CAPTIONED.get(method, latex_text(method)) for method in one.test_methods)
        tests = "test" if one.n_comparisons == 1 else "tests"
        parts.append(f"$p$: two-sided, {kinds}, corrected by Holm's method over {one.n_comparisons:,} {tests}.")
    if any(row.is_chosen for row in chosen.rows):
        parts.append("Bold: the rate that val loss chose, at the best epochs.")
    return " ".join([*parts, latex_text(chosen.note)]).strip()


def _paragraph(heading: str, latex: str) -> str:
    return _filled(rf"\paragraph{{{heading}.}} {latex}")


def _filled(latex: str, indent: str = "") -> str:
    # A break within a word, or after a hyphen, would become a space.
    return fill(
        latex, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _commented(blocks: Sequence[str]) -> str:
    return "\n".join(f"% {line}".rstrip() for block in blocks for line in block.splitlines())


def _key(name: str) -> str:
    return "".join(mark if mark.isascii() and mark.isalnum() else "-" for mark in name)
