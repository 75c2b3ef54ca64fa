"""Parts: one folder per finished cohort, and the tables merged from them.

Owns `parts/`, `rows/`, the order of rows within a trial and of the merged rows, and which cells of a frame do not
apply. Merging moves whole lines and parses no cell, so it cannot change one, and 500,000 rows take a second or two.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
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
from dropout_lab.results.columns import METHODS, POINTS, SPLITS, Column, Layout
from dropout_lab.results.manifest import ConditionEntry, Manifest, planned_trials
from dropout_lab.results.tables import header, parse_table, read_checked, render_rows

ROWS_CAP_MIB = 256
"""All of `rows/` together stays below this: per-row results of a large study would outgrow everything else."""

_REQUIRED = ("curves", "trials", "test")
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
    frames: Mapping[str, pd.DataFrame | None],
    rows: Mapping[str, npt.NDArray[Any]] | None,
) -> None:
    """Write the part of one cohort: see `ResultsFolder.write_part`. Rows come first, so a part always has its rows."""
    part = folder / "parts" / cohort_id
    cohorts = [cohort for cohort in manifest["plan"] if cohort["id"] == cohort_id]
    layout, given = layout_of(manifest), {name: frame for name, frame in frames.items() if frame is not None}
    if part.exists() or not cohorts or sorted(given["trials"]["trial"]) != sorted(cohorts[0]["trials"]):
        raise ValueError(f"a part is written once, with exactly its planned trials; {cohort_id} is not such a cohort")
    if not set(_REQUIRED) <= given.keys() <= set(layout.measured):
        raise ValueError(f"a part of this study has {_REQUIRED} and at most {layout.measured}, got {tuple(given)}")
    prefixes, files = _trial_prefixes({**manifest, "plan": cohorts}), {}
    for name, frame in given.items():
        body = render_rows(as_written(name, frame, layout), getattr(layout, name), key="trial", prefixes=prefixes)
        files[f"{name}.csv"] = header(layout.table(name)) + body
    if rows is not None:
        _write_rows(folder / "rows" / f"{cohort_id}.npz", rows)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    atomic.write_folder(part, files | {_SUMS: json.dumps(sums, indent=1).encode()})


def statuses(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Return the status of every planned trial, in table order: see `ResultsFolder.statuses`."""
    found: dict[str, str] = {}
    columns = layout_of(manifest).table("trials")
    status = [column.name for column in columns].index("status")
    for path in _part_files(folder, manifest, "trials"):
        lines = read_checked(path, columns, mend=_retrain(path)).decode().splitlines()
        found |= {cells[0]: cells[status] for cells in csv.reader(lines[1:])}
    return {trial: found.get(trial, _unfinished_status(trial, manifest)) for trial in planned_trials(manifest)}


def merge(folder: Path, manifest: Manifest) -> Merged:
    """Write the merged tables: see `ResultsFolder.merge`. One table at a time is in memory, once."""
    layout, prefixes = layout_of(manifest), _trial_prefixes(manifest)
    parsed = {}
    for name in layout.measured:
        blocks: dict[bytes, bytes] = {}
        for path in _part_files(folder, manifest, name):
            blocks |= _blocks(_lines(path, layout, name))
        if name == "trials":
            blanks = "," * (len(layout.trials) - 1)
            for trial in prefixes.keys() - {trial.decode() for trial in blocks}:
                blocks[trial.encode()] = f"{prefixes[trial]},{_unfinished_status(trial, manifest)}{blanks}\n".encode()
        lines = [header(layout.table(name)), *(blocks.get(trial.encode(), b"") for trial in prefixes)]
        atomic.write_file(folder / f"{name}.csv", lines)
        if name in Merged._fields:
            parsed[name] = parse_table(b"".join(lines), layout.table(name))
    return Merged(**parsed)


def _trial_prefixes(manifest: Manifest) -> dict[str, str]:
    """Return the first cells of a trial's rows, by trial, in table order."""
    paths, planned = layout_of(manifest).swept, planned_trials(manifest)
    cells = {entry["label"]: condition_cells(entry, paths) for entry, _ in planned.values()}
    prefixes = {}
    for trial, (entry, seed) in planned.items():
        label, rate, input_rate, *swept = cells[entry["label"]]
        prefixes[trial] = ",".join([trial, label, rate, input_rate, str(seed), *swept])
    return prefixes


def condition_cells(entry: ConditionEntry, paths: Iterable[str]) -> list[str]:
    """Return the cells that name a condition: label, rate, input rate, and its value on each of `paths`."""
    if not entry["label"].isprintable():
        raise ValueError("a condition's label must be one line of printable text")
    rates = [[float(rate) for rate in np.atleast_1d(entry[name])] for name in ("rate", "input_rate")]  # 0 as 0.0
    swept = [quoted(format_setting(entry["swept"][path])) if path in entry["swept"] else "" for path in paths]
    return [quoted(entry["label"]), *map(format_setting, rates), *swept]


def _write_rows(path: Path, rows: Mapping[str, npt.NDArray[Any]]) -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **rows)
    atomic.write_file(path, stream.getvalue())


def _part_files(folder: Path, manifest: Manifest, table: str) -> list[Path]:
    """Return the files of a table, in the plan's order; a finished cohort may lack one that is not required."""
    written = finished(folder)
    paths = [folder / "parts" / cohort["id"] / f"{table}.csv" for cohort in manifest["plan"] if cohort["id"] in written]
    return [path for path in paths if _is_part_of(path, is_required=table in _REQUIRED)]


def _is_part_of(path: Path, *, is_required: bool) -> bool:
    """Tell whether a part has this table; raise a FolderError unless it has the bytes it was written with."""
    try:
        sums = json.loads((path.parent / _SUMS).read_bytes())
        if path.name not in sums and not is_required:
            return False
        expected, found = sums[path.name], hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path}: the part must be whole. Got damage: {error}. {_retrain(path)}") from None
    if found != expected:
        raise FolderError(f"{path}: the part must be as it was written. Got other contents. {_retrain(path)}")
    return True


def _lines(path: Path, layout: Layout, table: str) -> list[bytes]:
    """Return the rows of a part's table in the study's columns: it may have gained learnt rates since this part."""
    with path.open("rb") as stream:
        names = stream.readline().decode(errors="replace").rstrip("\r\n").split(",")
    columns = [c for c in layout.table(table) if c.name in names or c.name not in layout.learnt_rates]
    lines = read_checked(path, columns, mend=_retrain(path)).splitlines(keepends=True)[1:]
    if len(columns) == len(layout.table(table)):
        return lines
    learnt = [rate in names for rate in layout.learnt_rates]
    return [_widened(line, learnt) for line in lines]


def _widened(line: bytes, learnt: Sequence[bool]) -> bytes:
    """Return a line with an empty cell for every learnt rate that it lacks; learnt rates end it, and need no quotes."""
    first, *cells = line.rstrip(b"\n").rsplit(b",", sum(learnt))
    remaining = iter(cells)
    return b",".join([first, *(next(remaining) if is_there else b"" for is_there in learnt)]) + b"\n"


def _blocks(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return the lines of each trial, whose id is the first cell and needs no quotes."""
    return {trial: b"".join(block) for trial, block in groupby(lines, key=lambda line: line.split(b",", 1)[0])}


def _unfinished_status(trial: str, manifest: Manifest) -> str:
    return "failed" if trial in manifest["failures"] else "interrupted"


def _retrain(path: Path) -> str:
    return f"Delete {path.parent} and run the study again: it trains these trials anew."


_ORDERS: dict[str, tuple[str, ...]] = {"split": SPLITS, "point": POINTS, "method": METHODS}
_SORTED_BY = ("split", "point", "epoch", "method", "n_samples", "bin")


def as_written(name: str, frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Return the rows of the table `name` in their order, with empty cells where nothing applies.

    Raises:
        ValueError: a split, point or method is none of the lab's.
    """
    if name == "trials":
        frame = _without_absent_points(frame, layout)
    if name == "curves":
        frame = frame.assign(**{rate: None for rate in layout.learnt_rates if rate not in frame})
    return _ordered(frame, getattr(layout, name))


def _ordered(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    names = {column.name for column in columns}
    sorted_by = [name for name in _SORTED_BY if name in names]
    keys = [_ranks(frame[name]) for name in reversed(sorted_by)]
    return frame.iloc[np.lexsort([*keys, frame["trial"].to_numpy(dtype=str)])]


def _ranks(values: "pd.Series[Any]") -> npt.NDArray[Any]:
    order = _ORDERS.get(str(values.name))
    if order is None:
        return values.to_numpy()
    unknown = set(values) - set(order)
    if unknown:
        raise ValueError(f"column {values.name} must hold {', '.join(order)}, got {sorted(map(str, unknown))}")
    return np.array([order.index(value) for value in values])


def _without_absent_points(trials: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Empty the metrics of points that a trial does not have, so that a `nan` there is always a measured value."""
    emptied: dict[str, list[Any]] = {}
    for point in POINTS:
        is_there = trials[f"{point}_epoch"].notna().tolist()
        if all(is_there):
            continue
        for name in [f"{point}_{metric}" for metric in curve_metrics(layout.task)]:
            emptied[name] = [value if there else None for value, there in zip(trials[name], is_there, strict=True)]
    return trials.assign(**{name: pd.Series(values, trials.index, dtype=object) for name, values in emptied.items()})
