"""Labels made wrong on purpose, on train rows only: the class of some rows becomes another one.

Keys and replacements belong to the row, by its index in the whole data set, and to the split seed; the fraction only
sets how many of the smallest keys are taken. So the rows corrupted at 0.1 are among those at 0.2, with the same class.
"""

import numpy as np
import numpy.typing as npt

from dropout_lab.data.dataset import Indices
from dropout_lab.randomness import Purpose, raw_words

KEY_LAYER = 0
REPLACEMENT_LAYER = 1


def noisy_classes(
    classes: npt.NDArray[np.int64], rows: Indices, *, n_classes: int, fraction: float, split_seed: int
) -> npt.NDArray[np.int64]:
    """Return the classes of `rows` with exactly ``round(fraction * len(rows))`` of them replaced.

    Args:
        classes: of all rows of the data set, ``[all rows]``, 0 to ``n_classes - 1``.
        rows: the train rows, ``[rows]``.
        n_classes: at least 2.
        fraction: [0, 1].
        split_seed: names the draw, as it names the split.

    Returns:
        ``[rows]``: each replaced class is one of the ``n_classes - 1`` others, all equally likely.

    Raises:
        ValueError: `fraction` is outside [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be in [0, 1]. Got {fraction}.")
    keys = raw_words(split_seed, Purpose.LABEL_NOISE, count=len(classes), layer=KEY_LAYER)
    words = raw_words(split_seed, Purpose.LABEL_NOISE, count=len(classes), layer=REPLACEMENT_LAYER)
    corrupted = np.argsort(keys[rows], kind="stable")[: round(fraction * len(rows))]
    noisy = classes[rows]
    # 1 to C - 1 steps onward in the circle of classes never lead back to the class itself.
    steps = 1 + (words[rows[corrupted]] % np.uint64(n_classes - 1)).astype(np.int64)
    noisy[corrupted] = (noisy[corrupted] + steps) % n_classes
    return noisy
