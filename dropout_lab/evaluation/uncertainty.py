"""How unsure a net is of each row, and how much of that is disagreement between its noisy passes.

Floor 2; tensors in, tensors out. Probabilities have the classes second to last, as the nets keep their logits. All in
nats.
"""

import torch
from torch import Tensor


def entropies(probabilities: Tensor) -> Tensor:
    """Return the entropy of each row's distribution over classes: 0 where sure, the log of the classes where clueless.

    Args:
        probabilities: ``[..., classes, rows]``.

    Returns:
        ``[..., rows]``.
    """
    of_classes: Tensor = torch.special.entr(probabilities)
    return of_classes.sum(-2)


def mutual_information(of_mean: Tensor, of_passes: Tensor) -> Tensor:
    """Return how much the choice of a pass tells of a row's class: entropy of the mean - mean of the entropies.

    It is 0 where the passes agree, however unsure they are, and the log of their number (at most that of the classes)
    where each is sure of another class. Both entropies may be means over the same rows: so is then what is returned.

    Source: Houlsby et al. 2011, "Bayesian active learning for classification and preference learning" (BALD); with
    dropout as the source of the passes: Gal, Islam & Ghahramani 2017, "Deep Bayesian active learning with image data".

    Args:
        of_mean: entropies of the averaged probabilities, ``[...]``.
        of_passes: entropies of each pass, ``[passes, ...]``.

    Returns:
        ``[...]``; never below 0, which rounding alone could bring about.
    """
    return (of_mean - of_passes.mean(0)).clamp_min(0)
