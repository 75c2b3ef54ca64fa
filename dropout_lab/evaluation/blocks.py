"""Averaging some of the noisy passes: which numbers of passes are looked at, and how they are cut into blocks.

Floor 2; tensors whose first axis is the passes. Averaging k of T passes can be done T // k times without using a pass
twice, and how far those averages lie apart is the spread of one average of k.
"""

import numpy as np
from torch import Tensor

_MOST_COUNTS = 20  # points of the curve of error against number of samples: a smooth line, however many samples


def sample_counts(n_samples: int) -> tuple[int, ...]:
    """Return the numbers of passes to average: all up to 20 passes, beyond that 1, `n_samples` and a geometric grid.

    Args:
        n_samples: passes that are drawn, at least 1.

    >>> sample_counts(4), sample_counts(1000)[-3:]
    ((1, 2, 3, 4), (483, 695, 1000))
    """
    if n_samples <= _MOST_COUNTS:
        return tuple(range(1, n_samples + 1))
    return tuple(np.unique(np.geomspace(1, n_samples, _MOST_COUNTS).round().astype(int)).tolist())


def blocks(passes: Tensor, size: int) -> Tensor:
    """Cut passes into disjoint blocks, the first passes first; a rest that fills no block is left out.

    Args:
        passes: ``[passes, ...]``.
        size: passes of a block, at most those there are.

    Returns:
        ``[blocks, size, ...]``.

    >>> import torch
    >>> blocks(torch.arange(5), 2).tolist()
    [[0, 1], [2, 3]]
    """
    n_blocks = len(passes) // size
    return passes[: n_blocks * size].view(n_blocks, size, *passes.shape[1:])


def passes_differ(outputs: Tensor) -> Tensor:
    """Tell of every trial whether any two passes gave another output on any row.

    Args:
        outputs: ``[passes, trials, ...]``.

    Returns:
        Booleans ``[trials]``.
    """
    return outputs.ne(outputs[0]).transpose(0, 1).flatten(1).any(1)
