"""The results folder: written whole by one process, read by everyone. `docs/results.md` fixes the format.

Saves what it is handed.
"""

from dropout_lab.results.cells import format_setting
from dropout_lab.results.columns import (
    CHOICES,
    METHODS,
    POINTS,
    SPLITS,
    STATUSES,
    Layout,
    test_split_metrics,
)
from dropout_lab.results.folder import ResultsFolder
from dropout_lab.results.growth import compare_studies, refuse_other_study, union_of_studies
from dropout_lab.results.manifest import (
    CohortEntry,
    ConditionEntry,
    Manifest,
    RunEntry,
    describe_run,
    planned_trials,
)
from dropout_lab.results.parts import ROWS_CAP_MIB, Merged
from dropout_lab.results.reading import Results, find_studies, read_results
from dropout_lab.results.rows import RowRecords, TrialRows, read_rows
from dropout_lab.results.tuned_conditions import TunedCondition, tuned_conditions

__all__ = [
    "CHOICES",
    "METHODS",
    "POINTS",
    "ROWS_CAP_MIB",
    "SPLITS",
    "STATUSES",
    "CohortEntry",
    "ConditionEntry",
    "Layout",
    "Manifest",
    "Merged",
    "Results",
    "ResultsFolder",
    "RowRecords",
    "RunEntry",
    "TrialRows",
    "TunedCondition",
    "compare_studies",
    "describe_run",
    "find_studies",
    "format_setting",
    "planned_trials",
    "read_results",
    "read_rows",
    "refuse_other_study",
    "test_split_metrics",
    "tuned_conditions",
    "union_of_studies",
]
