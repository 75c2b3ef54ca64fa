"""A study of made-up numbers, small or large, as the engine would hand it to the results folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made import RUN, condition, filled

from dropout_lab.results import POINTS, CohortEntry, ConditionEntry, Layout, ResultsFolder

__all__ = ["RUN", "begin", "made_conditions", "made_folder", "made_frames", "made_plan", "made_study", "made_summary"]


def made_study(**changes: Any) -> dict[str, Any]:
    study: dict[str, Any] = {
        "name": "made",
        "data": {"source": "digits", "root": None, "label_noise": 0.0, "split_seed": 0},
        "model": {"hidden": [128, 128]},
        "dropout": {"rates": [0.5], "input_rate": 0.0},
        "training": {"epochs": 3, "learning_rate": 0.001},
        "seeds": [0, 1],
        "sweep": {"dropout.kind": ["gaussian"], "data.train_size": [100]},
        "device": "auto",
    }
    return study | changes


def made_conditions(rates: Sequence[float] = (0.5,)) -> list[ConditionEntry]:
    base = "rate=0.0 data.train_size=100"
    noise = {"dropout.kind": "gaussian", "data.train_size": 100}
    return [condition(base, 0.0, baseline=base, swept={"data.train_size": 100})] + [
        condition(f"rate={rate} dropout.kind=gaussian data.train_size=100", rate, baseline=base, swept=noise)
        for rate in rates
    ]


def made_plan(conditions: Sequence[ConditionEntry], seeds: Sequence[int] = (0, 1)) -> list[CohortEntry]:
    """One cohort per seed, so that the parts interleave in the merged tables; ids fall where the tables rise."""
    labels = [entry["label"] for entry in conditions]
    return [
        CohortEntry(
            id=f"cohort{seed}",
            conditions=labels,
            seeds=[seed],
            trials=[f"{0xFFFF - number:04x}{0xFFFF - seed:04x}" for number in range(len(labels))],
        )
        for seed in seeds
    ]


def made_frames(trials: Sequence[str], epochs: int = 3, layout: Layout | None = None) -> dict[str, pd.DataFrame]:
    """Curves, trials and test of one cohort; the numbers follow from the trials' names."""
    layout = layout or Layout("classification", ("dropout.kind", "data.train_size"))
    random = np.random.default_rng(int(trials[0], 16))
    curves = pd.DataFrame({"trial": np.tile(trials, epochs), "epoch": np.repeat(range(1, epochs + 1), len(trials))})
    rows = pd.DataFrame({"trial": list(trials)})
    test = pd.DataFrame({"trial": np.repeat(trials, len(POINTS)), "point": POINTS * len(trials)})
    for frame, columns in ((curves, layout.curves), (rows, layout.trials), (test, layout.test)):
        filled(frame, columns, random, integer=epochs)
    rows["status"] = "complete"
    rows["stopped_at_epoch"] = None
    return {"curves": curves, "trials": rows, "test": test}


def made_summary(folder: ResultsFolder) -> pd.DataFrame:
    """One row per condition, of the kinds that its columns hold."""
    fill = {"integer": 2, "statistic": 0.1, "text": "t"}
    rows = pd.DataFrame({"condition": [entry["label"] for entry in folder.manifest["conditions"]]})
    return rows.assign(**{column.name: fill[column.kind] for column in folder.layout.summary})


def begin(folder: ResultsFolder, **changes: Any) -> None:
    """Record the made study as a run would."""
    conditions = changes.pop("conditions", None) or made_conditions()
    recorded: dict[str, Any] = {
        "study": made_study(),
        "study_yaml": "name: made\n",
        "task": "classification",
        "run": RUN,
        "data_fingerprints": {"digits": "f1"},
        "conditions": conditions,
        "plan": made_plan(conditions),
    }
    folder.begin(**(recorded | changes))


def made_folder(path: Path, *, finished: Sequence[str] = ("cohort0", "cohort1")) -> ResultsFolder:
    """A folder whose named cohorts are finished and whose tables, the summary apart, are merged."""
    folder = ResultsFolder(path)
    with folder.writing():
        begin(folder)
        for cohort in folder.manifest["plan"]:
            if cohort["id"] in finished:
                folder.write_part(cohort["id"], **made_frames(cohort["trials"]))
        folder.merge()
    return folder
