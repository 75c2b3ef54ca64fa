"""Made-up studies with concrete dropout, Monte-Carlo samples and tuned settings, as the engine would hand them over."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made import filled
from made_folder import begin, made_conditions, made_frames, made_plan, made_study

from dropout_lab.metrics import TaskName
from dropout_lab.results import METHODS, POINTS, SPLITS, Layout, ResultsFolder


def sampled_study(**changes: Any) -> dict[str, Any]:
    return made_study(evaluation={"every": 1, "mc_samples": 4}, **changes)


def sampled_frames(trials: Sequence[str], layout: Layout, n_samples: Sequence[int] = (1, 2, 4)) -> dict[str, Any]:
    """Inference and, of classes, reliability of one cohort, in no good order."""
    random = np.random.default_rng(int(trials[0], 16))
    counts = pd.DataFrame({"method": [METHODS[1]] * len(n_samples) + [METHODS[0]], "n_samples": [*n_samples[::-1], 0]})
    places = pd.DataFrame({"trial": list(trials)}).merge(pd.DataFrame({"split": SPLITS[::-1]}), how="cross")
    places = places.merge(pd.DataFrame({"point": POINTS[::-1]}), how="cross")
    inference = places.merge(counts, how="cross").assign(epoch=3)
    binned = places.merge(pd.DataFrame({"method": METHODS}), how="cross")
    reliability = binned.merge(pd.DataFrame({"bin": [15, 8]}), how="cross").assign(n_rows=10)
    for frame, columns in ((inference, layout.inference), (reliability, layout.reliability)):
        filled(frame, columns, random)
    if "mutual_information" in inference:
        inference.loc[inference["method"] == METHODS[0], "mutual_information"] = np.nan
    classes = {"reliability": reliability} if layout.task == "classification" else {}
    return {"inference": inference, **classes}


def sampled_folder(
    path: Path, *, finished: Sequence[str] = ("cohort0", "cohort1"), task: TaskName = "classification", **changes: Any
) -> ResultsFolder:
    """A folder whose named cohorts are finished and whose measured tables are merged."""
    folder = ResultsFolder(path)
    with folder.writing():
        begin(folder, study=sampled_study(**changes), task=task)
        for cohort in folder.manifest["plan"]:
            if cohort["id"] in finished:
                write_sampled_part(folder, cohort["id"])
        folder.merge()
    return folder


def write_sampled_part(folder: ResultsFolder, cohort_id: str) -> None:
    (cohort,) = (cohort for cohort in folder.manifest["plan"] if cohort["id"] == cohort_id)
    layout = folder.layout
    frames = made_frames(cohort["trials"], layout=layout) | sampled_frames(cohort["trials"], layout)
    folder.write_part(cohort_id, **frames)


def concrete_folder(path: Path, **dropout: Any) -> ResultsFolder:
    """Begin a study with concrete dropout; nothing is finished."""
    folder = ResultsFolder(path)
    settings = {"rates": [0.5], "input_rate": 0.0, "kind": "concrete", **dropout}
    with folder.writing():
        begin(folder, study=made_study(dropout=settings, sweep={"data.train_size": [100]}))
    return folder


def grown_to(folder: ResultsFolder, study: dict[str, Any]) -> None:
    """Record a study that has grown: the same conditions, and seeds 2 and 3 beside 0 and 1."""
    conditions = made_conditions()
    begin(folder, study=study, plan=made_plan(conditions, seeds=[0, 1, 2, 3]))
