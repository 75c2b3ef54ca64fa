"""What happens to a stack's values between two products, on a CUDA device: bias, ReLU and dropout in one pass.

A mask is never stored: forward, a unit is kept where its lane lies above its rate's threshold, and its lane is drawn
once for all conditions of its seed; backward, `value > 0` says both active and kept. Multiplying, rather than choosing,
lets what is not a number stay so: a diverged trial is found by it.

A trial's values number fewer than 2^31, those of a stack may be more.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from dropout_lab.kernels.gpu import NUM_WARPS, check
from dropout_lab.kernels.gpu.philox import PHILOX_BLOCKS, philox_lanes

_UNITS_BLOCK = 32
"""Units of a program of the backward pass: in float32 one whole 128-byte line of memory in every row."""
_ROWS_BLOCK = 64
"""Rows it reads at a time: 16 numbers a thread of four warps, so four 16-byte loads in flight of either tensor."""


@triton.jit(do_not_specialize=["purpose", "layer"])
def _forward(
    values,
    bias,
    seeds,
    step,
    thresholds,
    scales,
    n_seeds,
    n_conditions,
    rows,
    row_stride,
    unit_stride,
    purpose,
    layer,
    UNITS: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    HAS_NOISE: tl.constexpr,
    PHILOX_BLOCKS: tl.constexpr,
):
    """Work on one stretch of lanes of one seed, in all conditions.

    The units are a constant, so that dividing by them is a multiplication.
    """
    seed_index = tl.program_id(1)
    first_block = tl.program_id(0) * PHILOX_BLOCKS
    element = first_block * 16 + tl.arange(0, PHILOX_BLOCKS * 16)
    row, unit = element // UNITS, element % UNITS
    is_there = row < rows
    position = row * row_stride + unit * unit_stride
    if HAS_NOISE:
        drawn = philox_lanes(tl.load(seeds + seed_index), purpose, layer, tl.load(step), first_block, PHILOX_BLOCKS)
    for condition in range(n_conditions):
        trial = (condition * n_seeds + seed_index).to(tl.int64)  # 450 trials of 128 x 65,536 units pass 2^31
        pointers = values + trial * rows * UNITS + position
        value = tl.load(pointers, mask=is_there)
        if HAS_BIAS:
            value += tl.load(bias + trial * UNITS + unit, mask=is_there)
            value = tl.where(value <= 0, 0.0, value)
        if HAS_NOISE:
            scale = tl.load(scales + condition)
            value *= tl.where(drawn > tl.load(thresholds + condition), scale, 0.0)
        tl.store(pointers, value, mask=is_there)


def bias_relu_dropout_(
    pre: Tensor,
    bias: Tensor,
    *,
    seeds: Tensor,
    step: Tensor,
    purpose: int,
    layer: int,
    thresholds: Tensor | None,
    scales: Tensor | None,
) -> None:
    """Add the bias, apply ReLU and dropout, in place.

    Args:
        pre: ``[trials, batch, units]``, contiguous; trials = conditions x seeds, conditions outermost.
        bias: ``[trials, 1, units]``, in the type of `pre`.
        seeds: int64 ``[seeds]``.
        step: int64 ``[]``, at least 0.
        purpose: second word of the key.
        layer: which layer's lanes.
        thresholds: int32 ``[conditions]``; a unit is kept where its lane is greater. None for no noise.
        scales: ``[conditions]``, in the type of `pre`: the factor on what is kept. None for no noise.

    Raises:
        ValueError: a tensor is not of that shape, type or layout.
    """
    check(pre, pre.dtype, tuple(pre.shape), "pre")
    check(bias, pre.dtype, (pre.shape[0], 1, pre.shape[2]), "bias")
    _launch_forward(pre, bias, seeds, step, purpose, layer, thresholds, scales)


def bias_relu_(pre: Tensor, bias: Tensor) -> None:
    """Add the bias and apply ReLU, in place.

    Args:
        pre: as for `bias_relu_dropout_`.
        bias: as for `bias_relu_dropout_`.

    Raises:
        ValueError: a tensor is not of that shape, type or layout.
    """
    check(pre, pre.dtype, tuple(pre.shape), "pre")
    check(bias, pre.dtype, (pre.shape[0], 1, pre.shape[2]), "bias")
    unread = pre.new_empty(len(pre), dtype=torch.int64)  # a seed for every trial: no program works on two
    _launch_forward(pre, bias, unread, unread[0], 0, 0, None, None)


def dropout_(
    values: Tensor, *, seeds: Tensor, step: Tensor, purpose: int, layer: int, thresholds: Tensor, scales: Tensor
) -> None:
    """Multiply values, or the gradient in them, by dropout's multipliers, in place.

    Args:
        values: ``[trials, batch, units]``, contiguous, or stored with the units outermost in each trial.
        seeds: as for `bias_relu_dropout_`.
        step: as for `bias_relu_dropout_`.
        purpose: as for `bias_relu_dropout_`.
        layer: as for `bias_relu_dropout_`.
        thresholds: as for `bias_relu_dropout_`.
        scales: as for `bias_relu_dropout_`.

    Raises:
        ValueError: a tensor is not of that shape, type or layout.
    """
    stored = values if values.is_contiguous() else values.mT
    check(stored, values.dtype, tuple(stored.shape), "values (or their transpose)")
    _launch_forward(values, None, seeds, step, purpose, layer, thresholds, scales)


def _launch_forward(
    values: Tensor,
    bias: Tensor | None,
    seeds: Tensor,
    step: Tensor,
    purpose: int,
    layer: int,
    thresholds: Tensor | None,
    scales: Tensor | None,
) -> None:
    trials, rows, units = values.shape
    n_seeds, n_conditions = len(seeds), trials // len(seeds)
    check(seeds, torch.int64, (n_seeds,), "seeds")
    check(step, torch.int64, (), "step")
    if (thresholds is None) != (scales is None):
        raise ValueError(f"thresholds and scales must be given both or neither. Got {thresholds} and {scales}.")
    if thresholds is not None and scales is not None:
        check(thresholds, torch.int32, (n_conditions,), "thresholds")
        check(scales, values.dtype, (n_conditions,), "scales")
    if n_conditions * n_seeds != trials:
        raise ValueError(f"trials must be conditions x seeds. Got {trials} trials of {n_seeds} seeds.")
    _forward[(triton.cdiv(rows * units, PHILOX_BLOCKS * 16), n_seeds)](
        values,
        bias,
        seeds,
        step,
        thresholds,
        scales,
        n_seeds,
        n_conditions,
        rows,
        values.stride(1),
        values.stride(2),
        int(purpose),  # an IntEnum is no number to Triton
        layer,
        UNITS=units,
        HAS_BIAS=bias is not None,
        HAS_NOISE=thresholds is not None,
        PHILOX_BLOCKS=PHILOX_BLOCKS,
        num_warps=NUM_WARPS,
    )


@triton.jit
def _backward(
    gradient,
    values,
    scales,
    bias_gradient,
    n_seeds,
    rows,
    units,
    HAS_SCALES: tl.constexpr,
    ROWS_BLOCK: tl.constexpr,
    UNITS_BLOCK: tl.constexpr,
):
    """Work on some units of one trial, in all rows: each sum over the batch has one program, hence one order."""
    trial = tl.program_id(1).to(tl.int64)
    unit = tl.program_id(0) * UNITS_BLOCK + tl.arange(0, UNITS_BLOCK)
    row = tl.arange(0, ROWS_BLOCK)
    position = trial * rows * units + row[:, None] * units + unit[None, :]
    total = tl.zeros((ROWS_BLOCK, UNITS_BLOCK), gradient.dtype.element_ty)
    for first in range(0, rows, ROWS_BLOCK):
        is_there = (first + row < rows)[:, None] & (unit < units)[None, :]
        value = tl.load(values + position, mask=is_there, other=0.0)
        passed = tl.load(gradient + position, mask=is_there)
        if HAS_SCALES:
            passed *= tl.load(scales + trial // n_seeds)
        passed = tl.where(value <= 0, 0.0, passed)
        tl.store(gradient + position, passed, mask=is_there)
        total += passed
        position += ROWS_BLOCK * units
    tl.store(bias_gradient + trial * units + unit, tl.sum(total, axis=0), mask=unit < units)


def relu_dropout_backward_(gradient: Tensor, values: Tensor, scales: Tensor | None, bias_gradient: Tensor) -> None:
    """Turn the gradient in what left a hidden layer into that in its pre-activations, and sum it for the bias.

    Args:
        gradient: ``[trials, batch, units]``, contiguous, changed in place: 0 where a value is 0, else times its scale.
        values: what left the layer, of the same shape, type and layout.
        scales: ``[conditions]``, in the same type: the factor on what was kept. None for no noise.
        bias_gradient: ``[trials, 1, units]``, in the same type, overwritten.

    Raises:
        ValueError: a tensor is not of that shape, type or layout.
    """
    trials, rows, units = gradient.shape
    check(gradient, gradient.dtype, (trials, rows, units), "gradient")
    check(values, gradient.dtype, (trials, rows, units), "values")
    check(bias_gradient, gradient.dtype, (trials, 1, units), "bias_gradient")
    n_conditions = 1 if scales is None else len(scales)
    if scales is not None:
        check(scales, gradient.dtype, (n_conditions,), "scales")
    if trials % n_conditions:
        raise ValueError(f"trials must be conditions x seeds. Got {trials} trials of {n_conditions} conditions.")
    _backward[(triton.cdiv(units, _UNITS_BLOCK), trials)](
        gradient,
        values,
        scales,
        bias_gradient,
        trials // n_conditions,
        rows,
        units,
        HAS_SCALES=scales is not None,
        ROWS_BLOCK=_ROWS_BLOCK,
        UNITS_BLOCK=_UNITS_BLOCK,
        num_warps=NUM_WARPS,
    )
