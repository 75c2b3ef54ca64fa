"""A made study that was tuned, with its tuned.csv as its folder would hold it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from made_studies import MadeStudy, make_study

from dropout_lab.statistics import summarise_tuning

TUNED = "training.learning_rate"
OWN = 0.003
LEARNING_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
BEST = {0.0: 0.003, 0.2: 0.01, 0.5: 0.03}
"""The learning rate at which a made study of a rate has its lowest losses."""


def tuned_study(
    rates: Sequence[float] = (0.2, 0.5), *, values: Sequence[float] = LEARNING_RATES, **others: Any
) -> MadeStudy:
    """Make a study of learning rates whose losses rise by their distance from `BEST`, ten per cent a factor of e."""
    swept = others.pop("swept", {})
    study = make_study(rates, swept={**swept, TUNED: values}, **others)
    factors = [
        (frame, 1 + 0.1 * np.abs(np.log(frame[TUNED].astype("float64") / frame["rate"].map(BEST).astype("float64"))))
        for frame in (study.curves, study.trials)
    ]
    curves, trials = (
        frame.assign(**{name: frame[name] * factor for name in frame.columns if "loss" in name})
        for frame, factor in factors
    )
    config = {**study.study, "tune": {TUNED: list(values)}, "sweep": swept}
    tuned = summarise_tuning(trials, task=study.task, study=config, conditions=study.conditions)
    return replace(study, curves=curves, trials=trials, study=config, tables={**study.tables, "tuned": tuned})
