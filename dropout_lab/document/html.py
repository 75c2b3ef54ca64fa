"""A table as a piece of HTML for a notebook's cell.

Every text is escaped. Colours are left to the notebook, so that it reads on a light page and on a dark one.
"""

from collections.abc import Sequence
from html import escape

from dropout_lab.document.table import Column, Table


def html_table(table: Table) -> str:
    """Set a table: texts to the left, numbers to the right."""
    head = [column.name + " [95 % CI]" * column.has_intervals for column in table.columns]
    heading = _row(table.columns, head, "th", ' scope="col"')
    body = "".join(_row(table.columns, cells, "td") for cells in table.rows())
    return f"<table><thead>{heading}</thead><tbody>{body}</tbody></table>"


def _row(columns: Sequence[Column], cells: Sequence[str], tag: str, attributes: str = "") -> str:
    texts = [
        f'<{tag}{attributes} style="text-align: {"right" if column.is_number else "left"}">{escape(cell)}</{tag}>'
        for column, cell in zip(columns, cells, strict=True)
    ]
    return f"<tr>{''.join(texts)}</tr>"
