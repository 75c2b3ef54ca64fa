"""Softmax cross-entropy of stacked logits on a CUDA device: losses and gradient in one pass, in place.

Rows have weights, so that a batch that is filled up to a fixed size counts its real rows alone.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from dropout_lab.kernels.gpu import NUM_WARPS, check

_TILE = 2048
"""Logits of a program: 16 a thread of four warps, so a row's classes stay in registers between the three passes."""
_FEWEST_ROWS = 8
"""Stored classes first, eight float32 rows are one 32-byte sector: fewer would waste what a load brings."""


@triton.jit
def _losses_and_gradient(
    logits,
    targets,
    row_weights,
    losses,
    rows,
    trial_stride,
    row_stride,
    class_stride,
    weight_stride,
    CLASSES: tl.constexpr,
    PADDED_CLASSES: tl.constexpr,
    ROWS_BLOCK: tl.constexpr,
):
    """Work on some rows of one trial."""
    trial = tl.program_id(1).to(tl.int64)
    weights = row_weights + trial * weight_stride
    span = tl.arange(0, ROWS_BLOCK)
    total = tl.zeros((ROWS_BLOCK,), losses.dtype.element_ty)
    for first in range(0, rows, ROWS_BLOCK):
        total += tl.load(weights + first + span, mask=first + span < rows, other=0.0)
    row = tl.program_id(0) * ROWS_BLOCK + span
    column = tl.arange(0, PADDED_CLASSES)
    is_row = row < rows
    is_there = (column < CLASSES)[:, None] & is_row[None, :]
    pointers = logits + trial * trial_stride + column[:, None] * class_stride + row[None, :] * row_stride
    nothing = tl.where(column < CLASSES, 0.0, float("-inf"))  # a class that is not there has probability 0
    values = tl.load(pointers, mask=is_there, other=nothing[:, None])
    target = tl.load(targets + trial * rows + row, mask=is_row, other=0)
    weight = tl.load(weights + row, mask=is_row, other=0.0)
    is_target = column[:, None] == target[None, :]
    shifted = values - tl.max(values, axis=0)[None, :]
    powers = tl.exp(shifted)
    sums = tl.sum(powers, axis=0)
    loss = tl.log(sums) - tl.sum(tl.where(is_target, shifted, 0.0), axis=0)
    tl.store(losses + trial * rows + row, tl.where(weight == 0, 0.0, weight * loss), mask=is_row)
    share = weight / tl.sum(total, axis=0)
    gradient = (powers / sums[None, :] - tl.where(is_target, 1.0, 0.0)) * share[None, :]
    tl.store(pointers, tl.where((weight == 0)[None, :], 0.0, gradient), mask=is_there)


def losses_and_gradient_(logits: Tensor, targets: Tensor, row_weights: Tensor, losses: Tensor) -> None:
    """Work out every row's weighted loss, and turn the logits into the gradient of the weighted mean loss, in place.

    Args:
        logits: ``[trials, batch, classes]`` in any layout; becomes
            ``weight / sum(weights) * (softmax - one at the target)``.
        targets: int64 ``[trials, batch]``, contiguous, each in [0, classes).
        row_weights: ``[trials, batch]``, or ``[1, batch]`` for all trials alike, in the type of the logits, at least 0
            and not all 0. What weighs 0 is 0, even if it is infinite.
        losses: ``[trials, batch]``, in the type of the logits, overwritten with ``weight * loss``, in nats.

    Raises:
        ValueError: a tensor is not of that shape, type or layout.
    """
    trials, rows, classes = logits.shape
    check(targets, torch.int64, (trials, rows), "targets")
    check(losses, logits.dtype, (trials, rows), "losses")
    check(row_weights, logits.dtype, (1 if len(row_weights) == 1 else trials, rows), "row_weights")
    padded_classes = triton.next_power_of_2(classes)
    rows_block = max(_FEWEST_ROWS, _TILE // padded_classes)
    _losses_and_gradient[(triton.cdiv(rows, rows_block), trials)](
        logits,
        targets,
        row_weights,
        losses,
        rows,
        *logits.stride(),
        0 if len(row_weights) == 1 else rows,
        CLASSES=classes,
        PADDED_CLASSES=padded_classes,
        ROWS_BLOCK=rows_block,
        num_warps=NUM_WARPS,
    )
