"""The verdict on a study: what its numbers say about overfitting and dropout, in plain and cautious words.

`words` computes nothing: every sentence stands on numbers that can be had beside it.
"""

from dropout_lab.findings import Margin
from dropout_lab.verdict.judging import Verdict, verdict

__all__ = ["Margin", "Verdict", "verdict"]
