"""`report`: one page of a study, to hand on.

Owns where a report is saved and in which language; never imports torch, so that it can be written on a machine without
it.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.cli import streams
from dropout_lab.errors import INCOMPLETE, FolderError, UserError

if TYPE_CHECKING:
    from dropout_lab.results import Results
    from dropout_lab.verdict import Verdict

_STDOUT = Path("-")


class Language(StrEnum):
    """What a report can be written in."""

    HTML = "html"
    MARKDOWN = "markdown"
    LATEX = "latex"


def report(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study's folder, or a folder of studies.")],
    language: Annotated[
        Language | None,
        typer.Option(
            "--format",
            help="html: a page on its own, with figures. markdown: for a pull request. latex: for a paper. Default: by "
            "the ending of --out, else html.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File or folder, or - for stdout. Default: report.html, .md or .tex in the study's folder.",
        ),
    ] = None,
) -> None:
    """Write a study's report from its CSV files.

    The verdict, figures, tables, and how it was measured, in one file that needs nothing else. Prints its path.
    """
    from dropout_lab.report.formats import SUFFIXES, format_of
    from dropout_lab.results import find_studies
    from dropout_lab.study import bring_up_to_date

    wanted = language or Language(format_of(out))
    studies = find_studies(path)
    if out == _STDOUT and len(studies) > 1:
        raise UserError(
            f"command line: --out - must be of one study. Got {len(studies):,} in {path}. "
            f"Name one of them, such as {studies[0]}."
        )
    n_failed = 0
    for study in studies:
        place = out if out is None or len(studies) == 1 else out / f"{study.name}{SUFFIXES[wanted.value]}"
        try:
            bring_up_to_date(study)
            _publish(study, wanted, place)
        except FolderError as error:
            if len(studies) == 1:
                raise
            streams.say(f"error: {error}")
            n_failed += 1
    if n_failed:
        raise typer.Exit(INCOMPLETE)


def save(
    results: "Results",
    language: Language = Language.HTML,
    out: Path | None = None,
    *,
    verdict: "Verdict | None" = None,
) -> Path:
    """Write a study's report.

    Args:
        results: the study.
        language: of the report.
        out: a file, a folder, or None for the study's folder.
        verdict: the verdict, where it is known already.

    Returns:
        The report's path.

    Raises:
        RunError: there is no room, or no right to write there.
    """
    from dropout_lab.report.formats import file_of, report_text
    from dropout_lab.results.atomic import write_file

    path = file_of(results.path if out is None else out, language.value)
    content = report_text(results, language.value, verdict=verdict).encode()
    write_file(path, content, mend=f"Write it elsewhere: dropout-lab report {results.path} --out FILE.")
    return path


def _publish(study: Path, language: Language, out: Path | None) -> None:
    from dropout_lab.report.formats import report_text
    from dropout_lab.results import read_results

    results = read_results(study)
    if out == _STDOUT:
        streams.document(report_text(results, language.value))
    else:
        streams.result(str(save(results, language, out)))
