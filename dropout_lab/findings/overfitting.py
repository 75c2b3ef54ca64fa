"""Does a condition overfit: how far is val loss from train loss, and did more training make it worse?

Two questions with a test each. A net *overfits* where its loss gap on new rows is surely above a small margin: lucky
rows alone give a gap of either sign, so an interval for these rows cannot tell. Whether val loss turned up is told
apart from that, and so is whether it still falls. The rise is measured at ONE epoch for all seeds: last - best of each
seed would be above 0 even for a curve that only wobbles, since every seed's best epoch is the luckiest of its own.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dropout_lab.findings.effects import Estimate, Floats, mean_of
from dropout_lab.statistics import mean_interval

FEWEST_POINTS = 5
"""Measured epochs that a sentence about a curve takes: of fewer, where it is lowest says little."""

CHECKED_AT = 0.98
"""Confidence of the second interval of a rise, stricter than the first: at 0.95, a curve that only wobbles is said to
have turned up too often where there are many seeds. `benchmarks/verdict_errors.py` measures it."""

HARDLY_MORE = 1.1
"""Times as large as train loss: where val loss is less, the ratio says nothing that the gap does not."""

TurnedUp = Literal["yes", "no", "unclear", "unknown", "too few points"]
Overfit = Literal["overfits", "overfits on these rows", "does not overfit", "not shown", "unknown"]


@dataclass(frozen=True)
class Overfitting:
    """Whether a condition overfits, from its gaps at the last epoch and its curves.

    Attributes:
        gap: loss gap at the last epoch.
        gap_on_new_rows: the same on new rows like these; None where nothing can be said of them.
        score_gap: gap of accuracy or RMSE at the last epoch.
        train: mean train loss at the last epoch.
        times_train: how many times as large mean val loss is there; None where train loss is not above 0, or the
            ratio so near 1 that it says nothing.
        margin: that a gap must exceed, in the unit of the loss.
        reading: ``overfits``: the gap on new rows is surely above the margin; ``overfits on these rows``: that of these
            rows is, and of new ones nothing can be said; ``does not overfit``: surely below; ``not shown``: neither;
            ``unknown``: one seed.
        lowest_mean_epoch: epoch of the lowest mean val loss, one for all seeds; `lowest` is that mean. Another number
            than `Cost.mean_best_epoch`, the mean of the epochs at which each seed has its own lowest val loss.
        last_epoch: the last one measured; `last` is the mean val loss there.
        rise: val loss at the last epoch minus val loss at `lowest_mean_epoch`, seed by seed.
        rise_share: rise / lowest; None where lowest is not positive.
        turned_up: ``no``: the mean is lowest at the last epoch; ``too few points``: the curve has fewer than
            `FEWEST_POINTS`.
        n_points: measured epochs.
        still_falls: whether val loss surely fell over the last quarter of the training, and is lowest at its end.
    """

    gap: Estimate
    gap_on_new_rows: Estimate | None
    score_gap: Estimate | None
    train: float
    times_train: float | None
    margin: float
    reading: Overfit
    lowest_mean_epoch: int
    last_epoch: int
    lowest: float
    last: float
    rise: Estimate
    rise_share: float | None
    turned_up: TurnedUp
    n_points: int
    still_falls: bool


def read_overfitting(
    gap: Estimate,
    gap_on_new_rows: Estimate | None,
    score_gap: Estimate | None,
    train: float,
    margin: float,
    epochs: npt.NDArray[np.int64],
    val_loss: Floats,
) -> Overfitting:
    """Return what the gaps and the val curves of one condition say.

    The rise is val loss at the last epoch minus val loss at the epoch of the lowest MEAN val loss, paired by seed at
    that fixed epoch. Even so the epoch is chosen by the same curves, which makes the rise of a flat, noisy curve
    positive on average. So a curve counts as turned up only if the interval of the rise lies above 0 also when the
    epoch of each seed is chosen by the OTHER seeds' mean curve; on curves that only wobble, the first condition alone
    would be met in 10 to 20 % of studies, both together far less often; see docs/statistics.md.

    Args:
        gap: loss gap at the last epoch.
        gap_on_new_rows: the same for new rows.
        score_gap: gap of the task's score there.
        train: mean train loss there.
        margin: that a gap must exceed.
        epochs: ``[epochs]``, rising.
        val_loss: ``[seeds, epochs]``, finite.
    """
    mean = val_loss.mean(axis=0)
    best = int(mean.argmin())
    is_lowest_at_end = best == len(epochs) - 1
    rise = mean_of(val_loss[:, -1] - val_loss[:, best])
    has_points = len(epochs) >= FEWEST_POINTS
    lowest, last = float(mean[best]), float(mean[-1])
    return Overfitting(
        gap=gap,
        gap_on_new_rows=gap_on_new_rows,
        score_gap=score_gap,
        train=train,
        times_train=last / train if train > 0 and last / train >= HARDLY_MORE else None,
        margin=margin,
        reading=_reading(gap, gap_on_new_rows, margin),
        lowest_mean_epoch=int(epochs[best]),
        last_epoch=int(epochs[-1]),
        lowest=lowest,
        last=last,
        rise=rise,
        rise_share=rise.value / lowest if lowest > 0 else None,
        turned_up=_turned_up(rise, val_loss, is_lowest_at_end=is_lowest_at_end) if has_points else "too few points",
        n_points=len(epochs),
        still_falls=has_points and is_lowest_at_end and _falls(epochs, val_loss),
    )


def _turned_up(rise: Estimate, val_loss: Floats, *, is_lowest_at_end: bool) -> TurnedUp:
    if is_lowest_at_end:
        return "no"
    n_seeds = len(val_loss)
    if rise.low is None:
        return "unknown"
    by_others = ((val_loss.sum(axis=0) - val_loss) / (n_seeds - 1)).argmin(axis=1)
    checked = mean_interval(val_loss[:, -1] - val_loss[np.arange(n_seeds), by_others], CHECKED_AT)
    return "yes" if rise.low > 0 and checked.low > 0 else "unclear"


def _falls(epochs: npt.NDArray[np.int64], val_loss: Floats) -> bool:
    """Tell whether val loss at the end is surely below that three quarters of the way, an epoch that no curve chose."""
    before = int(np.searchsorted(epochs, 0.75 * epochs[-1]))
    fall = mean_of(val_loss[:, -1] - val_loss[:, min(before, len(epochs) - 2)])
    return fall.high is not None and fall.high < 0


def _reading(gap: Estimate, on_new_rows: Estimate | None, margin: float) -> Overfit:
    if gap.n < 2:
        return "unknown"
    told = on_new_rows if on_new_rows is not None and on_new_rows.has_interval else None
    if told is not None and told.low is not None and told.low > margin:
        return "overfits"
    if told is not None and told.high is not None and told.high < margin:
        return "does not overfit"
    if told is None and gap.low is not None and gap.low > margin:
        return "overfits on these rows"
    return "not shown"
