"""Axis limits that show the matter: early epochs and one exploding trial must not flatten everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropout_lab.findings import Curve, Floats
from dropout_lab.metrics import column_of

_LOG_RATIO = 10  # settled values that differ more than this are unreadable on a linear axis
_LOG_DEPTH = 1e-4  # a loss that reaches 1e-12 must not take the whole height of a log axis
_EXPLODED_TRIAL = 10  # a mean this many times its median is one trial's doing
_EXPLODED_LOSS, _EXPLODED_GAP = 1000, 30  # and this many times its typical neighbour's it is beyond comparison
_MARGIN = 0.05
_MOST_FOR_BANDS = 0.3  # a wide interval may add this share of the settled means' range at either end
_MOST_FOR_EARLY = 1.25  # and the steep first epochs this much: they would squeeze what comes after
_REACH = 1.0  # what lies further from what is compared than this share of its range would squeeze it
_MOST_BEYOND = 1 / 3  # of all that is shown; where more lies there, it is no exception


@dataclass(frozen=True)
class Limits:
    """The ends of a y axis, and whether it is logarithmic."""

    low: float
    high: float
    is_log: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """Return both ends."""
        return self.low, self.high

    def excludes(self, values: Floats) -> bool:
        """Tell whether any value lies outside."""
        return bool(((values < self.low) | (values > self.high)).any())


def within_reach(values: Floats, reference: Floats) -> npt.NDArray[np.bool_]:
    """Tell which of several things belong on one linear axis with those that the eye is to compare.

    Args:
        values: of each thing, shape [things, values].
        reference: the values to compare, such as those of the baseline and of the best condition.

    Returns:
        Shape [things]: False for what would more than double the axis, above or below; all True where that is not the
        exception.
    """
    low, high = float(reference.min()), float(reference.max())
    room = _REACH * (high - low) or np.inf
    within = ((values >= low - room) & (values <= high + room)).all(axis=1)
    return np.asarray(within if (~within).mean() <= _MOST_BEYOND else np.ones_like(within))


def metric_limits(
    metric: str, curves: Sequence[Curve], *, guide: Sequence[Curve], keeps_exploded: bool = False
) -> Limits:
    """Choose the limits of an axis of a metric on train and val.

    Args:
        metric: `loss`, `accuracy` or `rmse`.
        curves: all curves on the axis.
        guide: the val curves among them, see `loss_limits`.
        keeps_exploded: see `loss_limits`.
    """
    of = column_of(metric).metric
    if of.is_bounded:
        return bounded_limits(curves, of.lowest, of.highest)
    return loss_limits(curves, guide=guide, keeps_exploded=keeps_exploded)


def loss_limits(curves: Sequence[Curve], *, guide: Sequence[Curve], keeps_exploded: bool = False) -> Limits:
    """Choose the limits of an axis of values that are never negative: a loss or an RMSE.

    Args:
        curves: all curves on the axis.
        guide: the val curves among them. They decide on a log axis; train loss falling towards 0 needs none, for near 0
            is what it should look like.
        keeps_exploded: whether a curve that exploded is to be seen as well.
    """
    kept = list(curves) if keeps_exploded else _without_exploded(curves, _EXPLODED_LOSS)
    guides = [curve.settled().mean for curve in kept if any(curve is one for one in guide)]
    lowest, highest = min((one.min() for one in guides), default=1.0), max((one.max() for one in guides), default=1.0)
    if 0 < _LOG_RATIO * lowest <= highest:
        means = np.concatenate([curve.mean for curve in kept])
        high = 1.3 * float(means.max())
        return Limits(max(float(means[means > 0].min()) / 1.3, high * _LOG_DEPTH), high, is_log=True)
    low, high = _extent(kept)
    pad = _MARGIN * (high - low)
    from_zero = low - pad < 0.35 * high  # then showing zero costs little and makes heights comparable
    return Limits(-0.02 * high if from_zero else low - pad, high + pad)


def bounded_limits(curves: Sequence[Curve], lowest: float, highest: float) -> Limits:
    """Choose the limits of an axis of values that lie between two ends, as fractions do."""
    whole = highest - lowest
    low, high = _extent(curves)
    pad = max(_MARGIN * (high - low), 0.005 * whole)
    return Limits(max(low - pad, lowest - 0.02 * whole), min(high + pad, highest + 0.02 * whole))


def gap_limits(curves: Sequence[Curve]) -> Limits:
    """Choose the limits of an axis of differences; zero is always on it."""
    low, high = _extent(_without_exploded(curves, _EXPLODED_GAP))
    low, high = min(low, 0.0), max(high, 0.0)
    pad = _MARGIN * (high - low)
    return Limits(low - pad, high + pad)


def _without_exploded(curves: Sequence[Curve], most: float) -> list[Curve]:
    settled = [curve.settled() for curve in curves]
    sizes = [float(np.abs(curve.mean).max()) for curve in settled]
    medians = [float(np.abs(curve.median).max()) for curve in settled]
    typical = float(np.quantile(sizes, 0.5, method="lower"))
    return [
        curve
        for curve, size, median in zip(curves, sizes, medians, strict=True)
        if size <= min(_EXPLODED_TRIAL * median, most * typical)
    ] or list(curves)


def _extent(curves: Sequence[Curve]) -> tuple[float, float]:
    """Return the range of the settled means, widened for intervals and early epochs, but not without bound."""
    settled = [curve.settled() for curve in curves]
    low = min(float(curve.mean.min()) for curve in settled)
    high = max(float(curve.mean.max()) for curve in settled)
    span = (high - low) or 0.5 * abs(high) or 1.0
    bands = np.concatenate([np.concatenate([curve.low, curve.high]) for curve in settled])
    early = np.concatenate([curve.mean for curve in curves])
    low, high = _widened(low, high, bands, most=_MOST_FOR_BANDS * span)
    low, high = _widened(low, high, early, most=_MOST_FOR_EARLY * span)
    return (low, high) if high > low else (low - span / 2, high + span / 2)


def _widened(low: float, high: float, values: Floats, *, most: float) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return low, high
    return max(min(low, float(values.min())), low - most), min(max(high, float(values.max())), high + most)
