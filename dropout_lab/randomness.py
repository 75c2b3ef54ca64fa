"""Counter-based random words: every draw is a pure function of (seed, purpose, layer, step, element).

Owns the byte-level layout of every random number in the lab. Nothing here is state: the same five numbers give the same
bits on every machine and in any order, so nothing needs saving to resume, and no purpose disturbs another. Only *raw*
Philox words are used, because NumPy may change what its higher-level methods make of them.

Layout: Philox 4x64-10 with key ``(seed, purpose)`` and counter ``(1 + element // 4, step, layer, 0)``; word
``element % 4`` of that block is the draw of ``element``. (NumPy steps the counter before it draws, hence the 1.)

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox).
"""

import threading
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]

MAX_SEED = 2**63 - 1
LANES_PER_WORD = 4
_BLOCK_WORDS = 4


class Purpose(IntEnum):
    """What a draw is for: the second word of the key. The numbers are part of the engine's format: never reuse one."""

    SPLIT = 1
    LABEL_NOISE = 2
    INITIAL_WEIGHTS = 3
    BATCH_ORDER = 4
    DROPOUT_NOISE = 5
    EVALUATION = 6
    RESAMPLING = 7
    MC_SAMPLES = 8


class _Generator(threading.local):
    """One Philox per thread; setting its state (about 1 us) costs less than constructing it (about 9 us)."""

    def __init__(self) -> None:
        self.philox = np.random.Philox(0)
        self.state: dict[str, Any] = dict(self.philox.state)
        self.state["buffer_pos"] = _BLOCK_WORDS  # an empty buffer: the next word opens a new block


_generator = _Generator()


def raw_words(seed: int, purpose: Purpose, *, count: int, layer: int = 0, step: int = 0, first: int = 0) -> Words:
    """Return `count` words of one stream.

    Args:
        seed: names the replicate (or the split), 0 to `MAX_SEED`.
        purpose: what the draw is for.
        count: how many words, at least 0.
        layer: which layer (0 = the inputs), where the purpose has layers.
        step: which step, epoch or sample, counted from 0, where the purpose has steps.
        first: the element to begin with.

    Returns:
        ``uint64`` array of shape ``[count]``; a longer request starts with the shorter one.

    >>> whole = raw_words(7, Purpose.SPLIT, count=8).tolist()
    >>> whole[:5] == raw_words(7, Purpose.SPLIT, count=5).tolist()
    True
    >>> whole[5:] == raw_words(7, Purpose.SPLIT, count=3, first=5).tolist()
    True
    """
    block, skipped = divmod(first, _BLOCK_WORDS)
    _generator.state["state"] = {
        "counter": np.array([block, step, layer, 0], dtype=np.uint64),
        "key": np.array([seed, int(purpose)], dtype=np.uint64),
    }
    _generator.philox.state = _generator.state  # type: ignore[assignment]
    return _generator.philox.random_raw(skipped + count)[skipped:]


def permutation(seed: int, purpose: Purpose, *, count: int, layer: int = 0, step: int = 0) -> npt.NDArray[np.int64]:
    """Return a random order of ``0 .. count - 1``: the stable argsort of `count` words.

    >>> sorted(permutation(0, Purpose.BATCH_ORDER, count=4).tolist())
    [0, 1, 2, 3]
    """
    return np.argsort(raw_words(seed, purpose, count=count, layer=layer, step=step), kind="stable")


def uniforms(words: Words) -> npt.NDArray[np.float64]:
    """Map words to the open interval (0, 1): the middle of one of 2**52 equal cells, exact in float64.

    >>> uniforms(np.array([0, 2**64 - 1], dtype=np.uint64)).tolist() == [2.0**-53, 1 - 2.0**-53]
    True
    """
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normals(words: Words) -> npt.NDArray[np.float64]:
    """Map words to standard normals by the inverse distribution function, one word each.

    `scipy.special.ndtri` gives the same bits on every processor; NumPy's vectorised `log` does not.
    """
    from scipy.special import ndtri

    values: npt.NDArray[np.float64] = ndtri(uniforms(words))
    return values


def lanes(words: Words) -> npt.NDArray[np.int16]:
    """View words as signed 16-bit lanes, four to a word, lowest bits first: lane ``e`` lies in word ``e // 4``.

    >>> lanes(np.array([0x0004_0003_0002_0001], dtype=np.uint64)).tolist()
    [1, 2, 3, 4]
    """
    return words.astype("<u8", copy=False).view("<i2")
