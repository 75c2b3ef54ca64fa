"""A table, built once from numbers and texts, and the writers that set it: for a terminal, Markdown, LaTeX, a notebook.

A table knows what its cells are and never how they look; a writer knows its own language, the signs it writes numbers
with (see `phrases.numbers`) and how a text of a user is made safe in it. The report's page sets the same tables.
"""

from dropout_lab.document.table import P_HOLM, Cell, Column, Kind, Table, Words

__all__ = ["P_HOLM", "Cell", "Column", "Kind", "Table", "Words"]
