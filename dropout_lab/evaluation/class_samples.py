"""Averages of class probabilities over noisy passes: loss, accuracy, uncertainty and calibration.

Floor 2; adds up tables of logits, as `samples` says.
"""

from collections.abc import Sequence
from math import log

import numpy as np
import torch
from torch import Tensor

from dropout_lab.evaluation.blocks import blocks
from dropout_lab.evaluation.calibration import ReliabilityBins, at_targets, brier_scores, reliability_bins
from dropout_lab.evaluation.eval_mode import accumulator
from dropout_lab.evaluation.samples import Averages, Reliability, over_blocks, over_counts
from dropout_lab.evaluation.uncertainty import entropies, mutual_information


class ClassSamples:
    """Add up what averaged class probabilities are worth; see `Samples`.

    Args:
        counts: numbers of passes to average, rising, each at most `n_passes`.
        n_passes: passes of every table.
        n_trials: trials of the stack.
        device: of the tables.
    """

    def __init__(self, counts: Sequence[int], n_passes: int, n_trials: int, device: torch.device) -> None:
        zeros = torch.zeros(n_trials, dtype=accumulator(device), device=device)
        self._n_rows = 0
        self._losses = {count: zeros.expand(n_passes // count, -1) for count in counts}
        self._correct = dict(self._losses)
        self._entropies = dict.fromkeys(counts, zeros)
        self._brier_scores = dict.fromkeys(counts, zeros)
        self._bins = dict.fromkeys(counts, ReliabilityBins.empty(zeros))
        self._pass_entropies = zeros.expand(n_passes, -1)

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """See `Samples.add`. A loss is averaged in logs, where no probability is too small to be told from 0."""
        log_probabilities = torch.log_softmax(outputs, dim=-2)
        log_likelihoods = at_targets(log_probabilities, targets)
        probabilities = log_probabilities.exp_()
        self._n_rows += outputs.shape[-1]
        self._pass_entropies = self._pass_entropies + self._sum(entropies(probabilities))
        for count in self._losses:
            losses = log(count) - blocks(log_likelihoods, count).logsumexp(1)
            averages = blocks(probabilities, count).mean(1)
            self._losses[count] = self._losses[count] + self._sum(losses)
            self._correct[count] = self._correct[count] + self._sum(averages.argmax(-2).eq(targets))
            self._add_first(count, averages[0], targets)

    def _add_first(self, count: int, probabilities: Tensor, targets: Tensor) -> None:
        """Take the average of the first `count` passes, ``[trials, classes, rows]``."""
        self._entropies[count] = self._entropies[count] + self._sum(entropies(probabilities))
        self._brier_scores[count] = self._brier_scores[count] + self._sum(brier_scores(probabilities, targets))
        self._bins[count] = self._bins[count] + reliability_bins(
            probabilities, targets, dtype=self._pass_entropies.dtype
        )

    def averages(self) -> Averages:
        """See `Samples.averages`."""
        entropy = {count: summed / self._n_rows for count, summed in self._entropies.items()}
        of_passes = self._pass_entropies / self._n_rows
        metrics = {
            **over_blocks("loss", {count: summed / self._n_rows for count, summed in self._losses.items()}),
            **over_blocks("accuracy", {count: summed / self._n_rows for count, summed in self._correct.items()}),
            "entropy": over_counts(entropy.values()),
            "mutual_information": over_counts(
                mutual_information(of_mean, of_passes[:count]) for count, of_mean in entropy.items()
            ),
            "ece": over_counts(bins.calibration_error for bins in self._bins.values()),
            "brier": over_counts(summed / self._n_rows for summed in self._brier_scores.values()),
        }
        if len(of_passes) == 1:  # in eval mode there is nobody to disagree with
            metrics["mutual_information"] = np.full_like(metrics["entropy"], np.nan)
        return Averages(metrics, self._reliability())

    def _reliability(self) -> Reliability:
        bins = self._bins[max(self._bins)]
        n_rows, confidence, correct = (
            summed.cpu().double().numpy() for summed in (bins.n_rows, bins.confidence, bins.correct)
        )
        with np.errstate(invalid="ignore"):
            return Reliability(n_rows, confidence / n_rows, correct / n_rows)

    def _sum(self, of_rows: Tensor) -> Tensor:
        return of_rows.sum(-1, dtype=self._pass_entropies.dtype)
