"""Schedules of the rate: the factor on every rate at each update.

Floor 0; plain numbers. A schedule multiplies the rates of all layers alike; the product is quantised like any rate.

Sources: early and late: Liu et al. 2023, "Dropout reduces underfitting" (early: falls linearly to 0, update by update,
over the first 50 of 300 epochs; late: none until then, constant after). linear: rises from 0 to the rate over the whole
training, as ScheduledDropPath (Zoph et al. 2018). curriculum: Morerio et al. 2017, "Curriculum dropout":
keep(t) = (1 - k) exp(-g t) + k with k the final keep probability, hence rate(t) = rate (1 - exp(-g t)), and
g = 10 / updates.
"""

from dataclasses import dataclass
from math import exp

PAPERS_SHARE = 50 / 300
"""Share of the training after which Liu et al. switch early dropout off, or late dropout on."""


@dataclass(frozen=True)
class RateSchedule:
    """The factor on the rates over a training.

    Attributes:
        kind: constant, early, late, linear or curriculum.
        until: early and late: the epochs (whole number), or the share of all updates (fraction), after which early
            dropout is off and late dropout on.
        gamma: curriculum: g times the number of updates; the paper's 10.
    """

    kind: str = "constant"
    until: int | float = PAPERS_SHARE
    gamma: float = 10.0

    def at(self, step: int, n_steps: int, steps_per_epoch: int) -> float:
        """Return the factor of update `step` (from 0) of `n_steps`.

        >>> RateSchedule("early", until=2).at(5, 100, 10), RateSchedule("late", until=0.5).at(50, 100, 10)
        (0.75, 1.0)
        >>> RateSchedule("linear").at(99, 100, 10), RateSchedule("curriculum").at(0, 100, 10)
        (1.0, 0.0)
        """
        if self.kind in {"early", "late"}:
            switch = self.until * (steps_per_epoch if isinstance(self.until, int) else n_steps)
            if self.kind == "late":
                return float(step >= switch)
            return max(0.0, 1 - step / switch)
        if self.kind == "linear":
            return (step + 1) / n_steps
        if self.kind == "curriculum":
            return 1 - exp(-self.gamma * step / n_steps)
        return 1.0
