"""The derived tables: `summary.csv` and `tuned.csv`, written as they are computed, and told from those of old versions.

Owns how their rows are named.
"""

from pathlib import Path

import pandas as pd

from dropout_lab.results import atomic
from dropout_lab.results.manifest import Manifest
from dropout_lab.results.parts import condition_cells, layout_of
from dropout_lab.results.tables import header, render_rows
from dropout_lab.results.tuned_conditions import tuned_conditions


def write_summary(folder: Path, manifest: Manifest, summary: pd.DataFrame) -> None:
    """Write `summary.csv`: see `ResultsFolder.write_summary`."""
    layout = layout_of(manifest)
    prefixes = {entry["label"]: ",".join(condition_cells(entry, layout.swept)) for entry in manifest["conditions"]}
    body = render_rows(summary, layout.summary, key="condition", prefixes=prefixes)
    atomic.write_file(folder / "summary.csv", header(layout.table("summary")) + body)


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
