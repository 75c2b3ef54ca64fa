"""The optimizers and learning-rate schedules there are, each a record: all that any room knows of one stands there.

The one place to add either: write a record and name it in `OPTIMIZERS` or `SCHEDULES`. The choices of the config, the
words of a paper, what a trial's id holds and how a net is updated follow from it. A compiled update, which is faster
and optional, goes into `dropout_lab.kernels.updates`; without one, nets are updated by `Optimizer.update`.

Every rule is `torch.optim`'s with its default constants. The kernels under `torch.optim` are called directly: the
classes around them add a third of a millisecond of Python to every step, and over a second of imports to the first.
torch is imported where a rule runs, so that the names are there at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class UpdateSettings:
    """What one condition's updates depend on.

    Attributes:
        learning_rate: above 0, before the schedule.
        momentum: in [0, 1); used by optimizers that read it.
        weight_decay: at least 0, on weights and biases, as `torch.optim` applies it (decoupled for adamw).
        max_norm: bound on the Euclidean norm of a hidden unit's incoming weights, or None.
    """

    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 0.0
    max_norm: float | None = None


@dataclass
class UpdateGroup:
    """The numbers that one call updates: the parameters of conditions that share these settings.

    Attributes:
        parameters: changed in place.
        gradients: of the same shapes, for the update to read, and to overwrite where it likes.
        learning_rate: before the schedule.
        momentum: 0 where the optimizer does not read it.
        weight_decay: at least 0.
        slots: what the optimizer remembers between steps: `Optimizer.n_slots` lists like `parameters`, zeros at first.
        step_counts: one number per parameter, 0 at first, for updates that count their steps.
    """

    parameters: "list[Tensor]"
    gradients: "list[Tensor]"
    learning_rate: float
    momentum: float
    weight_decay: float
    slots: "list[list[Tensor]]"
    step_counts: "list[Tensor]"


@dataclass(frozen=True)
class Optimizer:
    """One update rule.

    Attributes:
        name: what the config calls it.
        words: what a text calls it.
        update: changes the numbers of a group in place. The learning rate it is given is a number, or on a GPU a tensor
            ``[]`` that must not be read by the CPU.
        n_slots: numbers per parameter that it keeps between steps.
        settings: of the section training, those that it reads and not every optimizer does.
        citations: keys of its sources in report/citations.bib.
        is_capturable: whether its update may be recorded as a CUDA graph: it must not wait for the device, nor decide
            anything by the numbers there.
    """

    name: str
    words: str
    update: "Callable[[UpdateGroup, float | Tensor], None]"
    n_slots: int
    settings: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    is_capturable: bool = True

    @property
    def has_momentum(self) -> bool:
        """Whether it reads training.momentum."""
        return "momentum" in self.settings


def _fused_sgd(
    group: UpdateGroup, learning_rate: "float | Tensor", *, momentum: float = 0.0, nesterov: bool = False
) -> None:
    import torch

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


def _sgd(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    _fused_sgd(group, learning_rate)


def _momentum(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    _fused_sgd(group, learning_rate, momentum=group.momentum)


def _nesterov(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    _fused_sgd(group, learning_rate, momentum=group.momentum, nesterov=True)


def _fused_adam(group: UpdateGroup, learning_rate: "float | Tensor", kernel: Callable[..., Any]) -> None:
    import torch

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


def _adam(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    import torch

    _fused_adam(group, learning_rate, torch._fused_adam_)


def _adamw(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    import torch

    _fused_adam(group, learning_rate, torch._fused_adamw_)


def _rmsprop(group: UpdateGroup, learning_rate: "float | Tensor") -> None:
    for parameter, gradient, square in zip(group.parameters, group.gradients, group.slots[0], strict=True):
        if group.weight_decay:
            gradient.add_(parameter, alpha=group.weight_decay)
        square.mul_(0.99).addcmul_(gradient, gradient, value=0.01)
        size = square.sqrt().add_(1e-8)
        if isinstance(learning_rate, float):
            parameter.addcdiv_(gradient, size, value=-learning_rate)
        else:
            parameter.addcmul_(gradient.div_(size), learning_rate, value=-1)


_WITH_MOMENTUM = "stochastic gradient descent with momentum"
_WITH_NESTEROV = "stochastic gradient descent with Nesterov momentum"

OPTIMIZERS: Final[dict[str, Optimizer]] = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer("sgd", "stochastic gradient descent", _sgd, n_slots=0),
        Optimizer("momentum", _WITH_MOMENTUM, _momentum, n_slots=1, settings=("momentum",)),
        Optimizer("nesterov", _WITH_NESTEROV, _nesterov, n_slots=1, settings=("momentum",)),
        Optimizer("adam", "Adam", _adam, n_slots=2, citations=("kingma2015",)),
        Optimizer("adamw", "AdamW", _adamw, n_slots=2, citations=("loshchilov2019",)),
        Optimizer("rmsprop", "RMSprop", _rmsprop, n_slots=1),
    )
}


@dataclass(frozen=True)
class Schedule:
    """The factor on the learning rate at each step.

    Attributes:
        kind: a key of `SCHEDULES`.
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
        factor = SCHEDULES[self.kind].factor
        return 1.0 if factor is None else factor(self, step / n_steps, epoch)


@dataclass(frozen=True)
class ScheduleForm:
    """One way in which a learning rate changes over the training.

    Attributes:
        name: what the config calls it.
        factor: of a schedule, the share of the training that is done (0 to below 1) and the epoch, counted from 0.
            None where it is always 1.
        settings: of the section training, those that it reads.
    """

    name: str
    factor: Callable[[Schedule, float, int], float] | None
    settings: tuple[str, ...] = ()


def _linear(schedule: Schedule, progress: float, _epoch: int) -> float:
    return 1 - (1 - schedule.final) * progress


def _cosine(schedule: Schedule, progress: float, _epoch: int) -> float:
    return schedule.final + (1 - schedule.final) * (1 + cos(pi * progress)) / 2


def _cut(schedule: Schedule, _progress: float, epoch: int) -> float:
    return float(schedule.factor ** (epoch // schedule.every))


SCHEDULES: Final[dict[str, ScheduleForm]] = {
    form.name: form
    for form in (
        ScheduleForm("constant", None),
        ScheduleForm("linear", _linear, ("schedule_final",)),
        ScheduleForm("cosine", _cosine, ("schedule_final",)),
        ScheduleForm("step", _cut, ("schedule_every", "schedule_factor")),
    )
}
