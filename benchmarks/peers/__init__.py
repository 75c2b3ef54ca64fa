"""The contenders: one module each, imported in the contender's own process only.

A module has one public function, `prepare(work, source) -> Turn`: what it does is outside the clock, calling the turn
is inside. Each is what a competent user of the library would write; none but the lab's own module knows the lab.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.cases import LAB, Work


class Metrics(NamedTuple):
    """What is known of a trial after an epoch, in eval mode, on all rows of both splits."""

    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Outcome:
    """What came of a turn.

    Attributes:
        val_losses: after every epoch, by rate; means over the seeds.
        compile_time_s: part of the turn that compiling took, where that is told apart.
        reading_time_s: part of the turn that reading and checking took, for a contender that does so inside it.
    """

    val_losses: dict[float, list[float]]
    compile_time_s: float = 0.0
    reading_time_s: float = 0.0


Turn = Callable[[], Outcome]


@dataclass(frozen=True)
class Peer:
    """How a contender is found and called.

    Attributes:
        label: its name in the tables.
        module: of this package.
        packages: what must be installed, by the names that are imported.
    """

    label: str
    module: str
    packages: tuple[str, ...] = ()


PEERS = {
    LAB: Peer("dropout-lab", "lab"),
    "torch_loader": Peer("plain PyTorch + DataLoader", "torch_loader"),
    "torch_tensors": Peer("plain PyTorch, tensors + fused Adam", "torch_tensors"),
    "lightning": Peer("Lightning", "lightning_trainer", ("lightning",)),
    "skorch": Peer("skorch", "skorch_net", ("skorch",)),
    "keras": Peer("Keras 3 on TensorFlow", "keras_fit", ("keras", "tensorflow")),
    "jax": Peer("JAX jit(vmap(scan))", "jax_scan", ("jax",)),
}


def one_after_another(work: Work, train: Callable[[float, int], list[Metrics]]) -> Outcome:
    """Train every rate with every seed; `train` takes them and returns the metrics after every epoch."""
    by_rate = {rate: [train(rate, seed) for seed in work.seeds] for rate in work.rates}
    return Outcome({rate: np.mean(trials, axis=0)[:, 2].tolist() for rate, trials in by_rate.items()})
