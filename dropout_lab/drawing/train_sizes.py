"""The lines of a learning curve: which conditions differ in nothing but the train rows, and their means.

Frames in, plain curves out; knows no axes and no page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Curve, over_points
from dropout_lab.drawing.grid import Condition, Grid, dropout_order, unique
from dropout_lab.drawing.setting_words import Value, say_all

TRAIN_SIZE = "data.train_size"


@dataclass(frozen=True)
class SizeLine:
    """Conditions that differ in their train rows alone.

    Args:
        conditions: those with a complete trial, by ascending train rows.
        n_train: the train rows of each.
    """

    conditions: tuple[Condition, ...]
    n_train: tuple[int, ...]

    @property
    def dropout(self) -> tuple[Value, ...]:
        """Return dropout's settings."""
        return self.conditions[0].dropout

    def curve(self, trials: pd.DataFrame, column: str) -> Curve:
        """Average a column of trials.csv over the complete trials, at every number of train rows."""
        values = trials.set_index("trial")[column]
        samples = [values.loc[list(one.complete)].to_numpy(dtype=np.float64) for one in self.conditions]
        return over_points([float(n) for n in self.n_train], samples)


@dataclass(frozen=True)
class SizeFacet:
    """Lines that share all that was swept beside dropout and the train rows.

    Args:
        key: the values they share, of `shared_paths`.
        lines: the baseline's first, where it has a complete trial, then by dropout's settings.
    """

    key: tuple[Value, ...]
    lines: tuple[SizeLine, ...]


def shared_paths(grid: Grid) -> list[str]:
    """Return the swept settings that are neither dropout's nor the train rows."""
    return [path for path in grid.group_paths if path != TRAIN_SIZE]


def find_size_facets(grid: Grid, trials: pd.DataFrame) -> list[SizeFacet]:
    """Return the facets in which a line has complete trials at two numbers of train rows or more."""
    if TRAIN_SIZE not in grid.group_paths:
        return []
    swept = grid.group_paths.index(TRAIN_SIZE)
    rows = trials.drop_duplicates("condition").set_index("condition")["n_train"]
    members: dict[tuple[Value, ...], dict[tuple[Value, ...], list[Condition]]] = {}
    for one in grid.conditions:
        key = (*one.group[:swept], *one.group[swept + 1 :])
        lines = members.setdefault(key, {})
        if one.complete:
            lines.setdefault(one.dropout, []).append(one)
    facets = [
        SizeFacet(key, tuple(_line(lines[dropout], rows) for dropout in sorted(lines, key=dropout_order)))
        for key, lines in members.items()
    ]
    return [facet for facet in facets if any(len(set(line.n_train)) > 1 for line in facet.lines)]


def _line(conditions: Sequence[Condition], rows: pd.Series) -> SizeLine:
    ordered = sorted(conditions, key=lambda one: rows[one.name])
    return SizeLine(tuple(ordered), tuple(int(rows[one.name]) for one in ordered))


def facet_label(grid: Grid, facet: SizeFacet) -> str:
    """Name what the lines of a facet share: `width 64, learning_rate 0.001`."""
    return say_all(shared_paths(grid), facet.key)


def sizes_of(facets: Sequence[SizeFacet]) -> list[int]:
    """Return all numbers of train rows, ascending."""
    return sorted(unique([n for facet in facets for line in facet.lines for n in line.n_train]))
