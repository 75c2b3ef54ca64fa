"""Which rates concrete dropout learnt, layer by layer.

Curves in, facts out. A rate is read at the last epoch, where learning it ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dropout_lab.statistics import mean_interval
from dropout_lab.verdict.facts.kinds import Estimate
from dropout_lab.verdict.facts.tables import number

_PREFIX = "learnt_rate_"


@dataclass(frozen=True)
class LearntRates:
    """The learnt rates of one condition: layer (``inputs``, ``1``, ``2``, ..., ``outputs``) -> mean over seeds."""

    label: str
    layers: Mapping[str, Estimate]


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


def _layers(rows: pd.DataFrame, columns: Sequence[str]) -> dict[str, Estimate]:
    interval = mean_interval(rows[list(columns)].to_numpy(dtype=float))
    cells = zip(columns, interval.n, interval.mean, interval.low, interval.high, strict=True)
    return {
        layer_of(column): Estimate(int(n), float(mean), number(low), number(high))
        for column, n, mean, low, high in cells
        if n
    }
