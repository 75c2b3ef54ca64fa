"""A statistic that does not apply leaves its cell empty, says why, and takes no other one down."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import filled

from dropout_lab.metrics import TASKS
from dropout_lab.results import POINTS, Layout, RowRecords
from dropout_lab.statistics import population, summarise

LABELS = ("base", "half", "most")
MANY = 120  # rows


@st.composite
def studies(draw: st.DrawFn) -> dict[str, Any]:
    """A study with as little in it as can be: one row, one seed, one class, equal losses, trials that diverged."""
    return {
        "task": draw(st.sampled_from(list(TASKS))),
        "n_seeds": draw(st.integers(1, 3)),
        "n_rows": draw(st.sampled_from([1, 2, 3, MANY])),
        "is_split_anew": draw(st.booleans()),
        "losses": draw(st.sampled_from(["drawn", "constant", "equal in all trials", "zero", "huge"])),
        "hits": draw(st.sampled_from(["drawn", "all", "none"])),
        "diverged": draw(st.sets(st.integers(0, 8), max_size=9)),
        "number": draw(st.integers(0, 2**16)),
    }


def summary_of(folder: Path, study: dict[str, Any]) -> pd.DataFrame:
    """Make the tables and the kept rows of a study, and summarise them."""
    task, n_seeds, n_rows = study["task"], study["n_seeds"], study["n_rows"]
    random = np.random.default_rng(study["number"])
    names = [(label, seed) for label in LABELS for seed in range(n_seeds)]
    n_splits = n_seeds if study["is_split_anew"] else 1
    arrays: dict[str, Any] = {"trials": np.array([f"{label}{seed}" for label, seed in names])}
    trials = pd.DataFrame({"trial": arrays["trials"], "condition": [label for label, _ in names]})
    trials["seed"] = [seed for _, seed in names]
    is_lost = [number in study["diverged"] for number in range(len(names))]
    trials = trials.assign(rate=0.5, input_rate=0.0, status=np.where(is_lost, "diverged", "complete"))
    arrays["val_rows"] = np.stack([random.permutation(2 * MANY)[:n_rows] for _ in range(n_splits)])
    targets = np.zeros((n_splits, n_rows), dtype=np.int16 if TASKS[task].predicts_classes else np.float64)
    arrays["val_targets"] = targets
    for point in POINTS:
        drawn = random.gamma(0.5, size=(len(names), n_rows))
        losses = {"drawn": drawn, "constant": 0.5 + 0 * drawn, "zero": 0 * drawn, "huge": 1e30 * drawn}.get(
            study["losses"], np.tile(drawn[0], (len(names), 1))
        )
        hits = {"drawn": random.integers(0, 2, drawn.shape), "all": 1, "none": 0}[study["hits"]] * np.ones(drawn.shape)
        arrays[f"val_{point}_loss"] = losses.astype(np.float32)
        arrays[f"val_{point}_prediction"] = (1 - hits).astype(np.int16)
        score = hits.mean(1) if TASKS[task].predicts_classes else np.sqrt(losses.mean(1))
        for metric, values in (("loss", losses.mean(1)), (TASKS[task].score.column, score)):
            trials[f"{point}_val_{metric}"], trials[f"{point}_train_{metric}"] = values, values
            trials[f"{point}_{metric}_gap"] = 0 * values
    np.savez(folder / "rows.npz", **arrays)
    return summarise(
        filled(trials, Layout(task).trials, random),
        None,
        task=task,
        baselines=dict.fromkeys(LABELS, "base"),
        rows=RowRecords({"rows": folder / "rows.npz"}),
    )


def every_empty_cell_has_its_reason(summary: pd.DataFrame) -> None:
    assert (summary["no_interval"].isna() == summary["ci95_low"].notna()).all()
    is_compared = summary["baseline"].notna()
    assert (summary["no_test"].isna() == (summary["p"].notna() | ~is_compared)).all()
    assert (summary["mean"].notna() | (summary["n"] == 0)).all()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(study=studies())
def test_whatever_a_study_lacks_its_summary_is_whole(tmp_path: Path, study: dict[str, Any]) -> None:
    summary = summary_of(tmp_path, study)
    every_empty_cell_has_its_reason(summary)
    assert set(summary["condition"]) == set(LABELS)


PLAIN: dict[str, Any] = {
    "task": "classification",
    "n_seeds": 3,
    "n_rows": MANY,
    "is_split_anew": False,
    "losses": "drawn",
    "hits": "drawn",
    "diverged": set(),
    "number": 0,
}


@pytest.mark.parametrize(
    ("changes", "metric", "reason"),
    [
        ({"n_rows": 1}, "val_loss", "one row"),
        ({"n_rows": 3}, "val_loss", "fewer than 100 rows"),
        ({"losses": "constant"}, "val_loss", "no spread"),
        ({}, "val_loss", None),
        ({"n_rows": 3}, "val_accuracy", None),
    ],
)
def test_the_reason_is_said(tmp_path: Path, changes: dict[str, Any], metric: str, reason: str | None) -> None:
    summary = summary_of(tmp_path, PLAIN | changes)
    rows = summary[(summary["metric"] == metric) & (summary["estimand"] == "population")]
    assert {value if isinstance(value, str) else None for value in rows["no_interval"]} == {reason}


def test_one_row_for_every_seed_is_a_sample_of_as_many_rows(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, PLAIN | {"n_rows": 1, "is_split_anew": True, "task": "regression"})
    row, of_seeds = (
        summary.query("condition == 'half' and metric == 'val_loss' and point == 'last' and estimand == @estimand")
        for estimand in ("population", "split")
    )
    assert of_seeds["ci95_high"].item() <= row["ci95_high"].item() < 10 * of_seeds["ci95_high"].item()
    assert row["ci95_low"].item() == 0  # as low as a loss can be


def test_what_cannot_be_computed_leaves_its_own_cells_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()
    whole = population.crossed_interval

    def fails_once(*arguments: Any, **options: Any) -> Any:
        if next(calls) == 3:
            raise ZeroDivisionError("float division by zero")
        return whole(*arguments, **options)

    monkeypatch.setattr(population, "crossed_interval", fails_once)
    summary = summary_of(tmp_path, PLAIN)
    every_empty_cell_has_its_reason(summary)
    said = [*summary["no_interval"].dropna(), *summary["no_test"].dropna()]
    assert [text for text in said if text.startswith("not computed")] == ["not computed: float division by zero"]


def test_an_accuracy_on_new_rows_stays_within_what_it_can_be(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, PLAIN | {"n_rows": 3, "n_seeds": 3})  # by Student's t the seeds alone reach beyond 1
    of = summary[summary["metric"] == "val_accuracy"].groupby("estimand")
    assert (of.get_group("split")["ci95_high"] > 1).any()
    assert of.get_group("population")["ci95_high"].max() <= 1
    assert of.get_group("population")["ci95_low"].min() >= 0


def test_population_is_never_surer_than_split(tmp_path: Path) -> None:
    for task in TASKS:
        summary = summary_of(tmp_path, PLAIN | {"task": task, "number": 5})
        keys = ["condition", "metric", "point"]
        of = {name: rows.set_index(keys) for name, rows in summary.groupby("estimand")}
        new, old = of["population"], of["split"].loc[of["population"].index]
        for name in ("ci95", "difference_ci95"):
            assert not (new[f"{name}_low"] > old[f"{name}_low"].clip(lower=0 if name == "ci95" else None)).any()
            assert not (new[f"{name}_high"] < old[f"{name}_high"]).any()
        assert not (new["p"] < old["p"]).any()
