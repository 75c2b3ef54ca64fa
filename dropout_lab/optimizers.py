"""Optimisers, learning-rate schedules and the max-norm constraint for stacked parameters.

Floor 1. Every rule is `torch.optim`'s with its default constants, and element-wise, so a trial in a stack is updated
as it would be alone. The kernels under `torch.optim` are called directly: the classes around them add a third of a
millisecond of Python to every step, and over a second of imports to the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, pi

import torch
from torch import Tensor

from dropout_lab.model import Parameters


@dataclass(frozen=True)
class UpdateSettings:
    """What one condition's updates depend on.

    Attributes:
        learning_rate: above 0, before the schedule.
        momentum: in [0, 1); used by momentum and nesterov.
        weight_decay: at least 0, on weights and biases, as `torch.optim` applies it (decoupled for adamw).
        max_norm: bound on the Euclidean norm of a hidden unit's incoming weights, or None.
    """

    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 0.0
    max_norm: float | None = None


@dataclass(frozen=True)
class Schedule:
    """The factor on the learning rate at each step.

    Attributes:
        kind: constant, linear, cosine (both from 1 towards `final` over the whole training) or step.
        final: the factor that linear and cosine end at.
        every: epochs between two cuts (step).
        factor: multiplier at each cut (step).
    """

    kind: str = "constant"
    final: float = 0.0
    every: int = 10
    factor: float = 0.1

    def at(self, step: int, n_steps: int, epoch: int) -> float:
        """Return the factor of step `step` of `n_steps` in epoch `epoch` (both counted from 0).

        >>> Schedule("linear").at(5, 10, 0), Schedule("cosine").at(5, 10, 0), Schedule("step").at(0, 10, 20)
        (0.5, 0.5, 0.010000000000000002)
        """
        progress = step / n_steps
        if self.kind == "linear":
            return 1 - (1 - self.final) * progress
        if self.kind == "cosine":
            return self.final + (1 - self.final) * (1 + cos(pi * progress)) / 2
        if self.kind == "step":
            return float(self.factor ** (epoch // self.every))
        return 1.0


class StackedOptimizer:
    """Update the parameters of a cohort in place from its gradients.

    Conditions that share learning rate, momentum and weight decay are updated by one call of a fused kernel on their
    slice of the stack. Logits of learnt rates follow the same rule, but do not decay.

    Args:
        name: sgd, momentum, nesterov, adam, adamw or rmsprop.
        parameters: of all trials, conditions outermost.
        gradients: of the same shapes; read at every step.
        updates: one item per condition.
        n_seeds: trials of a condition.
    """

    def __init__(
        self, name: str, parameters: Parameters, gradients: Parameters, updates: Sequence[UpdateSettings], n_seeds: int
    ) -> None:
        self._groups: list[_Group] = []
        n_decaying = len(parameters.weights + parameters.biases)
        n_slots = optimizer_slots(name)
        start = 0
        for settings, members in groupby(updates, key=lambda u: (u.learning_rate, u.momentum, u.weight_decay)):
            stop = start + n_seeds * len(list(members))
            learning_rate, momentum, weight_decay = settings
            for decaying, decay in ((slice(0, n_decaying), weight_decay), (slice(n_decaying, None), 0.0)):
                mine, theirs = (
                    [_as_stored(tensor)[start:stop] for tensor in p.tensors[decaying]] for p in (parameters, gradients)
                )
                if mine:
                    self._groups.append(_Group(mine, theirs, learning_rate, momentum, decay, n_slots=n_slots))
            start = stop
        self._update = _RULES[name]
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
            self._update(group, group.rate_at(learning_rate_factor))
        if self._is_bounded:
            for weights in self._hidden_weights:
                limit_norms(weights, self._max_norms)


def _as_stored(tensor: Tensor) -> Tensor:
    """Return a view with the axes in the order of memory, as the fused kernels take it."""
    return tensor if tensor.is_contiguous() else tensor.transpose(1, 2)


class _Group:
    """The slices of some conditions, and what the optimiser remembers of them."""

    def __init__(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        learning_rate: float,
        momentum: float,
        weight_decay: float,
        *,
        n_slots: int,
    ) -> None:
        self.parameters = parameters
        self.gradients = gradients
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.slots = [[torch.zeros_like(p) for p in parameters] for _ in range(n_slots)]
        self.step_counts = [torch.zeros((), dtype=torch.float32, device=p.device) for p in parameters]

    def rate_at(self, factor: float | Tensor) -> float | Tensor:
        """Return the learning rate; on a CUDA device fused kernels read it as float32, whatever they update."""
        rate = self.learning_rate * factor
        return rate.float() if isinstance(rate, Tensor) and rate.is_cuda else rate


def _sgd(group: _Group, learning_rate: float | Tensor, *, momentum: float = 0.0, nesterov: bool = False) -> None:
    torch._fused_sgd_(
        group.parameters,
        group.gradients,
        group.slots[0] if momentum else [],  # the kernel refuses what it would not use
        weight_decay=group.weight_decay,
        momentum=momentum,
        lr=learning_rate,
        dampening=0.0,
        nesterov=nesterov,
        maximize=False,
        is_first_step=False,  # from zeros and without dampening, the first step is like any other
    )


def _momentum(group: _Group, learning_rate: float | Tensor) -> None:
    _sgd(group, learning_rate, momentum=group.momentum)


def _nesterov(group: _Group, learning_rate: float | Tensor) -> None:
    _sgd(group, learning_rate, momentum=group.momentum, nesterov=True)


def _adam(group: _Group, learning_rate: float | Tensor, *, kernel: Callable[..., None] = torch._fused_adam_) -> None:
    torch._foreach_add_(group.step_counts, 1)
    kernel(
        group.parameters,
        group.gradients,
        *group.slots,
        [],
        group.step_counts,
        lr=learning_rate,
        beta1=0.9,
        beta2=0.999,
        weight_decay=group.weight_decay,
        eps=1e-8,
        amsgrad=False,
        maximize=False,
    )


def _adamw(group: _Group, learning_rate: float | Tensor) -> None:
    _adam(group, learning_rate, kernel=torch._fused_adamw_)


def _rmsprop(group: _Group, learning_rate: float | Tensor) -> None:
    for parameter, gradient, square in zip(group.parameters, group.gradients, group.slots[0], strict=True):
        if group.weight_decay:
            gradient.add_(parameter, alpha=group.weight_decay)
        square.mul_(0.99).addcmul_(gradient, gradient, value=0.01)
        size = square.sqrt().add_(1e-8)
        if isinstance(learning_rate, Tensor):
            parameter.addcmul_(gradient.div_(size), learning_rate, value=-1)
        else:
            parameter.addcdiv_(gradient, size, value=-learning_rate)


_RULES: dict[str, Callable[[_Group, float | Tensor], None]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adam": _adam,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
}


def limit_norms(weights: Tensor, max_norms: Tensor) -> None:
    """Scale each unit's incoming weights down to a norm of at most `max_norms`, in place.

    Source: Srivastava et al. 2014, section 5.1 (their c).

    Args:
        weights: ``[trials, in_features, out_features]``.
        max_norms: ``[trials, 1, 1]``, infinite where there is no bound.
    """
    norms = torch.linalg.vector_norm(weights, dim=1, keepdim=True)
    weights.mul_(torch.where(norms > max_norms, max_norms / norms, 1.0))


def optimizer_slots(name: str) -> int:
    """Return how many numbers per parameter the optimiser keeps between steps."""
    return {"sgd": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1, "adam": 2, "adamw": 2}[name]
