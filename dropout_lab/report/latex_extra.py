"""A table of what only some studies have, as a booktabs table to paste.

Owns the LaTeX around such a table; what it says is written in its own module.
"""

from textwrap import fill

from dropout_lab.report.escaping import latex_text
from dropout_lab.report.extra_tables import ExtraTable
from dropout_lab.report.numbers import P_HOLM

_WIDTH = 100


def latex_extra(table: ExtraTable, key: str) -> str:
    """Return the table as LaTeX.

    Args:
        table: what it shows.
        key: of the study, for its label.
    """
    caption = " ".join(filter(None, [f"{table.title}.", table.about, table.note]))
    columns = "".join("r" if column.is_number else "l" for column in table.columns)
    lines = [
        r"\begin{table}[tp]",
        r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
        _filled(rf"\caption{{{latex_text(caption)}}}"),
        rf"  \label{{tab:{key}-{table.name}}}",
        rf"  \begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"    \toprule",
        *_groups(table),
        _row([_heading(column.name) for column in table.columns]),
        r"    \midrule",
        *(_body_row(row, is_strong=strong) for row, strong in zip(table.rows, table.strong, strict=True)),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _heading(name: str) -> str:
    return r"$p_{\mathrm{Holm}}$" if name == P_HOLM else latex_text(f"{name[0].upper()}{name[1:]}")


def _groups(table: ExtraTable) -> list[str]:
    """Return the headings over several columns, and the rules below them."""
    if not table.groups:
        return []
    headings, rules, at = [], [], 1
    for name, width in table.groups:
        headings.append(rf"\multicolumn{{{width}}}{{c}}{{{latex_text(name)}}}" if name else "")
        if name:
            rules.append(rf"\cmidrule(lr){{{at}-{at + width - 1}}}")
        at += width
    return [_row(headings), f"    {' '.join(rules)}"]


def _body_row(cells: tuple[str, ...], *, is_strong: bool) -> str:
    name, *rest = map(latex_text, cells)
    return _row([rf"\textbf{{{name}}}" if is_strong else name, *rest])


def _row(cells: list[str]) -> str:
    return rf"    {' & '.join(cells)} \\"


def _filled(latex: str) -> str:
    return fill(
        latex, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
