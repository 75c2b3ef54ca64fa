"""Which settings of the noise shape anything, under its kind and its schedule.

Owns that table alone. It exists because a setting without effect must neither make a condition of its own nor another
trial, and because an axis of such settings is a slip.
"""

SCALED_KINDS = ("bernoulli", "dropconnect")
"""Kinds whose survivors are scaled; the others have mean 1 by their law."""

_OF_SCHEDULE = {"early": ("schedule_until",), "late": ("schedule_until",), "curriculum": ("schedule_gamma",)}


def shaping_settings(kind: str, schedule: str) -> tuple[str, ...]:
    """Return the settings of the section dropout, its rates apart, that shape a condition with noise.

    >>> shaping_settings("gaussian", "late"), shaping_settings("bernoulli", "constant")
    (('kind', 'schedule', 'schedule_until'), ('kind', 'scaling', 'schedule'))
    """
    scaling = ("scaling",) if kind in SCALED_KINDS else ()
    if kind == "concrete":
        return ("kind", "concrete_temperature", "concrete_length_scale", "concrete_entropy")
    return ("kind", *scaling, "schedule", *_OF_SCHEDULE.get(schedule, ()))
