"""Tables of made trials: every column of the layout, from curves of losses or from random numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dropout_lab.metrics import TaskName
from dropout_lab.results import POINTS, ConditionEntry, Layout, format_setting
from dropout_lab.results.columns import Column

Columns = dict[str, Any]


@dataclass(frozen=True)
class MadeTrial:
    """One trial.

    Args:
        condition: as the manifest has it.
        seed: of the trial.
        curve: columns of the curve, `epoch` among them, as long as it was trained; see `measured`.
        status: of a trial that failed or was interrupted nothing is measured.
        test_loss: test loss minus val loss; None for a study without a test split.
        device: where it was trained.
        n_train: train rows; `n_val` val rows.
    """

    condition: ConditionEntry
    seed: int
    curve: Mapping[str, np.ndarray]
    status: str = "complete"
    test_loss: float | None = 0.01
    device: str = "cpu"
    n_train: int = 300
    n_val: int = 400

    @property
    def name(self) -> str:
        return f"{self.condition['label']}#{self.seed}"


def measured(task: TaskName, train: np.ndarray, val: np.ndarray) -> Columns:
    """Return the columns of a curve that follow from its two losses."""
    columns = {"epoch": np.arange(1, len(val) + 1), "objective_loss": train + 0.1}
    return columns | {"train_loss": train, "val_loss": val, "loss_gap": val - train} | _scores(task, train, val)


def _scores(task: TaskName, train: np.ndarray, val: np.ndarray) -> Columns:
    if task == "regression":
        train_rmse, val_rmse = 70 * np.sqrt(train), 70 * np.sqrt(val)
        return {"train_rmse": train_rmse, "val_rmse": val_rmse, "rmse_gap": val_rmse - train_rmse}
    train_accuracy, val_accuracy = np.exp(-0.4 * train), np.exp(-0.3 * val)
    gap = train_accuracy - val_accuracy
    return {"train_accuracy": train_accuracy, "val_accuracy": val_accuracy, "accuracy_gap": gap}


def tables_of(trials: Sequence[MadeTrial], layout: Layout) -> dict[str, pd.DataFrame]:
    """Return curves, trials and test with all columns of the layout; what nothing is known of is NaN."""
    texts = {format_setting(trial.condition["rate"]) for trial in trials}
    as_text = any("-" in text for text in texts)  # as reading does: numbers, if all of them are
    parts: dict[str, list[Columns]] = {"curves": [], "trials": [], "test": []}
    for trial in trials:
        rate = trial.condition["rate"]
        for name, columns in _rows_of(trial, layout).items():
            parts[name].append(columns | {"rate": format_setting(rate) if as_text else rate})
    return {name: _stacked(rows, layout.table(name)) for name, rows in parts.items()}


def _rows_of(trial: MadeTrial, layout: Layout) -> dict[str, Columns]:
    """Return the columns of one trial in every table that it appears in."""
    entry, curve = trial.condition, dict(trial.curve)
    head: Columns = {"trial": trial.name, "condition": entry["label"], "seed": trial.seed}
    head |= {"input_rate": entry["input_rate"], **entry["swept"]}
    epochs, is_measured = len(curve["epoch"]), trial.status in ("complete", "diverged")
    best = int(np.argmin(curve["val_loss"]))
    at_points = {"last": epochs - 1, "best": best, "stop": best}
    row = head | {"status": trial.status, "device": trial.device, "wall_time_s": 1.0, "epochs": epochs}
    row |= {"steps": 5 * epochs, "n_train": trial.n_train, "n_val": trial.n_val, "n_test": 300, "n_parameters": 1000}
    for point, at in at_points.items():
        row |= {f"{point}_{name}": cells[at] if is_measured else np.nan for name, cells in curve.items()}
    made = {"trials": row}
    if is_measured:
        made["curves"] = head | curve
    if trial.status == "complete" and trial.test_loss is not None:
        places = list(at_points.values())
        losses = curve["val_loss"][places] + trial.test_loss
        score = layout.test[-1].name
        scores = _scores(layout.task, curve["train_loss"][places], losses)
        points = {"point": np.array(list(at_points)), "epoch": np.array(places) + 1}
        made["test"] = head | points | {"test_loss": losses, score: scores[score.replace("test", "val")]}
    return made


def _stacked(parts: Sequence[Columns], columns: Sequence[Column]) -> pd.DataFrame:
    """Make a frame of the parts, whose columns are arrays or one value for all of their rows."""
    if not parts:
        return pd.DataFrame({column.name: pd.Series(dtype="float64") for column in columns})
    lengths = [max(np.size(cells) for cells in part.values()) for part in parts]

    def cells(name: str) -> np.ndarray:
        values = [part.get(name, np.nan) for part in parts]
        kind = None if all(isinstance(value, np.ndarray | float | int) for value in values) else object
        return np.concatenate(
            [np.broadcast_to(np.array(value, dtype=kind), n) for value, n in zip(values, lengths, strict=True)]
        )

    return pd.DataFrame({column.name: cells(column.name) for column in columns}).infer_objects()


def whole_table(rows: Sequence[Columns], columns: Sequence[Column]) -> pd.DataFrame:
    """Make a frame of rows with all columns of a table; what the rows do not say is NaN."""
    return pd.DataFrame(rows).reindex(columns=[column.name for column in columns])


def filled(frame: pd.DataFrame, columns: Sequence[Column], random: np.random.Generator, **fills: Any) -> pd.DataFrame:
    """Add the columns that a frame lacks: random numbers, and `fills` by their kind (integer, text, ...)."""
    fills = {"integer": 3, "text": "cpu", "setting": 0.0} | fills
    for column in columns:
        if column.name not in frame:
            frame[column.name] = fills.get(column.kind, random.random(len(frame)))
    return frame


def random_trials(
    conditions: Sequence[ConditionEntry], seeds: Sequence[int], task: TaskName = "classification", key: int = 0
) -> pd.DataFrame:
    """Return complete trials `<label><seed>` with random metrics for every condition and seed."""
    rows = [
        {
            "trial": f"{entry['label']}{seed}",
            "condition": entry["label"],
            "rate": entry["rate"],
            "input_rate": entry["input_rate"],
            "seed": seed,
            **entry["swept"],
            "status": "complete",
        }
        for entry in conditions
        for seed in seeds
    ]
    trials = filled(pd.DataFrame(rows), Layout(task).trials, np.random.default_rng(key))
    return trials.assign(**{f"{point}_epoch": 3 for point in POINTS}, stopped_at_epoch=np.nan)
