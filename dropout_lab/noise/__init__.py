"""Dropout noise: what random lanes do to values, for every kind of noise, at a rate.

Owns the kinds (one module each: its law and its record), their registry `KINDS`, the quantisation of rates, their
scalings and schedules. No other room compares a kind, a scaling or a schedule by its name: it asks the record. To add a
kind, write its module and name its record in `kinds`.
"""

from dropout_lab.noise.alpha import SELU_LIMIT, Alpha
from dropout_lab.noise.bernoulli import Bernoulli, LaneMask, noise_multipliers
from dropout_lab.noise.concrete import UNIFORM_LOGITS, Concrete
from dropout_lab.noise.gaussian import STANDARD_NORMALS, Gaussian
from dropout_lab.noise.kind import Kind, Law, LawOptions, Moments, Noise, Shown
from dropout_lab.noise.kinds import KINDS, PLAIN, law_of
from dropout_lab.noise.lanes import (
    dropped_lanes,
    keep_probability,
    lane_threshold,
    quantised_rate,
    survivor_scale,
)
from dropout_lab.noise.scaling import SCALINGS, Scaling
from dropout_lab.noise.schedule import PAPERS_SHARE, SCHEDULES, RateSchedule, ScheduleKind

__all__ = [
    "KINDS",
    "PAPERS_SHARE",
    "PLAIN",
    "SCALINGS",
    "SCHEDULES",
    "SELU_LIMIT",
    "STANDARD_NORMALS",
    "UNIFORM_LOGITS",
    "Alpha",
    "Bernoulli",
    "Concrete",
    "Gaussian",
    "Kind",
    "LaneMask",
    "Law",
    "LawOptions",
    "Moments",
    "Noise",
    "RateSchedule",
    "Scaling",
    "ScheduleKind",
    "Shown",
    "dropped_lanes",
    "keep_probability",
    "lane_threshold",
    "law_of",
    "noise_multipliers",
    "quantised_rate",
    "survivor_scale",
]
