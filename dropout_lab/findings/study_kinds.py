"""The facts about a study: its conditions, what val chose among them, and what became of its trials.

As `kinds`, which has the shapes of a single condition.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dropout_lab.findings.form import Form, FormFacts
from dropout_lab.findings.kinds import Comparison, Effect, Estimate, Overfitting
from dropout_lab.findings.learnt import LearntOverStarts, LearntRates
from dropout_lab.findings.sampling import Sampling
from dropout_lab.findings.tuning import Tuning
from dropout_lab.findings.unsampled import Unsampled
from dropout_lab.metrics import TaskName


@dataclass(frozen=True)
class ConditionFacts:
    """One condition.

    Attributes:
        label: as in the tables.
        form: of its noise.
        rate, input_rate, output_rate: as text; `dropout` holds the other swept settings of dropout, `settings` those
            outside it.
        counts: trials by status.
        val_loss: mean at the last epoch; `test_loss` at the best one, for what may show it. None: no complete trial.
        overfitting: None without a complete trial.
        comparison: None at a baseline, and where no seed is complete in both.
    """

    label: str
    baseline: str
    is_baseline: bool
    form: Form
    rate: str
    input_rate: str
    output_rate: str
    dropout: Mapping[str, str]
    settings: Mapping[str, str]
    counts: Mapping[str, int]
    val_loss: Estimate | None
    test_loss: Estimate | None
    overfitting: Overfitting | None
    comparison: Comparison | None


@dataclass(frozen=True)
class Choice:
    """Which condition with dropout val chose among those of one baseline, and how far that can be trusted.

    Attributes:
        label: lowest mean val loss at the best epochs.
        lowest_at_last: lowest mean val loss at the last epoch, which may be another one.
        n_candidates: conditions with dropout that have a complete trial.
        may_be_best: labels that cannot be told from the best one, in table order, the baseline among them where it is.
        rate_range: lowest and highest rate of those with dropout that may be best, where they differ in the rate alone
            and no rate tried between them is missing.
        optimism: by how much choosing flatters the chosen mean; None with fewer than 3 seeds or one candidate, 0 where
            no seed would have it otherwise.
        agreement: share of the seeds whose fellows choose the same.
    """

    label: str
    lowest_at_last: str
    n_candidates: int
    may_be_best: tuple[str, ...]
    rate_range: tuple[str, str] | None
    optimism: float | None
    agreement: float | None


@dataclass(frozen=True)
class GroupFacts:
    """The conditions that share a baseline.

    Attributes:
        settings: name the group among those spoken of.
        choice: None without dropout.
        forms: of noise, by their best condition; empty where the group has one form only.
    """

    baseline: str
    settings: Mapping[str, str]
    choice: Choice | None
    forms: tuple[FormFacts, ...] = ()


@dataclass(frozen=True)
class TrendPoint:
    """One train size: mean effect of what val chose, over the groups of this size that have one."""

    train_size: str
    n_groups: int
    difference: float


@dataclass(frozen=True)
class Trials:
    """What became of the planned trials.

    Attributes:
        planned: their number.
        counts: by status, those that occur.
        named: per status other than complete, the first few as (condition, seed).
        devices: that complete trials were trained on.
        versions: package -> versions, where the runs of the study had several.
    """

    planned: int
    counts: Mapping[str, int]
    named: Mapping[str, tuple[tuple[str, int], ...]]
    devices: tuple[str, ...]
    versions: Mapping[str, tuple[str, ...]]

    @property
    def n_complete(self) -> int:
        """Trials that enter the means."""
        return self.counts.get("complete", 0)


@dataclass(frozen=True)
class Tally:
    """What the groups of a study come to together; every group speaks by the condition that val chose there.

    Attributes:
        axes: the swept settings outside dropout, whose combinations are the groups.
        are_rates_alone: whether conditions with dropout differ in nothing of dropout but the rate.
        overfitting: baselines by reading.
        n_still_falling: baselines whose mean val loss is lowest at the last epoch.
        last, best, test: groups by the direction of val loss at the last epoch, at the best epochs, and of test loss;
            groups without a comparison are in none.
        new_rows: those of `last` with a certain direction that hold on new rows as well.
        signs: groups by the mere sign of the difference at the last epoch.
        n_not_compared: groups without a comparison.
        equivalence: groups by the reading of the margin.
        corrected: groups by direction at the last epoch that stay distinguishable after correction.
        seeds_needed: enough for half of the groups whose difference is unclear; None without one, or beyond 10,000.
        largest: label of the condition whose certain help at the last epoch is largest.
        rates: how often each rate was chosen, the most frequent one first.
        trend: by train size, where the study sweeps it.
    """

    axes: tuple[str, ...]
    are_rates_alone: bool
    overfitting: Mapping[str, int]
    n_still_falling: int
    last: Mapping[str, int]
    best: Mapping[str, int]
    test: Mapping[str, int]
    new_rows: Mapping[str, int]
    signs: Mapping[str, int]
    n_not_compared: int
    equivalence: Mapping[str, int]
    corrected: Mapping[str, int]
    seeds_needed: int | None
    largest: str | None
    rates: Mapping[str, int]
    trend: tuple[TrendPoint, ...]


@dataclass(frozen=True)
class StudyFacts:
    """All facts of one study; conditions and groups in table order.

    Attributes:
        groups: those that the answers speak of: where settings are tuned, those with the config's own values, as if
            nothing else had been tried. `tally` counts them.
        own_settings: these values, path -> text; empty where nothing is tuned.
        tuning: None where nothing is tuned, or no trial is complete.
        sampling: of what val chose in every group, where it was sampled.
        sampled_losses: of every sampled condition that the answers speak of, what averaging did to its val loss.
        unsampled: what has no samples in a study that takes them.
        learnt: rates that concrete dropout learnt.
        learnt_over_starts: how far those lie apart that the answers speak of; None with several groups, or one start.
    """

    name: str
    task: TaskName
    n_seeds: int
    has_label_noise: bool
    is_split_per_seed: bool
    has_new_rows: bool
    has_test: bool
    trials: Trials
    conditions: Mapping[str, ConditionFacts]
    groups: tuple[GroupFacts, ...]
    tally: Tally
    own_settings: Mapping[str, str]
    tuning: Tuning | None
    sampling: tuple[Sampling, ...]
    sampled_losses: Mapping[str, Effect]
    unsampled: Unsampled
    learnt: tuple[LearntRates, ...]
    learnt_over_starts: LearntOverStarts | None

    def chosen(self, group: GroupFacts) -> ConditionFacts | None:
        """Return the condition that val chose in a group."""
        return self.conditions[group.choice.label] if group.choice else None

    @property
    def spoken_of(self) -> tuple[str, ...]:
        """The labels of the conditions that the answers speak of: all but those at other tuned settings."""
        baselines = {group.baseline for group in self.groups}
        return tuple(label for label, facts in self.conditions.items() if facts.baseline in baselines)
