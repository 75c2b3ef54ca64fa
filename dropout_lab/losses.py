"""Loss of each row with its gradient, or with what is predicted, for stacks of nets.

Cross-entropy is in nats, on logits; squared error is in units of the standardised target. One definition serves
training (its gradient) and evaluation (its value), so the two cannot drift apart. On a CPU both are compiled kernels,
and so is the gradient of a weighted mean on a CUDA device; elsewhere, the same in torch.
"""

import torch
from torch import Tensor

from dropout_lab.kernels import cross_entropy, gpu
from dropout_lab.metrics import TASKS, TaskName


def losses_and_gradient(
    task: TaskName, outputs: Tensor, targets: Tensor, row_weights: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return the loss of every row, and the gradient of the batch's mean loss in `outputs`.

    Args:
        task: `classification` (cross-entropy in nats) or `regression` (squared error).
        outputs: logits ``[trials, rows, classes]``, or predictions ``[trials, rows, 1]``.
        targets: classes as int64, or numbers, ``[datasets, rows]``: of one dataset that all trials share, or of one per
            seed; trials are conditions x seeds.
        row_weights: ``[1, rows]``, at least 0 and not all 0: losses come multiplied by them, and the mean is weighted.
            What weighs 0 is 0, even if it is infinite. None for a plain mean.

    Returns:
        losses ``[trials, rows]``; gradient of the same shape as `outputs` (its memory may be laid out classes first).
    """
    if row_weights is not None:
        return _weighted(task, outputs, targets, row_weights)
    rows = outputs.shape[1]
    if not TASKS[task].predicts_classes:
        losses, error = _squared_error(outputs, targets)
        return losses, error.mul_(2 / rows)
    if outputs.device.type == "cpu":
        logits, classes = _classes_first(outputs), targets.contiguous()
        losses, gradient = logits.new_empty(logits.shape[::2]), torch.empty_like(logits)
        cross_entropy.losses_and_gradient(logits.numpy(), classes.numpy(), losses.numpy(), gradient.numpy())
        return losses, gradient.transpose(1, 2)
    losses, gradient = _cross_entropy(outputs, targets)
    return losses, gradient.div_(rows)


def _weighted(task: TaskName, outputs: Tensor, targets: Tensor, row_weights: Tensor) -> tuple[Tensor, Tensor]:
    if TASKS[task].predicts_classes and gpu.serves(outputs):
        from dropout_lab.kernels.gpu.cross_entropy import losses_and_gradient_

        losses, gradient = outputs.new_empty(outputs.shape[:-1]), outputs.clone()
        losses_and_gradient_(gradient, _per_trial(targets, len(outputs)).contiguous(), row_weights, losses)
        return losses, gradient
    shares = row_weights / row_weights.sum()
    if not TASKS[task].predicts_classes:
        losses, gradient = _squared_error(outputs, targets)
        gradient.mul_(2 * shares.unsqueeze(-1))
    else:
        losses, gradient = _cross_entropy(outputs, targets)
        gradient.mul_(shares.unsqueeze(-1))
    is_nothing = row_weights == 0
    return losses.mul_(row_weights).masked_fill_(is_nothing, 0), gradient.masked_fill_(is_nothing.unsqueeze(-1), 0)


def _squared_error(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of every row, ``[trials, rows]``, and half its gradient, ``[trials, rows, 1]``."""
    error = outputs.squeeze(-1) - _per_trial(targets, len(outputs))
    return error.square(), error.unsqueeze(-1)


def _cross_entropy(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of every row, ``[trials, rows]``, and its gradient, ``[trials, rows, classes]``."""
    log_probabilities = torch.log_softmax(_classes_first(outputs), dim=1)
    index = _class_index(_per_trial(targets, len(outputs)), outputs)
    losses = log_probabilities.gather(1, index).squeeze(1).neg_()
    gradient = log_probabilities.exp_()
    gradient.scatter_add_(1, index, gradient.new_full((), -1.0).expand(index.shape))
    return losses, gradient.transpose(1, 2)


def losses_and_predictions(task: TaskName, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of every row, and its predicted class (the first of equals) or number.

    Args:
        task: as for `losses_and_gradient`.
        outputs: as for `losses_and_gradient`.
        targets: as for `losses_and_gradient`.

    Returns:
        Both ``[trials, rows]``; classes as int64.
    """
    n_trials = len(outputs)
    if not TASKS[task].predicts_classes:
        predicted = outputs.squeeze(-1)
        return (predicted - _per_trial(targets, n_trials)).square_(), predicted
    logits = _classes_first(outputs)
    if logits.device.type == "cpu":
        losses = logits.new_empty(logits.shape[::2])
        predicted = torch.empty_like(losses, dtype=torch.int64)
        classes = targets.contiguous().numpy()
        cross_entropy.losses_and_predictions(logits.numpy(), classes, losses.numpy(), predicted.numpy())
        return losses, predicted
    index = _class_index(_per_trial(targets, n_trials), outputs)
    return torch.log_softmax(logits, dim=1).gather(1, index).squeeze(1).neg_(), logits.argmax(dim=1)


def _classes_first(outputs: Tensor) -> Tensor:
    """Return ``[trials, classes, rows]``: over a last axis of ten classes the softmax runs fifteen times slower.

    The nets keep their logits classes first, so `contiguous` copies nothing.
    """
    return outputs.transpose(1, 2).contiguous()


def _class_index(targets: Tensor, outputs: Tensor) -> Tensor:
    return targets.expand(outputs.shape[:-1]).unsqueeze(1)


def _per_trial(targets: Tensor, n_trials: int) -> Tensor:
    """Return ``[trials, rows]``, or ``[1, rows]`` for all trials."""
    return targets.repeat(n_trials // len(targets), 1) if 1 < len(targets) < n_trials else targets
