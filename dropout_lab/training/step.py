"""The training step: what one update of a whole cohort does, and the epoch that makes one after the other.

`EagerStep` runs anywhere, one operation after another. `dropout_lab.training.compiled` makes the same updates of the
usual net in one call on a CPU, `dropout_lab.training.captured` all of them from one recording on a GPU.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from dropout_lab.losses import losses_and_gradient
from dropout_lab.model import Parameters, PassNoise, StackedMLP, Workspace
from dropout_lab.optimizers import OPTIMIZERS, UpdateGroup, UpdateSettings
from dropout_lab.training.batches import BatchOrder
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.learnt_rates import LearntRates
from dropout_lab.training.settings import CohortData, CohortSettings


class StackedOptimizer:
    """Update the parameters of a cohort in place from its gradients.

    Conditions that share learning rate, momentum and weight decay are updated by one call of `Optimizer.update` on
    their slice of the stack. All of it is element-wise, so a trial is updated as it would be alone. Logits of learnt
    rates follow the same rule, but do not decay.

    Args:
        name: a key of `OPTIMIZERS`.
        parameters: of all trials, conditions outermost.
        gradients: of the same shapes; read at every step.
        updates: one item per condition.
        n_seeds: trials of a condition.
    """

    def __init__(
        self, name: str, parameters: Parameters, gradients: Parameters, updates: Sequence[UpdateSettings], n_seeds: int
    ) -> None:
        self._groups: list[UpdateGroup] = []
        n_decaying = len(parameters.weights + parameters.biases)
        optimizer = OPTIMIZERS[name]
        start = 0
        for settings, members in groupby(updates, key=lambda u: (u.learning_rate, u.momentum, u.weight_decay)):
            stop = start + n_seeds * len(list(members))
            learning_rate, momentum, weight_decay = settings
            for decaying, decay in ((slice(0, n_decaying), weight_decay), (slice(n_decaying, None), 0.0)):
                mine, theirs = (
                    [_as_stored(tensor)[start:stop] for tensor in p.tensors[decaying]] for p in (parameters, gradients)
                )
                if mine:
                    slots = [[torch.zeros_like(p) for p in mine] for _ in range(optimizer.n_slots)]
                    counts = [torch.zeros((), dtype=torch.float32, device=p.device) for p in mine]
                    self._groups.append(UpdateGroup(mine, theirs, learning_rate, momentum, decay, slots, counts))
            start = stop
        self._update = optimizer.update
        self._hidden_weights = parameters.weights[:-1]
        bounds = [float("inf") if u.max_norm is None else u.max_norm for u in updates for _ in range(n_seeds)]
        self._max_norms = parameters.weights[0].new_tensor(bounds).view(-1, 1, 1)
        self._is_bounded = any(u.max_norm is not None for u in updates)

    def step(self, learning_rate_factor: float | Tensor) -> None:
        """Update every trial once, then project onto the max-norm ball where a condition asks for it.

        Args:
            learning_rate_factor: of the schedule; a tensor ``[]`` on the device is never read by the CPU.
        """
        for group in self._groups:
            self._update(group, _learning_rate(group, learning_rate_factor))
        if self._is_bounded:
            for weights in self._hidden_weights:
                limit_norms(weights, self._max_norms)


def _as_stored(tensor: Tensor) -> Tensor:
    """Return a view with the axes in the order of memory, as the fused kernels take it."""
    return tensor if tensor.is_contiguous() else tensor.transpose(1, 2)


def _learning_rate(group: UpdateGroup, factor: float | Tensor) -> float | Tensor:
    """Return the learning rate; on a CUDA device fused kernels read it as float32, whatever they update."""
    scheduled = group.learning_rate * factor
    return scheduled.float() if isinstance(scheduled, Tensor) and scheduled.is_cuda else scheduled


def limit_norms(weights: Tensor, max_norms: Tensor) -> None:
    """Scale each unit's incoming weights down to a norm of at most `max_norms`, in place.

    Source: Srivastava et al. 2014, section 5.1 (their c).

    Args:
        weights: ``[trials, in_features, out_features]``.
        max_norms: ``[trials, 1, 1]``, infinite where there is no bound.
    """
    norms = torch.linalg.vector_norm(weights, dim=1, keepdim=True)
    weights.mul_(torch.where(norms > max_norms, max_norms / norms, 1.0))


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
