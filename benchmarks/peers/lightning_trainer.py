"""Lightning: a `LightningModule` and a `Trainer` without logger, checkpoints and progress bar.

Train is measured as a second val loader after every epoch, in eval mode: what Lightning itself logs of training is
measured with dropout on.
"""

import logging
import warnings
from typing import Any

import lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Work
from benchmarks.peers import Metrics, Outcome, Turn, one_after_another
from benchmarks.peers.torch_net import as_tensors, dropout_net
from benchmarks.rows import Source

_SPLITS = ("val", "train")


class _Net(lightning.LightningModule):
    def __init__(self, widths: tuple[int, ...], rate: float) -> None:
        super().__init__()
        self.net = dropout_net(widths, rate)
        self.metrics: list[Metrics] = []

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        features, classes = batch
        return nn.functional.cross_entropy(self.net(features), classes)

    def validation_step(self, batch: list[torch.Tensor], _: int, dataloader_idx: int = 0) -> None:
        features, classes = batch
        outputs, split = self.net(features), _SPLITS[dataloader_idx]
        measured = {
            f"{split}_loss": nn.functional.cross_entropy(outputs, classes),
            f"{split}_accuracy": (outputs.argmax(1) == classes).float().mean(),
        }
        self.log_dict(measured, batch_size=len(classes), add_dataloader_idx=False)

    def on_validation_epoch_end(self) -> None:
        means = self.trainer.callback_metrics
        self.metrics.append(Metrics(**{name: means[name].item() for name in Metrics._fields}))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=LEARNING_RATE)


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work`, its rows in memory."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")  # such as: several worker processes would load faster
    train, val = (TensorDataset(*split) for split in as_tensors(source.read()))

    def train_one(rate: float, seed: int) -> list[Metrics]:
        lightning.seed_everything(seed, verbose=False)
        net = _Net(work.task.widths, rate)
        settings: dict[str, Any] = {
            "accelerator": "cpu",
            "logger": False,
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "num_sanity_val_steps": 0,
        }
        lightning.Trainer(max_epochs=work.epochs, **settings).fit(
            net,
            DataLoader(train, batch_size=work.task.batch_size, shuffle=True),
            [DataLoader(split, batch_size=EVALUATION_BATCH_SIZE) for split in (val, train)],
        )
        return net.metrics

    def turn() -> Outcome:
        return one_after_another(work, train_one)

    return turn
