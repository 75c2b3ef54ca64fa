"""Drawing: a study's rows in, figures out.

Floor 3. Takes the frames of the results folder and returns matplotlib figures; saves nothing, keeps no global pyplot
state and never imports torch, so that a folder of CSV files is all that a plot needs.
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from dropout_lab.drawing.gap_curves import gap_curves
from dropout_lab.drawing.style import FORMATS, Format, encode
from dropout_lab.drawing.training_curves import training_curves
from dropout_lab.drawing.validation_curve import has_validation_curve, validation_curve
from dropout_lab.metrics import Task, score_name

__all__ = ["FORMATS", "Format", "encode", "figures", "gap_curves", "training_curves", "validation_curve"]


def figures(
    curves: pd.DataFrame, trials: pd.DataFrame, *, study: Mapping[str, object], task: Task, point: str = "best"
) -> dict[str, Figure]:
    """Draw all figures of a study.

    Args:
        curves: rows as in curves.csv.
        trials: rows as in trials.csv.
        study: the resolved config, for titles.
        task: `classification` or `regression`.
        point: the point of the validation curves: `last`, `best` or `stop`.

    Returns:
        Figures by file stem: `loss_curves`, `gap_curves`, the same for the task's score (`accuracy_curves`,
        `accuracy_gap_curves`), and, for two nonzero rates or more, `validation_curve` and `accuracy_validation_curve`
        (regression: `rmse` for `accuracy`). Empty while no trial is complete.
    """
    if not (trials["status"] == "complete").any():
        return {}
    score = score_name(task)
    drawn = {
        "loss_curves": training_curves(curves, trials, study=study, task=task),
        f"{score}_curves": training_curves(curves, trials, study=study, task=task, metric=score),
        "gap_curves": gap_curves(curves, trials, study=study, task=task),
        f"{score}_gap_curves": gap_curves(curves, trials, study=study, task=task, metric=score),
    }
    if has_validation_curve(trials):
        drawn["validation_curve"] = validation_curve(trials, study=study, task=task, point=point)
        drawn[f"{score}_validation_curve"] = validation_curve(trials, study=study, task=task, metric=score, point=point)
    return drawn
