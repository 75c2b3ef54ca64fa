"""The references of a study: measured once for all rows that its nets saw, and kept in the folder.

They need the data, so they are measured where a run has them; everyone else reads `references.csv`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dropout_lab.errors import FolderError
from dropout_lab.evaluation.references import REFERENCES, measure_reference
from dropout_lab.metrics import TASKS, TaskName, curve_columns
from dropout_lab.results import ResultsFolder
from dropout_lab.study.data import StudyData, cohort_rows
from dropout_lab.study.observer import Observer
from dropout_lab.study.trials import Trial

_Key = tuple[str, int | None]
_Row = dict[str, Any]


def write_references(folder: ResultsFolder, trials: Sequence[Trial], data: StudyData, observer: Observer) -> None:
    """Bring `references.csv` up to date; what is there already is not measured again.

    Args:
        folder: open for writing, its manifest begun.
        trials: whose nets are trained, in table order.
        data: where their rows come from.
        observer: hears of a reference that cannot be fitted.

    Raises:
        RunError: the disk is full.
    """
    wanted: dict[_Key, Trial] = {}
    for trial in trials:
        is_own = trial.condition.settings.data.split_seed == "per_seed"
        wanted.setdefault((trial.condition.label, trial.seed if is_own else None), trial)
    known = _known(folder)
    missing = {key: trial for key, trial in wanted.items() if key not in known}
    if not missing:
        return
    of_rows: dict[str, list[_Row]] = {}
    for trial in sorted(missing.values(), key=_rows_key):  # rows that are prepared are used up
        key = _rows_key(trial)
        if key not in of_rows:
            of_rows[key] = _measure(trial, data, observer)
    found = known | {key: of_rows[_rows_key(trial)] for key, trial in missing.items()}
    rows = [{**row, "condition": label, "seed": seed} for label, seed in wanted for row in found[label, seed]]
    folder.write_references(pd.DataFrame(rows, columns=_columns(folder)))


def _rows_key(trial: Trial) -> str:
    settings = trial.condition.settings
    return json.dumps([StudyData.split_key(settings, trial.seed), settings.evaluation.train_rows])


def _columns(folder: ResultsFolder) -> list[str]:
    return ["condition", *(column.name for column in folder.layout.references)]


def _known(folder: ResultsFolder) -> dict[_Key, list[_Row]]:
    """Return the rows that are there; of a damaged file none, for it is written anew."""
    try:
        frame = folder.references()
    except FolderError:
        return {}
    known: dict[_Key, list[_Row]] = {}
    for row in [] if frame is None else frame[_columns(folder)].to_dict("records"):
        seed = None if pd.isna(row["seed"]) else int(row["seed"])
        known.setdefault((str(row["condition"]), seed), []).append({str(name): cell for name, cell in row.items()})
    return known


def _measure(trial: Trial, data: StudyData, observer: Observer) -> list[_Row]:
    """Return a row for every reference that can be fitted to the rows of a trial."""
    settings, facts = trial.condition.settings, data.facts(trial.condition.settings, trial.seed)
    rows = cohort_rows(data, settings, (trial.seed,), "cpu").data
    counts: _Row = {"n_train": facts.n_train, "n_val": facts.n_val, "n_test": facts.n_test}
    measured: list[_Row] = []
    for name in REFERENCES:
        try:
            values = measure_reference(
                name,
                facts.task,
                rows.train,
                {"train": rows.measured_train, "val": rows.val, "test": rows.test},
                n_outputs=facts.n_outputs,
                target_scale=float(rows.target_scales[0]),
            )
        except ValueError as error:
            observer.note(f"the {name} reference could not be fitted, and is left out: {error}")
            continue
        measured.append({"reference": name, **counts, **_cells(facts.task, values)})
    return measured


def _cells(task: TaskName, values: Mapping[str, Mapping[str, float]]) -> _Row:
    """Return the metric cells of a row; None where a split has no rows."""
    cells: _Row = {f"test_{metric.column}": values["test"].get(metric.column) for metric in TASKS[task].metrics}
    for column in curve_columns(task):
        if column.is_gap:
            train, val = (values[split][column.metric.column] for split in ("train", "val"))
            cells[column.name] = column.metric.gap(train, val)
        elif column.role != "objective":
            cells[column.name] = values[column.role][column.metric.column]
    return cells
