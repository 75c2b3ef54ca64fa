"""What a study found, read from its tables once: numbers and short codes, which all that speaks turns into words.

Verdict, report, figures, command line and notebook render what stands here and compute nothing, so that they say the
same of the same study. What is missing is None, never NaN.
"""

from dropout_lab.findings.averages import MONTE_CARLO, WEIGHT_SCALING, Averaged, Reliability
from dropout_lab.findings.choice import Choice
from dropout_lab.findings.comparison import Comparison, Cost, Equivalence
from dropout_lab.findings.conditions import ConditionFacts, GroupFacts
from dropout_lab.findings.curves import Curve, over, over_epochs, over_points, over_seeds
from dropout_lab.findings.decimals import LEARNT_RATE
from dropout_lab.findings.effects import Direction, Effect, Estimate, Floats, mean_over, too_few_pairs
from dropout_lab.findings.facts import StudyFacts, read_facts
from dropout_lab.findings.form import FORM_PATHS, Form, FormFacts, form_of
from dropout_lab.findings.learnt import LearntOverStarts, LearntRates
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.overfitting import FEWEST_POINTS, Overfitting
from dropout_lab.findings.references import AgainstReferences, Reference, Standing
from dropout_lab.findings.regularisers import Contest, ContestSide, SideName
from dropout_lab.findings.sampling import Calibration, InferenceMeans, Sampling, Unsampled, read_inference
from dropout_lab.findings.series import Measured, Sample, Series, read_measured
from dropout_lab.findings.study import Condition, StudyView
from dropout_lab.findings.tables import Key, Ranking, Row, SummaryTable
from dropout_lab.findings.tally import Tally
from dropout_lab.findings.trials import Trials
from dropout_lab.findings.tuning import Side, TunedFacts, TunedRow, Tuning, read_tuned

__all__ = [
    "FEWEST_POINTS",
    "FORM_PATHS",
    "LEARNT_RATE",
    "MONTE_CARLO",
    "WEIGHT_SCALING",
    "AgainstReferences",
    "Averaged",
    "Calibration",
    "Choice",
    "Comparison",
    "Condition",
    "ConditionFacts",
    "Contest",
    "ContestSide",
    "Cost",
    "Curve",
    "Direction",
    "Effect",
    "Equivalence",
    "Estimate",
    "Floats",
    "Form",
    "FormFacts",
    "GroupFacts",
    "InferenceMeans",
    "Key",
    "LearntOverStarts",
    "LearntRates",
    "Margin",
    "Measured",
    "Overfitting",
    "Ranking",
    "Reference",
    "Reliability",
    "Row",
    "Sample",
    "Sampling",
    "Series",
    "Side",
    "SideName",
    "Standing",
    "StudyFacts",
    "StudyView",
    "SummaryTable",
    "Tally",
    "Trials",
    "TunedFacts",
    "TunedRow",
    "Tuning",
    "Unsampled",
    "form_of",
    "mean_over",
    "over",
    "over_epochs",
    "over_points",
    "over_seeds",
    "read_facts",
    "read_inference",
    "read_measured",
    "read_tuned",
    "too_few_pairs",
]
