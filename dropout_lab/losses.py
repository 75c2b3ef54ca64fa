"""Loss of each row, its gradient, and the rows' scores, for stacks of nets.

Floor 0: tensors in, tensors out. Cross-entropy is in nats, on logits; squared error is in units of the standardised
target. One definition serves training (its gradient) and evaluation (its value), so the two cannot drift apart.
"""

import torch
from torch import Tensor

from dropout_lab.metrics import Task


def row_losses(task: Task, outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the loss of every row.

    Args:
        task: `classification` (cross-entropy in nats) or `regression` (squared error).
        outputs: logits ``[trials, rows, classes]``, or predictions ``[trials, rows, 1]``.
        targets: classes as int64, or numbers, broadcastable to ``[trials, rows]``.

    Returns:
        ``[trials, rows]``.
    """
    if task == "regression":
        return (outputs.squeeze(-1) - targets).square_()
    return _log_probabilities(outputs).gather(1, _class_index(targets, outputs)).squeeze(1).neg_()


def losses_and_gradient(task: Task, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of every row, and the gradient of the batch's mean loss in `outputs`.

    Args:
        task: as for `row_losses`.
        outputs: as for `row_losses`.
        targets: ``[trials, rows]``.

    Returns:
        losses ``[trials, rows]``; gradient of the same shape as `outputs` (its memory may be laid out classes first).
    """
    rows = outputs.shape[1]
    if task == "regression":
        error = outputs.squeeze(-1) - targets
        return error.square(), error.unsqueeze(-1).mul_(2 / rows)
    log_probabilities = _log_probabilities(outputs)
    index = _class_index(targets, outputs)
    losses = log_probabilities.gather(1, index).squeeze(1).neg_()
    gradient = log_probabilities.exp_()
    gradient.scatter_add_(1, index, gradient.new_full((), -1.0).expand(index.shape))
    return losses, gradient.div_(rows).transpose(1, 2)


def predictions(task: Task, outputs: Tensor) -> Tensor:
    """Return the predicted class of every row (the first of equals), or the predicted number: ``[trials, rows]``."""
    return outputs.squeeze(-1) if task == "regression" else outputs.transpose(1, 2).contiguous().argmax(dim=1)


def _log_probabilities(logits: Tensor) -> Tensor:
    """Return ``[trials, classes, rows]``: over a last axis of ten classes the softmax runs fifteen times slower.

    The nets keep their logits classes first, so `contiguous` copies nothing.
    """
    return torch.log_softmax(logits.transpose(1, 2).contiguous(), dim=1)


def _class_index(targets: Tensor, outputs: Tensor) -> Tensor:
    return targets.expand(outputs.shape[:-1]).unsqueeze(1)
