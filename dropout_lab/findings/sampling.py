"""Monte-Carlo averaging against weight scaling: losses, scores, calibration, disagreement, and what was not sampled.

The inference table in, facts out. Val rows only: every difference is taken seed by seed, on the same nets. The table's
numbers need no index, since only what val chose is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dropout_lab.findings.averages import MONTE_CARLO, WEIGHT_SCALING
from dropout_lab.findings.effects import Effect, Estimate, Floats, effect_of, finite, mean_over
from dropout_lab.findings.form import Form
from dropout_lab.findings.study import StudyView
from dropout_lab.metrics import TASKS, TaskName
from dropout_lab.statistics import PairedDifference, holm, paired_difference

POINT = "last"


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from what they promise: of a condition by a method, means over seeds.

    Attributes:
        ece: expected calibration error, 0 at best.
        brier: Brier score, 0 at best.
    """

    label: str
    method: str
    ece: Estimate
    brier: Estimate


@dataclass(frozen=True)
class Sampling:
    """A condition's Monte-Carlo average minus its weight-scaled net, on val at the last epoch, paired by seed.

    Attributes:
        label: the condition.
        n_samples: sampled nets in an average.
        loss, score: the differences; `score` is of accuracy or RMSE.
        loss_best: of the loss, with every net at its best epoch.
        meets_at: the least number of samples at which the mean loss is no higher than weight scaling's; None where it
            is higher at every number that was measured.
        calibration: of the baseline, of weight scaling and of the average; empty in regression.
        ece: the difference in calibration error; None in regression.
        disagreement_share: mutual information / predictive entropy: how much of the average's uncertainty is the
            sampled nets' disagreement; None in regression.
        predictive_sd: sd of the sampled predictions, mean over rows, in the target's unit; None in classification.
    """

    label: str
    n_samples: int
    loss: Effect
    score: Effect
    loss_best: Effect | None
    meets_at: int | None
    calibration: tuple[Calibration, ...]
    ece: Effect | None
    disagreement_share: Estimate | None
    predictive_sd: Estimate | None


def read_sampled_losses(inference: pd.DataFrame, task: TaskName, labels: Sequence[str]) -> dict[str, Effect]:
    """Return what sampling did to val loss at the last epoch, as `Sampling.loss` has it, for every sampled condition.

    Args:
        inference: as in inference.csv; it may be empty.
        task: the study's.
        labels: of conditions; Holm's correction counts those that were sampled.
    """
    if inference.empty:
        return {}
    val = inference[inference["split"] == "val"]
    there = [reader for reader in (_Reader(val, task, label, label) for label in labels) if reader.n_samples]
    p_holm = holm([reader.p("loss") for reader in there])
    return {
        reader.label: reader.loss(float(corrected), len(there)) for reader, corrected in zip(there, p_holm, strict=True)
    }


def read_sampling(inference: pd.DataFrame, task: TaskName, chosen: Sequence[tuple[str, str]]) -> tuple[Sampling, ...]:
    """Return what sampling did for conditions; those without samples are left out.

    Args:
        inference: as in inference.csv; it may be empty.
        task: the study's.
        chosen: conditions, each with its baseline.
    """
    if inference.empty:
        return ()
    val = inference[inference["split"] == "val"]
    found = [_Reader(val, task, label, baseline) for label, baseline in chosen]
    there = [reader for reader in found if reader.n_samples]
    p_holm = holm([reader.p("loss") for reader in there])
    return tuple(reader.read(float(corrected), len(there)) for reader, corrected in zip(there, p_holm, strict=True))


@dataclass(frozen=True)
class Unsampled:
    """What has no Monte-Carlo samples in a study that takes them.

    Attributes:
        scheduled: forms whose rate changes while training, so that no one rate could be sampled.
        refused: complete trials, as (condition, seed), whose samples did not vary.
    """

    scheduled: tuple[Form, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()


class _Reader:
    """Reads one condition's rows of the inference table."""

    def __init__(self, val: pd.DataFrame, task: TaskName, label: str, baseline: str) -> None:
        self._task, self.label, self._baseline = task, label, baseline
        self._rows = {name: val[val["condition"] == name] for name in (label, baseline)}
        self.n_samples = max(map(int, self._rows[label]["n_samples"]), default=0)

    def read(self, p_holm: float, n_comparisons: int) -> Sampling:
        task = TASKS[self._task]
        return Sampling(
            label=self.label,
            n_samples=self.n_samples,
            loss=self.loss(p_holm, n_comparisons),
            score=self._required(task.score.column, None),
            loss_best=self._effect("loss", "best", None),
            meets_at=self._meets_at(),
            calibration=self._calibrations() if task.predicts_classes else (),
            ece=self._effect("ece", POINT, None) if task.predicts_classes else None,
            disagreement_share=self._disagreement() if task.predicts_classes else None,
            predictive_sd=None if task.predicts_classes else mean_over(self._values("predictive_sd", POINT)),
        )

    def loss(self, p_holm: float, n_comparisons: int) -> Effect:
        return self._required("loss", (finite(p_holm), n_comparisons))

    def p(self, metric: str) -> float:
        return float(self._difference(metric, POINT).p)

    def _values(self, metric: str, point: str, n_samples: int | None = None, label: str | None = None) -> pd.Series:
        """Return a metric by seed; `n_samples` None means the full average, 0 weight scaling."""
        rows = self._rows[label or self.label]
        wanted = self.n_samples if n_samples is None else n_samples
        return rows[(rows["point"] == point) & (rows["n_samples"] == wanted)].set_index("seed")[metric]

    def _pairs(self, metric: str, point: str) -> tuple[Floats, Floats]:
        both = pd.concat([self._values(metric, point), self._values(metric, point, 0)], axis=1).to_numpy(dtype=float)
        return both[:, 0], both[:, 1]

    def _difference(self, metric: str, point: str) -> PairedDifference:
        return paired_difference(*self._pairs(metric, point))

    def _required(self, metric: str, corrected: tuple[float | None, int] | None) -> Effect:
        effect = self._effect(metric, POINT, corrected)
        if effect is None:
            raise ValueError(f"{self.label} has samples, but none beside weight scaling at its last epoch")
        return effect

    def _effect(self, metric: str, point: str, corrected: tuple[float | None, int] | None) -> Effect | None:
        found = self._difference(metric, point)
        if not int(found.n_pairs):
            return None
        p = finite(float(found.p))
        p_holm, n_comparisons = corrected or (p, 1)
        estimate = Estimate(
            int(found.n_pairs), float(found.difference), finite(float(found.low)), finite(float(found.high))
        )
        return effect_of(f"val_{metric}", point, estimate, p, p_holm, n_comparisons)

    def _meets_at(self) -> int | None:
        rows = self._rows[self.label]
        means = rows[rows["point"] == POINT].groupby("n_samples")["loss"].mean()
        met = np.flatnonzero((means <= means[0]) & (means.index > 0))
        return int(means.index[met[0]]) if len(met) else None

    def _calibrations(self) -> tuple[Calibration, ...]:
        wanted = [(self._baseline, WEIGHT_SCALING, 0), (self.label, WEIGHT_SCALING, 0)]
        wanted.append((self.label, MONTE_CARLO, self.n_samples))
        found = []
        for label, method, n_samples in wanted:
            ece, brier = (mean_over(self._values(metric, POINT, n_samples, label)) for metric in ("ece", "brier"))
            if ece is not None and brier is not None:
                found.append(Calibration(label, method, ece, brier))
        return tuple(found)

    def _disagreement(self) -> Estimate | None:
        return mean_over(self._values("mutual_information", POINT) / self._values("entropy", POINT))


@dataclass(frozen=True)
class InferenceMeans:
    """What a condition's nets measure by one method, means over seeds.

    Attributes:
        n_samples: sampled nets in an average; 0 is weight scaling.
        means: metric (its column) -> mean.
    """

    condition: str
    n_samples: int
    means: Mapping[str, Estimate | None]


def read_inference(study: StudyView, split: str, point: str, labels: Sequence[str]) -> list[InferenceMeans]:
    """Return the means of the baselines of sampled conditions, then of these by both methods, as far as they are there.

    Args:
        study: the study.
        split: val or test.
        point: last, best or stop.
        labels: of sampled conditions.
    """
    inference, task = study.results.inference, TASKS[study.task]
    there = inference[(inference["split"] == split) & (inference["point"] == point)]
    wanted = [(baseline, 0) for baseline in dict.fromkeys(study.baselines[label] for label in labels)]
    wanted += [(label, n_samples) for label in labels for n_samples in (0, study.sampled[label])]
    columns = [metric.column for metric in (*task.metrics_of_rows, *task.of_averages)]
    found = []
    for label, n_samples in wanted:
        trials = there[(there["condition"] == label) & (there["n_samples"] == n_samples)]
        if len(trials):
            found.append(InferenceMeans(label, n_samples, {column: mean_over(trials[column]) for column in columns}))
    return found


def read_unsampled(study: StudyView) -> Unsampled:
    """Return which conditions and trials with dropout have no samples, in a study that takes them."""
    if not study.takes_samples:
        return Unsampled()
    results, forms = study.results, {label: one.form for label, one in study.conditions.items()}
    wanting = {label for label, one in study.conditions.items() if not one.is_baseline}
    complete = study.trials.complete
    sampled = results.inference.loc[results.inference["method"] == MONTE_CARLO, "trial"]
    without = complete[complete["condition"].isin(wanting) & ~complete["trial"].isin(sampled)]
    pairs = [(str(label), int(seed)) for label, seed in zip(without["condition"], without["seed"], strict=True)]
    scheduled = [forms[label] for label, _ in pairs if forms[label].schedule != Form.schedule]
    refused = [pair for pair in pairs if forms[pair[0]].schedule == Form.schedule]
    return Unsampled(tuple(dict.fromkeys(scheduled)), tuple(refused))
