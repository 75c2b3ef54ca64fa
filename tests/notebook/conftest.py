import shutil
from pathlib import Path

import pytest
from tiny_study import TINY

import dropout_lab as dl


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.yaml and results/tiny: two conditions, two seeds."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        dl.run(TINY, threads=1, progress=False)
    shutil.copy(folder / "results" / "tiny" / "study.yaml", folder / "tiny.yaml")
    return folder


@pytest.fixture
def here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a copy of `trained`."""
    folder = tmp_path / "here"
    shutil.copytree(trained, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def study(trained: Path) -> dl.StudyResults:
    """The trained study; read it, and change nothing."""
    return dl.load(trained / "results" / "tiny")


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan as on a machine with one core, so that no test depends on how many there are."""
    monkeypatch.setattr("dropout_lab.study.machine._available_cores", lambda: 1)
