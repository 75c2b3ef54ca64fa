"""Plain PyTorch, tuned by hand: all rows in tensors, a batch is an index, fused Adam, one trial after another."""

from functools import partial

import torch
from torch import nn

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Work
from benchmarks.peers import Metrics, Outcome, Turn, one_after_another
from benchmarks.peers.torch_net import Split, as_tensors, dropout_net, mean_metrics
from benchmarks.rows import Source


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work`, its rows in memory."""
    train, val = as_tensors(source.read())

    def turn() -> Outcome:
        return one_after_another(work, partial(_train, work, train, val))

    return turn


def _train(work: Work, train: Split, val: Split, rate: float, seed: int) -> list[Metrics]:
    torch.manual_seed(seed)
    net = dropout_net(work.task.widths, rate)
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE, fused=True)
    features, classes = train
    metrics = []
    for _ in range(work.epochs):
        net.train()
        for batch in torch.randperm(len(classes)).split(work.task.batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(features[batch]), classes[batch]).backward()
            optimizer.step()
        metrics.append(mean_metrics(_measure(net, train), _measure(net, val)))
    return metrics


@torch.no_grad()
def _measure(net: nn.Module, split: Split) -> tuple[float, float, int]:
    """Sum loss and correct rows in eval mode, both from one forward pass; return them and the number of rows."""
    net.eval()
    loss, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for features, classes in zip(*(part.split(EVALUATION_BATCH_SIZE) for part in split), strict=True):
        outputs = net(features)
        loss += nn.functional.cross_entropy(outputs, classes, reduction="sum")
        correct += (outputs.argmax(1) == classes).sum()
    return loss.item(), correct.item(), len(split[1])
