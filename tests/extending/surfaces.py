"""Everything that speaks of a study, called once: the command line in this process, and the notebook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.config import resolved_yaml, study_from_mapping

TINY: dict[str, Any] = {
    "name": "tiny",
    "data": {"source": "iris", "train_size": 60},
    "model": {"hidden": [6]},
    "training": {"epochs": 3, "batch_size": 16, "learning_rate": 0.01},
    "seeds": 2,
}


def surfaces(
    settings: Mapping[str, Any], folder: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[dict[str, str], dl.StudyResults]:
    """Run a study on the command line; return what every surface says of it, by name, and the notebook's study."""
    config = folder / "tiny.yaml"
    config.write_text(resolved_yaml(study_from_mapping({**TINY, **settings})), "utf-8")
    study, out = folder / "tiny", str(folder)
    said = {"run": _said(["run", str(config), "--out", out, "--threads", "1", "--no-report", *options], capsys)}
    for name, arguments in {
        "summary": ["summary", str(study)],
        "plot": ["plot", str(study), "--figure", "differences", "--metric", "loss"],
        "status": ["status", str(study)],
        "html": ["report", str(study), "--format", "html", "--out", str(folder / "r.html")],
        "markdown": ["report", str(study), "--format", "markdown", "--out", str(folder / "r.md")],
        "latex": ["report", str(study), "--format", "latex", "--out", str(folder / "r.tex")],
    }.items():
        said[name] = _said(arguments, capsys)
    said |= {
        name: (folder / f"r.{end}").read_text("utf-8")
        for name, end in (("html", "html"), ("markdown", "md"), ("latex", "tex"))
    }
    loaded = dl.load(study)
    said["notebook"] = str(loaded.verdict) + loaded._repr_html_()
    return {name: " ".join(text.split()) for name, text in said.items()}, loaded


def mask(kind: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Return what `mask` prints of a kind."""
    return _said(["mask", "--kind", kind, "--rate", "0.3", "--values", "1,2,3,4", *more], capsys)


def _said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 0, capsys.readouterr().err
    printed = capsys.readouterr()
    return printed.out + printed.err
