"""Philox 4x64-10 on a CUDA device: the words of `numpy.random.Philox`, as 16-bit lanes.

`dropout_lab.randomness` defines what key and counter are; tests hold that the bits are the same. `philox_lanes` is what
the kernels draw with; `fill_lanes` writes lanes out for noise that has no kernel of its own.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from dropout_lab.kernels.gpu import NUM_WARPS, check

PHILOX_BLOCKS = 128
"""Philox blocks of a program: one for each of its threads, and worth 16 lanes."""


@triton.jit
def philox_lanes(seed, purpose, layer, step, first_block, PHILOX_BLOCKS: tl.constexpr):
    """Return the lanes of consecutive Philox blocks in order, int16 ``[16 * PHILOX_BLOCKS]``.

    Device function. `first_block` counts from 0, all others are as in `dropout_lab.randomness.raw_words`.
    """
    c0 = (first_block + 1 + tl.arange(0, PHILOX_BLOCKS)).to(tl.uint64)
    c1 = tl.zeros_like(c0) + step.to(tl.uint64)
    c2 = tl.zeros_like(c0) + layer.to(tl.uint64)
    c3 = tl.zeros_like(c0)
    k0 = seed.to(tl.uint64)
    k1 = purpose.to(tl.uint64)
    multiplier_0 = tl.full((), 0xD2E7470EE14C6C93, tl.uint64)
    multiplier_1 = tl.full((), 0xCA5A826395121157, tl.uint64)
    for _ in tl.static_range(10):
        high_0 = tl.umulhi(c0, multiplier_0)
        high_1 = tl.umulhi(c2, multiplier_1)
        low_0 = c0 * multiplier_0
        low_1 = c2 * multiplier_1
        c0 = high_1 ^ c1 ^ k0
        c2 = high_0 ^ c3 ^ k1
        c1 = low_1
        c3 = low_0
        k0 += tl.full((), 0x9E3779B97F4A7C15, tl.uint64)
        k1 += tl.full((), 0xBB67AE8584CAA73B, tl.uint64)
    words = tl.join(tl.join(c0, c2), tl.join(c1, c3)).reshape(PHILOX_BLOCKS, 4, 1)
    shifts = (16 * tl.arange(0, 4)).to(tl.uint64).reshape(1, 1, 4)
    return (words >> shifts).to(tl.int16).reshape(PHILOX_BLOCKS * 16)


@triton.jit(do_not_specialize=["purpose", "layer"])
def _fill_lanes(out, seeds, step, first_lane, count, purpose, layer, PHILOX_BLOCKS: tl.constexpr):
    seed_index = tl.program_id(1).to(tl.int64)
    first_block = tl.program_id(0).to(tl.int64) * PHILOX_BLOCKS + first_lane // 16
    drawn = philox_lanes(tl.load(seeds + seed_index), purpose, layer, tl.load(step), first_block, PHILOX_BLOCKS)
    element = first_block * 16 + tl.arange(0, PHILOX_BLOCKS * 16) - first_lane
    tl.store(out + seed_index * count + element, drawn, mask=(element >= 0) & (element < count))


def fill_lanes(out: Tensor, seeds: Tensor, step: Tensor, *, purpose: int, layer: int, first_lane: int = 0) -> None:
    """Fill the lanes of every seed.

    Args:
        out: int16 ``[seeds, count]``, contiguous, overwritten.
        seeds: int64 ``[seeds]``.
        step: int64 ``[]``, at least 0.
        purpose: second word of the key.
        layer: which layer, 0 = the inputs.
        first_lane: the lane to begin with.

    Raises:
        ValueError: a tensor is not of that shape or type.
    """
    check(seeds, torch.int64, (len(seeds),), "seeds")
    check(step, torch.int64, (), "step")
    check(out, torch.int16, (len(seeds), *out.shape[1:2]), "out")
    n_blocks = -(-(out.shape[1] + first_lane % 16) // 16)
    grid = (triton.cdiv(n_blocks, PHILOX_BLOCKS), len(seeds))
    _fill_lanes[grid](
        out,
        seeds,
        step,
        first_lane,
        out.shape[1],
        int(purpose),  # an IntEnum is no number to Triton
        layer,
        PHILOX_BLOCKS=PHILOX_BLOCKS,
        num_warps=NUM_WARPS,
    )
