"""Things added in a test, for that test alone, and a study that goes with them all the way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from registered import registered
from surfaces import TINY

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.config.reference import json_schema, settings_reference

Register = Callable[[dict[str, Any], Any], None]


@pytest.fixture
def register() -> Iterator[Register]:
    """Return what adds a record to a registry until the test ends."""
    with ExitStack() as added:
        yield lambda registry, record: added.enter_context(registered(registry, record))


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> dl.StudyResults:
    """A trained study of two conditions and two seeds; read it, and change nothing."""
    return dl.run(TINY, out=tmp_path_factory.mktemp("tiny"), threads=1, progress=False)


@pytest.fixture
def all_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Return what trains a small study and returns all that is then said of it, by the place where it is said."""

    def go(changes: dict[str, Any], **options: Any) -> dict[str, str]:
        study = dl.run(TINY, changes, out=tmp_path, progress=False, **{"threads": 1, **options})
        assert set(study.trials["status"]) == {"complete"}
        said = {form: " ".join(study.report(form).split()) for form in ("html", "markdown", "latex")}
        said |= {"schema": str(json_schema()), "reference": settings_reference(), "notebook": study._repr_html_()}
        assert study.plot.training()._repr_png_()[0]
        drawn = ["--figure", "differences", "--metric", "loss", "--format", "svg"]  # the page has the others
        for words in (["summary", str(study.path)], ["plot", str(study.path), *drawn]):
            assert main(words) == 0
            said[words[0]] = capsys.readouterr().out
        assert main(["run", str(study.path / "study.yaml"), "--out", str(tmp_path), "--dry-run", "--json"]) == 0
        said["again"] = capsys.readouterr().out
        return said

    return go


@pytest.fixture
def train(tmp_path: Path) -> Callable[[dict[str, Any]], dl.StudyResults]:
    """Return what trains a small study, where its methods paragraph is all that is asked for."""
    return lambda changes: dl.run(TINY, changes, out=tmp_path, threads=1, progress=False)
