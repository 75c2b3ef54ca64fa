"""Schedules of the rate: the factor on every rate at each update.

Plain numbers, and the words for them. A schedule multiplies the rates of all layers alike; the product is quantised
like any rate.

Sources: early and late: Liu et al. 2023, "Dropout reduces underfitting" (early: falls linearly to 0, update by update,
over the first 50 of 300 epochs; late: none until then, constant after). linear: rises from 0 to the rate over the whole
training, as ScheduledDropPath (Zoph et al. 2018). curriculum: Morerio et al. 2017, "Curriculum dropout":
keep(t) = (1 - k) exp(-g t) + k with k the final keep probability, hence rate(t) = rate (1 - exp(-g t)), and
g = 10 / updates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

PAPERS_SHARE = 50 / 300
"""Share of the training after which Liu et al. switch early dropout off, or late dropout on."""


@dataclass(frozen=True)
class RateSchedule:
    """The factor on the rates over a training.

    Attributes:
        kind: a name in `SCHEDULES`.
        until: early and late: the epochs (whole number), or the share of all updates (fraction), after which early
            dropout is off and late dropout on.
        gamma: curriculum: g times the number of updates; the paper's 10.
    """

    kind: str = "constant"
    until: int | float = PAPERS_SHARE
    gamma: float = 10.0

    @property
    def is_constant(self) -> bool:
        """Whether the rates stand as they are at every update."""
        return SCHEDULES[self.kind].is_constant

    def at(self, step: int, n_steps: int, steps_per_epoch: int) -> float:
        """Return the factor of update `step` (from 0) of `n_steps`.

        >>> RateSchedule("early", until=2).at(5, 100, 10), RateSchedule("late", until=0.5).at(50, 100, 10)
        (0.75, 1.0)
        >>> RateSchedule("linear").at(99, 100, 10), RateSchedule("curriculum").at(0, 100, 10)
        (1.0, 0.0)
        """
        return SCHEDULES[self.kind].factor(self, step, n_steps, steps_per_epoch)


@dataclass(frozen=True, kw_only=True)
class ScheduleKind:
    r"""A kind of schedule.

    Attributes:
        name: in `dropout.schedule`.
        factor: takes a schedule, the update (from 0), how many updates there are and how many an epoch has.
        does: what it does, to be read after its name in the documentation of `dropout.schedule`; empty for nothing.
        sentence: what the rate does, for every reader.
        paper: the same for a paper: in LaTeX and past tense, with ``\cite{key}`` and its `options` as ``{name}``.
        citations: the keys that `paper` cites, of report/citations.bib.
        options: settings of the section dropout that are its own.
        switch: what happens at `schedule_until`, to be read after "training.epochs, 20".
        may_switch_at_the_end: whether `schedule_until` may be the last epoch.
        is_constant: whether the rates stand as they are.
    """

    name: str
    factor: Callable[[RateSchedule, int, int, int], float]
    does: str = ""
    sentence: str = ""
    paper: str = ""
    citations: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    switch: str = ""
    may_switch_at_the_end: bool = False
    is_constant: bool = False


def _switch(schedule: RateSchedule, n_steps: int, steps_per_epoch: int) -> float:
    """Return the update after which early dropout is off, or late dropout on."""
    return schedule.until * (steps_per_epoch if isinstance(schedule.until, int) else n_steps)


def _early(schedule: RateSchedule, step: int, n_steps: int, steps_per_epoch: int) -> float:
    return max(0.0, 1 - step / _switch(schedule, n_steps, steps_per_epoch))


def _late(schedule: RateSchedule, step: int, n_steps: int, steps_per_epoch: int) -> float:
    return float(step >= _switch(schedule, n_steps, steps_per_epoch))


def _linear(_: RateSchedule, step: int, n_steps: int, __: int) -> float:
    return (step + 1) / n_steps


def _curriculum(schedule: RateSchedule, step: int, n_steps: int, _: int) -> float:
    return 1 - exp(-schedule.gamma * step / n_steps)


CONSTANT = ScheduleKind(name="constant", factor=lambda *_: 1.0, is_constant=True)
EARLY = ScheduleKind(
    name="early",
    factor=_early,
    does="falls to 0 by schedule_until",
    sentence="Early: the rate falls to 0 in the first part of the training, and stays there.",
    paper=r"the rates fell linearly to zero over {schedule_until} \cite{{liu2023}}",
    citations=("liu2023",),
    options=("schedule_until",),
    switch=", by which early dropout falls to 0",
    may_switch_at_the_end=True,
)
LATE = ScheduleKind(
    name="late",
    factor=_late,
    does="is 0 until then",
    sentence="Late: the rate is 0 in the first part of the training, and constant after.",
    paper=r"the rates were zero until {schedule_until} and constant after \cite{{liu2023}}",
    citations=("liu2023",),
    options=("schedule_until",),
    switch=": late dropout begins after it",
)
LINEAR = ScheduleKind(
    name="linear",
    factor=_linear,
    does="rises from 0 over the whole training",
    sentence="Linear: the rate rises from 0 over the whole training.",
    paper=r"the rates rose linearly from zero over the training \cite{{zoph2018}}",
    citations=("zoph2018",),
)
CURRICULUM = ScheduleKind(
    name="curriculum",
    factor=_curriculum,
    does="rises as 1 - exp(-schedule_gamma x share of the training)",
    sentence="Curriculum: the rate rises from 0, fast at first, and levels off.",
    paper=(
        r"the rates rose as $1-e^{{-\gamma t}}$ with the share $t$ of the training, $\gamma$ = {schedule_gamma} "
        r"\cite{{morerio2017}}"
    ),
    citations=("morerio2017",),
    options=("schedule_gamma",),
)

SCHEDULES: dict[str, ScheduleKind] = {kind.name: kind for kind in (CONSTANT, EARLY, LATE, LINEAR, CURRICULUM)}
"""Every kind of schedule, in the order in which lists name them."""
