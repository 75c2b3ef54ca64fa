"""Results back from disk: one frozen object per study, for drawing, statistics and notebooks.

Owns what a reader gets. Reads the merged tables only, locks nothing, and changes nothing.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from dropout_lab.errors import FolderError
from dropout_lab.metrics import metric_unit
from dropout_lab.results.columns import TABLES, Layout
from dropout_lab.results.manifest import MANIFEST_FILE, Manifest, read_manifest
from dropout_lab.results.parts import layout_of
from dropout_lab.results.tables import REBUILD, header, parse_table, read_table


@dataclass(frozen=True)
class Results:
    """All that a results folder says. Frames have the columns of `docs/results.md`, in table order.

    A table that the study does not have is a frame without rows.
    """

    path: Path
    study: dict[str, Any]
    manifest: Manifest
    curves: pd.DataFrame
    trials: pd.DataFrame
    test: pd.DataFrame
    summary: pd.DataFrame
    inference: pd.DataFrame = field(default_factory=lambda: _without_rows("inference"))
    reliability: pd.DataFrame = field(default_factory=lambda: _without_rows("reliability"))
    tuned: pd.DataFrame = field(default_factory=lambda: _without_rows("tuned"))
    references: pd.DataFrame = field(default_factory=lambda: _without_rows("references"))

    def unit(self, metric: str) -> str:
        """Return the unit of a metric."""
        return metric_unit(metric, self.manifest["task"], self.study["data"].get("target"))


def read_results(path: str | Path) -> Results:
    """Read one study's folder.

    Args:
        path: the folder that holds its `manifest.json`.

    Raises:
        FolderError: a file is missing, damaged or of a newer format; the message names it.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    layout = layout_of(manifest)
    tables = {name: _table(folder, layout, name) for name in TABLES}
    trials = tables["trials"]
    lost = set(trials.loc[trials["status"] == "complete", "trial"]) - set(tables["curves"]["trial"])
    if lost:
        raise FolderError(
            f"{folder / 'curves.csv'}: every complete trial must have its curve. Got none of {len(lost):,}. {REBUILD}"
        )
    return Results(folder, manifest["study"], manifest, **tables)


def _table(folder: Path, layout: Layout, name: str) -> pd.DataFrame:
    is_there = name == "references" and (folder / "references.csv").exists()
    if is_there or name in (*layout.measured, *layout.derived):
        return read_table(folder / f"{name}.csv", layout.table(name))
    return _without_rows(name, layout)


def _without_rows(name: str, layout: Layout | None = None) -> pd.DataFrame:
    columns = (layout or Layout("classification")).table(name)
    return parse_table(header(columns), columns)


def find_studies(root: str | Path) -> list[Path]:
    """Return the study folders at `root`: itself if it has a manifest, else its direct children that have one, by name.

    Raises:
        FolderError: there is none, or no such folder.
    """
    folder = Path(root)
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing there"
        raise FolderError(f"{folder}: results must be in a folder. Got {got}. Run a study first, or name its --out.")
    if (folder / MANIFEST_FILE).is_file():
        return [folder]
    studies = sorted(path.parent for path in folder.glob(f"*/{MANIFEST_FILE}"))
    if not studies:
        raise FolderError(
            f"{folder}: the folder must be a study's or hold studies. Got no {MANIFEST_FILE} in it or one level below. "
            "Run a study first, or name the folder that was its --out."
        )
    return studies
