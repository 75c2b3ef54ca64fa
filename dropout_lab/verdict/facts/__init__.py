"""From frames to facts: numbers and short codes, which `words` turns into sentences."""

from dropout_lab.verdict.facts.kinds import Comparison, Cost, Effect, Equivalence, Estimate, Overfitting
from dropout_lab.verdict.facts.study import read_facts
from dropout_lab.verdict.facts.study_kinds import Choice, ConditionFacts, GroupFacts, StudyFacts, Tally, Trials

__all__ = [
    "Choice",
    "Comparison",
    "ConditionFacts",
    "Cost",
    "Effect",
    "Equivalence",
    "Estimate",
    "GroupFacts",
    "Overfitting",
    "StudyFacts",
    "Tally",
    "Trials",
    "read_facts",
]
