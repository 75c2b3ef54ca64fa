"""How a study shows itself at the end of a notebook's cell: the verdict's headline and the table."""

from html import escape

from dropout_lab.document.html import html_table
from dropout_lab.phrases import glossary
from dropout_lab.report.tables import comparison
from dropout_lab.verdict import Verdict

_MOST_ROWS = 30  # a screen of them; pandas shows as much of a long frame


def study_html(verdict: Verdict) -> str:
    """Return a study as a piece of HTML, by its verdict; every text is escaped."""
    study = verdict.view
    table = comparison(study, list(study.conditions)[:_MOST_ROWS], is_brief=True)
    n_more = len(study.conditions) - table.n_rows
    more = f" {n_more:,} more conditions are in <code>table</code>." if n_more else ""
    return (
        f"<div><p><strong>{escape(study.name)}</strong>: {escape(verdict.headline)}</p>{html_table(table)}"
        f"<p>Means over n seeds at the last epoch, {glossary.WITHOUT_DROPOUT}; intervals over seeds, "
        f"on these rows.{more} The whole verdict: <code>verdict</code>.</p></div>"
    )
