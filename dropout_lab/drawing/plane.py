"""A study cut along its settings: which settings vary, and which condition stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dropout_lab.drawing.grid import Condition, Grid, dropout_order, unique
from dropout_lab.phrases.names import Value, is_missing, setting_names, setting_text, value_text

Place = tuple[int, ...]  # index of a value of each setting that a slice runs over; in a plane row and column


@dataclass(frozen=True)
class Setting:
    """A setting that the study varies.

    Args:
        path: its path in the config; `rate` and `input_rate` for dropout's own.
        name: a short name for readers, unique in the study.
        index: its place in a condition's `dropout` and `group`, put one after the other.
        values: numbers ascending, then texts as they came.
        is_dropouts: whether it belongs to dropout, so that the baseline has no say in it.
    """

    path: str
    name: str
    index: int
    values: tuple[Value, ...]
    is_dropouts: bool

    def value_name(self, value: Value) -> str:
        """Name one of its values; `none` where a condition has not got it."""
        return "none" if is_missing(self.path, value) else value_text(value)


@dataclass(frozen=True)
class Slice:
    """The conditions that differ in the settings a slice runs over and share all else.

    Args:
        key: the values they share, in the order of the other settings.
        cells: the condition at each place; a place without one is no part of the study.
    """

    key: tuple[Value, ...]
    cells: Mapping[Place, Condition]


@dataclass(frozen=True)
class Planes:
    """A study cut into planes.

    Args:
        x, y: the settings along the columns and the rows.
        others: the settings that vary from plane to plane.
        planes: in order.
    """

    x: Setting
    y: Setting
    others: tuple[Setting, ...]
    planes: tuple[Slice, ...]


def swept_settings(grid: Grid) -> list[Setting]:
    """Return the settings of two values or more; an input rate that merely applies with the rates is none.

    Neither is a lone rate beside kinds of noise: there the baseline stands as the one without a kind.
    """
    paths = (*grid.dropout_paths, *grid.group_paths)
    has_kinds = any(len({one.dropout[i] for one in grid.treated}) > 1 for i in _lacking(grid))
    found = []
    for index, (path, name) in enumerate(zip(paths, setting_names(paths), strict=True)):
        is_dropouts = index < len(grid.dropout_paths)
        varied = grid.treated if is_dropouts and (index > 0 or has_kinds) else grid.conditions
        if len({values_of(one)[index] for one in varied}) > 1:
            every = unique([values_of(one)[index] for one in grid.conditions])
            ordered = sorted(every, key=lambda value: dropout_order([value]))
            found.append(Setting(path, name, index, tuple(ordered), is_dropouts))
    return found


def _lacking(grid: Grid) -> list[int]:
    """Return the places of dropout's settings that a baseline has not got."""
    baselines = [one for one in grid.conditions if one.is_baseline]
    paths = enumerate(grid.dropout_paths)
    return [i for i, path in paths if any(is_missing(path, one.dropout[i]) for one in baselines)]


def values_of(condition: Condition) -> tuple[Value, ...]:
    """Return all settings of a condition, in the order of `Setting.index`."""
    return (*condition.dropout, *condition.group)


def find_planes(grid: Grid) -> Planes | None:
    """Cut a study into planes; None where it does not vary two settings.

    The columns are the rate where it varies, else dropout's first other setting, else the first of all; the rows are
    the setting of most values among the rest, the first of these on ties.
    """
    settings = swept_settings(grid)
    if len(settings) < 2:
        return None
    x, *rest = settings  # dropout's come first, the rate before all
    y = max(rest, key=lambda setting: len(setting.values))
    others = tuple(setting for setting in rest if setting is not y)
    return Planes(x, y, others, tuple(cut(grid, (y, x), others)))


def cut(grid: Grid, along: Sequence[Setting], others: Sequence[Setting]) -> list[Slice]:
    """Cut a study into slices.

    Args:
        grid: its conditions.
        along: the settings that a slice runs over.
        others: all other settings that vary; there is a slice for each of their combinations, in order.

    Returns:
        The slices. A baseline stands in every slice of its group in which nobody has its place.
    """
    members: dict[tuple[Value, ...], list[Condition]] = {}
    for one in grid.treated or grid.conditions:
        members.setdefault(_key(one, others), []).append(one)
    ordered = sorted(members, key=lambda key: _places(key, others))
    return [Slice(key, _cells(grid, members[key], along)) for key in ordered]


def slice_label(others: Sequence[Setting], key: Sequence[Value]) -> str:
    """Name a slice by what its conditions share: `width 64, learning rate 0.001`."""
    pairs = list(zip(others, key, strict=True))
    there = [
        setting_text(setting.path, value, setting.name)
        for setting, value in pairs
        if not is_missing(setting.path, value)
    ]
    return ", ".join(there or [f"no {setting.name}" for setting, _ in pairs])


def _key(condition: Condition, settings: Sequence[Setting]) -> tuple[Value, ...]:
    return tuple(values_of(condition)[setting.index] for setting in settings)


def _places(key: Sequence[Value], settings: Sequence[Setting]) -> Place:
    return tuple(setting.values.index(value) for setting, value in zip(settings, key, strict=True))


def _cells(grid: Grid, members: Sequence[Condition], along: Sequence[Setting]) -> dict[Place, Condition]:
    """Place conditions in a slice, then the baselines of their groups where nobody stands."""
    baselines = [grid.baseline(group) for group in unique([one.group for one in members])]
    cells: dict[Place, Condition] = {}
    for one in (*members, *(baseline for baseline in baselines if baseline)):
        cells.setdefault(_places(_key(one, along), along), one)
    return cells
