"""The update of a whole stack: conditions with equal settings by one call, then the max-norm constraint.

What an optimizer does to the numbers of a call stands in `dropout_lab.optimizers`. All of it is element-wise, so a
trial in a stack is updated as it would be alone.
"""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from dropout_lab.model import Parameters
from dropout_lab.optimizers import OPTIMIZERS, UpdateGroup, UpdateSettings


class StackedOptimizer:
    """Update the parameters of a cohort in place from its gradients.

    Conditions that share learning rate, momentum and weight decay are updated by one call of a fused kernel on their
    slice of the stack. Logits of learnt rates follow the same rule, but do not decay.

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
    rate = group.learning_rate * factor
    return rate.float() if isinstance(rate, Tensor) and rate.is_cuda else rate


def limit_norms(weights: Tensor, max_norms: Tensor) -> None:
    """Scale each unit's incoming weights down to a norm of at most `max_norms`, in place.

    Source: Srivastava et al. 2014, section 5.1 (their c).

    Args:
        weights: ``[trials, in_features, out_features]``.
        max_norms: ``[trials, 1, 1]``, infinite where there is no bound.
    """
    norms = torch.linalg.vector_norm(weights, dim=1, keepdim=True)
    weights.mul_(torch.where(norms > max_norms, max_norms / norms, 1.0))
