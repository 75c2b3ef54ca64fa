"""Which condition every seed reports for a tuned one, and how that changes when a seed is not there.

The seeds of a tuned condition depend on each other, since each has a say in what the others report: what that does to
the spread of their mean is read off here.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropout_lab.results import TunedCondition
from dropout_lab.statistics.candidates import leave_one_out_choices, leave_two_out_choices
from dropout_lab.statistics.comparison import Indices
from dropout_lab.statistics.intervals import Floats
from dropout_lab.statistics.trials_by_seed import TrialsBySeed


@dataclass(frozen=True)
class Picks:
    """Positions among a study's conditions; -1 for none.

    Attributes:
        reported: ``[seeds]``, the condition that the other seeds choose for each.
        without: ``[removed seed, seeds]``, the same with one seed less to choose and to report.
        takes_part: ``[seeds]``, whether a seed chooses.
    """

    reported: Indices
    without: Indices
    takes_part: npt.NDArray[np.bool_]

    @property
    def is_settled(self) -> bool:
        """Whether no single seed changes what any other one reports: then the reports do not depend on each other."""
        others = ~np.eye(len(self.reported), dtype=bool)
        return bool((self.without == self.reported)[others].all())


def tuned_picks(own: TrialsBySeed, condition: TunedCondition, texts: Collection[str]) -> Picks:
    """Choose among the candidates of a condition.

    Args:
        own: the study's trials.
        condition: whose candidates.
        texts: the tuned settings that compete, as `TunedCondition.chosen_texts` has them.
    """
    pairs = zip(condition.candidates, condition.chosen_texts, strict=True)
    labels = [label for label, text in pairs if text in texts]
    values = own.candidates(labels)
    at = own.status.index.get_indexer(values.index)
    positions = np.array([*map(own.position, labels), -1])
    reported, takes_part = np.full(len(own.status), -1), np.zeros(len(own.status), dtype=bool)
    reported[at] = positions[leave_one_out_choices(values.to_numpy())]
    takes_part[at] = True
    without = np.tile(reported, (len(reported), 1))
    if (reported >= 0).any():
        without[np.ix_(at, at)] = positions[leave_two_out_choices(values.to_numpy())]
    return Picks(reported, without, takes_part)


def fixed_picks(own: TrialsBySeed, label: str | None) -> Indices:
    """Return the same condition for every seed, ``[seeds]``; -1 for None."""
    return np.full(len(own.status), -1 if label is None else own.position(label))


def values_at(cube: Floats, picks: Indices) -> Floats:
    """Return what is measured at the picked conditions.

    Args:
        cube: ``[seeds, conditions, ...]``.
        picks: ``[..., seeds]``.

    Returns:
        ``[seeds, ...]``, the axes of picks before those of the cube; NaN where nothing is picked.
    """
    at = np.moveaxis(picks, -1, 0)
    seeds = np.arange(len(cube)).reshape(-1, *[1] * (at.ndim - 1))
    extra = (1,) * (cube.ndim - 2)
    return np.where((at >= 0).reshape(*at.shape, *extra), cube[seeds, at], np.nan)
