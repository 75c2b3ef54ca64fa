"""The numbers of a study's heat maps: which planes are shown, the mean in every cell, and which cells are marked.

Results in, plain arrays out; knows no axes and no page.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.drawing.curve import Array
from dropout_lab.drawing.facets import conditions_that_may_be_best
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly
from dropout_lab.drawing.plane import Place, Planes, Slice, find_planes, values_of
from dropout_lab.drawing.setting_words import Value
from dropout_lab.drawing.tidy import settings_of, stack
from dropout_lab.drawing.tuned_view import chosen_candidates
from dropout_lab.drawing.wording import thinning_note
from dropout_lab.results.reading import Results

PARTS = (0, 1)  # the metric on val, and its gap


@dataclass(frozen=True)
class HeatMap:
    """One plane's maps.

    Args:
        plane: which condition stands in which cell.
        parts: for each of `PARTS` the means, shape [rows, columns], NaN without a complete trial.
        untrained: cells of the study without a complete trial.
        best: cells of the lowest mean val loss of their group; in a tuned study those that tuning chose.
        may_be_best: cells that cannot be told from it.
    """

    plane: Slice
    parts: tuple[Array, Array]
    untrained: tuple[Place, ...]
    best: tuple[Place, ...]
    may_be_best: tuple[Place, ...]

    @property
    def conditions(self) -> list[Condition]:
        """Return the conditions of all cells, row by row."""
        return [condition for _, condition in sorted(self.plane.cells.items())]


@dataclass(frozen=True)
class HeatMaps:
    """A study's maps.

    Args:
        planes: how it is cut into planes.
        shown: the maps of those that are shown.
        left_out: a note where some are not.
        is_tuned: whether the best cells are those that tuning chose.
    """

    planes: Planes
    shown: tuple[HeatMap, ...]
    left_out: list[str]
    is_tuned: bool


def has_planes(grid: Grid) -> bool:
    """Tell whether two settings vary, with complete trials at two values or more of each."""
    planes = find_planes(grid)
    if planes is None:
        return False
    complete = [values_of(one) for one in grid.conditions if one.complete]
    return all(len({values[axis.index] for values in complete}) > 1 for axis in (planes.x, planes.y))


def require_planes(grid: Grid) -> Planes:
    """Cut a study into planes.

    Raises:
        ValueError: see `has_planes`.
    """
    planes = find_planes(grid)
    if planes is None or not has_planes(grid):
        raise ValueError("trials must hold complete trials at two values or more of two settings. Got fewer.")
    return planes


def read_maps(results: Results, grid: Grid, planes: Planes, *, metric: str, point: str, most: int) -> HeatMaps:
    """Average the complete trials of every condition and place the means.

    Args:
        results: the study.
        grid: its conditions.
        planes: see `require_planes`.
        metric: `loss`, `accuracy` or `rmse`.
        point: `last`, `best` or `stop`.
        most: planes; of more an even choice is kept, among those with a complete trial.
    """
    candidates = [plane for plane in planes.planes if any(one.complete for one in plane.cells.values())]
    keys = choose_evenly([plane.key for plane in candidates], most)
    complete = results.trials[results.trials["status"] == "complete"].set_index("condition")
    columns = [f"{point}_val_{metric}", f"{point}_{metric}_gap"]
    means = complete[columns].groupby(level=0).mean()
    chosen = chosen_candidates(results)
    best = chosen or _best(grid, complete[f"{point}_val_loss"].groupby(level=0).mean())
    is_ranked = grid.treated and not chosen  # the summary ranks within a candidate, not among candidates
    others = conditions_that_may_be_best(results.summary, point) - best if is_ranked else set()
    shown = tuple(_map(planes, plane, means, best, others) for plane in candidates if plane.key in keys)
    paths, every = [other.path for other in planes.others], [plane.key for plane in planes.planes]
    return HeatMaps(planes, shown, thinning_note("pairs of maps", paths, keys, every), bool(chosen))


def _best(grid: Grid, val_loss: pd.Series) -> set[str]:
    """Return the condition of the lowest mean val loss of every group; of all where groups have only a baseline."""
    lowest: dict[tuple[Value, ...], str] = {}
    for one in grid.conditions:
        group = one.group if grid.treated else ()
        if one.complete and (group not in lowest or val_loss[one.name] < val_loss[lowest[group]]):
            lowest[group] = one.name
    return set(lowest.values())


def _map(planes: Planes, plane: Slice, means: pd.DataFrame, best: set[str], may_be_best: set[str]) -> HeatMap:
    parts = np.full((len(PARTS), len(planes.y.values), len(planes.x.values)), np.nan)
    for place, one in plane.cells.items():
        if one.complete:
            row, column = place
            parts[:, row, column] = means.loc[one.name].to_numpy(dtype=np.float64)

    def places(names: set[str]) -> tuple[Place, ...]:
        return tuple(place for place, one in plane.cells.items() if one.name in names)

    untrained = tuple(place for place, one in plane.cells.items() if not one.complete)
    return HeatMap(plane, (parts[0], parts[1]), untrained, places(best), places(may_be_best))


def cell_rows(grid: Grid, maps: HeatMaps, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers of some maps, a row for every cell that is part of the study.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `n`, `mean` and `mark`:
        `best`, `may be best` or empty; in a tuned study `chosen` or empty. The mean is NaN where n is 0.
    """
    names = (f"val_{metric}", f"{metric}_gap")
    best = "chosen" if maps.is_tuned else "best"
    return stack(_rows(grid, one, part, names[part], point, best) for one in maps.shown for part in PARTS)


def _rows(grid: Grid, one: HeatMap, part: int, metric: str, point: str, best: str) -> pd.DataFrame:
    places = sorted(one.plane.cells)
    marks = {**dict.fromkeys(one.may_be_best, "may be best"), **dict.fromkeys(one.best, best)}
    measured = {
        "point": [point] * len(places),
        "metric": [metric] * len(places),
        "n": [len(condition.complete) for condition in one.conditions],
        "mean": [float(one.parts[part][place]) for place in places],
        "mark": [marks.get(place, "") for place in places],
    }
    return pd.DataFrame({**settings_of(grid, one.conditions), **measured})
