"""Frames as a study would write them, computed from smooth curves: quick, and with known answers."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made import MadeTrial, condition, made_manifest, made_plan, measured, tables_of, whole_table

from dropout_lab.findings import StudyView
from dropout_lab.metrics import TaskName
from dropout_lab.results import ConditionEntry, Layout, Results

Rate = float | str


@dataclass(frozen=True)
class MadeStudy:
    """The parts of a study's results that a figure reads."""

    curves: pd.DataFrame
    trials: pd.DataFrame
    study: dict[str, Any]
    task: TaskName
    summary: pd.DataFrame = field(default_factory=lambda: whole_table([], Layout("classification").table("summary")))
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # those that not every study has
    conditions: Sequence[ConditionEntry] = ()

    @property
    def view(self) -> StudyView:
        return StudyView(self.results)

    @property
    def results(self) -> Results:
        seeds = int(self.trials["seed"].nunique())
        plan = made_plan([entry["label"] for entry in self.conditions], seeds)
        manifest = made_manifest(self.study, self.task, self.conditions, plan)
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
        input_rate: applies only with the nonzero rates; `input_rates` is an axis, crossed with rate 0 too.
        status: how a trial of a rate and seed ended, where it is not complete.
        exploding: trials of a rate and seed whose losses grow to thousands without becoming infinite.
        scale: factor on the losses of a rate.
    """
    swept, noise = swept or {}, noise or {}
    crossed = [(rate, inputs) for inputs in input_rates or () for rate in (0.0, *rates)]
    dropouts = [(0.0, 0.0), *(crossed or [(rate, input_rate) for rate in rates])]
    entries: dict[str, ConditionEntry] = {}
    trials: list[MadeTrial] = []
    for values in itertools.product(*swept.values()):
        group = dict(zip(swept, values, strict=True))
        settings_of_noise = [
            (rate, inputs, dict(zip(noise, kind, strict=bool(kind))))
            for rate, inputs in dict.fromkeys(dropouts)
            for kind in (itertools.product(*noise.values()) if rate or inputs else [()])
        ]
        for (rate, inputs, kind), seed in itertools.product(settings_of_noise, range(seeds)):
            entry = condition(
                _label(rate, inputs, kind | group),
                rate,
                baseline=_label(0.0, 0.0, group),
                input_rate=inputs,
                swept=kind | group,
            )
            ended = (status or {}).get((rate, seed), "complete")
            losses = _losses(rate, inputs, seed, epochs, group, label_noise)
            if (rate, seed) in exploding:
                losses = [
                    loss + 10 ** np.linspace(0, decades, epochs) for loss, decades in zip(losses, (3, 4), strict=True)
                ]
            curve = measured(task, *((scale or {}).get(rate, 1.0) * loss for loss in losses))
            if label_noise and task == "classification":
                curve["train_true_accuracy"] = curve["train_accuracy"] - 0.5 * label_noise
            if ended == "diverged":
                curve = {column: cells[: epochs // 3] for column, cells in curve.items()}
                curve |= {column: cells + np.inf for column, cells in curve.items() if "loss" in column}
            entries[entry["label"]] = entry
            n_train = int(str(group.get("data.train_size", 300)))
            trials.append(MadeTrial(entry, seed, curve, ended, test_loss=None, n_train=n_train, n_val=359))
    frames = tables_of(trials, Layout(task, (*noise, *swept), has_true_accuracy=bool(label_noise)))
    study = {
        "name": name,
        "data": {"source": "digits" if task == "classification" else "diabetes", "target": target},
        "model": {"hidden": [256, 256]},
        "training": {"epochs": epochs, "optimizer": "adam", "learning_rate": 0.003, "batch_size": 64},
    }
    study["data"] |= {"label_noise": label_noise}
    study["sweep"] = {**swept, **noise}
    return MadeStudy(frames["curves"], frames["trials"], study, task, conditions=list(entries.values()))


def _label(rate: Rate, input_rate: float, swept: Mapping[str, object]) -> str:
    settings = {"rate": rate, **({"input_rate": input_rate} if input_rate else {}), **swept}
    return " ".join(f"{path}={value}" for path, value in settings.items())


def _losses(
    rate: Rate, inputs: float, seed: int, epochs: int, group: Mapping[str, object], label_noise: float
) -> list[np.ndarray]:
    """Return train and val loss after every epoch."""
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
    noisy_train = np.maximum(train * (1 + random.normal(0, 0.05, epochs)), 1e-5)
    return [noisy_train, val + 0.4 * random.normal(0, 0.003, epochs).cumsum()]


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
