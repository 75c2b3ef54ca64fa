"""Averages over noisy passes: loss, error, uncertainty, calibration, and how far the passes lie apart.

A table of outputs comes one chunk of rows after another, so that no more than one chunk is ever kept; whoever fills the
table runs the nets and draws the noise. Eval mode is a table of one pass: weight scaling is measured by the same sums
as the averages it is compared with.

Averaging k of T passes can be done T // k times without using a pass twice, and how far those averages lie apart is the
spread of one average of k.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from dropout_lab.evaluation.eval_mode import Floats, accumulator
from dropout_lab.evaluation.probabilities import (
    ReliabilityBins,
    at_targets,
    brier_scores,
    entropies,
    mutual_information,
    reliability_bins,
)

_MOST_COUNTS = 20  # points of the curve of error against number of samples: a smooth line, however many samples


@dataclass(frozen=True)
class Reliability:
    """Rows by the confidence of their predicted class, each ``[trials, bins]``; nan in a bin without rows."""

    n_rows: Floats
    confidence: Floats
    accuracy: Floats


@dataclass(frozen=True)
class Averages:
    """What averages over passes are worth on some rows.

    Attributes:
        metrics: by column name, each ``[counts, trials]``; nan where there is no such number. Loss and score are means
            over disjoint blocks of k passes, and `*_sd` their standard deviation; all else is of the first k passes.
        reliability: at the greatest count; None in regression.
    """

    metrics: dict[str, Floats]
    reliability: Reliability | None = None


class Samples(Protocol):
    """Adds up what averages over passes are worth, and how far apart they lie."""

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take more rows.

        Args:
            outputs: logits or predictions of every pass, ``[passes, trials, out_features, rows]``.
            targets: classes as int64, or standardised numbers, broadcastable to ``[trials, rows]``.
        """
        ...

    def averages(self) -> Averages:
        """Return the measures on all rows taken so far, at least one."""
        ...


def _over_counts(values: Iterable[Tensor]) -> Floats:
    """Stack one value ``[trials]`` per count to ``[counts, trials]``."""
    stacked: Floats = torch.stack(list(values)).cpu().double().numpy()
    return stacked


def _over_blocks(name: str, values: Mapping[int, Tensor]) -> dict[str, Floats]:
    """Return the mean and the standard deviation over blocks (nan for one block), as the columns `name` and `name_sd`.

    Args:
        name: of the measure.
        values: of every block, ``[blocks, trials]`` by count.
    """
    sds = (v.std(0) if len(v) > 1 else v.new_full(v.shape[1:], np.nan) for v in values.values())
    return {name: _over_counts(v.mean(0) for v in values.values()), f"{name}_sd": _over_counts(sds)}


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
            **_over_blocks("loss", {count: summed / self._n_rows for count, summed in self._losses.items()}),
            **_over_blocks("accuracy", {count: summed / self._n_rows for count, summed in self._correct.items()}),
            "entropy": _over_counts(entropy.values()),
            "mutual_information": _over_counts(
                mutual_information(of_mean, of_passes[:count]) for count, of_mean in entropy.items()
            ),
            "ece": _over_counts(bins.calibration_error for bins in self._bins.values()),
            "brier": _over_counts(summed / self._n_rows for summed in self._brier_scores.values()),
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


class NumberSamples:
    """Add up what averaged predictions are worth; see `Samples`.

    Args:
        counts: numbers of passes to average, rising, each at most `n_passes`.
        n_passes: passes of every table.
        target_scales: units of the target per standardised unit, ``[trials]``.
        device: of the tables.
    """

    def __init__(self, counts: Sequence[int], n_passes: int, target_scales: Floats, device: torch.device) -> None:
        self._scales = torch.tensor(target_scales, dtype=accumulator(device), device=device)
        zeros = torch.zeros_like(self._scales)
        self._n_rows = 0
        self._squared_errors = {count: zeros.expand(n_passes // count, -1) for count in counts}
        # One pass has no spread.
        self._spreads = {count: zeros if count > 1 else torch.full_like(zeros, torch.nan) for count in counts}

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """See `Samples.add`."""
        predictions = outputs.squeeze(-2)
        self._n_rows += outputs.shape[-1]
        for count, summed in self._squared_errors.items():
            errors = blocks(predictions, count).mean(1) - targets
            self._squared_errors[count] = summed + self._sum(errors.square_())
            if count > 1:
                self._spreads[count] = self._spreads[count] + self._sum(predictions[:count].std(0))

    def averages(self) -> Averages:
        """See `Samples.averages`."""
        losses = {count: summed / self._n_rows for count, summed in self._squared_errors.items()}
        return Averages(
            {
                **_over_blocks("loss", losses),
                **_over_blocks("rmse", {count: loss.sqrt() * self._scales for count, loss in losses.items()}),
                "predictive_sd": _over_counts(
                    spread / self._n_rows * self._scales for spread in self._spreads.values()
                ),
            }
        )

    def _sum(self, of_rows: Tensor) -> Tensor:
        return of_rows.sum(-1, dtype=self._scales.dtype)
