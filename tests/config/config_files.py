"""What the tests of this room share: a config on disk from a mapping, and the problems of reading it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dropout_lab.config import read_study
from dropout_lab.errors import ConfigError

SECTIONS = ("data", "model", "dropout", "training", "evaluation")


def config_text(settings: Mapping[str, Any]) -> str:
    """Write ``{"training.epochs": 5}`` as a config, JSON values for YAML, every setting on a line of its own."""
    sections: dict[str, list[str]] = {"data": []}
    top = []
    for path, value in ({"data.source": "digits"} | dict(settings)).items():
        section, _, leaf = path.partition(".")
        if section in SECTIONS and leaf:
            sections.setdefault(section, []).append(f"  {leaf}: {json.dumps(value)}")
        else:
            top.append(f"{path}: {json.dumps(value)}")
    sections = {name: settings_of_it for name, settings_of_it in sections.items() if name not in settings}
    lines = ["# a comment on the first line", *top]
    for section, settings_of_it in sections.items():
        lines += [f"{section}:", *settings_of_it]
    return "\n".join(lines) + "\n"


def line_of(text: str, path: str) -> int:
    """Return the line (from 1) on which a setting of `config_text` stands."""
    lines = text.splitlines()
    start = lines.index(f"{path.partition('.')[0]}:") if "." in path else 0
    leaf = path.rpartition(".")[2]
    return next(n for n, line in enumerate(lines[start:], start + 1) if line.strip().startswith(f"{leaf}:"))


def write(folder: Path, text: str, name: str = "study.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(config: str | Path, overrides: Sequence[str] = (), axes: Mapping[str, Any] | None = None) -> list[str]:
    """Return the problems that reading reports; fails where it reports none."""
    with pytest.raises(ConfigError) as caught:
        read_study(config, overrides, axes)
    assert caught.value.exit_code == 2
    return list(caught.value.problems)
