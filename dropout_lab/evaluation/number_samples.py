"""Averages of predicted numbers over noisy passes: loss, error, and how far the passes lie apart.

Floor 2; adds up tables of predictions, as `samples` says.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from dropout_lab.evaluation.blocks import blocks
from dropout_lab.evaluation.eval_mode import Floats, accumulator
from dropout_lab.evaluation.samples import Averages, over_blocks, over_counts


class NumberSamples:
    """Add up what averaged predictions are worth; see `Samples`.

    Args:
        counts: numbers of passes to average, rising, each at most `n_passes`.
        n_passes: passes of every table.
        target_scales: units of the target per standardised unit, ``[trials]``.
        device: of the tables.
    """

    def __init__(self, counts: Sequence[int], n_passes: int, target_scales: Floats, device: torch.device) -> None:
        self._scales = torch.tensor(target_scales, dtype=accumulator(device), device=device)
        zeros = torch.zeros_like(self._scales)
        self._n_rows = 0
        self._squared_errors = {count: zeros.expand(n_passes // count, -1) for count in counts}
        # One pass has no spread.
        self._spreads = {count: zeros if count > 1 else torch.full_like(zeros, torch.nan) for count in counts}

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """See `Samples.add`."""
        predictions = outputs.squeeze(-2)
        self._n_rows += outputs.shape[-1]
        for count, summed in self._squared_errors.items():
            errors = blocks(predictions, count).mean(1) - targets
            self._squared_errors[count] = summed + self._sum(errors.square_())
            if count > 1:
                self._spreads[count] = self._spreads[count] + self._sum(predictions[:count].std(0))

    def averages(self) -> Averages:
        """See `Samples.averages`."""
        losses = {count: summed / self._n_rows for count, summed in self._squared_errors.items()}
        return Averages(
            {
                **over_blocks("loss", losses),
                **over_blocks("rmse", {count: loss.sqrt() * self._scales for count, loss in losses.items()}),
                "predictive_sd": over_counts(spread / self._n_rows * self._scales for spread in self._spreads.values()),
            }
        )

    def _sum(self, of_rows: Tensor) -> Tensor:
        return of_rows.sum(-1, dtype=self._scales.dtype)
