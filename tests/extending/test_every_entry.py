"""Every entry of every registry goes through run, summary, plot, three reports, status, notebook and mask.

Figures are drawn in `tests/drawing/`; here one study carries them all.

A registry is an axis of a tiny study where its entries are values of a setting. What an entry is called must stand on
every surface; what its record says of it must stand where it is meant to.
"""

import ast
import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from surfaces import TINY, mask, surfaces
from thinned import thinned

import dropout_lab as dl
from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.data import SOURCES
from dropout_lab.drawing import FIGURES, all_names, picture_names
from dropout_lab.findings import StudyView
from dropout_lab.metrics import METRICS, TASKS
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES, Kind
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.optimizers import SCHEDULES as LEARNING_RATE_SCHEDULES
from dropout_lab.results import read_results
from dropout_lab.study.executors import EXECUTORS

SETTINGS: dict[str, tuple[Mapping[str, Any], dict[str, Any]]] = {
    "model.activation": (ACTIVATIONS, {}),
    "model.init": (INITIALISATIONS, {}),
    "training.optimizer": (OPTIMIZERS, {}),
    "training.schedule": (LEARNING_RATE_SCHEDULES, {}),
    "dropout.kind": (KINDS, {"model": {"hidden": [6], "activation": "selu"}}),
    "dropout.schedule": (SCHEDULES, {}),
    "dropout.scaling": (SCALINGS, {}),
}
"""Registries whose entries are values of a setting, and what a study needs for all of them to fit."""

WALKED = [*(registry for registry, _ in SETTINGS.values()), METRICS, TASKS, SOURCES, EXECUTORS, FIGURES]


@pytest.fixture
def one_figure() -> Iterator[None]:
    """Draw the differences alone: another test walks the figures. Their order is part of the registry."""
    whole = dict(FIGURES)
    FIGURES.clear()
    FIGURES["differences"] = whole["differences"]
    yield
    FIGURES.clear()
    FIGURES.update(whole)


def test_every_registry_of_the_package_is_walked(repository_root: Path) -> None:
    found = [place for path in (repository_root / "dropout_lab").rglob("*.py") for place in registries_in(path)]
    assert len(found) == len(WALKED), f"walk what is not in WALKED yet: {', '.join(found)}"


def registries_in(path: Path) -> Iterator[str]:
    """Yield what a module maps from the names of its records to the records."""
    for node in ast.parse(path.read_text("utf-8")).body:
        made = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(made, ast.DictComp) and isinstance(made.key, ast.Attribute) and made.key.attr == "name":
            yield f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("registry", WALKED)
def test_every_record_is_frozen_and_stands_under_its_own_name(registry: Mapping[str, Any]) -> None:
    assert [record.name for record in registry.values()] == list(registry)
    assert all(type(record).__dataclass_params__.frozen for record in registry.values())


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize("setting", thinned(SETTINGS, kept=["dropout.kind", "training.optimizer"]))
def test_every_surface_speaks_of_every_value(setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry, needs = SETTINGS[setting]
    said, loaded = surfaces({**needs, "sweep": {setting: list(registry)}}, tmp_path, capsys)
    assert set(loaded.trials["status"]) == {"complete"}
    for record in registry.values():
        names = {record.name, record.name.replace("_", " "), getattr(record, "noun", ""), getattr(record, "label", "")}
        names |= {getattr(record, "noun_beside_others", "")}
        spoken = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names if name), re.IGNORECASE)
        silent = [name for name in ("run", "summary", "html", "markdown", "notebook") if not spoken.search(said[name])]
        assert silent == [], record.name
        assert getattr(record, "sentence", "") in said["html"].replace("&#39;", "'")
        assert getattr(record, "paper", "").partition("{")[0] in said["latex"]
        assert getattr(record, "words", "").replace(". ", r".\ ") in said["latex"]
        assert [key for key in getattr(record, "citations", ()) if f"{{{key}," not in said["latex"]] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_mask_shows_every_kind(kind: Kind, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = mask(kind.name, capsys, "--mode", mode)
    assert printed.startswith(f"{kind.title} in {mode} mode: rate 0.3")
    assert ("keep probability" in printed.splitlines()[0]) == kind.drops


@pytest.mark.parametrize("scaling", SCALINGS)
def test_mask_shows_every_scaling(scaling: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = [mask("bernoulli", capsys, "--scaling", name) for name in SCALINGS]
    assert len(set(printed)) == len(SCALINGS)


def a_table(folder: Path) -> dict[str, Any]:
    path = folder / "rows.csv"
    pd.DataFrame({"size": [n % 7 for n in range(90)], "kind": [n % 3 for n in range(90)]}).to_csv(path, index=False)
    return {"source": str(path), "target": "kind"}


def arrays(folder: Path) -> dict[str, Any]:
    path = folder / "rows.npz"
    np.savez(path, X=np.arange(180.0).reshape(90, 2) % 7, y=np.arange(90) % 3)
    return {"source": str(path)}


def images(folder: Path) -> dict[str, Any]:
    for split, n_rows in (("train", 60), ("t10k", 20)):
        pixels = (np.arange(n_rows * 784) % 256).astype(np.uint8).reshape(n_rows, 28, 28)
        for name, values in (("images-idx3", pixels), ("labels-idx1", (np.arange(n_rows) % 10).astype(np.uint8))):
            header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
            for place in (folder, folder / "fashion_mnist"):
                place.mkdir(exist_ok=True)
                (place / f"{split}-{name}-ubyte.gz").write_bytes(gzip.compress(header + values.tobytes()))
    return {"root": str(folder)}


SAMPLES = {".csv": a_table, ".npz": arrays, "mnist": images, "fashion_mnist": images}
"""What writes a small sample of a source that is not bundled, and returns what the config says of it."""
ALIKE = ("breast_cancer", "digits", "fashion_mnist", "mnist", "wine", ".npz")
"""Sources that go the way of another: of iris, or of a file."""
SAMPLED = ("iris", "diabetes")
"""Sources whose nets are sampled too: one for each task."""


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize(
    "source",
    [pytest.param(one, id=name, marks=[pytest.mark.slow] * (name in ALIKE)) for name, one in SOURCES.items()],
)
def test_every_source_task_and_metric_goes_all_the_way(
    source: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert source.is_bundled or source.name in SAMPLES, "write a small sample of it: see SAMPLES"
    data = {"source": source.name, "train_size": 40, **SAMPLES.get(source.name, lambda _: {})(tmp_path)}
    samples = {"evaluation": {"mc_samples": 2}} if source.name in SAMPLED else {}
    said, loaded = surfaces({"data": data, **samples}, tmp_path, capsys)
    assert set(loaded.trials["status"]) == {"complete"}
    assert Path(data["source"]).name in said["html"] + said["latex"].replace(r"\_", "_")
    results = read_results(loaded.path)
    task = TASKS[results.manifest["task"]]
    assert source.task in (None, task.name)
    for metric in task.metrics:
        assert f"val_{metric.column}" in results.curves
        assert [name for name in ("summary", "html", "markdown") if metric.text not in said[name]] == []
        assert metric.text in said["latex"] or metric.short_text in said["latex"]
    if samples:
        averages = {re.sub("^(ws|mc)_", "", column) for column in results.inference.columns}
        assert {metric.column for metric in task.of_averages} <= averages
    assert task.loss_definition in said["html"]
    assert task.loss_in_paper in said["latex"]


def test_the_sources_cover_every_task_and_the_tasks_every_metric() -> None:
    assert {source.task for source in SOURCES.values()} >= set(TASKS)
    assert {SOURCES[name].task for name in SAMPLED} == set(TASKS)
    assert {one.name for task in TASKS.values() for one in (*task.metrics, *task.of_averages)} == set(METRICS)


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_executor_trains_what_is_read_everywhere(
    executor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, loaded = surfaces({}, tmp_path, capsys, "--executor", executor)
    assert set(loaded.trials["status"]) == {"complete"}


def test_one_study_carries_every_figure_and_a_notebook_has_them(tmp_path: Path) -> None:
    axes = {
        "model": {"hidden": [6]},
        "dropout": {"rates": [0.2, 0.5]},
        "evaluation": {"mc_samples": 2},
        "seeds": 3,
        "sweep": {"dropout.kind": ["bernoulli", "concrete"], "data.train_size": [40, 60]},
        "tune": {"training.learning_rate": [0.01, 0.03]},
    }
    study = dl.run({**TINY, **axes}, out=tmp_path, threads=1, progress=False)
    results = read_results(study.path)
    assert all(figure.is_carried(StudyView(results)) for figure in FIGURES.values())
    assert set(picture_names(results)) <= set(all_names())
    assert {figure.method for figure in FIGURES.values()} <= set(dir(study.plot))
