"""Statistics of finished trials: intervals, paired differences, corrections, and the summary of a study.

Floor 2. Rows and arrays in, rows and arrays out; must not know files, training or drawing.
"""

from dropout_lab.statistics.intervals import Interval, mean_interval
from dropout_lab.statistics.pairing import PairedDifference, holm, paired_difference
from dropout_lab.statistics.summary import chosen_condition, summarise

__all__ = [
    "Interval",
    "PairedDifference",
    "chosen_condition",
    "holm",
    "mean_interval",
    "paired_difference",
    "summarise",
]
