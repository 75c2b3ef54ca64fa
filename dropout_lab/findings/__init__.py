"""What a study found, read from its tables once: numbers and short codes, which all that speaks turns into words.

Results in, plain records out; knows no sentence and no page. Verdict, report, figures, command line and notebook render
what stands here and compute nothing, so that they say the same of the same study. What is missing is None, never NaN.
"""

from dropout_lab.findings.form import FORM_PATHS, SCALED, Form, FormFacts, form_of
from dropout_lab.findings.kinds import Comparison, Cost, Direction, Effect, Equivalence, Estimate, Overfitting
from dropout_lab.findings.learnt import LearntOverStarts, LearntRates
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.sampling import Calibration, Sampling
from dropout_lab.findings.study import read_facts
from dropout_lab.findings.study_kinds import Choice, ConditionFacts, GroupFacts, StudyFacts, Tally, Trials
from dropout_lab.findings.tuning import Side, TunedFacts, Tuning
from dropout_lab.findings.unsampled import Unsampled

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
    "Margin",
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
