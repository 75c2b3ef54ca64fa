"""What training a cohort depends on, as plain numbers and tensors."""

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

import torch

from dropout_lab.evaluation import Floats, Rows
from dropout_lab.metrics import TaskName
from dropout_lab.model import Architecture, Products
from dropout_lab.noise import KINDS, PLAIN, SCALINGS, RateSchedule
from dropout_lab.optimizers import Schedule, UpdateSettings

_DTYPES = {
    "float32": (torch.float32, Products()),
    "float64": (torch.float64, Products()),
    "tf32": (torch.float32, Products()),
    "bfloat16": (torch.float32, Products(torch.bfloat16)),
}


@dataclass(frozen=True)
class ConditionSettings:
    """What may differ between the conditions of one cohort.

    Attributes:
        rates: of the inputs, then of every hidden layer, each in [0, 1); for dropconnect that of a layer's incoming
            weights; for concrete noise the rates that learning starts from.
        update: learning rate, momentum, weight decay and max-norm.
        output_rate: of the outputs, in [0, 1).
        scaling: inverted (survivors scaled while training) or inference (weights scaled in eval mode); for kinds that
            are scaled.
        rate_schedule: the factor on all rates at each update; constant for concrete noise.
    """

    rates: tuple[float, ...]
    update: UpdateSettings
    output_rate: float = 0.0
    scaling: str = "inverted"
    rate_schedule: RateSchedule = field(default_factory=RateSchedule)

    @property
    def layer_rates(self) -> tuple[float, ...]:
        """The rates of the inputs, of every hidden layer, and of the outputs."""
        return (*self.rates, self.output_rate)


@dataclass(frozen=True)
class ConcreteSettings:
    """What learning a rate depends on.

    Source: Gal, Hron & Kendall 2017, "Concrete dropout", equations 3 to 5; their p is our rate.

    Attributes:
        temperature: above 0; towards 0 the noise becomes Bernoulli's.
        length_scale: their l, at least 0: the prior pulls on the weights that read the layer, by
            ``l^2 / (2 N) * ||W||^2 / (1 - rate)``.
        entropy: weight of ``units * (rate log rate + (1 - rate) log(1 - rate))``, at least 0; None for 1/N, N being the
            train rows. Both terms count per row, in nats, and double for squared error, which is twice the negative
            log-likelihood of a normal with variance 1.
    """

    temperature: float = 0.1
    length_scale: float = 1e-4
    entropy: float | None = None


@dataclass(frozen=True)
class CohortSettings:
    """All that shapes the numbers of a cohort, its data apart.

    Attributes:
        architecture: the shape of the nets.
        conditions: one item per condition.
        seeds: one replicate of every condition each.
        task: classification or regression.
        batch_size: rows of a batch, at most the train rows.
        epochs: how many times every train row is seen; with `n_steps` the last epoch may be cut short.
        n_steps: total steps, or None for `epochs` whole epochs.
        optimizer: a key of `OPTIMIZERS`.
        schedule: of the learning rate.
        every: epochs between two evaluations; the last epoch is always evaluated.
        patience: evaluations without improvement of val loss after which STOP is marked.
        precision: float32, float64, tf32 or bfloat16.
        noise_kind: a name in `noise.KINDS`.
        concrete: how concrete noise learns its rates.
        mc_samples: Monte-Carlo passes at the points; 0 for none.
    """

    architecture: Architecture
    conditions: tuple[ConditionSettings, ...]
    seeds: tuple[int, ...]
    task: TaskName = "classification"
    batch_size: int = 64
    epochs: int = 50
    n_steps: int | None = None
    optimizer: str = "adam"
    schedule: Schedule = field(default_factory=Schedule)
    every: int = 1
    patience: int = 10
    precision: str = "float32"
    noise_kind: str = PLAIN
    concrete: ConcreteSettings = field(default_factory=ConcreteSettings)
    mc_samples: int = 0

    @property
    def n_trials(self) -> int:
        """Conditions x seeds."""
        return len(self.conditions) * len(self.seeds)

    @cached_property
    def noisy_layers(self) -> tuple[int, ...]:
        """The layers (0 = the inputs, L + 1 = the outputs) that some condition has a rate for."""
        by_layer = zip(*(condition.layer_rates for condition in self.conditions), strict=True)
        return tuple(layer for layer, rates in enumerate(by_layer) if any(rates))

    @property
    def only_drops_units(self) -> bool:
        """Whether the noise is dropout of inputs and hidden units."""
        return KINDS[self.noise_kind].has_kernels and len(self.architecture.layers) not in self.noisy_layers

    @property
    def learns_rates(self) -> bool:
        """Whether some trial has a rate to learn."""
        return KINDS[self.noise_kind].learns_rates and bool(self.noisy_layers)

    @property
    def scales_at_inference(self) -> bool:
        """Whether some condition's weights are scaled in eval mode."""
        return KINDS[self.noise_kind].is_scaled and any(
            SCALINGS[condition.scaling].is_at_inference for condition in self.conditions
        )

    @property
    def dtype(self) -> torch.dtype:
        """Type of the parameters and activations."""
        return _DTYPES[self.precision][0]

    @property
    def products(self) -> Products:
        """Precision of the matrix products."""
        return _DTYPES[self.precision][1]

    def steps_per_epoch(self, n_train: int) -> int:
        """Return the batches of a whole epoch; the last may be partial and is kept."""
        return ceil(n_train / self.batch_size)

    def total_steps(self, n_train: int) -> int:
        """Return how many updates the whole training makes."""
        return self.n_steps or self.epochs * self.steps_per_epoch(n_train)

    def total_epochs(self, n_train: int) -> int:
        """Return how many epochs are begun."""
        return ceil(self.total_steps(n_train) / self.steps_per_epoch(n_train))

    def is_evaluated(self, epoch: int, n_train: int) -> bool:
        """Tell whether epoch `epoch` (counted from 1) is measured."""
        return epoch % self.every == 0 or epoch == self.total_epochs(n_train)


@dataclass(frozen=True)
class CohortData:
    """The rows of a cohort on its device.

    Attributes:
        train: rows to train on.
        measured_train: the train rows that are measured after an epoch: all, or a fixed subset.
        val: rows that guide.
        test: rows that are read once, at the end; may be empty.
        target_scales: units of the target per standardised unit, one per dataset (``[datasets]``).
    """

    train: Rows
    measured_train: Rows
    val: Rows
    test: Rows
    target_scales: Floats
