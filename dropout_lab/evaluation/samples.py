"""What is known of averages over noisy passes: the measures by name, and the interface of what adds them up.

Floor 2. A table of outputs comes one chunk of rows after another, so that no more than one chunk is ever kept; whoever
fills the table runs the nets and draws the noise. Eval mode is a table of one pass: weight scaling is measured by the
same sums as the averages it is compared with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from dropout_lab.evaluation.eval_mode import Floats


@dataclass(frozen=True)
class Reliability:
    """Rows by the confidence of their predicted class, each ``[trials, bins]``; nan in a bin without rows."""

    n_rows: Floats
    confidence: Floats
    accuracy: Floats


@dataclass(frozen=True)
class Averages:
    """What averages over passes are worth on some rows.

    Attributes:
        metrics: by column name, each ``[counts, trials]``; nan where there is no such number. Loss and score are means
            over disjoint blocks of k passes, and `*_sd` their standard deviation; all else is of the first k passes.
        reliability: at the greatest count; None in regression.
    """

    metrics: dict[str, Floats]
    reliability: Reliability | None = None


class Samples(Protocol):
    """Adds up what averages over passes are worth, and how far apart they lie."""

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take more rows.

        Args:
            outputs: logits or predictions of every pass, ``[passes, trials, out_features, rows]``.
            targets: classes as int64, or standardised numbers, broadcastable to ``[trials, rows]``.
        """
        ...

    def averages(self) -> Averages:
        """Return the measures on all rows taken so far, at least one."""
        ...


def over_counts(values: Iterable[Tensor]) -> Floats:
    """Stack one value ``[trials]`` per count to ``[counts, trials]``."""
    stacked: Floats = torch.stack(list(values)).cpu().double().numpy()
    return stacked


def over_blocks(name: str, values: Mapping[int, Tensor]) -> dict[str, Floats]:
    """Return the mean and the standard deviation over blocks (nan for one block), as the columns `name` and `name_sd`.

    Args:
        name: of the measure.
        values: of every block, ``[blocks, trials]`` by count.
    """
    sds = (v.std(0) if len(v) > 1 else v.new_full(v.shape[1:], np.nan) for v in values.values())
    return {name: over_counts(v.mean(0) for v in values.values()), f"{name}_sd": over_counts(sds)}
