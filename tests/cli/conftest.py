import shutil
from pathlib import Path

import pandas as pd
import pytest
from calling import STEMS, Call, Ended
from matplotlib.figure import Figure

from dropout_lab.cli import main

TINY = "data: {source: iris}\nmodel: {hidden: [8]}\ntraining: {epochs: 3}\nseeds: 3\n"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.yaml, and what `run tiny.yaml` left in results/tiny."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "tiny.yaml").write_text(TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["run", "tiny.yaml", "-q"]) == 0
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

    def figures(curves: object, trials: pd.DataFrame, **_: object) -> dict[str, Figure]:
        return {stem: Figure() for stem in STEMS} if (trials["status"] == "complete").any() else {}

    monkeypatch.setattr("dropout_lab.drawing.figures", figures)


@pytest.fixture
def call(here: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run one command in this process and return how it ended."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        return Ended(main(arguments), *capsys.readouterr())

    return run


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan as on a machine with one core, so that no test depends on how many there are."""
    monkeypatch.setattr("dropout_lab.study.machine._available_cores", lambda: 1)
