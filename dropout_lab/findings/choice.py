"""Which condition with dropout val chose, which others cannot be told from it, and how much the choice flatters it.

This is the one choice of a study: whatever names a best, lowest or chosen condition, or marks one, means this record,
and says so where it speaks of another point of the training than `POINT`.

Indexed tables in, facts out. The baseline does not compete, since it is compared with anyway; it may still be among
those that cannot be told from the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropout_lab.findings.tables import SummaryTable, TrialTable
from dropout_lab.results import ConditionEntry, format_setting
from dropout_lab.statistics import chosen_condition, nested_choice

METRIC, POINT = "val_loss", "best"
"""By what conditions are chosen, and where: every net at its own epoch of the lowest val loss."""


@dataclass(frozen=True)
class Choice:
    """Which condition with dropout val chose among those of one baseline, and how far that can be trusted.

    Attributes:
        label: lowest mean of `metric` at `point`: val loss at the best epochs.
        lowest_at_last: lowest mean val loss at the last epoch, which may be another one.
        n_candidates: conditions with dropout that have a complete trial.
        may_be_best: labels that cannot be told from the best one at `point`, in table order, the baseline among them
            where it is.
        rate_range: lowest and highest rate of those with dropout that may be best, where they differ in the rate alone
            and no rate tried between them is missing.
        optimism: by how much choosing flatters the chosen mean; None with fewer than 3 seeds or one candidate, 0 where
            no seed would have it otherwise.
        agreement: share of the seeds whose fellows choose the same.
    """

    label: str
    lowest_at_last: str
    n_candidates: int
    may_be_best: tuple[str, ...]
    rate_range: tuple[str, str] | None
    optimism: float | None
    agreement: float | None
    metric: str = METRIC
    point: str = POINT

    @property
    def is_of_several(self) -> bool:
        """Whether there was more than one condition to choose from."""
        return self.n_candidates > 1


def read_choice(summary: SummaryTable, trials: TrialTable, group: Sequence[ConditionEntry]) -> Choice | None:
    """Return what val chose among conditions that share a baseline.

    Args:
        summary: the indexed summary.
        trials: the indexed trials.
        group: the conditions in table order, the baseline among them.

    Returns:
        None where no condition with dropout has a complete trial.
    """
    baseline = group[0]["baseline"]
    chosen = chosen_condition(trials.complete, {entry["label"]: baseline for entry in group}, baseline)
    if chosen is None:
        return None
    treated = [entry for entry in group if not entry["is_baseline"] and trials.knows(entry["label"])]
    labels = [entry["label"] for entry in treated]
    nested = nested_choice(trials.values(f"{POINT}_{METRIC}", labels)) if len(treated) > 1 else None
    return Choice(
        label=chosen,
        lowest_at_last=labels[int(np.nanmean(trials.values(f"last_{METRIC}", labels), axis=0).argmin())],
        n_candidates=len(treated),
        may_be_best=tuple(entry["label"] for entry in group if summary.may_be_best(entry["label"])),
        rate_range=_rate_range(summary, treated),
        optimism=_above_rounding(nested.optimism) if nested else None,
        agreement=float(nested.chosen_share[labels.index(chosen)]) if nested else None,
    )


def _above_rounding(optimism: float) -> float:
    """Return an optimism above 0; where all seeds choose alike, or the others' choice is luckier, there is none."""
    return optimism if optimism > 1e-12 else 0.0


def _rate_range(summary: SummaryTable, treated: Sequence[ConditionEntry]) -> tuple[str, str] | None:
    """Return the ends of the rates that may be best, if they are a stretch of at least three of the rates tried."""
    rates = [entry["rate"] for entry in treated]
    others = [(entry["input_rate"], entry["swept"]) for entry in treated]
    if any(isinstance(rate, list) for rate in rates) or any(other != others[0] for other in others):
        return None
    places = [place for place, entry in enumerate(treated) if summary.may_be_best(entry["label"])]
    if len(places) < 3 or places[-1] - places[0] != len(places) - 1:
        return None
    return format_setting(rates[places[0]]), format_setting(rates[places[-1]])
