"""Whether intervals for new rows cover where row losses have heavy tails: the lab's own nets are the population.

Forty nets with and forty without dropout are trained once, on data of four sorts, and measured on many val rows. These
nets and rows are the population: its means are known. A study draws some of the nets and some of the rows, and
`summarise` gives its intervals, as it would for a user's study. Prints Markdown tables for docs/statistics.md.

    python -m benchmarks.heavy_tails                    half an hour on one core; MNIST where $DROPOUT_LAB_DATA has it
    python -m benchmarks.heavy_tails --studies 50       a rough look
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

import dropout_lab as dl
from dropout_lab.metrics import TASKS, curve_metrics
from dropout_lab.results import POINTS, RowRecords, TrialRows, read_results, read_rows
from dropout_lab.statistics import summarise

N_NETS = 40
SEEDS, ROWS = (3, 5, 10, 20), (60, 100, 200, 300, 1000)
LABELS = ("rate=0", "rate=0.5")
COMMON = ("data.test_size=0", "data.label_noise=0", "dropout.rates=[0.5]")
POPULATIONS: Mapping[str, tuple[str, Sequence[str]]] = {
    "digits": ("digits", ["data.train_size=300", "data.val_size=1490"]),
    "MNIST": (
        "mnist_small",
        ["data.train_size=1000", "data.val_size=10000", "model.hidden=[256,256]", "training.epochs=25"],
    ),
    "a table (breast cancer)": ("breast_cancer", ["data.train_size=120", "data.val_size=445"]),
    "regression (diabetes)": (
        "digits",
        ["data.source=diabetes", "data.train_size=120", "data.val_size=320", "model.hidden=[32]"],
    ),
}
SHOWN = ("mean", "difference")


@dataclass(frozen=True)
class Population:
    """Nets and rows.

    Attributes:
        train: metrics on train by point and name, ``[conditions, nets]``.
        losses, hits: of every net on every val row by point, ``[conditions, nets, rows]``; no hits in regression.
        root_scale: of the RMSE: the target's standard deviation; 1 for classes.
    """

    task: str
    train: Mapping[tuple[str, str], npt.NDArray[np.float64]]
    losses: Mapping[str, npt.NDArray[np.float64]]
    hits: Mapping[str, npt.NDArray[np.bool_]]
    root_scale: float


def train_population(config: str, settings: Sequence[str], folder: Path) -> Population:
    """Train the nets of a population and read what they do on its rows."""
    path = dl.run(config, [*COMMON, *settings], seeds=N_NETS, out=folder, progress=False).path
    results, records = read_results(path), read_rows(path)
    trials = results.trials.sort_values(["condition", "seed"])
    ids = trials["trial"].to_numpy().reshape(len(LABELS), N_NETS)
    kept = {point: records.at("val", point) for point in POINTS}
    task = TASKS[results.manifest["task"]]
    scores = [metric.column for metric in (task.loss, task.score)]
    losses = {point: np.stack([[of[one].losses for one in row] for row in ids]) for point, of in kept.items()}
    root = (
        float((trials["last_val_rmse"] ** 2 / trials["last_val_loss"]).median()) ** 0.5 if task.score.is_root else 1.0
    )
    return Population(
        task.name,
        {
            (point, name): trials[f"{point}_train_{name}"].to_numpy().reshape(ids.shape)
            for point in POINTS
            for name in scores
        },
        {point: values.astype(np.float64) for point, values in losses.items()},
        {point: np.stack([[of[one].correct for one in row] for row in ids]) for point, of in kept.items()}
        if task.predicts_classes
        else {},
        root,
    )


@dataclass(frozen=True)
class Sample(RowRecords):
    """Some nets and rows of a population, as a study that kept its rows."""

    of: Population
    nets: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def at(self, split: Literal["val", "test"], point: str) -> dict[str, TrialRows]:
        """Return the rows of every trial; there is no test split."""
        if split == "test":
            return {}
        losses, hits = (self._drawn(of, point) for of in (self.of.losses, self.of.hits))
        numbers = np.arange(len(self.rows))
        return {
            f"{label}/{seed}": TrialRows(
                numbers, losses[i, seed].astype(np.float32), hits[i, seed] if hits is not None else None
            )
            for i, label in enumerate(LABELS)
            for seed in range(len(self.nets))
        }

    def _drawn(self, of: Mapping[str, npt.NDArray[Any]], point: str) -> Any:
        return of[point][:, self.nets][:, :, self.rows] if of else None

    def trials(self) -> pd.DataFrame:
        """Return the trials, with the metrics that these rows give."""
        n, task = len(self.nets), TASKS[self.of.task]
        columns: dict[str, Any] = {
            "trial": [f"{label}/{seed}" for label in LABELS for seed in range(n)],
            "condition": np.repeat(LABELS, n),
            "rate": np.repeat([0.0, 0.5], n),
            "input_rate": 0.0,
            "seed": np.tile(np.arange(n), len(LABELS)),
            "status": "complete",
        }
        columns |= {f"{point}_{name}": np.nan for point in POINTS for name in curve_metrics(self.of.task)}
        for point in POINTS:
            val = self.val_metrics(point)
            for metric in (task.loss, task.score):
                train, own = self.of.train[point, metric.column][:, self.nets], val[metric.column]
                columns[f"{point}_train_{metric.column}"] = train.ravel()
                columns[f"{point}_val_{metric.column}"] = own.ravel()
                columns[f"{point}_{metric.column}_gap"] = metric.gap(train, own).ravel()
        return pd.DataFrame(columns)

    def val_metrics(self, point: str) -> dict[str, npt.NDArray[np.float64]]:
        """Return loss and score on these rows: ``[conditions, nets]``."""
        loss, hits = self._drawn(self.of.losses, point).mean(-1), self._drawn(self.of.hits, point)
        score = hits.mean(-1) if hits is not None else self.of.root_scale * np.sqrt(loss)
        return {"loss": loss, TASKS[self.of.task].score.column: score}


def intervals(population: Population, n_studies: int, draws: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Yield every interval of studies of every size: whether it is given, and whether it holds the truth."""
    n_all = population.losses["last"].shape[-1]
    whole = Sample({}, population, np.arange(N_NETS), np.arange(n_all)).val_metrics("last")
    baselines = dict.fromkeys(LABELS, LABELS[0])
    for n_rows in ROWS:
        for n_seeds in SEEDS:
            for _ in range(n_studies):
                sample = Sample({}, population, draws.integers(0, N_NETS, n_seeds), draws.integers(0, n_all, n_rows))
                found = summarise(sample.trials(), None, task=population.task, baselines=baselines, rows=sample)
                at_last = found[(found["estimand"] == "population") & (found["point"] == "last")]
                for name, values in whole.items():
                    means = values.mean(1)
                    for row in at_last[at_last["metric"] == f"val_{name}"].to_dict("records"):
                        is_baseline = row["condition"] == LABELS[0]
                        truths = {"mean": means[0 if is_baseline else 1], "difference": means[1] - means[0]}
                        for what in SHOWN[: 1 if is_baseline else 2]:
                            prefix = "" if what == "mean" else "difference_"
                            low, high = row[f"{prefix}ci95_low"], row[f"{prefix}ci95_high"]
                            yield {
                                "metric": f"val {name}",
                                "of": what,
                                "rows": n_rows,
                                "seeds": n_seeds,
                                "is_given": np.isfinite(low) and np.isfinite(high),
                                "covers": low <= truths[what] <= high,
                            }


def tables_of(found: pd.DataFrame) -> str:
    """Return the coverage of the intervals that are given, by rows and seeds, and the share withheld, in %."""
    given = found[found["is_given"]]
    cover = 100 * given.groupby(["population", "metric", "of", "rows", "seeds"], sort=False)["covers"].mean()
    sizes = found.groupby(["population", "metric", "of", "rows"], sort=False)
    withheld = 100 * (1 - sizes["is_given"].mean())
    lines = [
        f"| population | metric | of | {' | '.join(f'{n:,} rows' for n in ROWS)} |",
        "|---" * (3 + len(ROWS)) + "|",
    ]
    for place in dict.fromkeys(key[:-1] for key in withheld.index):
        cells = []
        for n in ROWS:
            shares = [f"{cover[(*place, n, s)]:.0f}" if (*place, n, s) in cover else "–" for s in SEEDS]
            cells.append(f"{', '.join(shares)} ({withheld[(*place, n)]:.0f})" if set(shares) != {"–"} else "– (100)")
        lines.append(f"| {' | '.join(place)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the coverage of the intervals for new rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=400, help="drawn for each number of rows and seeds")
    parser.add_argument("--population", choices=POPULATIONS, action="append", help="this one alone")
    arguments = parser.parse_args()
    found = []
    for name in arguments.population or POPULATIONS:
        if name == "MNIST" and "DROPOUT_LAB_DATA" not in os.environ:
            print("MNIST is left out: DROPOUT_LAB_DATA names no folder that holds it.")
            continue
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            population = train_population(*POPULATIONS[name], Path(folder))
        of_nets = pd.DataFrame(intervals(population, arguments.studies, np.random.default_rng(0)))
        found.append(of_nets.assign(population=name))
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    print(
        f"\nOf 100 intervals, how many hold the truth at {', '.join(map(str, SEEDS))} seeds (in brackets: withheld).\n"
    )
    print(tables_of(pd.concat(found)))


if __name__ == "__main__":
    main()
