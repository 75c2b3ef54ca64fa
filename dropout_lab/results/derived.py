"""The tables that no cohort writes: `summary.csv`, `tuned.csv` and `references.csv`.

The first two are derived from the measured ones, and told from those of old versions; the last is of the data alone.

Owns how their rows are named.
"""

from pathlib import Path

import pandas as pd

from dropout_lab.results import atomic
from dropout_lab.results.manifest import Manifest
from dropout_lab.results.parts import condition_cells, layout_of
from dropout_lab.results.tables import header, read_table, render_rows
from dropout_lab.results.tuned_conditions import tuned_conditions


def write_summary(folder: Path, manifest: Manifest, summary: pd.DataFrame) -> None:
    """Write `summary.csv`: see `ResultsFolder.write_summary`."""
    _write(folder, manifest, "summary", summary)


def write_references(folder: Path, manifest: Manifest, references: pd.DataFrame) -> None:
    """Write `references.csv`: see `ResultsFolder.write_references`."""
    _write(folder, manifest, "references", references)


def read_references(folder: Path, manifest: Manifest) -> pd.DataFrame | None:
    """Read `references.csv`; None where there is none, as in folders of older versions.

    Raises:
        FolderError: it is damaged.
    """
    path = folder / "references.csv"
    return read_table(path, layout_of(manifest).table("references")) if path.exists() else None


def _write(folder: Path, manifest: Manifest, name: str, frame: pd.DataFrame) -> None:
    """Write a table whose rows are named by a condition of the manifest."""
    layout = layout_of(manifest)
    prefixes = {entry["label"]: ",".join(condition_cells(entry, layout.swept)) for entry in manifest["conditions"]}
    body = render_rows(frame, getattr(layout, name), key="condition", prefixes=prefixes)
    atomic.write_file(folder / f"{name}.csv", header(layout.table(name)) + body)


def write_tuned(folder: Path, manifest: Manifest, tuned: pd.DataFrame) -> None:
    """Write `tuned.csv`: see `ResultsFolder.write_tuned`."""
    layout = layout_of(manifest)
    paths = [path for path in layout.swept if path not in layout.tuned_over]
    entries = [condition.entry for condition in tuned_conditions(manifest["study"], manifest["conditions"])]
    prefixes = {entry["label"]: ",".join(condition_cells(entry, paths)) for entry in entries}
    body = render_rows(tuned, layout.tuned, key="condition", prefixes=prefixes)
    atomic.write_file(folder / "tuned.csv", header(layout.table("tuned")) + body)


def are_current(folder: Path, manifest: Manifest) -> bool:
    """Tell whether every derived table of the study is there and has the columns of this version, and rows."""
    layout = layout_of(manifest)
    try:
        for name in layout.derived:
            with (folder / f"{name}.csv").open("rb") as file:
                columns = file.readline().replace(b"\r\n", b"\n")
                if columns != header(layout.table(name)) or not file.readline():
                    return False
    except OSError:
        return False
    return True
