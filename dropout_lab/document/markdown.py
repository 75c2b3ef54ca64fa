"""Tables, names and commands in GitHub-flavoured Markdown.

A user's text may hold any character: a study called `a|b` breaks no table, and `@me` mentions nobody.
"""

import re

from dropout_lab.document.table import Column, Table, Words
from dropout_lab.phrases.numbers import TYPESET
from dropout_lab.phrases.texts import one_line

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]")
_LINKED_BY_NAME = re.compile(r"([@#])(?=\w)")
"""What a code host turns into a mention of a user or a link to an issue, escaped or not."""
_INTERVAL = " [95\u00a0%\u00a0CI]"


def markdown_table(table: Table) -> str:
    """Set a table, and in small print below what its numbers are and what was left out."""
    head = [f"{column.group} {column.name}".strip() + _INTERVAL * column.has_intervals for column in table.columns]
    marks = ["--:" if column.is_number else "---" for column in table.columns]
    body = [list(row) for row in zip(*map(_cells, table.columns), strict=True)]
    for row, is_strong in zip(body, table.is_strong, strict=True):
        row[0] = f"**{row[0]}**" if is_strong else row[0]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, marks, *body])


def _cells(column: Column) -> list[str]:
    texts = column.texts(TYPESET)
    if column.kind == "name":
        return [
            markdown_text(text) if isinstance(cell, Words) else markdown_code(text)
            for text, cell in zip(texts, column.cells, strict=True)
        ]
    return [
        markdown_text(_unbroken(text)) if isinstance(cell, str) else _unbroken(text)
        for text, cell in zip(texts, column.cells, strict=True)
    ]


def _unbroken(cell: str) -> str:
    """Let a narrow cell break before an interval, and nowhere within."""
    return cell.replace(", ", ",\u00a0").replace("< ", "<\u00a0")


def markdown_text(text: str) -> str:
    r"""Return `text` so that GitHub-flavoured Markdown shows it as it is, in a paragraph or in a table's cell.

    >>> print(markdown_text("a|b <i> @me"))
    a\|b \<i\> @<!-- -->me
    """
    return _LINKED_BY_NAME.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\g<0>", one_line(text)))


def markdown_code(text: str) -> str:
    r"""Return `text` as a code span, or as escaped text where it holds what a code span cannot show in every place.

    >>> print(markdown_code("data.train_size=100"), markdown_code("a|b"))
    `data.train_size=100` a\|b
    """
    plain = one_line(text)
    return f"`{plain}`" if plain and not set(plain) & set("`|\\") else markdown_text(plain)


def markdown_block(text: str) -> str:
    """Return `text` as a block of code, to copy.

    >>> print(markdown_block("dropout-lab run digits"))
    ```
    dropout-lab run digits
    ```
    """
    plain = one_line(text)
    fence = "`" * max(3, *(len(ticks) + 1 for ticks in ["", *re.findall("`+", plain)]))
    return f"{fence}\n{plain}\n{fence}"
