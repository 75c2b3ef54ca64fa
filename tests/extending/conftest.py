"""Things added in a test, for that test alone, and a study that goes with them all the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.config import catalogue
from dropout_lab.config.reference import json_schema, settings_reference

Register = Callable[[dict[str, Any], Any], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Return what adds a record to a registry until the test ends."""

    def forget_the_schema() -> None:
        for read_once in (catalogue.settings, catalogue.sections, catalogue._study_schema):
            read_once.cache_clear()

    def add(registry: dict[str, Any], record: Any) -> None:
        assert record.name not in registry
        monkeypatch.setitem(registry, record.name, record)
        forget_the_schema()

    yield add
    forget_the_schema()


@pytest.fixture
def all_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Return what trains a small study and returns all that is then said of it, by the place where it is said."""

    def go(changes: dict[str, Any], **options: Any) -> dict[str, str]:
        config = {
            "name": "small",
            "data": {"source": "iris", "train_size": 60},
            "model": {"hidden": [6]},
            "training": {"epochs": 3, "batch_size": 16, "learning_rate": 0.01},
            "seeds": 2,
        }
        study = dl.run(config, changes, out=tmp_path, progress=False, **{"threads": 1, **options})
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
