"""Measuring nets at fixed weights: in eval mode, and averaged over noisy passes.

Floor 2. `eval_mode` is the one function that measures every split, and so both sides of the gap; `samples` and its
neighbours measure averages over many passes with noise on. The room knows nothing of training, epochs, seeds or files.
"""

from dropout_lab.evaluation.blocks import passes_differ, sample_counts
from dropout_lab.evaluation.class_samples import ClassSamples
from dropout_lab.evaluation.eval_mode import Evaluator, Floats, Measurement, RowResults, Rows, per_trial
from dropout_lab.evaluation.number_samples import NumberSamples
from dropout_lab.evaluation.samples import Averages, Reliability, Samples

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
