"""How often each kind of sentence of the verdict is wrong where there is nothing to find, and right where there is.

Studies are drawn whose truth is known, curve by curve and row by row, and judged by the real summary and the real
verdict. Under the null all conditions draw from one distribution, val loss is flat but for its wobble, and train rows
are rows like any other: every sentence that finds something is an error. A linear model is as good as the nets there,
and a fifth worse where there is an effect. With an effect, dropout lowers val loss, the
baseline's gap is wide and its val loss turns up. Prints Markdown tables for docs/statistics.md.

    python -m benchmarks.verdict_errors                    a quarter of an hour on one core
    python -m benchmarks.verdict_errors --studies 100      a rough look
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import METRICS, loss_gap
from dropout_lab.results import POINTS, Layout, Manifest, Results, RowRecords, TrialRows
from dropout_lab.statistics import summarise
from dropout_lab.verdict import verdict

N_EPOCHS, N_ROWS = 40, 200
SENTENCES: Mapping[str, str] = {
    "the baseline overfits": r"The baseline overfits",
    "more training made it worse": r"More training made it worse",
    "val loss still falls": r"still falls",
    "headline: dropout lowers val loss": r"^[^\n]*lowers val loss",
    "headline: dropout raises val loss": r"^[^\n]*raises val loss",
    "distinguishable, after correction": r"(?<!not )distinguishable from zero(?! if taken alone)",
    "it holds on new rows": r"it holds on new rows",
    "the gap shrinks": r"loss gap (shrinks|falls)",
    "every other condition is worse": r"every other condition is distinguishably worse",
    "better than a linear model": r"Yes: better than",
    "no net beats a linear model": r"[Nn]o net beats",
    "dropout takes longer": r"takes longer",
    "dropout is quicker": r"is quicker",
    "on test it is lower or higher": r"On test,[^.]* loss is (lower|higher)",
}

_SURE = r"it is (lower|higher) by [\d.]+ \[[\d.]+, [\d.]+\](?!, not)"
OF_GRIDS: Mapping[str, str] = {
    "dropout or weight decay: one of them, alone": r"(Dropout|Weight decay): at the best epochs its val loss is",
    "dropout and weight decay: both differ from one alone": rf"And val loss with both:[^\n]*?{_SURE}",
    "any of these two": rf"its val loss is lower by|And val loss with both:[^\n]*?{_SURE}",
}
"""Of a grid over weight decay, where each side is at the candidate that the other seeds chose."""
DECAY, DECAYS = "training.weight_decay", (0.0, 0.001, 0.01)


@dataclass(frozen=True)
class Truth:
    """What the conditions of a study are drawn from.

    Attributes:
        gap: val loss at the last epoch minus train loss, of the baseline.
        rise: val loss at the last epoch minus at its lowest, of the baseline.
        help: what dropout takes off val loss at the last epoch.
        delay: epochs by which dropout's best epoch comes later.
    """

    gap: float = 0.0
    rise: float = 0.0
    help: float = 0.0
    delay: int = 0


NULL, EFFECT = Truth(), Truth(gap=0.3, rise=0.1, help=0.1, delay=15)


@dataclass(frozen=True)
class Drawn(RowRecords):
    """The val rows of a study in memory."""

    rows: Mapping[str, Mapping[str, TrialRows]]

    def at(self, split: Literal["val", "test"], point: str) -> dict[str, TrialRows]:
        """Return the rows of every trial; of test none are kept."""
        return dict(self.rows[point]) if split == "val" else {}


def curve(truth: Truth, is_baseline: bool) -> npt.NDArray[np.float64]:
    """Return the expected val loss, epoch by epoch."""
    epochs = np.arange(1, N_EPOCHS + 1)
    if truth == NULL:
        return np.full(N_EPOCHS, 0.5)
    turn = 10 if is_baseline else min(10 + truth.delay, N_EPOCHS)
    last = 0.5 if is_baseline else 0.5 - truth.help
    lowest = last - (truth.rise if is_baseline else truth.rise / 5)
    return np.asarray(np.interp(epochs, [1, turn, N_EPOCHS], [1.0, lowest, last]))


@dataclass(frozen=True)
class Drawing:
    """A condition to draw: its label, and that of its baseline."""

    label: str
    rate: float
    swept: Mapping[str, float]
    baseline: str


def conditions_of(rates: tuple[float, ...], decays: tuple[float, ...]) -> list[Drawing]:
    """Return the baseline and every rate, by every value of weight decay where there are any."""
    grid: list[dict[str, float]] = [{DECAY: decay} for decay in decays] or [{}]
    names = ["".join(f" {path}={value}" for path, value in swept.items()) for swept in grid]
    return [
        Drawing(f"rate={rate or 0}{name}", rate, swept, f"rate=0{name}")
        for swept, name in zip(grid, names, strict=True)
        for rate in (0.0, *rates)
    ]


def draw_study(
    truth: Truth, n_seeds: int, rates: tuple[float, ...], draws: np.random.Generator, decays: tuple[float, ...] = ()
) -> Results:
    """Draw a study: rows first, which all nets meet, then seeds, then what each net makes of both."""
    conditions = conditions_of(rates, decays)
    difficulty = draws.gamma(0.7, size=N_ROWS)
    difficulty = difficulty / 0.7 - 1  # of each row, as a share of the loss; 0 on average over all rows that there are
    of_test, of_seed = draws.gamma(0.7, size=N_ROWS).mean() / 0.7 - 1, 0.02 * draws.normal(size=n_seeds)
    curves, trials, tests = [], [], []
    rows: dict[str, dict[str, TrialRows]] = {point: {} for point in POINTS}
    for label, rate, swept in ((one.label, one.rate, one.swept) for one in conditions):
        expected = curve(truth, rate == 0)
        for seed in range(n_seeds):
            wobble = _wobble(draws, 1)[0]
            own = expected + of_seed[seed] + 0.02 * draws.normal() + wobble
            val = own * (1 + difficulty.mean())
            train = own - (truth.gap if rate == 0 else truth.gap / 2) + 0.02 * draws.normal()
            at = {"last": N_EPOCHS - 1, "best": int(val.argmin()), "stop": int(val.argmin())}
            head = {
                "trial": f"{label}#{seed}",
                "condition": label,
                "rate": rate,
                "input_rate": 0.0,
                **swept,
                "seed": seed,
            }
            columns = _columns(train, val)
            curves.append(pd.DataFrame(head | {"epoch": np.arange(1, N_EPOCHS + 1)} | columns))
            trial = head | {"status": "complete", "epochs": N_EPOCHS, "wall_time_s": 1.0, "device": "cpu"}
            for point, index in at.items():
                trial |= {f"{point}_epoch": index + 1} | {f"{point}_{name}": v[index] for name, v in columns.items()}
                losses = own[index] * (1 + difficulty) + 0.05 * draws.normal(size=N_ROWS)
                losses = (losses - losses.mean() + val[index]).astype(np.float32)
                rows[point][f"{label}#{seed}"] = TrialRows(np.arange(N_ROWS), losses, losses < np.median(losses))
                test = own[index] * (1 + of_test)
                tests.append(head | {"point": point, "epoch": index + 1, "test_loss": test, "test_accuracy": 0.9})
            trials.append(trial)
    layout = Layout("classification", (DECAY,) if decays else ())
    tables = {
        "curves": _whole(pd.concat(curves), layout, "curves"),
        "trials": _whole(pd.DataFrame(trials), layout, "trials"),
        "test": _whole(pd.DataFrame(tests), layout, "test"),
    }
    baselines = {one.label: one.baseline for one in conditions}
    summary = summarise(
        tables["trials"],
        tables["test"],
        task="classification",
        baselines=baselines,
        rows=Drawn({}, rows),
        swept=layout.swept,
    )
    study = {
        "name": "drawn",
        "data": {"source": "digits", "split_seed": 0},
        "seeds": list(range(n_seeds)),
        "sweep": {DECAY: list(decays)} if decays else {},
    }
    linear = (expected_best(truth, rates) if truth == NULL else 1.2 * expected_best(truth, rates)) * (
        1 + difficulty.mean()
    )
    references = pd.DataFrame(
        {"condition": label, "seed": np.nan, "reference": name, "val_loss": value, "val_accuracy": 0.0}
        for label in baselines
        for name, value in (("trivial", 10.0), ("linear_model", linear))
    )
    references = _whole(references, layout, "references")
    manifest = _manifest(study, conditions)
    return Results(Path("drawn"), study, manifest, **tables, summary=summary, references=references)


@cache
def expected_best(truth: Truth, rates: tuple[float, ...]) -> float:
    """Return the expected val loss of the best condition at its best epochs, on rows of mean difficulty."""
    wobbles = _wobble(np.random.default_rng(0), 20_000)
    return min(float((curve(truth, rate == 0) + wobbles).min(axis=1).mean()) for rate in (0.0, *rates))


def _wobble(draws: np.random.Generator, n: int) -> npt.NDArray[np.float64]:
    """Return what val loss wobbles by from epoch to epoch, ``[n, epochs]``."""
    steps = draws.normal(size=(n, N_EPOCHS + 4))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(steps, 5, axis=1).mean(axis=2) * 0.04)


def _columns(train: npt.NDArray[np.float64], val: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    hits = {"train": np.exp(-train), "val": np.exp(-val)}
    return {
        "objective_loss": train,
        "train_loss": train,
        "val_loss": val,
        "loss_gap": loss_gap(train, val),
        "train_accuracy": hits["train"],
        "val_accuracy": hits["val"],
        "accuracy_gap": METRICS["accuracy"].gap(hits["train"], hits["val"]),
    }


def _whole(table: pd.DataFrame, layout: Layout, name: str) -> pd.DataFrame:
    """Fill the columns that a verdict does not look at."""
    names = [column.name for column in layout.table(name)]
    return table.assign(**{column: np.nan for column in names if column not in table})[names].reset_index(drop=True)


def _manifest(study: Mapping[str, Any], drawn: Sequence[Drawing]) -> Manifest:
    conditions = [{**vars(one), "input_rate": 0.0, "is_baseline": one.label == one.baseline} for one in drawn]
    run: dict[str, Any] = {
        "dropout_lab": "",
        "packages": {},
        "python": "",
        "platform": "",
        "git_commit": None,
        "device": "cpu",
    }
    whole = run | {"threads": 1, "command": [], "format": 1, "created": "", "updated": "", "status": "complete"}
    whole |= {"task": "classification", "study": dict(study), "data_fingerprints": {}, "conditions": conditions}
    return whole | {"plan": [], "failures": {}, "earlier_runs": []}  # type: ignore[return-value]


def said_in(
    truth: Truth, n_seeds: int, rates: tuple[float, ...], n_studies: int, decays: tuple[float, ...] = ()
) -> Counter[str]:
    """Count in how many studies each kind of sentence stands."""
    draws, found = np.random.default_rng(n_seeds), Counter[str]()
    for _ in range(n_studies):
        told = verdict(draw_study(truth, n_seeds, rates, draws, decays))
        text = f"{told.headline}\n{told.text(100_000)}"
        found.update(name for name, pattern in {**SENTENCES, **OF_GRIDS}.items() if re.search(pattern, text))
    return found


def main() -> None:
    """Print a table for the null and one for an effect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000, help="drawn for each column")
    parser.add_argument("--grids", action="store_true", help="only those of a grid over weight decay")
    arguments = parser.parse_args()
    if not arguments.grids:
        _of_rates(arguments.studies)
    _of_grids(arguments.studies)


def _of_rates(n_studies: int) -> None:
    designs = [(n_seeds, rates) for rates in ((0.5,), tuple(0.1 * k for k in range(1, 8))) for n_seeds in (3, 5, 7, 10)]
    for title, truth in (("nothing to find", NULL), ("an effect", EFFECT)):
        counts = [said_in(truth, n_seeds, rates, n_studies) for n_seeds, rates in designs]
        heads = [f"{len(rates)} rate{'s' * (len(rates) > 1)}, {n_seeds} seeds" for n_seeds, rates in designs]
        _print(title, heads, counts, SENTENCES, n_studies)


def _of_grids(n_studies: int) -> None:
    """Two rates by three values of weight decay, which does nothing; with an effect, dropout helps at all of them."""
    seeds = (3, 5, 7, 10)
    for title, truth in (("nothing to find", NULL), ("an effect", replace(EFFECT, help=0.15))):
        counts = [said_in(truth, n_seeds, (0.2, 0.5), n_studies, DECAYS) for n_seeds in seeds]
        _print(f"a grid, {title}", [f"{n_seeds} seeds" for n_seeds in seeds], counts, OF_GRIDS, n_studies)


def _print(title: str, heads: list[str], counts: list[Counter[str]], names: Iterable[str], n_studies: int) -> None:
    print(f"\n{title}, % of {n_studies:,} studies\n\n| sentence | {' | '.join(heads)} |")
    print("|---" * (1 + len(heads)) + "|")
    for name in names:
        print(f"| {name} | {' | '.join(f'{100 * one[name] / n_studies:.1f}' for one in counts)} |", flush=True)


if __name__ == "__main__":
    main()
