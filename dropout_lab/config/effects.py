"""Which settings of the noise shape anything, under its kind and its schedule.

Owns that table alone. It exists because a setting without effect must neither make a condition of its own nor another
trial, and because an axis of such settings is a slip.
"""

from dropout_lab.noise import SCALED_KINDS

_UNLEARNT_KINDS = ("bernoulli", "gaussian", "alpha", "dropconnect")

NEEDS = {
    "scaling": ("kind", SCALED_KINDS),
    "schedule": ("kind", _UNLEARNT_KINDS),
    "schedule_until": ("schedule", ("early", "late")),
    "schedule_gamma": ("schedule", ("curriculum",)),
    "concrete_temperature": ("kind", ("concrete",)),
    "concrete_length_scale": ("kind", ("concrete",)),
    "concrete_entropy": ("kind", ("concrete",)),
}
"""Settings of the section dropout that do something only where another one has one of some values."""


def shaping_settings(kind: str, schedule: str) -> tuple[str, ...]:
    """Return the settings of the section dropout, its rates apart, that shape a condition with noise.

    >>> shaping_settings("gaussian", "late"), shaping_settings("bernoulli", "constant")
    (('kind', 'schedule', 'schedule_until'), ('kind', 'scaling', 'schedule'))
    """
    given = {"kind": kind, "schedule": schedule}
    return ("kind", *(name for name, (other, values) in NEEDS.items() if given[other] in values))
