"""A picture: a figure with what a reader needs beside it.

from dropout_lab.metrics import LOSS
Plain data; it exists so that whatever shows a figure, a file, a report or a notebook, has its caption
and its numbers too.
"""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from dropout_lab.metrics import LOSS


@dataclass(frozen=True)
class Picture:
    """One figure of a study.

    Args:
        name: the file stem, such as `gap_curves`.
        title: what is shown, in a few words, such as `digits: loss gap against epoch`.
        figure: the drawing.
        caption: plain words for someone new to this: what is shown, how to read it, what to look for.
        data: exactly the numbers drawn, a row a point; see docs/figures.md for the columns.
    """

    name: str
    title: str
    figure: Figure
    caption: str
    data: pd.DataFrame


def name_of(kind: str, metric: str) -> str:
    """Return the file stem of a kind of figure: the metric leads it, unless it is the loss; it always leads `curves`.

    >>> name_of("gap_curves", "loss"), name_of("gap_curves", "accuracy"), name_of("curves", "loss")
    ('gap_curves', 'accuracy_gap_curves', 'loss_curves')
    """
    return kind if metric == LOSS and kind != "curves" else f"{metric}_{kind}"
