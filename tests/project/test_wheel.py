"""The wheel holds what an installed dropout-lab needs, and works far from the repository."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path, PurePath

import pytest

import dropout_lab


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return its stdout; its stderr is what pytest shows where it fails."""
    finished = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(repository_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, repository_root)
    run(*command, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_is_named_by_the_version_of_the_package(wheel: Path) -> None:
    assert wheel.name == f"dropout_lab-{dropout_lab.__version__}-py3-none-any.whl"


def test_the_wheel_holds_every_module_and_every_shipped_config(contents: set[str], repository_root: Path) -> None:
    modules = {path.relative_to(repository_root).as_posix() for path in (repository_root / "dropout_lab").rglob("*.py")}
    configs = {f"dropout_lab/configs/{path.name}" for path in (repository_root / "configs").glob("*.yaml")}
    assert configs
    assert modules | configs | {"dropout_lab/py.typed"} <= contents


def test_the_wheel_holds_what_a_page_is_made_of(contents: set[str], repository_root: Path) -> None:
    folder = repository_root / "dropout_lab" / "report" / "page"
    parts = {path.relative_to(repository_root).as_posix() for path in folder.iterdir()}
    assert {PurePath(part).suffix for part in parts} == {".css", ".jinja", ".js"}
    assert parts <= contents


def test_the_wheel_holds_nothing_but_the_package_and_its_licence(contents: set[str]) -> None:
    metadata = f"dropout_lab-{dropout_lab.__version__}.dist-info/"
    assert f"{metadata}licenses/LICENSE" in contents
    assert not [name for name in contents if not name.startswith(("dropout_lab/", metadata))]
    assert not [name for name in contents if "test" in name or "__pycache__" in name]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel, and borrows all it depends on from this environment."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--no-deps", "--no-index")
    run(*pip, wheel, cwd=environment)
    # A path file adds a folder without reading the path files in it, and so without this environment's dropout-lab.
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts / "dropout-lab"


@pytest.mark.slow
def test_the_installed_wheel_lists_the_configs_it_carries(
    installed: Path, repository_root: Path, tmp_path: Path
) -> None:
    listed = run(installed, "configs", "list", cwd=tmp_path)
    assert all(path.stem in listed for path in (repository_root / "configs").glob("*.yaml"))


@pytest.mark.slow
def test_the_installed_wheel_runs_and_plots_a_study_outside_the_repository(installed: Path, tmp_path: Path) -> None:
    run(installed, "run", "digits", "training.epochs=2", "--seeds", "2", "--out", "studies", cwd=tmp_path)
    run(installed, "plot", "studies/digits", cwd=tmp_path)
    assert (tmp_path / "studies" / "digits" / "summary.csv").is_file()
    assert list((tmp_path / "studies" / "digits" / "plots").glob("*.png"))
