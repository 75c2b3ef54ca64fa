"""Results in memory with known answers: every curve is a V of given depth, every spread over seeds is given too."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from made import RUN, MadeTrial, condition, made_manifest, made_plan, measured, tables_of
from scipy.special import ndtri

from dropout_lab.metrics import TaskName
from dropout_lab.results import ConditionEntry, Layout, Results, RunEntry, format_setting
from dropout_lab.statistics import summarise

__all__ = ["EPOCHS", "RUN", "Net", "Noise", "make_results", "scatter"]

EPOCHS = 20


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
    trials_made = [
        _trial(entry, nets[entry["label"]], seed, seeds, number, layout.task)
        for number, entry in enumerate(entries)
        for seed in range(seeds)
    ]
    curves, trials, test = tables_of(trials_made, layout).values()
    split_seed = (data or {}).get("split_seed", 0)
    study = {
        "name": "made",
        "data": {"source": "digits", "label_noise": 0.0, "split_seed": split_seed, **(data or {})},
        "seeds": list(range(seeds)),
        "sweep": {path: list(values) for path, values in axes.items()},
    }
    plan = made_plan([entry["label"] for entry in entries], seeds, cohorts)
    manifest = made_manifest(study, task, entries, plan)
    manifest["earlier_runs"] = list(earlier_runs)
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
                condition(
                    label,
                    [float(part) for part in rate.split("-")] if isinstance(rate, str) else rate,
                    baseline=f"rate=0{where}",
                    input_rate=input_rate,
                    swept=settings | dict(within),
                )
            )
            nets[label] = net
    return entries, nets


def _trial(entry: ConditionEntry, net: Net, seed: int, seeds: int, number: int, task: TaskName) -> MadeTrial:
    epochs = np.arange(1, EPOCHS + 1)
    turn, losses = [1, net.epoch, EPOCHS], [2.3, net.best, net.last]
    val = np.interp(epochs, turn[: 2 + (net.epoch < EPOCHS)], losses[: 2 + (net.epoch < EPOCHS)])
    val = val + 0.02 * scatter(seeds, 999)[seed] + net.spread * scatter(seeds, number)[seed]
    train = np.linspace(2.3, net.train, EPOCHS) + 0.2 * net.spread * scatter(seeds, 500 + number)[seed]
    curve = measured(task, np.maximum(train, 1e-12), np.maximum(val, 1e-12))
    status = (net.status or {}).get(seed, "complete")
    return MadeTrial(entry, seed, curve, status, test_loss=net.test, device=net.device)


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
