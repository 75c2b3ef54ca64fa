"""The verdict on a study: what its numbers say about overfitting and dropout, in plain and cautious words.

Floor 3. Frames in, text out; must not know files, drawing or training. `facts` reads numbers from the frames, `words`
makes sentences of them and computes nothing: so every sentence stands on numbers that can be had beside it.
"""

from dropout_lab.verdict.judging import Verdict, verdict
from dropout_lab.verdict.margin import Margin

__all__ = ["Margin", "Verdict", "verdict"]
