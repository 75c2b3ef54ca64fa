"""A made study of kinds, with the rates that concrete dropout learnt."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from made_studies import MadeStudy, make_study

SETTLED = {"learnt_rate_inputs": 0.05, "learnt_rate_1": 0.3, "learnt_rate_2": 0.6}
"""Where the rates of the layers end, all but exactly."""


def learning_study(
    rates: Sequence[float] = (0.2, 0.5), *, kinds: Sequence[str] = ("bernoulli", "concrete"), **others: Any
) -> MadeStudy:
    """Make a study of kinds whose concrete trials go from the starting rate to `SETTLED`."""
    study = make_study(rates, noise={"dropout.kind": kinds}, **others)
    curves = study.curves
    is_learnt = curves["dropout.kind"] == "concrete"
    progress = 1 - np.exp(-8 * curves["epoch"] / curves["epoch"].max())
    start = curves["rate"].astype("float64")
    jitter = 0.01 * (curves["seed"] - curves["seed"].mean()) * progress
    learnt = {column: (start + (end - start) * progress + jitter).where(is_learnt) for column, end in SETTLED.items()}
    return replace(study, curves=curves.assign(**learnt))
