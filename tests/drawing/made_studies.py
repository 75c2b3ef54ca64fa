"""Frames as a study would write them, computed from smooth curves: quick, and with known answers."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dropout_lab.metrics import TaskName
from dropout_lab.results.reading import Results

Rate = float | str
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class MadeStudy:
    """The parts of a study's results that a figure reads."""

    curves: pd.DataFrame
    trials: pd.DataFrame
    study: dict[str, Any]
    task: TaskName
    summary: pd.DataFrame = field(default_factory=pd.DataFrame)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # those that not every study has
    conditions: Sequence[Any] = ()  # of the manifest, where a figure needs them

    @property
    def results(self) -> Results:
        manifest: Any = {"task": self.task, "conditions": list(self.conditions)}
        frames = {"curves": self.curves, "trials": self.trials, "test": pd.DataFrame(), "summary": self.summary}
        return Results(Path(), self.study, manifest, **frames, **self.tables)


def make_study(
    rates: Sequence[Rate] = (0.5,),
    *,
    name: str = "digits",
    seeds: int = 5,
    epochs: int = 60,
    task: TaskName = "classification",
    swept: Mapping[str, Sequence[object]] | None = None,
    noise: Mapping[str, Sequence[object]] | None = None,
    input_rates: Sequence[float] | None = None,
    input_rate: float = 0.0,
    label_noise: float = 0.0,
    status: Mapping[tuple[Rate, int], str] | None = None,
    exploding: Sequence[tuple[Rate, int]] = (),
    scale: Mapping[Rate, float] | None = None,
    target: str | None = None,
) -> MadeStudy:
    """Make a study whose baseline overfits.

    Args:
        noise: swept settings of dropout, which the baseline has not.
        input_rate: rides with the nonzero rates; `input_rates` is an axis, crossed with rate 0 too.
        status: how a trial of a rate and seed ended, where it is not complete.
        exploding: trials of a rate and seed whose losses grow to thousands without becoming infinite.
        scale: factor on the losses of a rate.
    """
    swept, noise = swept or {}, noise or {}
    crossed = [(rate, inputs) for inputs in input_rates or () for rate in (0.0, *rates)]
    dropouts = [(0.0, 0.0), *(crossed or [(rate, input_rate) for rate in rates])]
    curves: list[Columns] = []
    trials: list[dict[str, object]] = []
    for values in itertools.product(*swept.values()):
        group = dict(zip(swept, values, strict=True))
        settings_of_noise = [
            (rate, inputs, dict(zip(noise, kind, strict=True)))
            for rate, inputs in dict.fromkeys(dropouts)
            for kind in (itertools.product(*noise.values()) if rate or inputs else [(None,) * len(noise)])
        ]
        for (rate, inputs, kind), seed in itertools.product(settings_of_noise, range(seeds)):
            ended = (status or {}).get((rate, seed), "complete")
            columns = _curve(rate, inputs, seed, epochs, group, label_noise)
            if (rate, seed) in exploding:
                columns["train_loss"] = columns["train_loss"] + 10 ** np.linspace(0, 3, epochs)
                columns["val_loss"] = columns["val_loss"] + 10 ** np.linspace(0, 4, epochs)
            _finish(columns, task, label_noise, (scale or {}).get(rate, 1.0))
            if ended == "diverged":
                columns = {column: cells[: epochs // 3] for column, cells in columns.items()}
                columns |= {column: cells + np.inf for column, cells in columns.items() if "loss" in column}
            settings = {"rate": rate, "input_rate": inputs or None, **kind, **group}
            label = " ".join(f"{path}={value}" for path, value in settings.items() if value is not None)
            head = {"trial": f"{label}#{seed}", "condition": label, "rate": rate, "input_rate": inputs, "seed": seed}
            head |= kind | group
            if ended in ("complete", "diverged"):
                n = len(columns["epoch"])
                curves.append({key: np.array([value] * n, dtype=object) for key, value in head.items()} | columns)
            trials.append(_trial(head, columns, ended, group))
    study = {
        "name": name,
        "data": {"source": "digits" if task == "classification" else "diabetes", "target": target},
        "model": {"hidden": [256, 256]},
        "training": {"epochs": epochs, "optimizer": "adam", "learning_rate": 0.003, "batch_size": 64},
    }
    study["data"] |= {"label_noise": label_noise}
    frame = pd.DataFrame({column: np.concatenate([one[column] for one in curves]) for column in curves[0]})
    return MadeStudy(frame.infer_objects(), pd.DataFrame(trials), study, task)


def _curve(
    rate: Rate, inputs: float, seed: int, epochs: int, group: Mapping[str, object], label_noise: float
) -> Columns:
    layers = [float(part) for part in str(rate).split("-")]
    p = min(float(np.mean(layers)) + 0.5 * inputs, 0.95)
    random = np.random.default_rng([seed, int(1000 * p)])
    level = np.random.default_rng(seed).normal()  # paired: a seed is good or bad at every rate
    epoch = np.arange(1, epochs + 1)
    scarcity = (300 / float(str(group.get("data.train_size", 300)))) ** 0.5
    descent = 2.2 * np.exp(-epoch / (0.1 * epochs * (1 + 1.5 * p)))
    overfit = 0.16 * scarcity * (1 - p) ** 2 * (1 - np.exp(-np.maximum(epoch / epochs - 0.2, 0) * 1.5))
    val = descent + 0.17 * scarcity + overfit * (1 + 2 * label_noise) + 0.25 * p**4 + 0.012 * level
    train = descent + 0.002 + 0.22 * p**3 + 0.5 * label_noise
    return {
        "epoch": epoch,
        "train_loss": np.maximum(train * (1 + random.normal(0, 0.05, epochs)), 1e-5),
        "val_loss": val + 0.4 * random.normal(0, 0.003, epochs).cumsum(),
    }


def _finish(columns: Columns, task: TaskName, label_noise: float, scale: float) -> None:
    """Scale the losses and add the columns that follow from them."""
    train, val = scale * columns["train_loss"], scale * columns["val_loss"]
    columns |= {"train_loss": train, "val_loss": val, "objective_loss": train + 0.1, "loss_gap": val - train}
    if task == "regression":
        columns |= {"train_rmse": 77 * np.sqrt(train), "val_rmse": 77 * np.sqrt(val)}
        columns["rmse_gap"] = columns["val_rmse"] - columns["train_rmse"]
        return
    columns |= {"train_accuracy": np.exp(-0.4 * train), "val_accuracy": np.exp(-0.3 * val)}
    columns["accuracy_gap"] = columns["train_accuracy"] - columns["val_accuracy"]
    if label_noise:
        columns["train_true_accuracy"] = columns["train_accuracy"] - 0.5 * label_noise


def _trial(head: dict[str, object], columns: Columns, ended: str, group: Mapping[str, object]) -> dict[str, object]:
    n = len(columns["epoch"])
    best = int(columns["val_loss"].argmin())
    measured = {
        f"{point}_{column}": cells[at] if ended in ("complete", "diverged") else np.nan
        for point, at in (("last", n - 1), ("best", best), ("stop", best))
        for column, cells in columns.items()
    }
    facts = {"status": ended, "epochs": n, "steps": 5 * n, "n_train": group.get("data.train_size", 300), "n_val": 359}
    return head | facts | {"device": "cpu", "wall_time_s": 1.0} | measured | {"stopped_at_epoch": np.nan}


NINE_RATES = tuple(round(0.1 * i, 1) for i in range(1, 10))
HUNDREDS = {"data.train_size": [50, 100, 200, 400, 800], "model.width": [16, 64, 256, 1024]}

SCENARIOS: dict[str, Callable[[], MadeStudy]] = {
    "one_rate": lambda: make_study([0.5]),
    "baseline_alone": lambda: make_study([]),
    "nine_rates": lambda: make_study(NINE_RATES),
    "thirty_rates_and_a_long_name": lambda: make_study(
        [round(0.03 * i, 2) for i in range(1, 31)], seeds=2, epochs=20, name="n" * 30 + "." + "a-_" * 11
    ),
    "one_seed": lambda: make_study([0.2, 0.5], seeds=1),
    "diverged": lambda: make_study(
        [0.2, 0.5, 0.8], status={(0.5, 1): "diverged", (0.5, 3): "diverged", (0.8, 0): "failed"}
    ),
    "a_rate_diverged": lambda: make_study([0.2, 0.5, 0.8], status={(0.8, seed): "diverged" for seed in range(5)}),
    "exploding": lambda: make_study([0.2, 0.5, 0.8], exploding=[(0.8, 2)]),
    "decades": lambda: make_study([0.2, 0.5, 0.8], scale={0.0: 0.05, 0.2: 0.05, 0.5: 0.2, 0.8: 3.0}),
    "regression": lambda: make_study(
        [0.2, 0.5], task="regression", name="diabetes", target="disease progression one year after baseline"
    ),
    "per_layer_rates": lambda: make_study([0.2, 0.5, "0.2-0.5", "0.5-0.2"]),
    "many_layers": lambda: make_study(["0.1-0.2-0.3-0.4-0.5", "0.5-0.4-0.3-0.2-0.1", *NINE_RATES], epochs=20),
    "label_noise": lambda: make_study([0.2, 0.5], label_noise=0.3),
    "input_rates": lambda: make_study([0.2, 0.5], input_rates=[0.0, 0.1, 0.2]),
    "input_rates_alone": lambda: make_study(
        [], input_rates=[0.1, 0.2], seeds=2, epochs=20, swept={"data.train_size": [100, 1000]}
    ),
    "train_sizes": lambda: make_study([0.2, 0.5, 0.8], swept={"data.train_size": [100, 300, 1000]}),
    "three_axes": lambda: make_study(
        [0.1, 0.3, 0.5, 0.7], swept={**HUNDREDS, "training.learning_rate": [1e-4, 1e-3, 1e-2]}, seeds=2, epochs=12
    ),
}
