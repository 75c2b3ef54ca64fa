"""The verdict and the report: what `run` and `sweep` end with, and the command `report`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from calling import Call, environment

from dropout_lab.cli import main
from dropout_lab.results import read_results
from dropout_lab.verdict import verdict

REPORT = Path("results/tiny/report.html")


@pytest.mark.usefixtures("here")
def test_a_run_prints_its_verdict_and_writes_a_page_that_holds_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "tiny.yaml"]) == 0

    out, err = capsys.readouterr()
    said = verdict(read_results("results/tiny"))
    assert out.endswith(f"\n\n{said.text(80)}\n")
    assert max(map(len, said.text(80).splitlines())) <= 80
    assert f"report: {REPORT}\n" in err
    page = REPORT.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "rate=0.5" in page


def test_a_sweep_ends_with_verdict_and_report_too(call: Call) -> None:
    ended = call("sweep", "tiny.yaml", "name=new", "--rates", "0.2,0.5")

    assert ended.out.endswith(f"\n\n{verdict(read_results('results/new')).text(80)}\n")
    assert "report: results/new/report.html" in ended.err
    assert Path("results/new/report.html").is_file()


@pytest.mark.parametrize("line", ["run tiny.yaml --no-report", "run tiny.yaml --dry-run"])
def test_no_report_is_written_where_none_is_wanted(call: Call, line: str) -> None:
    ended = call(*line.split())

    assert ended.code == 0
    assert "report:" not in ended.err
    assert not REPORT.exists()


def test_a_quiet_run_writes_its_report_in_silence(call: Call) -> None:
    ended = call("run", "tiny.yaml", "-q")

    assert ended.err == ""
    assert REPORT.is_file()


def test_json_stays_an_array_of_rows_and_the_report_is_written(call: Call) -> None:
    assert len(json.loads(call("run", "tiny.yaml", "--json").out)) == 2
    assert REPORT.is_file()


@pytest.mark.parametrize("subject", ["dropout_lab.verdict.verdict", "dropout_lab.report.html_report"])
@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("name=new", "training.learning_rate=1e30"), 3)])
def test_a_failure_in_looking_back_keeps_the_table_and_the_exit_code(
    call: Call, monkeypatch: pytest.MonkeyPatch, subject: str, arguments: tuple[str, ...], code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(subject, fail)
    ended = call("run", "tiny.yaml", *arguments)

    assert ended.code == code
    assert "rate=0.5" in ended.out
    what = "verdict" if "verdict" in subject else "report"
    assert f"error: the {what} failed for a reason it does not know. Got ZeroDivisionError" in ended.err
    assert "report: " not in ended.err
    assert "curves: " in ended.err


def test_a_report_that_cannot_be_written_is_no_failure_of_the_run(call: Call) -> None:
    REPORT.mkdir()
    (REPORT / "file").touch()

    ended = call("run", "tiny.yaml")

    assert ended.code == 0
    assert "error: results/tiny/report.html: the results must be writable." in ended.err
    assert "Write it elsewhere: dropout-lab report results/tiny --out FILE." in ended.err


def test_a_report_on_stdout_writes_no_file(call: Call, here: Path) -> None:
    before = sorted(here.rglob("*"))
    ended = call("report", "results/tiny", "--out", "-")

    assert ended.out.startswith("html of tiny: ")
    assert ended.out.count("\n") == 1
    assert sorted(here.rglob("*")) == before


def test_a_folder_of_studies_is_reported_study_by_study(call: Call) -> None:
    shutil.copytree("results/tiny", "results/tiny2")

    ended = call("report", "results", "--out", "pages", "--format", "markdown")

    assert ended.out.splitlines() == ["pages/tiny.md", "pages/tiny2.md"]
    assert Path("pages/tiny2.md").read_text().startswith("markdown of ")
    refused = call("report", "results", "--out", "-")
    assert refused.code == 2
    assert "--out - must be of one study. Got 2 in results. Name one of them, such as results/tiny." in refused.err


def test_a_damaged_study_is_named_and_the_others_are_reported(call: Call) -> None:
    shutil.copytree("results/tiny", "results/broken")
    Path("results/broken/curves.csv").write_text("epoch\n1\n")

    ended = call("report", "results")

    assert ended.code == 3
    assert ended.err.startswith("error: results/broken/curves.csv")
    assert ended.out == "results/tiny/report.html\n"
    assert call("report", "results/broken").code == 2


def test_a_report_goes_into_a_folder_that_is_named(call: Call) -> None:
    Path("pages").mkdir()

    assert call("report", "results/tiny", "--out", "pages").out == "pages/report.html\n"


def test_a_study_without_a_complete_trial_has_a_report(call: Call) -> None:
    assert call("run", "tiny.yaml", "name=new", "training.learning_rate=1e30", "--no-report").code == 3

    assert call("report", "results/new").out == "results/new/report.html\n"


def test_a_study_whose_run_was_killed_is_brought_up_to_date_first(call: Call) -> None:
    manifest = Path("results/tiny/manifest.json")
    manifest.write_text(manifest.read_text().replace('"status": "complete"', '"status": "running"'))
    Path("results/tiny/summary.csv").unlink()

    assert call("report", "results/tiny").code == 0
    assert Path("results/tiny/summary.csv").is_file()


@pytest.fixture(scope="module")
def piped(trained: Path) -> subprocess.CompletedProcess[bytes]:
    """A page on the stdout of a process that reads ASCII; the names of its modules on stderr."""
    program = "import sys; from dropout_lab.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", program, "report", "results/tiny", "--out", "-"]
    environ = environment(PYTHONIOENCODING="ascii")
    return subprocess.run(command, capture_output=True, check=True, cwd=trained, env=environ)


def test_a_report_needs_neither_torch_nor_pyplot(piped: subprocess.CompletedProcess[bytes]) -> None:
    modules = set(piped.stderr.decode().split())

    assert {"matplotlib", "jinja2"} <= modules
    assert not modules & {"torch", "sklearn", "matplotlib.pyplot"}


def test_a_report_on_stdout_is_utf_8_whatever_the_terminal_reads(piped: subprocess.CompletedProcess[bytes]) -> None:
    assert "−" in piped.stdout.decode("utf-8")
