"""Philox 4x64-10 for many seeds at once: the words of `numpy.random.Philox`, in half the time.

`dropout_lab.randomness` defines what key and counter are; tests hold that the words are the same. One call fills the
lanes of all seeds of a layer.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dropout_lab.kernels.jit import compiled, full_product

LANES_PER_BLOCK: Final = 16
"""Four words, of four 16-bit lanes each."""
_MULTIPLIER_0: Final = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1: Final = np.uint64(0xCA5A826395121157)
_WEYL_0: Final = np.uint64(0x9E3779B97F4A7C15)
_WEYL_1: Final = np.uint64(0xBB67AE8584CAA73B)


@compiled
def fill_words(
    seeds: npt.NDArray[np.uint64], purpose: int, layer: int, step: int, first_block: int, words: npt.NDArray[Any]
) -> None:
    """Fill the words of every seed from block `first_block` on.

    Args:
        seeds: ``[seeds]``.
        purpose: second word of the key.
        layer: third word of the counter.
        step: second word of the counter.
        first_block: four words make a block; the first is 0, whose counter is 1.
        words: uint64 ``[seeds, 4 * blocks]``, overwritten.
    """
    for s in range(seeds.shape[0]):
        for block in range(words.shape[1] // 4):
            c0 = np.uint64(first_block + block + 1)
            c1 = np.uint64(step)
            c2 = np.uint64(layer)
            c3 = np.uint64(0)
            k0 = seeds[s]
            k1 = np.uint64(purpose)
            for _ in range(10):
                high_0, low_0 = full_product(_MULTIPLIER_0, c0)
                high_1, low_1 = full_product(_MULTIPLIER_1, c2)
                c0 = high_1 ^ c1 ^ k0
                c1 = low_1
                c2 = high_0 ^ c3 ^ k1
                c3 = low_0
                k0 += _WEYL_0
                k1 += _WEYL_1
            words[s, 4 * block] = c0
            words[s, 4 * block + 1] = c1
            words[s, 4 * block + 2] = c2
            words[s, 4 * block + 3] = c3
