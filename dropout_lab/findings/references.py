"""What the nets are held against: the trivial predictor and a linear model on the same rows, and who does better.

Owns when a net counts as better than a reference. On one split a reference is a fixed number, so the seeds of the nets
alone decide; where every seed has its own split, net and reference are paired by seed. The best of several conditions
is lucky too, so its interval is as wide as Bonferroni's correction over them asks.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dropout_lab.findings.effects import LEVEL, Estimate, mean_over
from dropout_lab.metrics import TASKS, Metric, TaskName, curve_columns
from dropout_lab.results import test_split_metrics

if TYPE_CHECKING:
    from dropout_lab.findings.study import StudyView

Reading = Literal["beats", "worse", "not shown"]


@dataclass(frozen=True)
class Reference:
    """What a predictor that is no net does on the rows of a condition.

    Attributes:
        name: ``trivial`` or ``linear_model``; its task says what it is called.
        values: column of a metric, such as `val_loss` -> its mean over splits; what is not finite is left out.
        n_splits: how many splits these are means over.
    """

    name: str
    values: Mapping[str, float]
    n_splits: int

    def estimate(self, metric: str) -> Estimate | None:
        """Return a metric as a number without an interval; None where there is none."""
        return Estimate(self.n_splits, self.values[metric], None, None) if metric in self.values else None


@dataclass(frozen=True)
class Standing:
    """The best net of some rows against a reference on the same rows, by one val metric at one point.

    Attributes:
        reference: its name.
        metric: column, such as `val_loss`.
        point: of the nets' training.
        label: the condition with the best mean.
        net: its mean.
        value: the reference's, a mean over splits.
        difference: net minus reference, over the seeds; its interval is one for all conditions at once.
        reading: ``beats`` or ``worse``: for sure, or, of one seed, as it stands; ``not shown``: the interval of the
            difference holds 0.
    """

    reference: str
    metric: str
    point: str
    label: str
    net: Estimate
    value: float
    difference: Estimate
    reading: Reading


@dataclass(frozen=True)
class AgainstReferences:
    """All nets that saw the same rows, against the references of these rows.

    Attributes:
        settings: of the data, by path, that tell these rows from others of the study; empty where all share them.
        labels: the conditions.
        standings: by metric, then reference.
        worse_at_last: conditions that have a val loss above the trivial predictor's at the last epoch, for sure,
            though not at their best epochs.
    """

    settings: Mapping[str, str]
    labels: tuple[str, ...]
    standings: tuple[Standing, ...]
    worse_at_last: tuple[str, ...]

    def of(self, metric: str) -> tuple[Standing, ...]:
        """Return the standings by one metric."""
        return tuple(standing for standing in self.standings if standing.metric == metric)


class ReferenceTable:
    """The rows of references.csv, by condition.

    Args:
        references: the frame; without rows for a folder that an older version wrote.
        task: the study's.
    """

    def __init__(self, references: pd.DataFrame, task: TaskName) -> None:
        names = [column.name for column in curve_columns(task) if column.role != "objective"]
        names += test_split_metrics(task)
        self._of: dict[str, dict[str, dict[int | None, dict[str, float]]]] = {}
        known = references[references["reference"].isin(TASKS[task].references)]
        for cells in known.to_dict("records"):
            seed = None if pd.isna(cells["seed"]) else int(cells["seed"])
            values = {name: float(cells[name]) for name in names if math.isfinite(cells[name])}
            of_condition = self._of.setdefault(str(cells["condition"]), {})
            of_condition.setdefault(str(cells["reference"]), {})[seed] = values

    def of(self, condition: str) -> tuple[Reference, ...]:
        """Return the references of a condition's rows, simplest first."""
        return tuple(_mean(name, list(splits.values())) for name, splits in self._of.get(condition, {}).items())

    def value(self, condition: str, reference: str, metric: str, seed: int) -> float:
        """Return a reference's metric on the rows of a seed; nan where there is none."""
        by_seed = self._of.get(condition, {}).get(reference, {})
        return by_seed.get(seed, by_seed.get(None, {})).get(metric, math.nan)


def _mean(name: str, splits: Sequence[Mapping[str, float]]) -> Reference:
    columns = [column for column in splits[0] if all(column in split for split in splits)]
    means = {column: math.fsum(split[column] for split in splits) / len(splits) for column in columns}
    return Reference(name, means, len(splits))


def read_against_references(study: "StudyView") -> tuple[AgainstReferences, ...]:
    """Return the nets of a study against its references, one record for all that saw the same rows, in table order.

    Conditions at other tuned settings than the config's own are left out, and so are those without a complete trial.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for label in study.reported:
        references = study.references(label)
        if references and study.trials.knows(label):
            key = tuple((one.name, tuple(one.values.items())) for one in references)
            groups.setdefault(key, []).append(label)
    return tuple(_against(study, labels, is_only=len(groups) == 1) for labels in groups.values())


def _against(study: "StudyView", labels: Sequence[str], *, is_only: bool) -> AgainstReferences:
    of_data = {path: text for path, text in study.conditions[labels[0]].settings.items() if path.startswith("data.")}
    worse = [
        label
        for label in labels
        if _reading(study, label, "last", len(labels)) == "worse"
        and _reading(study, label, "best", len(labels)) == "beats"
    ]
    standings = tuple(_standings(study, labels))
    return AgainstReferences({} if is_only else of_data, tuple(labels), standings, tuple(worse))


def _standings(study: "StudyView", labels: Sequence[str]) -> Iterator[Standing]:
    for metric in _ranked(study.task):
        column = f"val_{metric.column}"
        means = {label: mean for label in labels if (mean := study.estimate(label, column, "best")) is not None}
        if not means:
            continue
        best = min(means, key=lambda label: metric.sign * means[label].value)
        for reference in study.references(best):
            difference = _difference(study, best, reference.name, column, "best", len(means))
            if difference is not None and column in reference.values:
                reading = _read(difference, metric)
                value = reference.values[column]
                yield Standing(reference.name, column, "best", best, means[best], value, difference, reading)


def _ranked(task: TaskName) -> Iterator[Metric]:
    """Yield the metrics by which one predictor may be better than another; the root of a loss ranks as the loss."""
    return (metric for metric in TASKS[task].metrics if metric.better and not metric.is_root)


def _difference(study: "StudyView", label: str, reference: str, column: str, point: str, n: int) -> Estimate | None:
    """Return net minus reference, with an interval that holds for `n` conditions at once."""
    nets = study.trials.by_seed(f"{point}_{column}", label)
    table = study.reference_table
    differences = [value - table.value(label, reference, column, seed) for seed, value in nets.items()]
    return mean_over(differences, 1 - LEVEL / n)


def _reading(study: "StudyView", label: str, point: str, n: int) -> Reading | None:
    """Compare a condition's val loss with the trivial predictor's."""
    difference = _difference(study, label, "trivial", "val_loss", point, n)
    return None if difference is None else _read(difference, TASKS[study.task].loss)


def _read(difference: Estimate, metric: Metric) -> Reading:
    if difference.has_interval and not difference.excludes_zero:
        return "not shown"
    return "beats" if metric.sign * difference.value < 0 else "worse"
