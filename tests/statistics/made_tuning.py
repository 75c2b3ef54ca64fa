"""Studies with tuned learning rates, their trials made up, and a plain reading of what tuning them means."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from made import condition, random_trials

from dropout_lab.metrics import TaskName
from dropout_lab.results import POINTS, ConditionEntry
from dropout_lab.statistics import summarise_tuning

RATES = (0.0, 0.2, 0.5)
LEARNING_RATES = (0.001, 0.01, 0.1)
SEEDS = (0, 1, 2, 3, 4)
PATH = "training.learning_rate"

STUDY: dict[str, Any] = {
    "data": {"source": "digits"},
    "model": {"hidden": [8]},
    "training": {"learning_rate": 0.01},
    "sweep": {},
    "tune": {PATH: list(LEARNING_RATES)},
}


def made_conditions(
    rates: Sequence[float] = RATES, learning_rates: Sequence[float] = LEARNING_RATES
) -> list[ConditionEntry]:
    return [
        condition(f"rate={rate} {PATH}={value}", rate, baseline=f"rate=0.0 {PATH}={value}", swept={PATH: value})
        for value, rate in product(learning_rates, rates)  # as a grid expands: the baselines are not together
    ]


def made_trials(conditions: Sequence[ConditionEntry], task: TaskName = "classification") -> pd.DataFrame:
    """Random metrics for every condition and seed; learning rates differ less than seeds do."""
    return random_trials(conditions, SEEDS, task)


def with_losses(trials: pd.DataFrame, losses: dict[tuple[float, float], Sequence[float]]) -> pd.DataFrame:
    """Put val losses at best, seed by seed, for some (rate, learning rate)."""
    trials = trials.copy()
    for (rate, learning_rate), values in losses.items():
        trials.loc[(trials["rate"] == rate) & (trials[PATH] == learning_rate), "best_val_loss"] = values
    return trials


def with_status(
    trials: pd.DataFrame, status: str, rate: float, learning_rate: float, seeds: Sequence[int]
) -> pd.DataFrame:
    """Let some trials end otherwise; their metrics stay, as those of a diverged trial's best epoch do."""
    trials = trials.copy()
    chosen = (trials["rate"] == rate) & (trials[PATH] == learning_rate) & trials["seed"].isin(seeds)
    trials.loc[chosen, "status"] = status
    if status in {"failed", "interrupted"}:
        trials.loc[chosen, [name for name in trials if str(name).startswith(POINTS)]] = np.nan
    return trials


def tuned_of(trials: pd.DataFrame, conditions: Sequence[ConditionEntry] | None = None, **changes: Any) -> pd.DataFrame:
    arguments: dict[str, Any] = {"task": "classification", "study": STUDY}
    return summarise_tuning(trials, conditions=conditions or made_conditions(), **(arguments | changes))


def row_of(
    tuned: pd.DataFrame, condition: str, choice: str, metric: str = "val_loss", point: str = "best"
) -> "pd.Series[Any]":
    named = (tuned["condition"] == condition) & (tuned["choice"] == choice)
    (row,) = (row for _, row in tuned[named & (tuned["metric"] == metric) & (tuned["point"] == point)].iterrows())
    return row


def reported(trials: pd.DataFrame, rate: float, column: str = "best_val_loss") -> dict[int, float]:
    """Return by seed what it measured at the learning rate with the lowest mean of the others: the plain reading."""
    own = trials[trials["rate"] == rate]
    found = {}
    for seed in own["seed"].unique():
        others = own[own["seed"] != seed].groupby(PATH)["best_val_loss"].mean()
        found[int(seed)] = float(own.loc[(own["seed"] == seed) & (own[PATH] == others.idxmin()), column].iloc[0])
    return found
