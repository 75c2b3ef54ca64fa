"""The one table of a written report, as columns of plain text: losses, gap and difference to the baseline.

Owns its columns and what its intervals and p values are; must not know Markdown or LaTeX.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dropout_lab.findings import Estimate, Row
from dropout_lab.metrics import TASKS, metric_name
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.report.numbers import NOTHING, P_HOLM, bracketed, decimals_for, number, p_value
from dropout_lab.report.selection import POINT

LEVEL = 0.05
DIFFERENCE = "val loss − baseline's"
_MEANS = ("train_loss", "val_loss", "loss_gap")


@dataclass(frozen=True)
class TextColumn:
    """A name and a cell for each row; `has_intervals` tells whether any cell has one in brackets."""

    name: str
    cells: tuple[str, ...]
    has_intervals: bool = False


@dataclass(frozen=True)
class Tested:
    """What the table's differences rest on.

    Args:
        n: seeds behind a mean, from fewest to most, conditions without a complete trial left out.
        interval_methods, test_methods: as named in the summary; empty without intervals, or tests.
        n_compared: conditions that have a difference to their baseline.
        n_comparisons: tests that Holm's correction counts, in the whole study.
        smallest_p: what a test that assumes only symmetry can reach with the fewest pairs; None without pairs.
    """

    n: tuple[int, ...]
    interval_methods: tuple[str, ...]
    test_methods: tuple[str, ...]
    n_compared: int
    n_comparisons: int
    smallest_p: float | None

    @property
    def n_text(self) -> str:
        """Return `n = 5`, `n = 3 to 5`, or `n = 0`."""
        low, high = (self.n[0], self.n[-1]) if self.n else (0, 0)
        return f"n = {low}" if low == high else f"n = {low} to {high}"

    @property
    def has_too_few_pairs(self) -> bool:
        """Tell whether a test that assumes only symmetry cannot reach 0.05."""
        return self.smallest_p is not None and self.smallest_p > LEVEL


def columns(contents: Contents, rows: Sequence[ConditionRow], estimand: str) -> list[TextColumn]:
    """Return the measured columns of one estimand; one without any number is left out.

    Args:
        contents: what the report says.
        rows: the conditions to show.
        estimand: ``split`` or ``population``.
    """

    def of(metric: str) -> list[Row | None]:
        return [row.found(metric, POINT, estimand) for row in rows]

    val = of("val_loss")
    others = [f"val_{metric.column}" for metric in TASKS[contents.task].others]
    effects = [one.effect if one else None for one in val]
    means = {metric: [one.mean if one else None for one in of(metric)] for metric in (*_MEANS, *others)}
    differences = [effect.estimate if effect else None for effect in effects]
    drawn = [
        TextColumn("n", tuple(str(one.n) if one else NOTHING for one in val)),
        _values("train loss", means["train_loss"]),
        _intervals("val loss", means["val_loss"]),
        _intervals("loss gap", means["loss_gap"]),
        *(_values(metric_name(metric), means[metric]) for metric in others),
        _intervals(DIFFERENCE, differences),
        TextColumn(P_HOLM, tuple(p_value(effect.p_holm if effect else None) for effect in effects)),
    ]
    return [column for column in drawn if set(column.cells) != {NOTHING}]


def tested(contents: Contents, estimand: str) -> Tested:
    """Return what the table's intervals and p values rest on, over all conditions."""
    every = [row.found("val_loss", POINT, estimand) for row in contents.conditions]
    there = [one for one in every if one is not None and one.n]
    effects = [one.effect for one in there if one.effect is not None]
    smallest = [effect.smallest_p for effect in effects if effect.smallest_p is not None]
    return Tested(
        n=tuple(sorted({one.n for one in there})),
        interval_methods=_distinct(one.interval_method for one in there),
        test_methods=_distinct(one.test_method for one in there),
        n_compared=len(effects),
        n_comparisons=sum(effect.p_holm is not None for effect in effects),
        smallest_p=max(smallest, default=None),
    )


def _values(name: str, estimates: Sequence[Estimate | None]) -> TextColumn:
    decimals = decimals_for([one for one in estimates if one])
    return TextColumn(name, tuple(number(one.value if one else None, decimals) for one in estimates))


def _intervals(name: str, estimates: Sequence[Estimate | None]) -> TextColumn:
    there = [one for one in estimates if one]
    decimals = decimals_for(there)
    cells = tuple(bracketed(one, decimals) for one in estimates)
    return TextColumn(name, cells, has_intervals=any(one.has_interval for one in there))


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name)
