"""The net of the peers that are built on PyTorch, and how they measure it."""

from itertools import pairwise

import torch
from torch import nn

from benchmarks.peers import Metrics
from benchmarks.rows import Rows

Split = tuple[torch.Tensor, torch.Tensor]


def dropout_net(widths: tuple[int, ...], rate: float) -> nn.Sequential:
    """Return a multilayer perceptron with dropout behind every hidden layer, and PyTorch's own initial weights."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths[:-1]):
        layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(rate)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))


def as_tensors(rows: Rows) -> tuple[Split, Split]:
    """Return features and classes of train and of val."""
    train = torch.from_numpy(rows.train_features), torch.from_numpy(rows.train_classes)
    return train, (torch.from_numpy(rows.val_features), torch.from_numpy(rows.val_classes))


def mean_metrics(train: tuple[float, float, int], val: tuple[float, float, int]) -> Metrics:
    """Turn sums of loss and of correct rows, and how many rows there were, into means."""
    return Metrics(train[0] / train[2], train[1] / train[2], val[0] / val[2], val[1] / val[2])
