"""Studies that nobody trained: known curves, conditions and seeds as the tables and the manifest of a results folder.

The one place that fills the columns of a table, so that a new one is one edit, or none: `Layout` names them, and what a
test does not care about is filled in. What a study's numbers should be stays with the tests: `tests/verdict` makes
curves with known answers, `tests/drawing` smooth ones, `tests/results` and `tests/statistics` take random numbers.
"""

from made.studies import RUN, condition, made_manifest, made_plan
from made.tables import MadeTrial, filled, measured, random_trials, tables_of, whole_table

__all__ = [
    "RUN",
    "MadeTrial",
    "condition",
    "filled",
    "made_manifest",
    "made_plan",
    "measured",
    "random_trials",
    "tables_of",
    "whole_table",
]
