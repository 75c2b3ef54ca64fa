"""Which rows a training step sees: an order of each seed's own, shared by all its conditions."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from dropout_lab.evaluation import Rows
from dropout_lab.kernels import elementwise
from dropout_lab.randomness import Purpose, permutation


class BatchOrder:
    """Batches of one epoch after another, in an order of each seed's own.

    Epoch ``e`` (from 0) of a seed is the permutation of step ``e``; batch ``b`` is its rows ``b * batch_size`` onwards.

    Attributes:
        order: of the epoch, as indices into all datasets' rows one after another, ``[seeds, rows]``.
        targets_in_order: of those rows.
    """

    def __init__(self, train: Rows, seeds: Sequence[int], n_conditions: int) -> None:
        self._rows = train
        self._seeds = seeds
        self._n_conditions = n_conditions
        self._features = train.features.flatten(0, 1)
        self._targets = train.targets.flatten(0, 1)
        offsets = torch.arange(len(seeds)) * len(train) if train.features.shape[0] > 1 else torch.zeros(len(seeds))
        self._offsets = offsets.to(torch.int64).view(-1, 1)
        self.order = self.targets_in_order = self._offsets

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of epoch `epoch`, counted from 0."""
        self.order = self._draw(epoch).to(self._features.device)
        self.targets_in_order = self._targets_of(self.order)

    def take(self, start: int, stop: int, *, out: Tensor) -> Tensor:
        """Copy the features of rows ``start .. stop`` of the epoch to `out` and return their targets.

        Args:
            start: first row.
            stop: row after the last.
            out: ``[trials, stop - start, in_features]``.

        Returns:
            Targets ``[seeds, stop - start]``.
        """
        index = self.order[:, start:stop].contiguous()
        if out.device.type == "cpu":
            elementwise.gather_rows(self._features.numpy(), index.numpy(), out.numpy())
        else:
            self._share(self._features.index_select(0, index.view(-1)), out)
        return self.targets_in_order[:, start:stop].contiguous()

    def _draw(self, epoch: int) -> Tensor:
        """Return the order of an epoch, ``[seeds, rows]``, on the CPU."""
        orders = [permutation(s, Purpose.BATCH_ORDER, count=len(self._rows), step=epoch) for s in self._seeds]
        return torch.from_numpy(np.stack(orders)) + self._offsets

    def _share(self, rows: Tensor, out: Tensor) -> None:
        """Copy the seeds' rows, ``[seeds * batch, in_features]``, to all their trials."""
        of_seeds = rows.view(len(self._seeds), -1, rows.shape[-1])
        out.view(self._n_conditions, *of_seeds.shape).copy_(of_seeds)

    def _targets_of(self, index: Tensor) -> Tensor:
        return self._targets.index_select(0, index.view(-1)).view(index.shape)


class PaddedBatches(BatchOrder):
    """The same batches, all of one size and chosen by a number on the device, so that nothing waits for the device.

    The last batch is filled up with rows that weigh nothing. Their features are zeros, and so finite whatever the data.

    Args:
        train: the train rows.
        seeds: as for `BatchOrder`.
        n_conditions: as for `BatchOrder`.
        batch_size: rows of a batch.
    """

    def __init__(self, train: Rows, seeds: Sequence[int], n_conditions: int, batch_size: int) -> None:
        super().__init__(train, seeds, n_conditions)
        n_batches = -(-len(train) // batch_size)
        self._n_padding = n_batches * batch_size - len(train)
        self._by_batch = self._targets.new_empty((n_batches, len(seeds), batch_size), dtype=torch.int64)
        self._weights = pad(train.features.new_ones(len(train)), (0, self._n_padding)).view(n_batches, batch_size)
        self._ahead = (-1, self._offsets)

    def draw_ahead(self, epoch: int) -> None:
        """Draw the order of an epoch on the CPU while the device is still at work on the epoch before."""
        self._ahead = (epoch, self._draw(epoch))

    def begin_epoch(self, epoch: int) -> None:
        """Copy the order of epoch `epoch`, counted from 0, to the device."""
        if self._ahead[0] != epoch:
            self.draw_ahead(epoch)
        n_batches, n_seeds, batch_size = self._by_batch.shape
        padded = pad(self._ahead[1].to(self._features.device), (0, self._n_padding))
        self._by_batch.copy_(padded.view(n_seeds, n_batches, batch_size).transpose(0, 1))

    def take_batch(self, batch: Tensor, *, out: Tensor) -> tuple[Tensor, Tensor]:
        """Copy the features of a batch of the epoch to `out` and return their targets and weights.

        Args:
            batch: its number, counted from 0, int64 ``[1]`` on the device.
            out: ``[trials, batch_size, in_features]``.

        Returns:
            Targets ``[seeds, batch_size]``; weights ``[1, batch_size]``: 1, or 0 for a row that only fills up.
        """
        index = self._by_batch.index_select(0, batch)[0]
        weights = self._weights.index_select(0, batch)
        rows = self._features.index_select(0, index.view(-1)).view(*index.shape, -1)
        self._share(rows.mul_(weights.unsqueeze(-1)).flatten(0, 1), out)
        return self._targets_of(index), weights
