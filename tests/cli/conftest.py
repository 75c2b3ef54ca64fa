import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from calling import Call, Ended
from matplotlib.figure import Figure

from dropout_lab.cli import main
from dropout_lab.drawing import Picture
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict
from dropout_lab.verdict import verdict as judge

TINY = "data: {source: iris}\nmodel: {hidden: [8]}\ntraining: {epochs: 3}\nseeds: 3\n"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.yaml, and what `run tiny.yaml` left in results/tiny."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "tiny.yaml").write_text(TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["run", "tiny.yaml", "-q", "--no-report"]) == 0
    return folder


@pytest.fixture
def here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a copy of `trained`."""
    folder = tmp_path / "here"
    shutil.copytree(trained, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def blank_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw blank figures of the same names: the real ones take a second, and one test that sees them is enough."""

    def blank(*_: object, only: Sequence[str], **__: object) -> list[Picture]:
        return [Picture(name, name, Figure(), name, pd.DataFrame({"mean": [0.5]})) for name in only]

    monkeypatch.setattr("dropout_lab.drawing.pictures", blank)


@pytest.fixture
def blank_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports of a line: the real ones take a second, and the tests that see them do without this."""
    for language in ("html", "markdown", "latex"):

        def report(results: Results, *, verdict: Verdict | None = None, language: str = language) -> str:
            return f"{language} of {results.study['name']}: {(verdict or judge(results)).headline}\n"

        monkeypatch.setattr(f"dropout_lab.report.{language}_report", report)


@pytest.fixture
def call(here: Path, blank_reports: None, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run one command in this process and return how it ended; reports are blank."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        return Ended(main(arguments), *capsys.readouterr())

    return run


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan as on a machine with one core, so that no test depends on how many there are."""
    monkeypatch.setattr("dropout_lab.study.machine._available_cores", lambda: 1)
