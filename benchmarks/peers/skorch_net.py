"""Skorch: `NeuralNetClassifier.fit` with its own val loss and accuracy, and a callback that measures train.

What skorch itself records of training is measured with dropout on.
"""

from typing import Any

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Work
from benchmarks.peers import Metrics, Outcome, Turn, one_after_another
from benchmarks.peers.torch_net import dropout_net
from benchmarks.rows import Source

_COLUMNS = ("train_loss_in_eval_mode", "train_accuracy_in_eval_mode", "valid_loss", "valid_acc")


class _TrainInEvalMode(Callback):
    """Measures loss and accuracy on the train rows after every epoch, both from one forward pass."""

    def on_epoch_end(self, net: Any, dataset_train: Any = None, **_: Any) -> None:
        loss, correct = 0.0, 0
        for batch in net.get_iterator(dataset_train, training=False):
            step, classes = net.evaluation_step(batch), batch[1]
            loss += nn.functional.cross_entropy(step, classes, reduction="sum").item()
            correct += int((step.argmax(1) == classes).sum())
        n_rows = len(dataset_train)
        net.history.record("train_loss_in_eval_mode", loss / n_rows)
        net.history.record("train_accuracy_in_eval_mode", correct / n_rows)


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work`, its rows in memory."""
    rows = source.read()
    val = Dataset(rows.val_features, rows.val_classes)

    def train_one(rate: float, seed: int) -> list[Metrics]:
        torch.manual_seed(seed)
        net = NeuralNetClassifier(
            dropout_net(work.task.widths, rate),
            criterion=nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=LEARNING_RATE,
            max_epochs=work.epochs,
            batch_size=work.task.batch_size,
            iterator_train__shuffle=True,
            iterator_valid__batch_size=EVALUATION_BATCH_SIZE,
            train_split=predefined_split(val),
            callbacks=[_TrainInEvalMode()],
            verbose=0,
        )
        net.fit(rows.train_features, rows.train_classes)
        return [Metrics(*values) for values in net.history[:, _COLUMNS]]

    def turn() -> Outcome:
        return one_after_another(work, train_one)

    return turn
