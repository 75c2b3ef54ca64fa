"""The formats of a report: how their files end, and which writer each has.

The command line and the Python interface both ask here.
"""

from pathlib import Path
from typing import Literal, get_args

from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

ReportFormat = Literal["html", "markdown", "latex"]
FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
SUFFIXES: dict[ReportFormat, str] = {"html": ".html", "markdown": ".md", "latex": ".tex"}


def format_of(path: Path | None) -> ReportFormat:
    """Return the format that a file's ending asks for; ``html`` where it asks for nothing.

    >>> format_of(Path("report.tex")), format_of(None)
    ('latex', 'html')
    """
    by_suffix = {suffix: name for name, suffix in SUFFIXES.items()}
    return "html" if path is None else by_suffix.get(path.suffix, "html")


def file_of(place: Path, report_format: ReportFormat) -> Path:
    """Return the file that a report is written to: in `place` where that is a folder, else `place` itself."""
    return place / f"report{SUFFIXES[report_format]}" if place.is_dir() else place


def report_text(results: Results, report_format: ReportFormat, *, verdict: Verdict | None = None) -> str:
    """Return a study's report in one of the formats.

    Args:
        results: the study.
        report_format: ``html``, ``markdown`` or ``latex``.
        verdict: the verdict, where it is known already.

    Returns:
        Text that UTF-8 can hold: names of files and what was typed need not be valid text.
    """
    from dropout_lab import report  # only the page needs matplotlib: each writer is imported when it is asked for

    writers = {"html": "html_report", "markdown": "markdown_report", "latex": "latex_report"}
    text: str = getattr(report, writers[report_format])(results, verdict=verdict)
    return text.encode("utf-8", "replace").decode("utf-8")
