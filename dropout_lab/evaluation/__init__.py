"""Measuring nets at fixed weights: in eval mode, and averaged over noisy passes.

`eval_mode` is the one function that measures every split, and so both sides of the gap; `samples` measures averages
over many passes with noise on.
"""

from dropout_lab.evaluation.eval_mode import Evaluator, Floats, Measurement, RowResults, Rows, per_trial
from dropout_lab.evaluation.samples import (
    Averages,
    ClassSamples,
    NumberSamples,
    Reliability,
    Samples,
    passes_differ,
    sample_counts,
)

__all__ = [
    "Averages",
    "ClassSamples",
    "Evaluator",
    "Floats",
    "Measurement",
    "NumberSamples",
    "Reliability",
    "RowResults",
    "Rows",
    "Samples",
    "passes_differ",
    "per_trial",
    "sample_counts",
]
