"""Parts: one folder per finished cohort, and the tables merged from them.

Floor 1. Owns `parts/`, `rows/` and the order of the merged rows; must not know who may write (`folder` asks that).
Merging moves whole lines and parses no cell, so it cannot change one, and 500,000 rows take a second or two.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.errors import FolderError
from dropout_lab.metrics import curve_metrics
from dropout_lab.results import atomic
from dropout_lab.results.cells import format_setting, quoted
from dropout_lab.results.columns import POINTS, Layout
from dropout_lab.results.manifest import ConditionEntry, Manifest, planned_trials
from dropout_lab.results.tables import header, parse_table, read_checked, read_table, render_rows

ROWS_CAP_MIB = 256
"""All of `rows/` together stays below this: per-row results of a large study would outgrow everything else."""

_TABLES = ("curves", "trials", "test")
_SUMS = "sha256.json"


class Merged(NamedTuple):
    """The tables that a summary is made of."""

    trials: pd.DataFrame
    test: pd.DataFrame


def layout_of(manifest: Manifest) -> Layout:
    """Return the columns of the manifest's study."""
    return Layout.of_study(manifest["study"], manifest["task"])


def finished(folder: Path) -> set[str]:
    """Return the ids of all cohorts whose part is written."""
    return {part.name for part in (folder / "parts").glob("*") if not part.name.startswith(atomic.TEMPORARY)}


def write(
    folder: Path,
    manifest: Manifest,
    cohort_id: str,
    frames: Mapping[str, pd.DataFrame],
    rows: Mapping[str, npt.NDArray[Any]] | None,
) -> None:
    """Write the part of one cohort: see `ResultsFolder.write_part`. Rows come first, so a part always has its rows."""
    part = folder / "parts" / cohort_id
    cohorts = [cohort for cohort in manifest["plan"] if cohort["id"] == cohort_id]
    if part.exists() or not cohorts or sorted(frames["trials"]["trial"]) != sorted(cohorts[0]["trials"]):
        raise ValueError(f"a part is written once, with exactly its planned trials; {cohort_id} is not such a cohort")
    layout, prefixes = layout_of(manifest), _trial_prefixes({**manifest, "plan": cohorts})
    files = {}
    frames = {**frames, "trials": _without_absent_points(frames["trials"], layout)}
    for name in _TABLES:
        body = render_rows(_ordered(frames[name]), getattr(layout, name), key="trial", prefixes=prefixes)
        files[f"{name}.csv"] = header(layout.table(name)) + body
    if rows is not None:
        _write_rows(folder / "rows" / f"{cohort_id}.npz", rows)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    atomic.write_folder(part, files | {_SUMS: json.dumps(sums, indent=1).encode()})


def statuses(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Return the status of every planned trial, in table order: see `ResultsFolder.statuses`."""
    found: dict[str, str] = {}
    for path in _part_files(folder, manifest, "trials"):
        frame = read_table(path, layout_of(manifest).table("trials"), mend=_retrain(path))
        found.update(zip(frame["trial"], frame["status"], strict=True))
    return {trial: found.get(trial, _unfinished_status(trial, manifest)) for trial in planned_trials(manifest)}


def merge(folder: Path, manifest: Manifest) -> Merged:
    """Write the merged tables: see `ResultsFolder.merge`."""
    layout, prefixes = layout_of(manifest), _trial_prefixes(manifest)
    contents = {}
    for name in _TABLES:
        columns = layout.table(name)
        blocks: dict[bytes, bytes] = {}
        for path in _part_files(folder, manifest, name):
            blocks |= _blocks(read_checked(path, columns, mend=_retrain(path)))
        if name == "trials":
            blanks = "," * (len(layout.trials) - 1)
            for trial in prefixes.keys() - {trial.decode() for trial in blocks}:
                blocks[trial.encode()] = f"{prefixes[trial]},{_unfinished_status(trial, manifest)}{blanks}\n".encode()
        contents[name] = header(columns) + b"".join(blocks.get(trial.encode(), b"") for trial in prefixes)
        atomic.write_file(folder / f"{name}.csv", contents[name])
    trials, test = (parse_table(contents[name], layout.table(name)) for name in ("trials", "test"))
    return Merged(trials, test)


def condition_prefixes(manifest: Manifest) -> dict[str, str]:
    """Return the first cells of a summary row, by condition."""
    paths = layout_of(manifest).swept
    return {entry["label"]: ",".join(_condition_cells(entry, paths)) for entry in manifest["conditions"]}


def _trial_prefixes(manifest: Manifest) -> dict[str, str]:
    """Return the first cells of a trial's rows, by trial, in table order."""
    paths = layout_of(manifest).swept
    cells = {entry["label"]: _condition_cells(entry, paths) for entry in manifest["conditions"]}
    prefixes = {}
    for trial, (entry, seed) in planned_trials(manifest).items():
        label, rate, input_rate, *swept = cells[entry["label"]]
        prefixes[trial] = ",".join([trial, label, rate, input_rate, str(seed), *swept])
    return prefixes


def _condition_cells(entry: ConditionEntry, paths: Iterable[str]) -> list[str]:
    if not entry["label"].isprintable():
        raise ValueError("a condition's label must be one line of printable text")
    rates = [[float(rate) for rate in np.atleast_1d(entry[name])] for name in ("rate", "input_rate")]  # 0 as 0.0
    swept = [quoted(format_setting(entry["swept"][path])) if path in entry["swept"] else "" for path in paths]
    return [quoted(entry["label"]), *map(format_setting, rates), *swept]


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by trial, then by point where there are points, else by epoch where there are epochs."""
    if "point" in frame.columns:
        rank = frame["point"].map({point: number for number, point in enumerate(POINTS)})
        return frame.assign(_rank=rank).sort_values(["trial", "_rank"], kind="stable")
    return frame.sort_values(["trial", "epoch"] if "epoch" in frame.columns else "trial", kind="stable")


def _without_absent_points(trials: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Empty the metrics of points that a trial does not have, so that a `nan` there is always a measured value."""
    emptied: dict[str, list[Any]] = {}
    for point in POINTS:
        is_there = trials[f"{point}_epoch"].notna().tolist()
        for name in [f"{point}_{metric}" for metric in curve_metrics(layout.task)]:
            emptied[name] = [value if there else None for value, there in zip(trials[name], is_there, strict=True)]
    return trials.assign(**{name: pd.Series(values, trials.index, dtype=object) for name, values in emptied.items()})


def _write_rows(path: Path, rows: Mapping[str, npt.NDArray[Any]]) -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **rows)
    atomic.write_file(path, stream.getvalue())


def _part_files(folder: Path, manifest: Manifest, table: str) -> list[Path]:
    written = finished(folder)
    paths = [folder / "parts" / cohort["id"] / f"{table}.csv" for cohort in manifest["plan"] if cohort["id"] in written]
    for path in paths:
        _refuse_changed(path)
    return paths


def _refuse_changed(path: Path) -> None:
    """Raise a FolderError unless a part's table has the bytes it was written with."""
    try:
        expected = json.loads((path.parent / _SUMS).read_bytes())[path.name]
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path}: the part must be whole. Got damage: {error}. {_retrain(path)}") from None
    if found != expected:
        raise FolderError(f"{path}: the part must be as it was written. Got other contents. {_retrain(path)}")


def _blocks(content: bytes) -> dict[bytes, bytes]:
    """Return the lines of each trial, whose id is the first cell and needs no quotes."""
    lines = content.splitlines(keepends=True)[1:]
    return {trial: b"".join(block) for trial, block in groupby(lines, key=lambda line: line.split(b",", 1)[0])}


def _unfinished_status(trial: str, manifest: Manifest) -> str:
    return "failed" if trial in manifest["failures"] else "interrupted"


def _retrain(path: Path) -> str:
    return f"Delete {path.parent} and run the study again: it trains these trials anew."
