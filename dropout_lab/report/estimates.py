"""A condition's numbers as a report reads them: one object per row of the summary.

Owns which columns of `summary.csv` belong together; must not know how a number is written. What does
not apply is NaN, or None for a whole part.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd


class Key(NamedTuple):
    """Which number: a metric's column, `last`, `best` or `stop`, `split` or `population`."""

    metric: str
    point: str
    estimand: str


@dataclass(frozen=True)
class Bounded:
    """A number with its 95 % interval; `low` and `high` are NaN where there is none."""

    value: float
    low: float
    high: float

    @property
    def has_interval(self) -> bool:
        """Tell whether there is an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def excludes_zero(self) -> bool:
        """Tell whether there is an interval and 0 lies outside."""
        return self.has_interval and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Comparison:
    """A condition against its baseline, paired by seed: condition - baseline."""

    baseline: str
    n_pairs: int
    difference: Bounded
    p: float
    p_holm: float
    smallest_p: float
    pairing_gain: float
    method: str


@dataclass(frozen=True)
class Ranking:
    """A condition against the best one of its group (the conditions that share a baseline, which competes too)."""

    best: str
    difference: Bounded
    may_be_best: bool | None


@dataclass(frozen=True)
class Estimate:
    """One row of the summary. `comparison` is None at the baseline, `ranking` where the study has none."""

    n: int
    mean: Bounded
    sd: float
    method: str
    comparison: Comparison | None
    ranking: Ranking | None


def read_estimates(summary: pd.DataFrame) -> dict[str, dict[Key, Estimate]]:
    """Return the estimates of every condition, conditions in the summary's order.

    Args:
        summary: rows as in summary.csv.
    """
    estimates: dict[str, dict[Key, Estimate]] = {}
    plain = summary.astype(object).where(summary.notna(), None)
    for row in plain.to_dict("records"):
        key = Key(row["metric"], row["point"], row["estimand"])
        estimates.setdefault(row["condition"], {})[key] = _estimate(row)
    return estimates


def _estimate(row: Mapping[Any, object]) -> Estimate:
    has_comparison, has_ranking = row["baseline"] is not None, row["best"] is not None
    return Estimate(
        n=_count(row["n"]),
        mean=_bounded(row, "mean", "ci95"),
        sd=_number(row["sd"]),
        method=_text(row["interval_method"]),
        comparison=_comparison(row) if has_comparison else None,
        ranking=_ranking(row) if has_ranking else None,
    )


def _comparison(row: Mapping[Any, object]) -> Comparison:
    return Comparison(
        baseline=_text(row["baseline"]),
        n_pairs=_count(row["n_pairs"]),
        difference=_bounded(row, "difference", "difference_ci95"),
        p=_number(row["p"]),
        p_holm=_number(row["p_holm"]),
        smallest_p=_number(row["smallest_p"]),
        pairing_gain=_number(row["pairing_gain"]),
        method=_text(row["test_method"]),
    )


def _ranking(row: Mapping[Any, object]) -> Ranking:
    may_be_best = {"yes": True, "no": False}.get(_text(row["may_be_best"]))
    return Ranking(_text(row["best"]), _bounded(row, "difference_to_best", "difference_to_best_ci95"), may_be_best)


def _bounded(row: Mapping[Any, object], value: str, edges: str) -> Bounded:
    return Bounded(_number(row[value]), _number(row[f"{edges}_low"]), _number(row[f"{edges}_high"]))


def _number(cell: object) -> float:
    return math.nan if cell is None else float(str(cell))


def _count(cell: object) -> int:
    return 0 if cell is None else int(float(str(cell)))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
