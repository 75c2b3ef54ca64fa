"""The training step: what one update of a whole cohort does, and the epoch that makes one after the other.

`EagerStep` runs anywhere, one operation after another. `dropout_lab.training.compiled` makes the same updates of the
usual net in one call on a CPU, `dropout_lab.training.captured` all of them from one recording on a GPU.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from dropout_lab.losses import losses_and_gradient
from dropout_lab.model import Parameters, PassNoise, StackedMLP, Workspace
from dropout_lab.training.batches import BatchOrder
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.learnt_rates import LearntRates
from dropout_lab.training.settings import CohortData, CohortSettings
from dropout_lab.training.updates import StackedOptimizer


class TrainingStep(ABC):
    """Update all trials of a cohort, one batch after another.

    Args:
        settings: plain numbers.
        data: tensors on the device to train on.
        parameters: of all trials; updated in place.

    Attributes:
        n_made: updates made so far.
    """

    def __init__(self, settings: CohortSettings, data: CohortData, parameters: Parameters) -> None:
        self.settings = settings
        self.n_made = 0
        self._n_train = len(data.train)
        self._parameters = parameters

    @abstractmethod
    def run_epoch(self, epoch: int) -> Tensor:
        """Make the updates of an epoch (counted from 0), the last partial batch included.

        Returns:
            The objective of every trial, its mean over the rows, ``[trials]``.
        """


class StackedStep(TrainingStep):
    """Update the stack as one, layer by layer.

    Args:
        settings: as for `TrainingStep`.
        data: as for `TrainingStep`.
        parameters: as for `TrainingStep`.
        learnt_rates: the prior of rates that are learnt, or None.
    """

    def __init__(
        self, settings: CohortSettings, data: CohortData, parameters: Parameters, learnt_rates: LearntRates | None
    ) -> None:
        super().__init__(settings, data, parameters)
        self._learnt_rates = learnt_rates
        self._net = StackedMLP(settings.architecture, parameters, settings.products)
        self._optimizer = StackedOptimizer(
            settings.optimizer,
            parameters,
            self._net.gradients,
            [condition.update for condition in settings.conditions],
            len(settings.seeds),
        )
        self._workspaces: dict[int, Workspace] = {}

    def _descend(
        self,
        workspace: Workspace,
        targets: Tensor,
        noise: PassNoise,
        learning_rate_factor: float | Tensor,
        row_weights: Tensor | None = None,
    ) -> Tensor:
        """Update every trial on the batch in the workspace and return its summed losses ``[trials]``.

        Args:
            workspace: holds the batch's features.
            targets: ``[seeds, batch]``.
            noise: of this pass.
            learning_rate_factor: what the schedule makes of the learning rates.
            row_weights: as for `losses_and_gradient`.
        """
        outputs = self._net.forward(workspace, noise)
        losses, gradient = losses_and_gradient(self.settings.task, outputs, targets, row_weights)
        self._net.backward(workspace, noise, gradient)
        if self._learnt_rates is not None:
            self._learnt_rates.add_prior_gradients(self._parameters, self._net.gradients)
        self._optimizer.step(learning_rate_factor)
        return losses.sum(1)

    def _workspace(self, batch_rows: int) -> Workspace:
        if batch_rows not in self._workspaces:
            like = self._parameters.weights[0]
            self._workspaces[batch_rows] = Workspace(
                self.settings.architecture, self.settings.n_trials, batch_rows, like
            )
        return self._workspaces[batch_rows]


class EagerStep(StackedStep):
    """Make every update by calling its operations, one after the other."""

    def __init__(
        self, settings: CohortSettings, data: CohortData, parameters: Parameters, learnt_rates: LearntRates | None
    ) -> None:
        super().__init__(settings, data, parameters, learnt_rates)
        self._batches = BatchOrder(data.train, settings.seeds, len(settings.conditions))
        self._noise = NoiseSource(settings, self._n_train, data.train.features)

    def run_epoch(self, epoch: int) -> Tensor:
        """See `TrainingStep.run_epoch`."""
        n_train, batch_size, n_steps = self._n_train, self.settings.batch_size, self.settings.total_steps(self._n_train)
        self._batches.begin_epoch(epoch)
        total, seen = torch.zeros_like(self._parameters.weights[0][:, 0, 0]), 0
        for start in range(0, n_train, batch_size):
            if self.n_made == n_steps:
                break
            stop = min(start + batch_size, n_train)
            total += self._update(start, stop, self.settings.schedule.at(self.n_made, n_steps, epoch))
            seen += stop - start
        return total / seen

    def _update(self, start: int, stop: int, learning_rate_factor: float) -> Tensor:
        """Update every trial on rows ``start .. stop`` of the epoch and return its summed losses ``[trials]``."""
        workspace = self._workspace(stop - start)
        targets = self._batches.take(start, stop, out=workspace.inputs)
        noise = self._noise.draw(self.n_made, stop - start, rate_logits=self._parameters.rate_logits)
        losses = self._descend(workspace, targets, noise, learning_rate_factor)
        self.n_made += 1
        return losses
