"""Does a condition overfit: is its loss gap above 0, and did its mean val loss turn up?

Curves and a gap in, facts out. The rise is measured at ONE epoch for all seeds: last - best of each seed would be above
0 even for a curve that only wobbles, since every seed's best epoch is the luckiest of its own.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dropout_lab.findings.effects import Estimate, Floats, mean_of
from dropout_lab.statistics import mean_interval

GapSide = Literal["above", "below", "unclear", "unknown"]
TurnedUp = Literal["yes", "no", "unclear", "unknown"]
Overfit = Literal["overfits", "gap only", "turned up only", "not shown", "unknown"]


@dataclass(frozen=True)
class Overfitting:
    """Whether a condition overfits, from its curves and its gap at the last epoch.

    Attributes:
        gap: loss gap at the last epoch.
        gap_side: where the gap's interval lies from 0.
        lowest_mean_epoch: epoch of the lowest mean val loss, one for all seeds; `lowest` is that mean. Another number
            than `Cost.mean_best_epoch`, the mean of the epochs at which each seed has its own lowest val loss.
        last_epoch: the last one measured; `last` is the mean val loss there.
        rise: val loss at the last epoch minus val loss at `lowest_mean_epoch`, seed by seed.
        rise_share: rise / lowest; None where lowest is not positive.
        turned_up: ``no``: the mean is lowest at the last epoch.
        reading: what gap and rise come to together.
    """

    gap: Estimate
    gap_side: GapSide
    lowest_mean_epoch: int
    last_epoch: int
    lowest: float
    last: float
    rise: Estimate
    rise_share: float | None
    turned_up: TurnedUp
    reading: Overfit


def read_overfitting(gap: Estimate, epochs: npt.NDArray[np.int64], val_loss: Floats) -> Overfitting:
    """Return what the gap and the val curves of one condition say.

    The rise is val loss at the last epoch minus val loss at the epoch of the lowest MEAN val loss, paired by seed at
    that fixed epoch. Even so the epoch is chosen by the same curves, which makes the rise of a flat, noisy curve
    positive on average. So a curve counts as turned up only if the interval of the rise lies above 0 also when the
    epoch of each seed is chosen by the OTHER seeds' mean curve; on curves that only wobble, the first condition alone
    would be met in 10 to 20 % of studies, both together in 2 to 7 %.

    Args:
        gap: loss gap at the last epoch.
        epochs: ``[epochs]``, rising.
        val_loss: ``[seeds, epochs]``, finite.
    """
    mean = val_loss.mean(axis=0)
    best = int(mean.argmin())
    rise = mean_of(val_loss[:, -1] - val_loss[:, best])
    turned_up = _turned_up(rise, val_loss, is_lowest_at_end=best == len(epochs) - 1)
    gap_side = _side(gap)
    lowest = float(mean[best])
    share = rise.value / lowest if lowest > 0 else None
    return Overfitting(
        gap=gap,
        gap_side=gap_side,
        lowest_mean_epoch=int(epochs[best]),
        last_epoch=int(epochs[-1]),
        lowest=lowest,
        last=float(mean[-1]),
        rise=rise,
        rise_share=share,
        turned_up=turned_up,
        reading=_together(gap_side, turned_up),
    )


def _turned_up(rise: Estimate, val_loss: Floats, *, is_lowest_at_end: bool) -> TurnedUp:
    if is_lowest_at_end:
        return "no"
    n_seeds = len(val_loss)
    if rise.low is None:
        return "unknown"
    by_others = ((val_loss.sum(axis=0) - val_loss) / (n_seeds - 1)).argmin(axis=1)
    checked = mean_interval(val_loss[:, -1] - val_loss[np.arange(n_seeds), by_others])
    return "yes" if rise.low > 0 and checked.low > 0 else "unclear"


def _side(gap: Estimate) -> GapSide:
    if gap.n < 2:
        return "unknown"
    if gap.low is not None and gap.low > 0:
        return "above"
    return "below" if gap.high is not None and gap.high < 0 else "unclear"


def _together(gap: GapSide, turned_up: TurnedUp) -> Overfit:
    if gap == "unknown":
        return "unknown"
    if gap == "above":
        return "overfits" if turned_up == "yes" else "gap only"
    return "turned up only" if turned_up == "yes" else "not shown"
