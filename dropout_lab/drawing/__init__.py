"""Drawing: a study's results in, pictures out.

Takes the frames of the results folder and returns matplotlib figures with their captions and numbers; saves
nothing, keeps no global pyplot state and never imports torch, so that a folder of CSV files is all that a plot needs.
"""

from dropout_lab.drawing.catalogue import (
    FIGURES,
    METRICS,
    Figure,
    all_names,
    metrics_of,
    needs_of,
    picture_names,
    pictures,
)
from dropout_lab.drawing.differences import differences
from dropout_lab.drawing.gap_curves import gap_curves
from dropout_lab.drawing.heat_map import heat_map
from dropout_lab.drawing.learning_curve import learning_curve
from dropout_lab.drawing.learnt_rates import learnt_rates
from dropout_lab.drawing.mc_samples import mc_samples
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.reliability import reliability
from dropout_lab.drawing.seeds import seeds
from dropout_lab.drawing.style import FORMATS, STYLES, Format, StyleName, dark_counterpart, encode, style
from dropout_lab.drawing.training_curves import training_curves
from dropout_lab.drawing.tuning import tuning
from dropout_lab.drawing.validation_curve import validation_curve

__all__ = [
    "FIGURES",
    "FORMATS",
    "METRICS",
    "STYLES",
    "Figure",
    "Format",
    "Picture",
    "StyleName",
    "all_names",
    "dark_counterpart",
    "differences",
    "encode",
    "gap_curves",
    "heat_map",
    "learning_curve",
    "learnt_rates",
    "mc_samples",
    "metrics_of",
    "name_of",
    "needs_of",
    "picture_names",
    "pictures",
    "reliability",
    "seeds",
    "style",
    "training_curves",
    "tuning",
    "validation_curve",
]
