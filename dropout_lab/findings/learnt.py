"""Which rates concrete dropout learnt, layer by layer.

Curves in, facts out. A rate is read at the last epoch, where learning it ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dropout_lab.findings.effects import Estimate, finite
from dropout_lab.statistics import mean_interval

_PREFIX = "learnt_rate_"


@dataclass(frozen=True)
class LearntRates:
    """The learnt rates of one condition: layer (``inputs``, ``1``, ``2``, ..., ``outputs``) -> mean over seeds."""

    label: str
    layers: Mapping[str, Estimate]


@dataclass(frozen=True)
class LearntOverStarts:
    """The learnt rates over all conditions that learn, which began at several rates.

    Attributes:
        n_starts: these conditions.
        layers: layer -> lowest and highest of their means.
        are_apart: whether in some layer the intervals of two of them do not meet; None without intervals.
    """

    n_starts: int
    layers: Mapping[str, tuple[float, float]]
    are_apart: bool | None


def learnt_columns(curves: pd.DataFrame) -> list[str]:
    """Return the columns of the curves that hold learnt rates, from the inputs to the outputs."""
    return [name for name in curves.columns if name.startswith(_PREFIX)]


def layer_of(column: str) -> str:
    """Return the layer whose learnt rate a column holds."""
    return column.removeprefix(_PREFIX)


def read_learnt_rates(curves: pd.DataFrame, complete: pd.DataFrame, labels: Sequence[str]) -> tuple[LearntRates, ...]:
    """Return the learnt rates of all conditions that have any, in table order.

    Args:
        curves: as in curves.csv.
        complete: the complete trials.
        labels: every condition, in table order.
    """
    columns = learnt_columns(curves)
    if not columns:
        return ()
    kept = curves[curves["trial"].isin(complete["trial"])]
    last = kept.loc[kept.groupby("trial", sort=False)["epoch"].idxmax()]
    by_condition = dict(list(last[last[columns].notna().any(axis=1)].groupby("condition", sort=False)))
    return tuple(LearntRates(label, _layers(by_condition[label], columns)) for label in labels if label in by_condition)


def over_starts(learnt: Sequence[LearntRates]) -> LearntOverStarts | None:
    """Return how far learnt rates lie apart; None where fewer than two conditions learn.

    Args:
        learnt: of conditions that share a baseline.
    """
    if len(learnt) < 2:
        return None
    names = dict.fromkeys(name for one in learnt for name in one.layers)
    layers = {name: [one.layers[name] for one in learnt if name in one.layers] for name in names}
    means = {name: [rate.value for rate in rates] for name, rates in layers.items()}
    overlaps = [_are_apart(rates) for rates in layers.values()]
    are_apart = None if None in overlaps else True in overlaps
    return LearntOverStarts(len(learnt), {name: (min(of), max(of)) for name, of in means.items()}, are_apart)


def _are_apart(rates: Sequence[Estimate]) -> bool | None:
    lows = [rate.low for rate in rates if rate.low is not None]
    highs = [rate.high for rate in rates if rate.high is not None]
    return max(lows) > min(highs) if len(lows) == len(highs) == len(rates) else None


def _layers(rows: pd.DataFrame, columns: Sequence[str]) -> dict[str, Estimate]:
    interval = mean_interval(rows[list(columns)].to_numpy(dtype=float))
    cells = zip(columns, interval.n, interval.mean, interval.low, interval.high, strict=True)
    return {
        layer_of(column): Estimate(int(n), float(mean), finite(low), finite(high))
        for column, n, mean, low, high in cells
        if n
    }
