"""Plain PyTorch as in its tutorials: a `DataLoader` that shuffles, `torch.optim.Adam`, one trial after another."""

from collections.abc import Iterable
from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Work
from benchmarks.peers import Metrics, Outcome, Turn, one_after_another
from benchmarks.peers.torch_net import as_tensors, dropout_net, mean_metrics
from benchmarks.rows import Source


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work`, its rows in memory."""
    train, val = (TensorDataset(*split) for split in as_tensors(source.read()))

    def turn() -> Outcome:
        return one_after_another(work, partial(_train, work, train, val))

    return turn


def _train(work: Work, train: TensorDataset, val: TensorDataset, rate: float, seed: int) -> list[Metrics]:
    torch.manual_seed(seed)
    net = dropout_net(work.task.widths, rate)
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    batches = DataLoader(train, batch_size=work.task.batch_size, shuffle=True)
    measured = [DataLoader(split, batch_size=EVALUATION_BATCH_SIZE) for split in (train, val)]
    metrics = []
    for _ in range(work.epochs):
        net.train()
        for features, classes in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(features), classes).backward()
            optimizer.step()
        metrics.append(mean_metrics(_measure(net, measured[0]), _measure(net, measured[1])))
    return metrics


@torch.no_grad()
def _measure(net: nn.Module, batches: Iterable[list[torch.Tensor]]) -> tuple[float, float, int]:
    """Sum loss and correct rows in eval mode, both from one forward pass; return them and the number of rows."""
    net.eval()
    loss, correct, n_rows = 0.0, 0.0, 0
    for features, classes in batches:
        outputs = net(features)
        loss += nn.functional.cross_entropy(outputs, classes, reduction="sum").item()
        correct += (outputs.argmax(1) == classes).sum().item()
        n_rows += len(classes)
    return loss, correct, n_rows
