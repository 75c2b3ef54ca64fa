"""What importing the package costs, and what it hands out."""

import subprocess
import sys
from pathlib import Path

import pytest

import dropout_lab as dl

HEAVY = {"torch", "pandas", "numpy", "scipy", "sklearn", "matplotlib", "pydantic", "yaml", "jinja2", "rich", "typer"}


def modules_after(code: str, folder: Path, root: Path) -> set[str]:
    program = f"import sys; sys.path.insert(0, {str(root)!r}); import dropout_lab as dl; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing_heavy(tmp_path: Path, repository_root: Path) -> None:
    found = modules_after("dl.UserError", tmp_path, repository_root)

    assert "dropout_lab.errors" in found
    assert not found & (HEAVY | {"dropout_lab.notebook"})


def test_naming_what_it_hands_out_imports_nothing_heavy(tmp_path: Path, repository_root: Path) -> None:
    found = modules_after("dl.load, dl.run, dl.StudyResults, dir(dl)", tmp_path, repository_root)

    assert "dropout_lab.notebook" in found
    assert not found & HEAVY


def test_looking_at_a_study_imports_neither_torch_nor_pyplot(trained: Path, repository_root: Path) -> None:
    code = "study = dl.load('results/tiny'); study._repr_html_(); study.plot.gap()._repr_png_()"
    found = modules_after(code, trained, repository_root)

    assert {"pandas", "matplotlib"} <= found
    assert not found & {"torch", "sklearn", "matplotlib.pyplot"}


@pytest.mark.parametrize("name", dl.__all__)
def test_every_name_that_is_promised_is_there(name: str) -> None:
    assert getattr(dl, name) is not None
    assert name in dir(dl)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'dropout_lab' has no attribute 'sweeep'"):
        dl.sweeep  # noqa: B018


def test_errors_of_the_user_are_caught_by_their_name() -> None:
    assert issubclass(dl.ConfigError, dl.UserError)
    assert issubclass(dl.FolderError, dl.UserError)
    assert issubclass(dl.RunError, dl.LabError)
    with pytest.raises(dl.UserError, match="Got nowhere"):
        dl.run("nowhere")
