"""Tables, paragraphs and texts in LaTeX, to paste into a paper. Needs the packages booktabs and fontenc alone.

A user's text may hold any character: a target called `50 % {raw}` runs no command.
"""

import re
from collections.abc import Sequence
from textwrap import fill

from dropout_lab.document.table import P_HOLM, Table
from dropout_lab.phrases.texts import one_line

_WIDTH = 100
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\`{}",
    "–": r"\textendash{}",
    "−": "$-$",
    "∞": r"$\infty$",
    "²": r"\textsuperscript{2}",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
}
_HEADINGS = {P_HOLM: r"$p_{\mathrm{Holm}}$", "n": "$n$"}


def latex_table(table: Table, *, label: str, caption: str) -> str:
    """Set a table as a floating one, ruled as booktabs does.

    Args:
        table: what to set.
        label: of the table, without `tab:`.
        caption: in LaTeX.
    """
    columns = "".join("r" if column.is_number else "l" for column in table.columns)
    body = [list(map(latex_text, row)) for row in table.rows()]
    for row, is_strong in zip(body, table.is_strong, strict=True):
        row[0] = rf"\textbf{{{row[0]}}}" if is_strong else row[0]
    lines = [
        r"\begin{table}[tp]",
        r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
        filled(rf"\caption{{{caption}}}", "  "),
        rf"  \label{{tab:{label}}}",
        rf"  \begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"    \toprule",
        *_groups(table),
        _row([_heading(column.name) for column in table.columns]),
        r"    \midrule",
        *map(_row, body),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _groups(table: Table) -> list[str]:
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


def _heading(name: str) -> str:
    return _HEADINGS.get(name) or latex_text(f"{name[0].upper()}{name[1:]}")


def _row(cells: Sequence[str]) -> str:
    return rf"    {' & '.join(cells)} \\"


def latex_paragraph(heading: str, latex: str) -> str:
    """Return a paragraph with a heading that runs in."""
    return filled(rf"\paragraph{{{heading}.}} {latex}")


def latex_comment(blocks: Sequence[str]) -> str:
    """Return blocks of text as comments."""
    return "\n".join(f"% {line}".rstrip() for block in blocks for line in block.splitlines())


def filled(latex: str, indent: str = "") -> str:
    """Break LaTeX into lines, not within a word nor after a hyphen, where a break would become a space."""
    return fill(
        latex, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def latex_text(text: str) -> str:
    r"""Return `text` so that LaTeX sets it as it is, in a paragraph, a caption or a table's cell.

    Neighbouring hyphens stay hyphens instead of joining to a dash. Letters beyond ASCII are kept: LaTeX reads UTF-8.

    >>> print(latex_text("50 % of a_b"))
    50 \% of a\_b
    """
    escaped = "".join(_LATEX.get(mark, mark) for mark in one_line(text))
    return re.sub("-(?=-)", "-{}", escaped)
