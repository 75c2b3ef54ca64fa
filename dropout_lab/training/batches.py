"""Which rows a training step sees: an order of each seed's own, shared by all its conditions."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from dropout_lab.evaluation import Rows
from dropout_lab.randomness import Purpose, permutation


class BatchOrder:
    """Batches of one epoch after another, in an order of each seed's own.

    Epoch ``e`` (from 0) of a seed is the permutation of step ``e``; batch ``b`` is its rows ``b * batch_size`` onwards.
    """

    def __init__(self, train: Rows, seeds: Sequence[int], n_conditions: int) -> None:
        self._rows = train
        self._seeds = seeds
        self._n_conditions = n_conditions
        self._features = train.features.flatten(0, 1)
        self._targets = train.targets.flatten(0, 1)
        offsets = torch.arange(len(seeds)) * len(train) if train.features.shape[0] > 1 else torch.zeros(len(seeds))
        self._offsets = offsets.to(torch.int64).view(-1, 1)
        self._order = self._offsets

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of epoch `epoch`, counted from 0."""
        orders = [permutation(s, Purpose.BATCH_ORDER, count=len(self._rows), step=epoch) for s in self._seeds]
        self._order = (torch.from_numpy(np.stack(orders)) + self._offsets).to(self._features.device)

    def take(self, start: int, stop: int, *, out: Tensor) -> Tensor:
        """Copy the features of rows ``start .. stop`` of the epoch to `out` and return their targets.

        Args:
            start: first row.
            stop: row after the last.
            out: ``[trials, stop - start, in_features]``.

        Returns:
            Targets ``[trials, stop - start]``.
        """
        index = self._order[:, start:stop].reshape(-1)
        shape = (len(self._seeds), stop - start)
        out.view(self._n_conditions, *shape, -1).copy_(self._features.index_select(0, index).view(*shape, -1))
        targets = self._targets.index_select(0, index).view(shape)
        return targets.expand(self._n_conditions, *shape).reshape(-1, stop - start)
