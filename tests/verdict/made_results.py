"""Results in memory with known answers: every curve is a V of given depth, every spread over seeds is given too."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dropout_lab.metrics import TaskName
from dropout_lab.results import CohortEntry, ConditionEntry, Layout, Manifest, Results, RunEntry, format_setting
from dropout_lab.results.columns import Column
from dropout_lab.statistics import summarise

EPOCHS = 20
Columns = dict[str, Any]

RUN = RunEntry(
    dropout_lab="0.1.0",
    packages={"numpy": "2.0.0", "torch": "2.6.0"},
    python="3.11.0",
    platform="test",
    git_commit=None,
    device="cpu",
    threads=1,
    command=["run", "made.yaml"],
)


@dataclass(frozen=True)
class Net:
    """How the trials of a condition behave, on average over seeds.

    Args:
        best: lowest val loss; `last` is the one at the last epoch.
        train: train loss at the last epoch.
        epoch: where val loss is lowest.
        spread: sd over seeds of what a condition does not share with the others.
        test: test loss minus val loss.
        status: of the seeds that are not complete.
    """

    best: float
    last: float
    train: float = 0.01
    epoch: int = 10
    spread: float = 0.005
    test: float = 0.01
    status: Mapping[int, str] | None = None
    device: str = "cpu"


class Noise(NamedTuple):
    """A key of a group: rates, and the other settings of dropout that are swept."""

    rate: Any = 0.5
    input_rate: float = 0
    within: tuple[tuple[str, Any], ...] = ()


@cache
def scatter(n_seeds: int, number: int) -> np.ndarray:
    """Return numbers with mean 0 and sd 1 over the seeds, differently ordered for every condition."""
    if n_seeds == 1:
        return np.zeros(1)
    scores = ndtri((np.arange(n_seeds) + 0.5) / n_seeds)
    shuffled = np.random.default_rng(number).permutation(scores)
    return (shuffled - shuffled.mean()) / shuffled.std(ddof=1)


def make_results(
    *groups: Mapping[Any, Net],
    seeds: int = 8,
    task: TaskName = "classification",
    swept: Mapping[str, Sequence[Any]] | None = None,
    within: Mapping[str, Sequence[Any]] | None = None,
    data: Mapping[str, Any] | None = None,
    has_test: bool = True,
    rows_factor: float | None = None,
    cohorts: str = "together",
    earlier_runs: Sequence[RunEntry] = (),
) -> Results:
    """Make a study.

    Args:
        groups: for every combination of `swept`, its nets by rate; a key may be (rate, input rate), or a `Noise`.
        seeds: how many.
        swept: axes outside dropout.
        within: axes of dropout, whose values the keys of the groups name.
        data: settings of the data.
        rows_factor: add population rows whose intervals are this many times as wide as those for these rows.
        cohorts: ``together``, or ``apart`` for a cohort per condition.
        earlier_runs: of the manifest.
    """
    swept = dict(swept or {})
    entries, nets = _conditions(groups, swept)
    axes = swept | dict(within or {})
    layout = Layout(task, tuple(axes))
    labels = [entry["label"] for entry in entries]
    parts: dict[str, list[Columns]] = {"curves": [], "trials": [], "test": []}
    for number, entry in enumerate(entries):
        for seed in range(seeds):
            for name, columns in _trial(entry, nets[entry["label"]], seed, seeds, number, layout).items():
                parts[name].append(columns)
    curves, trials, test = (_stacked(parts[name], layout.table(name)) for name in ("curves", "trials", "test"))
    split_seed = (data or {}).get("split_seed", 0)
    study = {
        "name": "made",
        "data": {"source": "digits", "label_noise": 0.0, "split_seed": split_seed, **(data or {})},
        "seeds": list(range(seeds)),
        "sweep": {path: list(values) for path, values in axes.items()},
    }
    plan = _plan(labels, seeds, cohorts)
    manifest = Manifest(
        **RUN,
        format=1,
        created="",
        updated="",
        status="complete",
        task=task,
        study=study,
        data_fingerprints={},
        conditions=entries,
        plan=plan,
        failures={},
        earlier_runs=list(earlier_runs),
    )
    summary = summarise(
        trials,
        test if has_test else None,
        task=task,
        baselines={entry["label"]: entry["baseline"] for entry in entries},
        swept=layout.swept,
    )
    if rows_factor is not None:
        summary = pd.concat([summary, _on_new_rows(summary, rows_factor)], ignore_index=True)
    return Results(Path("made"), study, manifest, curves, trials, test if has_test else test.iloc[:0], summary)


def _conditions(
    groups: Sequence[Mapping[Any, Net]], swept: Mapping[str, Sequence[Any]]
) -> tuple[list[ConditionEntry], dict[str, Net]]:
    entries: list[ConditionEntry] = []
    nets: dict[str, Net] = {}
    for values, group in zip(itertools.product(*swept.values()), groups, strict=True):
        settings = dict(zip(swept, values, strict=True))
        where = "".join(f" {path}={format_setting(value)}" for path, value in settings.items())
        for key, net in group.items():
            rate, input_rate, within = Noise(*key) if isinstance(key, tuple) else Noise(key)
            inputs = f" input_rate={input_rate}" if input_rate else ""
            noise = "".join(f" {path}={format_setting(value)}" for path, value in within)
            label = f"rate={rate}{inputs}{where}{noise}"
            entries.append(
                ConditionEntry(
                    label=label,
                    rate=[float(part) for part in rate.split("-")] if isinstance(rate, str) else rate,
                    input_rate=input_rate,
                    swept=settings | dict(within),
                    is_baseline=not (rate or input_rate),
                    baseline=f"rate=0{where}",
                )
            )
            nets[label] = net
    return entries, nets


def _stacked(parts: Sequence[Columns], columns: Sequence[Column]) -> pd.DataFrame:
    """Make a frame of the parts, whose columns are arrays or one value for all of their rows."""
    if not parts:
        return pd.DataFrame({column.name: pd.Series(dtype="float64") for column in columns})
    lengths = [max(np.size(cells) for cells in part.values()) for part in parts]
    return pd.DataFrame(
        {
            column.name: np.concatenate(
                [np.broadcast_to(part.get(column.name, np.nan), n) for part, n in zip(parts, lengths, strict=True)]
            )
            for column in columns
        }
    )


def _trial(entry: ConditionEntry, net: Net, seed: int, seeds: int, number: int, layout: Layout) -> dict[str, Columns]:
    """Return the columns of one trial in every table that it appears in."""
    status = (net.status or {}).get(seed, "complete")
    head: Columns = {"trial": f"{entry['label']}#{seed}", "condition": entry["label"], "seed": seed}
    head |= {"rate": format_setting(entry["rate"]), "input_rate": entry["input_rate"]} | entry["swept"]
    columns = _curve(net, seed, seeds, number, layout.task)
    is_measured = status in ("complete", "diverged")
    best = int(columns["val_loss"].argmin())
    at_points = {"last": EPOCHS - 1, "best": best, "stop": best}
    row = head | {"status": status, "device": net.device, "wall_time_s": 1.0, "stopped_at_epoch": np.nan}
    row |= {"epochs": EPOCHS, "steps": 5 * EPOCHS, "n_train": 300, "n_val": 400, "n_test": 300, "n_parameters": 1000}
    for point, at in at_points.items():
        row |= {f"{point}_{name}": cells[at] if is_measured else np.nan for name, cells in columns.items()}
    made = {"trials": row}
    if is_measured:
        made["curves"] = head | columns
    if status == "complete":
        places = list(at_points.values())
        losses = columns["val_loss"][places] + net.test
        scores = _scores(layout.task, columns["train_loss"][places], losses)
        score = layout.test[-1].name
        made["test"] = head | {"point": np.array(list(at_points)), "epoch": np.array(places) + 1, "test_loss": losses}
        made["test"][score] = scores[score.replace("test", "val")]
    return made


def _curve(net: Net, seed: int, seeds: int, number: int, task: TaskName) -> Columns:
    epochs = np.arange(1, EPOCHS + 1)
    turn, losses = [1, net.epoch, EPOCHS], [2.3, net.best, net.last]
    val = np.interp(epochs, turn[: 2 + (net.epoch < EPOCHS)], losses[: 2 + (net.epoch < EPOCHS)])
    val = val + 0.02 * scatter(seeds, 999)[seed] + net.spread * scatter(seeds, number)[seed]
    train = np.linspace(2.3, net.train, EPOCHS) + 0.2 * net.spread * scatter(seeds, 500 + number)[seed]
    val, train = np.maximum(val, 1e-12), np.maximum(train, 1e-12)
    columns = {"epoch": epochs, "objective_loss": train + 0.1, "train_loss": train, "val_loss": val}
    return columns | {"loss_gap": val - train} | _scores(task, train, val)


def _scores(task: TaskName, train: np.ndarray, val: np.ndarray) -> dict[str, np.ndarray]:
    if task == "regression":
        train_rmse, val_rmse = 70 * np.sqrt(train), 70 * np.sqrt(val)
        return {"train_rmse": train_rmse, "val_rmse": val_rmse, "rmse_gap": val_rmse - train_rmse}
    train_accuracy, val_accuracy = np.exp(-0.4 * train), np.exp(-0.3 * val)
    return {
        "train_accuracy": train_accuracy,
        "val_accuracy": val_accuracy,
        "accuracy_gap": train_accuracy - val_accuracy,
    }


def _plan(labels: Sequence[str], seeds: int, cohorts: str) -> list[CohortEntry]:
    parts = [labels] if cohorts == "together" else [[label] for label in labels]
    return [
        CohortEntry(
            id=f"cohort{number}",
            conditions=list(part),
            seeds=list(range(seeds)),
            trials=[f"{label}#{seed}" for label in part for seed in range(seeds)],
        )
        for number, part in enumerate(parts)
    ]


def _on_new_rows(summary: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return the val and test rows again, as estimates for new rows with wider intervals."""
    has_new_rows = ~summary["metric"].str.startswith(("train_", "objective_"))
    rows = summary[has_new_rows].assign(estimand="population")
    for middle, low, high in (
        ("mean", "ci95_low", "ci95_high"),
        ("difference", "difference_ci95_low", "difference_ci95_high"),
    ):
        rows[low] = rows[middle] - factor * (rows[middle] - rows[low])
        rows[high] = rows[middle] + factor * (rows[high] - rows[middle])
    holds_zero = (rows["difference_ci95_low"] <= 0) & (rows["difference_ci95_high"] >= 0)
    for name in ("p", "p_holm"):
        rows[name] = rows[name].mask(holds_zero & rows[name].notna(), 0.5)
    return rows
