"""How a study shows itself: its report as text or as a file, and the table at the end of a notebook's cell.

Owns what a caller may ask for and what is refused.
"""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from dropout_lab.errors import UserError
from dropout_lab.metrics import TASKS

if TYPE_CHECKING:
    from dropout_lab.findings import StudyView
    from dropout_lab.report.formats import ReportFormat
    from dropout_lab.results import Results
    from dropout_lab.verdict import Verdict


def written(results: "Results", report_format: "ReportFormat", verdict: "Verdict") -> str:
    """Return a study's report in one of the formats; see `StudyResults.report`."""
    from dropout_lab.report.formats import FORMATS, report_text

    if report_format not in FORMATS:
        raise UserError(f"report: format must be one of {', '.join(FORMATS)}. Got {report_format!r}.")
    return report_text(results, report_format, verdict=verdict)


def save(results: "Results", path: Path | None, report_format: "ReportFormat | None", verdict: "Verdict") -> Path:
    """Write a study's report into a file, and return its path; see `StudyResults.save_report`."""
    from dropout_lab.report.formats import file_of, format_of
    from dropout_lab.results.atomic import write_file

    wanted = report_format or format_of(path)
    text = written(results, wanted, verdict)
    file = file_of(results.path if path is None else path, wanted)
    write_file(file, text.encode(), mend="Give save_report another path.")
    return file


_MOST_ROWS = 30  # a screen of them; pandas shows as much of a long frame


def study_html(verdict: "Verdict") -> str:
    """Return a study as a piece of HTML, by its verdict; every text is escaped."""
    from dropout_lab.document.html import html_table
    from dropout_lab.phrases import glossary
    from dropout_lab.report.tables import comparison

    study = verdict.view
    shown = list(study.conditions)[:_MOST_ROWS]
    table = comparison(study, shown, is_brief=True)
    n_more = len(study.conditions) - len(shown)
    more = f" {n_more:,} more conditions are in <code>table</code>." if n_more else ""
    return (
        f"<div><p><strong>{escape(study.name)}</strong>: {escape(verdict.headline)}</p>{html_table(table)}"
        f"<p>Means over n seeds at the last epoch, {glossary.WITHOUT_DROPOUT}; intervals over seeds, "
        f"on these rows.{more}{escape(_references(study))} The whole verdict: <code>verdict</code>.</p></div>"
    )


def _references(study: "StudyView") -> str:
    """Say what the last rows of the table are, with a space before it."""
    known = TASKS[study.task].references
    return "".join(f" {known[one.name].short}: {known[one.name].note}" for one in study.shared_references)
