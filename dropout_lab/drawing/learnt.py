"""Learnt rates: what concrete dropout made of every layer's rate, epoch by epoch, and what a sweep found best.

Rows of curves.csv and trials.csv in, plain curves out; knows no axes and no page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dropout_lab.drawing.curve import Curve, over
from dropout_lab.drawing.facets import conditions_that_may_be_best
from dropout_lab.drawing.grid import Condition, Grid
from dropout_lab.drawing.lines import rows_by_condition
from dropout_lab.drawing.setting_words import KIND, is_zero
from dropout_lab.drawing.tidy import epoch_rows, stack
from dropout_lab.noise import PLAIN
from dropout_lab.results.reading import Results

_PREFIX = "learnt_rate_"


@dataclass(frozen=True)
class Learnt:
    """The learnt rates of one condition.

    Args:
        condition: the condition; its rates are those that the training starts from.
        layers: the mean over seeds against epoch with its interval, by the column's name, from the inputs to the
            outputs.
    """

    condition: Condition
    layers: dict[str, Curve]


@dataclass(frozen=True)
class SweptBest:
    """The condition of the lowest mean val loss in a group's sweep of fixed, uniform rates.

    Args:
        condition: the condition.
        rate: its rate.
        rivals: the other rates of the sweep that may be best as well, ascending; empty where it is not known.
    """

    condition: Condition
    rate: float
    rivals: tuple[float, ...]


def layer_columns(curves: pd.DataFrame) -> list[str]:
    """Return the columns of learnt rates, from the inputs to the outputs."""
    return [str(column) for column in curves.columns if str(column).startswith(_PREFIX)]


def layer_name(column: str) -> str:
    """Name the layer of a column: `inputs`, `hidden 1`, `outputs`.

    >>> layer_name("learnt_rate_2")
    'hidden 2'
    """
    layer = column.removeprefix(_PREFIX)
    return f"hidden {layer}" if layer.isdigit() else layer


def learning_conditions(results: Results, grid: Grid) -> list[Condition]:
    """Return the conditions with a complete trial that learnt its rates, in order."""
    columns = layer_columns(results.curves)
    if not columns:
        return []
    learnt = set(results.curves.loc[results.curves[columns].notna().any(axis="columns"), "trial"])
    return [one for one in grid.treated if learnt & set(one.complete)]


def read_learnt(results: Results, conditions: Sequence[Condition]) -> list[Learnt]:
    """Average the learnt rates of conditions over their complete trials; layers without one are left out."""
    rows_of, columns = rows_by_condition(results.curves, conditions), layer_columns(results.curves)
    return [
        Learnt(
            one,
            {
                column: over(rows_of[one.name], "epoch", column)
                for column in columns
                if rows_of[one.name][column].notna().any()
            },
        )
        for one in conditions
    ]


def best_of_sweep(results: Results, grid: Grid, like: Condition) -> SweptBest | None:
    """Find the best fixed rate of Bernoulli dropout that was swept beside a condition that learns its rates.

    Best is the lowest mean val loss at the best epochs, by which val chooses among conditions everywhere.

    Args:
        results: the study.
        grid: its conditions.
        like: the condition; the sweep is that of its group, at its input rate and its other settings of dropout.

    Returns:
        None where fewer than two rates were swept, or the study has no Bernoulli dropout.
    """
    if KIND not in grid.dropout_paths:
        return None
    kind = grid.dropout_paths.index(KIND)
    swept = [
        one
        for one in grid.treated
        if one.group == like.group
        and one.complete
        and one.dropout[kind] == PLAIN
        and one.dropout[1] == like.dropout[1]
        and isinstance(one.dropout[0], float)
        and not is_zero(one.dropout[0])
    ]
    if len(swept) < 2:
        return None
    losses = results.trials.set_index("trial")["best_val_loss"]
    best = min(swept, key=lambda one: float(losses.loc[list(one.complete)].mean()))
    may_be_best = conditions_that_may_be_best(results.summary, "best")
    rivals = {float(one.dropout[0]) for one in swept if one.name in may_be_best and one is not best}
    return SweptBest(best, float(best.dropout[0]), tuple(sorted(rivals)))


def learnt_rows(grid: Grid, one: Learnt, best: SweptBest | None) -> pd.DataFrame:
    """Return the numbers drawn: the rows of `tidy.epoch_rows`, and the sweep's best rate in every row."""
    rows = stack(epoch_rows(grid, one.condition, column, curve) for column, curve in one.layers.items())
    return rows.assign(best_bernoulli_rate=best.rate if best else float("nan"))
