"""A study's report from Python: as text, and as a file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import dropout_lab as dl

STARTS = {"html": "<!doctype html>", "markdown": "## tiny", "latex": "%"}
FILES: dict[str, tuple[dict[str, Any], str, str]] = {
    "by default": ({}, "results/tiny/report.html", "html"),
    "of a format": ({"format": "markdown"}, "results/tiny/report.md", "markdown"),
    "by its ending": ({"path": "mine.tex"}, "mine.tex", "latex"),
    "by its format": ({"path": Path("mine.txt"), "format": "markdown"}, "mine.txt", "markdown"),
    "in a folder": ({"path": "results", "format": "latex"}, "results/report.tex", "latex"),
}


def starts_as(text: str, report_format: str) -> bool:
    return text.lstrip().lower().startswith(STARTS[report_format])


@pytest.mark.parametrize("report_format", STARTS)
def test_a_report_is_text(study: dl.StudyResults, report_format: Any) -> None:
    text = study.report(report_format)

    assert starts_as(text, report_format)
    assert "tiny" in text


@pytest.mark.parametrize(("arguments", "file", "report_format"), FILES.values(), ids=FILES)
def test_a_report_is_saved(here: Path, arguments: dict[str, Any], file: str, report_format: str) -> None:
    path = dl.load("results/tiny").save_report(**arguments)

    assert path == Path(file)
    assert starts_as(path.read_text(encoding="utf-8"), report_format)


def test_an_unknown_format_is_refused(study: dl.StudyResults) -> None:
    with pytest.raises(dl.UserError, match=r"report: format must be one of html, markdown, latex. Got 'pdf'."):
        study.report("pdf")  # type: ignore[arg-type]


def test_a_place_that_cannot_be_written_is_named(here: Path) -> None:
    Path("file").write_text("mine")

    with pytest.raises(dl.RunError, match=r"file/report\.md: .*Give save_report another path\."):
        dl.load("results/tiny").save_report(Path("file") / "report.md")
    assert Path("file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="file names of bytes are POSIX's")
def test_names_that_are_no_text_do_not_break_a_report(here: Path) -> None:
    manifest = Path("results/tiny/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"command": ["dropout-lab", "\udcff.yaml"]}))

    assert dl.load("results/tiny").save_report(format="markdown").read_bytes()
