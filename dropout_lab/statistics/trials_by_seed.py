"""Trials laid out by seed and condition, and the candidates that a condition is tuned over.

Owns which seeds take part in a choice: those at which every candidate is finished, so that in a study that was
interrupted no candidate is chosen for being alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dropout_lab.results import TunedCondition
from dropout_lab.statistics.comparison import cube_of
from dropout_lab.statistics.intervals import Floats

_CHOSEN_BY = "best_val_loss"
_FINISHED = ("complete", "diverged")


@dataclass(frozen=True)
class TrialsBySeed:
    """A study's trials, laid out.

    Args:
        table: the rows of `trials.csv`.
    """

    table: pd.DataFrame

    @cached_property
    def status(self) -> pd.DataFrame:
        """``[seeds, conditions]``; missing where nothing is planned."""
        return self.table.pivot(index="seed", columns="condition", values="status")

    @cached_property
    def val_losses(self) -> pd.DataFrame:
        """``[seeds, conditions]``, what a candidate is chosen by; NaN where the trial is not complete."""
        losses = self.table.pivot(index="seed", columns="condition", values=_CHOSEN_BY)
        return losses.where(self.status == "complete")

    def cube(self, metrics: Sequence[str]) -> Floats:
        """Return ``[seeds, conditions, metrics, points]`` of the complete trials, in the order of `status`."""
        values = cube_of(self.table, metrics, list(self.status.columns))
        return np.where((self.status == "complete").to_numpy()[:, :, None, None], values, np.nan)

    def candidates(self, labels: Sequence[str]) -> pd.DataFrame:
        """Return the val losses of some conditions at the seeds where all of them are finished."""
        is_finished = self.status.reindex(columns=list(labels)).isin(_FINISHED).all(axis=1)
        return self.val_losses.reindex(columns=list(labels))[is_finished]

    def position(self, label: str) -> int:
        """Return where a condition is on the second axis; -1 if it has no trial."""
        return int(self.status.columns.get_indexer(pd.Index([label]))[0])


def candidate_values(trials: pd.DataFrame, condition: TunedCondition) -> pd.DataFrame:
    """Return what the candidates of a condition are chosen by: val loss at `best`.

    Args:
        trials: the rows of `trials.csv`.
        condition: whose candidates.

    Returns:
        A row per seed at which every candidate is finished, by rising seed, and a column per candidate, in their order
        and under their labels; NaN where one diverged.
    """
    return TrialsBySeed(trials[trials["condition"].isin(condition.candidates)]).candidates(condition.candidates)
