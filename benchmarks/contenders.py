"""Two ways to train the same study on digits: the lab, and the loop that one writes in plain PyTorch.

Both train 64-128-128-10 on 1,200 rows in batches of 64 with Adam and PyTorch's initial weights, and measure loss and
accuracy on train and val in eval mode after every epoch.
"""

from collections.abc import Sequence
from math import ceil
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from dropout_lab.config import study_from_mapping
from dropout_lab.data import load_dataset, prepare, split_rows
from dropout_lab.study import prepare_run

WIDTHS = (64, 128, 128, 10)
N_TRAIN, N_VAL = 1200, 300
BATCH_SIZE = 64
EVALUATION_BATCH_SIZE = 512
STEPS_PER_EPOCH = ceil(N_TRAIN / BATCH_SIZE)
LEARNING_RATE = 1e-3


def split_digits() -> tuple[TensorDataset, TensorDataset]:
    """Return the train and val rows that the study uses too: features in [0, 1] and classes."""
    dataset = load_dataset("digits")
    split = split_rows(dataset, train_size=N_TRAIN, val_size=N_VAL, test_size=0, stratify=True, split_seed=0)
    rows = prepare(dataset, split, scaling="unit", missing="error", label_noise=0, split_seed=0)
    return (
        TensorDataset(torch.from_numpy(rows.train_features), torch.from_numpy(rows.train_targets)),
        TensorDataset(torch.from_numpy(rows.val_features), torch.from_numpy(rows.val_targets)),
    )


TRAIN, VAL = split_digits()


def run_study(rates: Sequence[float], seeds: Sequence[int], epochs: int) -> float:
    """Run the study as the command line does, from its config to its tables; return the mean val loss at the end."""
    study = study_from_mapping(
        {
            "data": {"source": "digits", "train_size": N_TRAIN, "val_size": N_VAL, "test_size": 0},
            "model": {"hidden": list(WIDTHS[1:-1]), "init": "torch"},
            "dropout": {"rates": [rate for rate in rates if rate]},
            "training": {"epochs": epochs, "batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE},
            "seeds": list(seeds),
        }
    )
    with TemporaryDirectory() as out:
        outcome = prepare_run(study, out=out, threads=torch.get_num_threads()).execute()
        return float(outcome.table["val_loss"].mean())


def train_plainly(rates: Sequence[float], seeds: Sequence[int], epochs: int) -> float:
    """Train one trial after the other and return their mean val loss at the end."""
    return float(np.mean([train_one_plainly(rate, seed, epochs) for seed in seeds for rate in rates]))


def train_one_plainly(rate: float, seed: int, epochs: int) -> float:
    """Train one net and return its val loss at the end."""
    torch.manual_seed(seed)
    n_inputs, first, second, n_classes = WIDTHS
    net = nn.Sequential(
        *(nn.Linear(n_inputs, first), nn.ReLU(), nn.Dropout(rate)),
        *(nn.Linear(first, second), nn.ReLU(), nn.Dropout(rate)),
        nn.Linear(second, n_classes),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    batches = DataLoader(TRAIN, batch_size=BATCH_SIZE, shuffle=True)
    measured = [DataLoader(part, batch_size=EVALUATION_BATCH_SIZE) for part in (TRAIN, VAL)]
    val_loss = float("nan")
    for _ in range(epochs):
        net.train()
        for features, classes in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(features), classes).backward()
            optimizer.step()
        (_, _), (val_loss, _) = [measure(net, part) for part in measured]
    return val_loss


@torch.no_grad()
def measure(net: nn.Module, batches: DataLoader[tuple[torch.Tensor, ...]]) -> tuple[float, float]:
    """Return loss and accuracy in eval mode, both from one forward pass."""
    net.eval()
    loss, correct, n_rows = 0.0, 0.0, 0
    for features, classes in batches:
        outputs = net(features)
        loss += nn.functional.cross_entropy(outputs, classes, reduction="sum").item()
        correct += (outputs.argmax(1) == classes).sum().item()
        n_rows += len(classes)
    return loss / n_rows, correct / n_rows
