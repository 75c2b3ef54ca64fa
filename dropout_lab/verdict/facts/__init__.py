"""From frames to facts: numbers and short codes, which `words` turns into sentences."""

from dropout_lab.verdict.facts.form import FORM_PATHS, SCALED, Form, FormFacts, form_of
from dropout_lab.verdict.facts.kinds import Comparison, Cost, Direction, Effect, Equivalence, Estimate, Overfitting
from dropout_lab.verdict.facts.learnt import LearntOverStarts, LearntRates
from dropout_lab.verdict.facts.sampling import Calibration, Sampling
from dropout_lab.verdict.facts.study import read_facts
from dropout_lab.verdict.facts.study_kinds import Choice, ConditionFacts, GroupFacts, StudyFacts, Tally, Trials
from dropout_lab.verdict.facts.tuning import Side, TunedFacts, Tuning
from dropout_lab.verdict.facts.unsampled import Unsampled

__all__ = [
    "FORM_PATHS",
    "SCALED",
    "Calibration",
    "Choice",
    "Comparison",
    "ConditionFacts",
    "Cost",
    "Direction",
    "Effect",
    "Equivalence",
    "Estimate",
    "Form",
    "FormFacts",
    "GroupFacts",
    "LearntOverStarts",
    "LearntRates",
    "Overfitting",
    "Sampling",
    "Side",
    "StudyFacts",
    "Tally",
    "Trials",
    "TunedFacts",
    "Tuning",
    "Unsampled",
    "form_of",
    "read_facts",
]
