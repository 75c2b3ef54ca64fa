"""Which condition with dropout val chose, which others cannot be told from it, and how much the choice flatters it.

Indexed tables in, facts out. The baseline does not compete, since it is compared with anyway; it may still be among
those that cannot be told from the best.
"""

from collections.abc import Sequence

import numpy as np

from dropout_lab.findings.study_kinds import Choice
from dropout_lab.findings.tables import SummaryTable, TrialTable
from dropout_lab.results import ConditionEntry, format_setting
from dropout_lab.statistics import chosen_condition, nested_choice


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
    nested = nested_choice(trials.values("best_val_loss", labels)) if len(treated) > 1 else None
    return Choice(
        label=chosen,
        lowest_at_last=labels[int(np.nanmean(trials.values("last_val_loss", labels), axis=0).argmin())],
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
