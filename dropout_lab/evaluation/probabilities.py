"""What probabilities of classes are worth: whether they mean what they say, and how unsure they are.

Calibration: reliability bins, expected calibration error and Brier score. Uncertainty, in nats: entropy, and how much
of it is disagreement between noisy passes. Probabilities have the classes second to last, as the nets keep their
logits.

Sources: Guo et al. 2017, "On calibration of modern neural networks" (bins; the error: their equation 3); Brier 1950,
"Verification of forecasts expressed in terms of probability" (the score, summed over classes).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

N_BINS = 15
"""As many as Guo et al. use, of equal width: bin m (from 1) holds the confidences in ((m - 1) / 15, m / 15]."""


@dataclass(frozen=True)
class ReliabilityBins:
    """Rows by the confidence of their predicted class; sums, so that the bins of more rows are added.

    Attributes:
        n_rows: rows in each bin, ``[..., bins]``.
        confidence: sum of their confidences.
        correct: how many of them are predicted rightly.
    """

    n_rows: Tensor
    confidence: Tensor
    correct: Tensor

    def __add__(self, other: "ReliabilityBins") -> "ReliabilityBins":
        """Return the bins of both sets of rows."""
        return ReliabilityBins(
            self.n_rows + other.n_rows, self.confidence + other.confidence, self.correct + other.correct
        )

    @classmethod
    def empty(cls, like: Tensor) -> "ReliabilityBins":
        """Return bins without rows, one set for every element of `like`."""
        zeros = like.new_zeros(*like.shape, N_BINS)
        return cls(zeros, zeros, zeros)

    @property
    def calibration_error(self) -> Tensor:
        """The expected calibration error ``[...]``: mean over rows of |accuracy - confidence| of their bin; 0 to 1."""
        return (self.correct - self.confidence).abs().sum(-1) / self.n_rows.sum(-1)


def reliability_bins(probabilities: Tensor, targets: Tensor, *, dtype: torch.dtype = torch.float64) -> ReliabilityBins:
    """Sort rows into `N_BINS` bins by the probability of their most probable class (the first of equals).

    Args:
        probabilities: ``[..., classes, rows]``.
        targets: classes as int64, broadcastable to ``[..., rows]``.
        dtype: of the sums.
    """
    confidence, predicted = probabilities.max(-2)
    bin_index = (confidence * N_BINS).ceil().sub_(1).clamp_(0, N_BINS - 1)
    # A product with the members of each bin, since adding by index has no fixed order on a GPU.
    members = bin_index.unsqueeze(-1).eq(torch.arange(N_BINS, device=bin_index.device)).to(dtype)
    columns = torch.stack([torch.ones_like(confidence), confidence, predicted.eq(targets).to(confidence.dtype)], -2)
    return ReliabilityBins(*(columns.to(dtype) @ members).unbind(-2))


def brier_scores(probabilities: Tensor, targets: Tensor) -> Tensor:
    """Return the squared distance of each row's probabilities from its true class: 0 to 2.

    Args:
        probabilities: ``[..., classes, rows]``.
        targets: classes as int64, broadcastable to ``[..., rows]``.

    Returns:
        ``[..., rows]``.
    """
    of_target = at_targets(probabilities, targets)
    return probabilities.square().sum(-2) - 2 * of_target + 1


def at_targets(values: Tensor, targets: Tensor) -> Tensor:
    """Return what belongs to each row's true class: of values ``[..., classes, rows]`` the ``[..., rows]``."""
    index = targets.expand(*values.shape[:-2], values.shape[-1])
    return values.gather(-2, index.unsqueeze(-2)).squeeze(-2)


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
