"""Whether 95 % intervals cover the truth 95 times in 100, end to end: draw rows, split, train nets, summarise, compare.

A population is known: rows can be drawn from it without end. Each study takes a finite sample, trains small nets with
and without dropout, and `summarise` gives its intervals; the truth comes from more seeds (estimand split) and from
fresh rows (estimand population). Prints Markdown tables for docs/statistics.md.

    python benchmarks/interval_coverage.py                               three quarters of an hour on one core
    python benchmarks/interval_coverage.py --studies 100 --splits 4      a rough look
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from dropout_lab.evaluation import Rows
from dropout_lab.metrics import curve_metrics
from dropout_lab.model import Architecture
from dropout_lab.optimizers import UpdateSettings
from dropout_lab.results import POINTS, RowRecords, TrialRows
from dropout_lab.statistics import summarise
from dropout_lab.training import CohortData, CohortSettings, CohortTraining, ConditionSettings

Floats = npt.NDArray[np.float64]

N_FEATURES = 6
RATES = (0.0, 0.5)
LABELS = ("rate=0", "rate=0.5")
SHOWN_POINTS = ("last", "best")
METRICS = ("val_loss", "loss_gap", "val_accuracy", "accuracy_gap")
SIZES = (5, 10, 20)


@dataclass(frozen=True)
class Design:
    """A kind of study.

    Attributes:
        name: as in the tables.
        n_train, n_val: rows of the sample.
        splits_anew: whether every seed has a split of its own.
        n_fresh: rows that the truth is measured on.
        epochs: of training.
    """

    name: str
    n_train: int = 60
    n_val: int = 60
    splits_anew: bool = False
    n_fresh: int = 4000
    epochs: int = 20


DESIGNS = (
    Design("one split, 60 val rows"),
    Design("one split, 500 val rows", n_val=500),
    Design("a split per seed, 60 val rows", splits_anew=True),
)


@dataclass(frozen=True)
class Trained:
    """What a study's nets do.

    Attributes:
        row_numbers: of the val rows in the sample, ``[seeds, rows]``.
        metrics: by point and metric, ``[conditions, seeds]``.
        fresh: loss and accuracy on fresh rows by point, ``[conditions, seeds]`` each.
        rows: loss and correctness of every val row by point, ``[conditions, seeds, rows]`` each.
    """

    row_numbers: npt.NDArray[np.int64]
    metrics: dict[tuple[str, str], Floats]
    fresh: dict[str, tuple[Floats, Floats]]
    rows: dict[str, tuple[Floats, npt.NDArray[np.bool_]]]

    @property
    def n_seeds(self) -> int:
        """Seeds of every condition."""
        return len(self.row_numbers)

    def on_fresh_rows(self, metric: str, point: str) -> Floats:
        """Return a metric of every trial with fresh rows in place of val, ``[conditions, seeds]``."""
        loss, accuracy = self.fresh[point]
        gaps = {
            "loss_gap": lambda: loss - self.metrics[point, "train_loss"],
            "accuracy_gap": lambda: self.metrics[point, "train_accuracy"] - accuracy,
        }
        return gaps[metric]() if metric in gaps else loss if metric == "val_loss" else accuracy


def draw_rows(n_rows: int, seed: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Draw rows of two overlapping classes that no straight line separates."""
    draws = np.random.default_rng(seed)
    targets = draws.integers(0, 2, n_rows)
    features = draws.normal(size=(n_rows, N_FEATURES))
    features[:, 0] += np.where(targets == 1, 1.0, -1.0)
    features[:, 1] += np.where((targets == 1) ^ (features[:, 2] > 0), 0.7, -0.7)
    return features.astype(np.float32), targets


def train_study(design: Design, number: int, n_seeds: int) -> Trained:
    """Draw the sample of study `number`, split it and train every rate with `n_seeds` seeds."""
    features, targets = draw_rows(design.n_train + design.n_val, number)
    n_splits = n_seeds if design.splits_anew else 1
    order = np.stack([np.random.default_rng((number, split)).permutation(len(targets)) for split in range(n_splits)])
    in_train, in_val = order[:, : design.n_train], order[:, design.n_train :]
    train, val = (_rows(features[chosen], targets[chosen]) for chosen in (in_train, in_val))
    fresh_features, fresh_targets = draw_rows(design.n_fresh, 10**9)
    fresh = _rows(fresh_features[None], fresh_targets[None])
    settings = CohortSettings(
        Architecture((N_FEATURES, 16, 2)),
        tuple(ConditionSettings((0.0, rate), UpdateSettings(0.02)) for rate in RATES),
        tuple(range(number * n_seeds, (number + 1) * n_seeds)),
        batch_size=20,
        epochs=design.epochs,
    )
    training = CohortTraining(settings, CohortData(train, train, val, fresh, np.ones(n_splits)))
    records = [record for record in training.epochs() if record is not None]
    result = training.finish(keep_rows=True)
    shape, trials = (len(RATES), n_seeds), np.arange(len(RATES) * n_seeds)
    true_classes = np.broadcast_to(targets[in_val], (n_seeds, design.n_val))
    columns = {name: np.stack([record.metrics[name] for record in records]) for name in curve_metrics("classification")}
    return Trained(
        row_numbers=np.broadcast_to(in_val, (n_seeds, design.n_val)),
        metrics={
            (point, name): column[result.point_index[point], trials].reshape(shape)
            for point in POINTS
            for name, column in columns.items()
        },
        fresh={
            point: (one.loss.reshape(shape), one.values["accuracy"].reshape(shape))
            for point, one in result.test.items()
        },
        rows={
            point: (losses.reshape(*shape, -1).astype(np.float64), predicted.reshape(*shape, -1) == true_classes)
            for (split, point), (losses, predicted) in result.rows.items()
            if split == "val"
        },
    )


def _rows(features: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> Rows:
    return Rows(torch.from_numpy(features), torch.from_numpy(targets))


@dataclass(frozen=True)
class KeptInMemory(RowRecords):
    """The rows of some seeds of a study, as if read from its folder."""

    study: Trained
    seeds: Sequence[int]

    def at(self, split: Literal["val", "test"], point: str) -> dict[str, TrialRows]:
        """Return the rows of every trial; there is no test split."""
        losses, correct = self.study.rows[point]
        numbers = self.study.row_numbers
        return {
            f"{label}/{seed}": TrialRows(numbers[seed], losses[i, seed].astype(np.float32), correct[i, seed])
            for i, label in enumerate(LABELS)
            for seed in self.seeds
            if split == "val"
        }


def summary_of(study: Trained, seeds: Sequence[int], *, keeps_rows: bool) -> pd.DataFrame:
    """Return the summary of a study that had only these seeds; without rows it has the estimand split alone."""
    trials = pd.DataFrame(
        {
            "trial": [f"{label}/{seed}" for label in LABELS for seed in seeds],
            "condition": np.repeat(LABELS, len(seeds)),
            "rate": np.repeat(RATES, len(seeds)),
            "input_rate": 0.0,
            "seed": np.tile(seeds, len(LABELS)),
            "status": "complete",
            **{f"{point}_{name}": values[:, seeds].ravel() for (point, name), values in study.metrics.items()},
        }
    )
    baselines = dict.fromkeys(LABELS, LABELS[0])
    rows = KeptInMemory({}, study, seeds) if keeps_rows else None
    return summarise(trials, None, task="classification", baselines=baselines, rows=rows)


@dataclass(frozen=True)
class Interval:
    """One interval of a summary, and the truth that it should cover.

    Attributes:
        what: the condition's label, or `difference`.
        stretch: how much wider it must be to cover a truth that is itself the mean of a few seeds.
    """

    estimand: str
    point: str
    metric: str
    what: str
    n: int
    low: float
    high: float
    truth: float
    stretch: float = 1.0

    @property
    def covers(self) -> bool:
        """Tell whether the truth lies inside."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2 * self.stretch
        return middle - half <= self.truth <= middle + half


def intervals_of(
    summary: pd.DataFrame, estimand: str, truth: Mapping[tuple[str, str], Floats], stretch: float = 1.0
) -> Iterator[Interval]:
    """Yield the intervals of both conditions and of their difference, beside the truth by point and metric."""
    rows = summary[summary["estimand"] == estimand].set_index(["point", "metric", "condition"])
    for (point, metric), (of_baseline, of_condition) in truth.items():
        truths = {LABELS[0]: of_baseline, LABELS[1]: of_condition, "difference": of_condition - of_baseline}
        for what, value in truths.items():
            prefix, condition = ("difference_", LABELS[1]) if what == "difference" else ("", what)
            low, high = (float(rows.at[(point, metric, condition), f"{prefix}ci95_{end}"]) for end in ("low", "high"))  # type: ignore[arg-type]
            yield Interval(estimand, point, metric, what, int(rows["n"].iloc[0]), low, high, float(value), stretch)


def population_intervals(design: Design, n_studies: int, n_truth: int) -> list[Interval]:
    """Return the population intervals of many samples, and the split intervals held against the same truth.

    With one split the truth is what this train split's nets do on fresh rows, over `n_truth` seeds of their own; with a
    split per seed, what nets do over all samples.
    """
    n_own = max(SIZES)
    studies = [
        train_study(design, number, n_own + (0 if design.splits_anew else n_truth)) for number in range(n_studies)
    ]
    places = [(point, metric) for point in SHOWN_POINTS for metric in METRICS]
    on_fresh = {place: np.stack([study.on_fresh_rows(place[1], place[0]) for study in studies]) for place in places}
    found: list[Interval] = []
    common = {place: values.mean((0, 2)) for place, values in on_fresh.items()}
    for number, study in enumerate(studies):
        truth = common
        if not design.splits_anew:
            truth = {place: values[number, :, n_own:].mean(1) for place, values in on_fresh.items()}
        for n in SIZES:
            summary = summary_of(study, range(n), keeps_rows=True)
            found += [*intervals_of(summary, "population", truth), *intervals_of(summary, "split", truth)]
    return found


def split_intervals(design: Design, n_studies: int, n_seeds: int) -> list[Interval]:
    """Return the split intervals of many groups of seeds of a few samples; the truth is the mean of all other seeds."""
    found: list[Interval] = []
    for number in range(n_studies):
        study = train_study(design, number, n_seeds)
        for n in SIZES:
            for start in range(0, n_seeds - n + 1, n):
                others = np.ones(n_seeds, dtype=bool)
                others[start : start + n] = False
                truth = {
                    (point, metric): study.metrics[point, metric][:, others].mean(1)
                    for point in SHOWN_POINTS
                    for metric in METRICS
                }
                stretch = float(np.sqrt(1 + n / (n_seeds - n)))
                summary = summary_of(study, range(start, start + n), keeps_rows=False)
                found += intervals_of(summary, "split", truth, stretch)
    return found


def table_of(intervals: Iterable[Interval]) -> str:
    """Return the share of intervals that cover, in %, as a Markdown table with a column per number of seeds."""
    frame = pd.DataFrame([{**vars(one), "covers": 100 * one.covers} for one in intervals if np.isfinite(one.low)])
    shares = frame.pivot_table("covers", ["point", "metric", "what"], "n", sort=False)
    counts = frame.pivot_table("covers", ["point", "metric", "what"], "n", aggfunc="size", sort=False)
    lines = [
        f"| point | metric | of | {' | '.join(f'{n} seeds' for n in shares)} |",
        "|---" * (3 + shares.shape[1]) + "|",
    ]
    for place, row in zip(shares.index, shares.to_numpy(), strict=True):
        lines.append(f"| {' | '.join(place)} | {' | '.join(f'{share:.1f}' for share in row)} |")
    return "\n".join([*lines, "", f"Intervals per cell: {int(counts.min().min()):,} to {int(counts.max().max()):,}."])


def main() -> None:
    """Print a table per design and estimand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000, help="samples for the estimand population")
    parser.add_argument("--splits", type=int, default=24, help="samples for the estimand split, of 400 seeds each")
    parser.add_argument("--design", type=int, choices=range(len(DESIGNS)), help="one of the designs alone")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for design in DESIGNS if arguments.design is None else [DESIGNS[arguments.design]]:
        started = time.perf_counter()
        on_split = split_intervals(design, arguments.splits, 400)
        on_new_rows = population_intervals(design, arguments.studies, 60)
        print(f"\n## {design.name} ({time.perf_counter() - started:.0f} s)")
        tables = {
            "split": on_split,
            "population": [one for one in on_new_rows if one.estimand == "population"],
            "split, taken for population": [one for one in on_new_rows if one.estimand == "split"],
        }
        for title, intervals in tables.items():
            print(f"\n### {title}\n\n{table_of(intervals)}", flush=True)


if __name__ == "__main__":
    main()
