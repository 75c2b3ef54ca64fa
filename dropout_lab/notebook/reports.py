"""A study's report as text or as a file.

Floor 5, notebook. Owns which format a path means; must not know what a report says.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from dropout_lab.errors import UserError

if TYPE_CHECKING:
    from dropout_lab.results import Results
    from dropout_lab.verdict import Verdict

ReportFormat = Literal["html", "markdown", "latex"]
_SUFFIXES: dict[ReportFormat, str] = {"html": ".html", "markdown": ".md", "latex": ".tex"}


def written(results: "Results", report_format: ReportFormat, said: "Verdict") -> str:
    """Return a study's report in one of the formats; see `StudyResults.report`."""
    if report_format not in _SUFFIXES:
        known = ", ".join(get_args(ReportFormat))
        raise UserError(f"report: format must be one of {known}. Got {report_format!r}.")
    from dropout_lab.report import html_report, latex_report, markdown_report

    writers = {"html": html_report, "markdown": markdown_report, "latex": latex_report}
    return writers[report_format](results, said=said)


def save(results: "Results", path: Path | None, report_format: ReportFormat | None, said: "Verdict") -> Path:
    """Write a study's report into a file, and return its path; see `StudyResults.save_report`."""
    from dropout_lab.results.atomic import write_file

    place = results.path if path is None else path
    by_suffix = {suffix: name for name, suffix in _SUFFIXES.items()}
    wanted = report_format or by_suffix.get(place.suffix, "html")
    text = written(results, wanted, said)
    file = place / f"report{_SUFFIXES[wanted]}" if place.is_dir() else place
    # Names of files and what was typed need not be valid text.
    write_file(file, text.encode("utf-8", "replace"), mend="Give save_report another path.")
    return file
