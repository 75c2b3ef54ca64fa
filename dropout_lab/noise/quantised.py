"""Rates in steps of 1/65536: what sixteen random bits can decide.

Floor 0. Owns the quantisation of rates and the thresholds that lanes are compared with; plain numbers, no tensors. The
quantised rate is the true one everywhere: thresholds, scales and variances all use it, so that means are exact.
"""

LANE_VALUES = 2**16
LOWEST_LANE = -(2**15)


def dropped_lanes(rate: float) -> int:
    """Return how many of the 65,536 lane values drop a unit at `rate`: the rate, quantised.

    >>> dropped_lanes(0.5), dropped_lanes(0.0)
    (32768, 0)
    """
    return round(LANE_VALUES * rate)


def quantised_rate(rate: float) -> float:
    """Return the probability with which a unit is truly dropped at `rate`, exact in binary.

    >>> quantised_rate(0.5)
    0.5
    """
    return dropped_lanes(rate) / LANE_VALUES


def keep_probability(rate: float) -> float:
    """Return 1 - quantised rate: what the 2014 paper calls p, and multiplies by at inference.

    >>> keep_probability(0.25), keep_probability(0.0)
    (0.75, 1.0)
    """
    return 1 - quantised_rate(rate)


def survivor_scale(rate: float) -> float:
    """Return 1 / (1 - quantised rate), the factor on every unit that is kept.

    >>> survivor_scale(0.5), survivor_scale(0.0)
    (2.0, 1.0)
    """
    return LANE_VALUES / (LANE_VALUES - dropped_lanes(rate))


def lane_threshold(rate: float) -> int:
    """Return the greatest lane that still drops a unit: a unit is kept where ``lane > threshold``.

    Lanes are signed 16-bit integers; at rate 0 the threshold lies below them all.

    >>> lane_threshold(0.0), lane_threshold(0.5)
    (-32769, -1)
    """
    return LOWEST_LANE + dropped_lanes(rate) - 1
