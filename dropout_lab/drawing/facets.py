"""The facets of a validation curve: which conditions lie on one line against the rate, and their means at a point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dropout_lab.drawing.grid import Condition, Grid, dropout_order, unique
from dropout_lab.drawing.wording import Wording
from dropout_lab.findings import Curve
from dropout_lab.phrases.names import ABSENT, RATES, Value, is_missing, is_zero, setting_names, setting_text


@dataclass(frozen=True)
class Facet:
    """Conditions that differ in one rate and share all else, and the baseline they are compared with.

    Args:
        key: the values they share: dropout's other settings, then the swept settings that are not dropout's.
        conditions: those with a complete trial, by ascending rate; the baseline is the first where no other condition
            of the facet has rate 0.
        baseline: the group's baseline, where it has a complete trial.
    """

    key: tuple[Value, ...]
    conditions: tuple[Condition, ...]
    baseline: Condition | None

    @property
    def group(self) -> tuple[Value, ...]:
        """Return the swept settings that are not dropout's."""
        return self.conditions[0].group


@dataclass(frozen=True)
class FacetCurves:
    """The means of a facet against the rate.

    Args:
        train, val, gap: the metric on each split and its gap.
        chosen: index of what val chose; None where that is elsewhere.
        lowest: index of the lowest mean val loss at the point, and `lowest_loss` that loss: for the limits of an axis.
        may_be_best: indices of the conditions that may be the best of their group; empty where it is not known.
        baseline: index of the baseline, None where it is not on the line.
        baseline_val, baseline_gap: the baseline's mean and interval, as curves of one point; None without a baseline.
    """

    train: Curve
    val: Curve
    gap: Curve
    chosen: int | None
    lowest: int
    lowest_loss: float
    may_be_best: tuple[int, ...]
    baseline: int | None
    baseline_val: Curve | None
    baseline_gap: Curve | None


def rate_axis(grid: Grid) -> int:
    """Return which of dropout's settings to draw against: the rate or, where that does not vary, another rate."""
    axes = [i for i, path in enumerate(grid.dropout_paths) if path in RATES]
    varied = [
        axis
        for axis in axes
        if len({one.dropout[axis] for one in grid.treated if not is_zero(one.dropout[axis])} - {ABSENT}) > 1
    ]
    return min(varied, default=0)


def rate_path(grid: Grid) -> str:
    """Return the path of `rate_axis`."""
    return grid.dropout_paths[rate_axis(grid)]


def find_facets(grid: Grid) -> list[Facet]:
    """Return the facets that have at least two nonzero rates with complete trials."""
    axis = rate_axis(grid)
    members: dict[tuple[Value, ...], list[Condition]] = {}
    for one in grid.treated:
        key = (*one.dropout[:axis], *one.dropout[axis + 1 :], *one.group)
        members.setdefault(key, []).append(one)
    facets = []
    place = {group: i for i, group in enumerate(grid.groups)}
    n_shared = len(grid.dropout_paths) - 1
    for key in sorted(members, key=lambda key: (place[key[n_shared:]], dropout_order(key[:n_shared]))):
        conditions = members[key]
        complete = [one for one in conditions if one.complete]
        baseline = grid.baseline(conditions[0].group)
        baseline = baseline if baseline and baseline.complete else None
        if len([one for one in complete if not is_zero(one.dropout[axis])]) < 2:
            continue
        has_zero = any(is_zero(one.dropout[axis]) for one in complete)
        complete = [baseline, *complete] if baseline and not has_zero else complete
        facets.append(
            Facet(key, tuple(sorted(complete, key=lambda one: dropout_order(one.dropout[axis : axis + 1]))), baseline)
        )
    return facets


def positions(grid: Grid, facets: Sequence[Facet]) -> dict[Value, float]:
    """Place rates on the x axis: at their value, or side by side as soon as one is a text such as `0.2-0.5`."""
    axis = rate_axis(grid)
    rates = sorted(
        unique([one.dropout[axis] for facet in facets for one in facet.conditions]),
        key=lambda rate: dropout_order([rate]),
    )
    if all(isinstance(rate, float) for rate in rates):
        return {rate: float(rate) for rate in rates}
    return {rate: float(i) for i, rate in enumerate(rates)}


def shared_paths(grid: Grid) -> list[str]:
    """Return dropout's settings but for the one on the x axis."""
    return [path for i, path in enumerate(grid.dropout_paths) if i != rate_axis(grid)]


def facet_labels(grid: Grid, facets: Sequence[Facet]) -> list[str]:
    """Name what the conditions of each facet share, as far as any of it was swept or is not zero."""
    paths = shared_paths(grid)
    every = [*paths, *grid.group_paths]
    said = [
        i >= len(paths) or any(not (value == ABSENT or is_zero(value)) for value in column)
        for i, column in enumerate(zip(*(facet.key for facet in facets), strict=True))
    ]
    return [
        ", ".join(
            setting_text(path, value, name)
            for path, name, value, is_said in zip(every, setting_names(every), facet.key, said, strict=True)
            if is_said and not is_missing(path, value)
        )
        for facet in facets
    ]


def facet_curves(words: Wording, facet: Facet, places: Mapping[Value, float], axis: int, *, point: str) -> FacetCurves:
    """Average a facet's trials at a point.

    Args:
        words: what the figure is about.
        facet: the conditions.
        places: where each rate stands on the x axis.
        axis: which of dropout's settings the rate is, see `rate_axis`.
        point: `last`, `best` or `stop`.
    """
    metric = words.metric
    x = [places[one.dropout[axis]] for one in facet.conditions]

    def curve(column: str, conditions: Sequence[Condition] = facet.conditions) -> Curve:
        return words.series.at_point([one.name for one in conditions], column, x[: len(conditions)])

    def level(column: str) -> Curve | None:
        return None if facet.baseline is None else curve(column, [facet.baseline])

    losses = curve(f"{point}_val_loss").mean.tolist()
    return FacetCurves(
        train=curve(f"{point}_train_{metric}"),
        val=curve(f"{point}_val_{metric}"),
        gap=curve(f"{point}_{metric}_gap"),
        chosen=next((i for i, one in enumerate(facet.conditions) if words.is_marked(one)), None),
        lowest=losses.index(min(losses)),
        lowest_loss=min(losses),
        may_be_best=tuple(i for i, one in enumerate(facet.conditions) if words.view.may_be_best(one.name)),
        baseline=next((i for i, one in enumerate(facet.conditions) if one is facet.baseline), None),
        baseline_val=level(f"{point}_val_{metric}"),
        baseline_gap=level(f"{point}_{metric}_gap"),
    )
