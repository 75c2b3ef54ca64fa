"""Two ways to train a case on one device: the lab's stack, and the loop that one writes, one trial after another.

Both hold all rows on the device and shuffle them for every epoch. Neither evaluates: the lab's last epoch, the only one
that it measures, is never begun.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from benchmarks.gpu_cases import RATES, Case
from benchmarks.peers.torch_net import Split, dropout_net
from dropout_lab.evaluation import Rows
from dropout_lab.optimizers import UpdateSettings
from dropout_lab.training import Architecture, CohortData, CohortSettings, CohortTraining, ConditionSettings

LEARNING_RATE = 1e-3
_N_MEASURED = 16

Epoch = Callable[[], object]
"""Trains one epoch; the device may still be at work when it returns."""


def random_rows(case: Case, n_rows: int, device: torch.device) -> Split:
    """Return features from 0 to 1 and classes, on the device: nothing in a step's time depends on what they say."""
    draws = torch.Generator().manual_seed(0)
    features = torch.rand(n_rows, case.widths[0], generator=draws)
    classes = torch.randint(case.widths[-1], (n_rows,), generator=draws)
    return features.to(device), classes.to(device)


def lab_epochs(case: Case, rows: Split, precision: str, n_epochs: int) -> Epoch:
    """Return the lab's training of all trials, up to `n_epochs` epochs."""
    update = UpdateSettings(LEARNING_RATE, max_norm=case.max_norm)
    n_hidden = len(case.widths) - 2
    settings = CohortSettings(
        Architecture(case.widths),
        tuple(ConditionSettings((case.input_rate, *[rate] * n_hidden), update) for rate in RATES[: case.n_rates]),
        seeds=tuple(range(case.n_seeds)),
        batch_size=case.batch_size,
        epochs=n_epochs + 1,
        optimizer=case.optimizer,
        every=n_epochs + 1,
        precision=precision,
    )
    train = Rows(*(part[None] for part in rows))
    few, none = (Rows(train.features[:, :n], train.targets[:, :n]) for n in (_N_MEASURED, 0))
    epochs = CohortTraining(settings, CohortData(train, few, few, none, np.ones(1))).epochs()
    return lambda: next(epochs)


def plain_epochs(case: Case, rows: Split, precision: str) -> Epoch:
    """Return a plain PyTorch loop over one trial of the case at rate 0.5; bfloat16 by autocast."""
    features, classes = rows
    torch.manual_seed(0)
    net = dropout_net(case.widths, RATES[0]).to(features.device)
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE, fused=True)

    def epoch() -> None:
        for batch in torch.randperm(len(classes), device=features.device).split(case.batch_size):
            optimizer.zero_grad()
            with torch.autocast(features.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
                loss = nn.functional.cross_entropy(net(features[batch]), classes[batch])
            loss.backward()
            optimizer.step()

    return epoch
