"""Which settings of the noise shape anything, under its kind and its schedule.

Asks the registries of `noise`. It exists because a setting without effect must neither make a condition of its own nor
another trial, and because an axis of such settings is a slip.
"""

from dropout_lab.noise import KINDS, SCHEDULES


def conditional_settings() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the settings of the section dropout that do something only where another one has one of some values.

    >>> conditional_settings()["schedule_gamma"]
    ('schedule', ('curriculum',))
    """
    of_kinds = {kind.name: kind.settings for kind in KINDS.values()}
    of_schedules = {schedule.name: schedule.options for schedule in SCHEDULES.values()}
    return {
        name: (other, tuple(value for value, takes in given.items() if name in takes))
        for other, given in (("kind", of_kinds), ("schedule", of_schedules))
        for names in given.values()
        for name in names
    }


def shaping_settings(kind: str, schedule: str) -> tuple[str, ...]:
    """Return the settings of the section dropout, its rates apart, that shape a condition with noise.

    >>> shaping_settings("gaussian", "late"), shaping_settings("bernoulli", "constant")
    (('kind', 'schedule', 'schedule_until'), ('kind', 'scaling', 'schedule'))
    """
    return ("kind", *KINDS[kind].settings, *SCHEDULES[schedule].options)
