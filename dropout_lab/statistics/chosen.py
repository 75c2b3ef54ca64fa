"""Two sides of a comparison, each at the candidate that the other seeds chose for it, and their difference by seed."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics.choice import leave_one_out_choices, leave_two_out_choices
from dropout_lab.statistics.comparison import CONFIDENCE, Indices
from dropout_lab.statistics.intervals import Floats, mean_interval
from dropout_lab.statistics.jackknife import jackknife_interval
from dropout_lab.statistics.pairing import paired_difference


class ChosenDifference(NamedTuple):
    """The difference between two sides that each choose by the other seeds.

    Attributes:
        n_pairs: seeds with a value on both sides.
        difference: mean over them.
        low, high: its 95 % interval.
        p: two-sided; NaN where no test applies.
        is_jackknifed: whether interval and p are the jackknife's, since some choice hangs on single seeds.
    """

    n_pairs: int
    difference: float
    low: float
    high: float
    p: float
    is_jackknifed: bool


def chosen_difference(values: npt.ArrayLike, reference: npt.ArrayLike) -> ChosenDifference:
    """Compare two sides, each at the candidate that the other seeds choose for it, seed by seed.

    Args:
        values: ``[seeds, candidates]``, by what one side is chosen and measured; what is not finite as for
            `leave_one_out_choices`.
        reference: the same of the other side, with the same seeds; the difference is `values` - `reference`.

    Returns:
        With fewer than `FEWEST_SEEDS` seeds there is no pair, and all numbers are NaN.

    Source: as for `summarise_tuning`, whose comparison this is for any two sets of candidates.
    """
    sides = [np.asarray(side, dtype=np.float64) for side in (values, reference)]
    picks = [leave_one_out_choices(side) for side in sides]
    left, right = (_at(side, picked) for side, picked in zip(sides, picks, strict=True))
    found = paired_difference(left, right, CONFIDENCE)
    n_pairs, difference = int(found.n_pairs), float(found.difference)
    without = [leave_two_out_choices(side) for side in sides]
    others = ~np.eye(len(left), dtype=bool)
    if all((one == picked)[others].all() for one, picked in zip(without, picks, strict=True)) or n_pairs == 0:
        return ChosenDifference(n_pairs, difference, float(found.low), float(found.high), float(found.p), False)
    anew = [np.stack([_at(side, row) for row in rows]) for side, rows in zip(sides, without, strict=True)]
    without_each = mean_interval((anew[0] - anew[1]).T).mean
    low, high, p = jackknife_interval(difference, without_each, n_pairs, CONFIDENCE)
    return ChosenDifference(n_pairs, difference, float(low), float(high), float(p), True)


def _at(values: Floats, picks: Indices) -> Floats:
    """Return each seed's value at its pick; NaN where there is none."""
    return np.where(picks >= 0, values[np.arange(len(values)), picks], np.nan)
