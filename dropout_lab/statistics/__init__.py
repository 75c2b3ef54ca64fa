"""Statistics of finished trials: intervals, paired differences, corrections, and the summary of a study.

`docs/statistics.md` says which method is used when, and how well its intervals cover.
"""

from dropout_lab.statistics.best import best_condition, may_be_best
from dropout_lab.statistics.choice import (
    NestedChoice,
    best_so_far,
    leave_one_out_choices,
    leave_two_out_choices,
    nested_choice,
)
from dropout_lab.statistics.chosen import ChosenDifference, chosen_difference
from dropout_lab.statistics.crossed import CrossedInterval, crossed_interval, crossed_share
from dropout_lab.statistics.equivalence import Equivalence, equivalence
from dropout_lab.statistics.estimates import Estimate, estimate_mean
from dropout_lab.statistics.intervals import Interval, mean_interval
from dropout_lab.statistics.jackknife import jackknife_interval
from dropout_lab.statistics.pairing import PairedDifference, holm, paired_difference
from dropout_lab.statistics.power import pairs_needed
from dropout_lab.statistics.sign_flip import sign_flip, smallest_p
from dropout_lab.statistics.summary import ESTIMANDS, chosen_condition, summarise
from dropout_lab.statistics.trials_by_seed import candidate_values
from dropout_lab.statistics.tuning import summarise_tuning

__all__ = [
    "ESTIMANDS",
    "ChosenDifference",
    "CrossedInterval",
    "Equivalence",
    "Estimate",
    "Interval",
    "NestedChoice",
    "PairedDifference",
    "best_condition",
    "best_so_far",
    "candidate_values",
    "chosen_condition",
    "chosen_difference",
    "crossed_interval",
    "crossed_share",
    "equivalence",
    "estimate_mean",
    "holm",
    "jackknife_interval",
    "leave_one_out_choices",
    "leave_two_out_choices",
    "may_be_best",
    "mean_interval",
    "nested_choice",
    "paired_difference",
    "pairs_needed",
    "sign_flip",
    "smallest_p",
    "summarise",
    "summarise_tuning",
]
