"""The `population` rows of the summary: seeds and rows both as samples, from the loss of every kept row.

Owns how a metric of a trial is spread over the rows it was measured on. The metrics of train have no such rows: they
are measured on the rows that the weights were fitted to.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import LOSS, TASKS, MetricColumn, TaskName, column_of
from dropout_lab.results import POINTS, RowRecords, TrialRows
from dropout_lab.statistics.comparison import CONFIDENCE, Group
from dropout_lab.statistics.crossed import NO_PAIR, CrossedInterval, crossed_interval, crossed_share
from dropout_lab.statistics.intervals import Floats

Split = Literal["val", "test"]

METHOD = "two-way"
METHOD_AT_CHOSEN_EPOCH = "two-way (too narrow: epoch chosen on these rows)"
"""Of differences on val at `best` and `stop`, whose epochs val chose: measured, they cover 88 to 92 times in 100."""
METHOD_OF_SHARED_ROWS = "two-way (approximate: splits share rows)"
"""Where every seed has a split of its own: what all owe to the rows that they have in common is not seen."""


@dataclass(frozen=True)
class _Trials:
    """One condition's complete trials by rising seed: ids, seeds, and each metric as ``[seeds]``."""

    ids: list[str]
    seeds: npt.NDArray[np.int64]
    metrics: Mapping[str, Floats]


@dataclass(frozen=True)
class _Sample:
    """One condition's numbers for a metric, ``[seeds, rows]``: NaN where a seed's split does not have the row.

    Attributes:
        measured: losses of the rows, or hits as 1 and 0.
        values: the metric spread over the rows, so that its mean over a seed's rows is that seed's metric.
        by_seed: the metric, ``[seeds]``.
        fewest_rows: that an interval takes.
    """

    seeds: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    measured: Floats
    values: Floats
    by_seed: Floats
    fewest_rows: int

    def too_few(self, n_rows: int) -> str:
        """Say that so many rows are too few for an interval; empty where they are not."""
        return f"fewer than {self.fewest_rows} rows" if 1 < n_rows < self.fewest_rows else ""


def population_rows(
    complete: pd.DataFrame, records: RowRecords, *, task: TaskName, groups: Mapping[Split, Group]
) -> pd.DataFrame:
    """Return the population rows of every condition that has them.

    Args:
        complete: the complete trials, with columns ``<point>_<metric>`` of val and, where shown, of test.
        records: the kept rows.
        task: ``classification`` or ``regression``.
        groups: for every split with rows to show, its conditions and what they are compared with.

    Returns:
        Columns as `split_rows` has them. A condition needs two complete trials, all of which kept their rows.
    """
    by_label = _by_condition(complete)
    found: list[dict[str, Any]] = []
    for split, group in groups.items():
        for number, point in enumerate(POINTS):
            kept = records.at(split, point)
            for metric in _metrics(split, task):
                samples = {
                    label: _sample(by_label[label], kept, column_of(metric, task), f"{point}_", split)
                    for label in group.labels
                    if label in by_label and _is_measured(by_label[label], kept, metric)
                }
                found += _compared(samples, group, number, metric)
    return pd.DataFrame(found)


def _by_condition(complete: pd.DataFrame) -> dict[str, _Trials]:
    ordered = complete.sort_values("seed")
    columns = {str(name): ordered[name].to_numpy() for name in ordered.columns if str(name).startswith(tuple(POINTS))}
    ids, seeds = ordered["trial"].to_numpy(dtype=object), ordered["seed"].to_numpy(dtype=np.int64)
    places = ordered.reset_index(drop=True).groupby("condition").indices
    return {
        str(label): _Trials(list(ids[at]), seeds[at], {name: column[at] for name, column in columns.items()})
        for label, at in places.items()
    }


def _metrics(split: Split, task: TaskName) -> tuple[str, ...]:
    columns = [metric.column for metric in TASKS[task].metrics_of_rows]
    gaps = [f"{column}_gap" for column in columns] if split == "val" else []
    return (*(f"{split}_{column}" for column in columns), *gaps)


def _is_measured(trials: _Trials, kept: Mapping[str, TrialRows], metric: str) -> bool:
    records = [kept.get(trial) for trial in trials.ids]
    return len(records) > 1 and all(
        record is not None and (record.correct is not None or not _is_hit(metric)) for record in records
    )


def _is_hit(metric: str) -> bool:
    return column_of(metric).metric.of_rows == "hits"


def _sample(trials: _Trials, kept: Mapping[str, TrialRows], column: MetricColumn, prefix: str, split: Split) -> _Sample:
    """Spread a metric over rows.

    A loss, a hit and the gaps of both are means over rows as they stand. The root of a mean is not: there the rows get
    the metric plus their share in it to first order (the delta method), d rmse = rmse / (2 loss) d loss.
    """
    records = [kept[trial] for trial in trials.ids]
    is_hit = column.metric.of_rows == "hits"
    rows, cells = _laid_out([r.numbers for r in records], [r.correct if is_hit else r.losses for r in records])
    by_seed, slope = trials.metrics[prefix + column.name], np.ones(len(records))
    if column.is_gap:
        slope = column.metric.sign * slope
    if column.metric.is_root:
        root, loss = (trials.metrics[f"{prefix}{split}_{name}"] for name in (column.metric.column, LOSS))
        slope = slope * np.divide(root, 2 * loss, out=np.zeros_like(loss), where=loss > 0)
    deviations = cells - np.nanmean(cells, axis=1, keepdims=True)
    values = by_seed[:, None] + slope[:, None] * deviations
    return _Sample(trials.seeds, rows, cells, values, by_seed, column.metric.fewest_rows)


def _laid_out(numbers: list[npt.NDArray[np.int64]], values: list[Any]) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the union of the seeds' rows, and ``[seeds, rows]`` on it."""
    if all(np.array_equal(own, numbers[0]) for own in numbers[1:]):
        return numbers[0], np.stack(values).astype(np.float64)
    rows = np.unique(np.concatenate(numbers))
    cells = np.full((len(values), len(rows)), np.nan)
    for seed, (own, row_values) in enumerate(zip(numbers, values, strict=True)):
        cells[seed, np.searchsorted(rows, own)] = row_values
    return rows, cells


def _compared(samples: Mapping[str, _Sample], group: Group, point: int, metric: str) -> Iterator[dict[str, Any]]:
    for position, label in enumerate(group.labels):
        if label not in samples:
            continue
        sample = samples[label]
        alone = _attempted(partial(_alone, sample, metric))
        row = {"condition": label, "metric": metric, "point": POINTS[point], "n": len(sample.seeds)}
        mean = alone.mean if np.isfinite(alone.mean) else sample.by_seed.mean()
        row |= {"mean": mean, "sd": sample.by_seed.std(ddof=1), "ci95_low": alone.low, "ci95_high": alone.high}
        row |= {"no_interval": alone.missing} | _methods(sample, POINTS[point], metric)
        baseline, best = group.baseline[position], group.best[position, point]
        differences = {
            other: _difference(sample, samples.get(group.labels[other]), metric)
            for other in {baseline, best} - {-1, position}
        }
        for name, other in (("difference", baseline), ("difference_to_best", best)):
            if other in differences:
                found = differences[other][1]
                row |= {name: found.mean, f"{name}_ci95_low": found.low, f"{name}_ci95_high": found.high}
        if baseline in differences:
            n_pairs, found = differences[baseline]
            row |= {"n_pairs": n_pairs, "p": found.p, "no_test": found.missing}
        yield row


def _attempted(estimate: Callable[[], CrossedInterval]) -> CrossedInterval:
    """Return an estimate; one that cannot be computed is missing, with the reason, and takes no other one down."""
    try:
        return estimate()
    except (ArithmeticError, ValueError) as error:
        return CrossedInterval(np.nan, np.nan, np.nan, np.nan, f"not computed: {error}")


def _methods(sample: _Sample, point: str, metric: str) -> dict[str, str]:
    if np.isnan(sample.values).any():
        return dict.fromkeys(("interval_method", "test_method"), METHOD_OF_SHARED_ROWS)
    is_chosen_here = point != "last" and not metric.startswith("test")
    return {"interval_method": METHOD, "test_method": METHOD_AT_CHOSEN_EPOCH if is_chosen_here else METHOD}


def _alone(sample: _Sample, metric: str) -> CrossedInterval:
    if missing := sample.too_few(len(sample.rows)):
        return CrossedInterval(float(sample.by_seed.mean()), np.nan, np.nan, np.nan, missing)
    if not _is_hit(metric):
        return crossed_interval(sample.values, CONFIDENCE)
    train = sample.by_seed + np.nanmean(sample.measured, axis=1)  # as gap = train - share
    return crossed_share(sample.measured, train if column_of(metric).is_gap else None, CONFIDENCE)


def _difference(sample: _Sample, reference: _Sample | None, metric: str) -> tuple[int, CrossedInterval]:
    """Return the number of pairs, and the difference on the seeds and rows that both have."""
    if reference is None:
        return 0, CrossedInterval(np.nan, np.nan, np.nan, np.nan, NO_PAIR)
    left, right = sample.values, reference.values
    if not (np.array_equal(sample.seeds, reference.seeds) and np.array_equal(sample.rows, reference.rows)):
        _, seed, other_seed = np.intersect1d(sample.seeds, reference.seeds, return_indices=True)
        _, row, other_row = np.intersect1d(sample.rows, reference.rows, return_indices=True)
        left, right = left[np.ix_(seed, row)], right[np.ix_(other_seed, other_row)]
    if not left.size:
        return 0, CrossedInterval(np.nan, np.nan, np.nan, np.nan, NO_PAIR)
    is_loss = not _is_hit(metric)
    if missing := sample.too_few(left.shape[1]):
        return len(left), CrossedInterval(float(np.nanmean(left - right)), np.nan, np.nan, np.nan, missing)
    return len(left), _attempted(
        lambda: crossed_interval(left - right, CONFIDENCE, is_skewed=is_loss, has_rare_rows=is_loss)
    )
