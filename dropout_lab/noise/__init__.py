"""Dropout noise: what random lanes do to values, for every kind of noise, at a rate.

Floor 0. Owns the laws of the kinds (one module each), the quantisation of rates and their schedules; takes the random
bits as an argument, so it holds no state and knows neither seeds nor layers. Which units a law is applied to is the
business of whoever trains: dropconnect is Bernoulli noise on weights instead of units.
"""

from dropout_lab.noise.alpha import SELU_LIMIT, Alpha
from dropout_lab.noise.bernoulli import Bernoulli, LaneMask, noise_multipliers
from dropout_lab.noise.concrete import UNIFORM_LOGITS, Concrete
from dropout_lab.noise.gaussian import STANDARD_NORMALS, Gaussian
from dropout_lab.noise.kinds import SCALED_KINDS, law_of
from dropout_lab.noise.law import Law, Moments, Noise
from dropout_lab.noise.quantised import (
    dropped_lanes,
    keep_probability,
    lane_threshold,
    quantised_rate,
    survivor_scale,
)
from dropout_lab.noise.schedule import PAPERS_SHARE, RateSchedule

__all__ = [
    "PAPERS_SHARE",
    "SCALED_KINDS",
    "SELU_LIMIT",
    "STANDARD_NORMALS",
    "UNIFORM_LOGITS",
    "Alpha",
    "Bernoulli",
    "Concrete",
    "Gaussian",
    "LaneMask",
    "Law",
    "Moments",
    "Noise",
    "RateSchedule",
    "dropped_lanes",
    "keep_probability",
    "lane_threshold",
    "law_of",
    "noise_multipliers",
    "quantised_rate",
    "survivor_scale",
]
