"""All that a verdict stands on, gathered from a study: plain records, which can be written as JSON.

Owns the order of reading. It computes no sentence, and no number that another module owns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dropout_lab.findings.conditions import ConditionFacts, GroupFacts, read_conditions, read_groups
from dropout_lab.findings.decimals import digits_of
from dropout_lab.findings.effects import Direction, Effect
from dropout_lab.findings.learnt import LearntOverStarts, LearntRates, over_starts
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.references import AgainstReferences
from dropout_lab.findings.regularisers import Contest, count_contests
from dropout_lab.findings.sampling import Sampling, Unsampled, read_sampled_losses, read_sampling, read_unsampled
from dropout_lab.findings.study import StudyView
from dropout_lab.findings.tally import Tally, tally_of
from dropout_lab.findings.trials import Trials
from dropout_lab.findings.tuning import Tuning
from dropout_lab.metrics import TaskName


@dataclass(frozen=True)
class StudyFacts:
    """All facts of one study; conditions and groups in table order.

    Attributes:
        groups: those that the answers speak of: where settings are tuned, those with the config's own values, as if
            nothing else had been tried. `tally` counts them.
        own_settings: these values, path -> text; empty where nothing is tuned.
        has_new_rows: whether some intervals speak of new rows.
        why_no_new_rows: why those of val loss do not; None where they do, empty where no rows were kept.
        tuning: None where nothing is tuned, or no trial is complete.
        best_over: swept settings that each side chooses for itself; `rivals` compares the sides at their best, None
            where there is nothing to choose, or too few seeds to choose by.
        contests: dropout against other regularisers of the grid, each side at its best; `contest_counts` are their
            directions after correction, by regulariser and by the names of the two sides.
        sampling: of what val chose in every group, where it was sampled.
        sampled_losses: of every sampled condition that the answers speak of, what averaging did to its val loss.
        unsampled: what has no samples in a study that takes them.
        references: the nets against predictors that are no nets, on the same rows; empty where none was measured.
        learnt: rates that concrete dropout learnt.
        learnt_over_starts: how far those lie apart that the answers speak of; None with several groups, or one start.
        decimals: that numbers are written with; see `read_decimals`.
    """

    name: str
    task: TaskName
    n_seeds: int
    has_label_noise: bool
    is_split_per_seed: bool
    has_new_rows: bool
    why_no_new_rows: str | None
    has_test: bool
    trials: Trials
    conditions: Mapping[str, ConditionFacts]
    groups: tuple[GroupFacts, ...]
    tally: Tally
    own_settings: Mapping[str, str]
    tuning: Tuning | None
    best_over: tuple[str, ...]
    rivals: Tuning | None
    contests: tuple[Contest, ...]
    contest_counts: Mapping[str, Mapping[str, Mapping[Direction, int]]]
    sampling: tuple[Sampling, ...]
    sampled_losses: Mapping[str, Effect]
    unsampled: Unsampled
    references: tuple[AgainstReferences, ...]
    learnt: tuple[LearntRates, ...]
    learnt_over_starts: LearntOverStarts | None
    decimals: Mapping[str, int | None]

    def digits(self, metric: str) -> int | None:
        """Return with how many decimals numbers of a metric are written; see `StudyView.digits`."""
        return digits_of(self.decimals, metric, self.task)

    def chosen(self, group: GroupFacts) -> ConditionFacts | None:
        """Return the condition that val chose in a group."""
        return self.conditions[group.choice.label] if group.choice else None

    @property
    def reported(self) -> tuple[str, ...]:
        """The labels of the conditions that the answers speak of: all but those at other tuned settings."""
        baselines = {group.baseline for group in self.groups}
        return tuple(label for label, facts in self.conditions.items() if facts.baseline in baselines)


def read_facts(study: StudyView, margin: Margin | None = None) -> StudyFacts:
    """Return the facts of a study.

    Args:
        study: the study.
        margin: of the equivalence test.

    Raises:
        UserError: the margin's metric is not the study's.
    """
    if margin is not None:
        margin.check(study.task)
    results, reported = study.results, set(study.reported)
    conditions, groups = read_conditions(study, margin), read_groups(study)
    picked = [(group.choice.label, group.baseline) for group in groups if group.choice]
    learnt = [one for one in study.learnt if one.label in reported]
    return StudyFacts(
        name=study.name,
        task=study.task,
        n_seeds=study.n_seeds,
        has_label_noise=study.has_label_noise,
        is_split_per_seed=study.has_own_splits,
        has_new_rows=study.has_new_rows,
        why_no_new_rows=study.why_no_new_rows,
        has_test=len(results.test) > 0,
        trials=study.planned,
        conditions=conditions,
        groups=groups,
        tally=tally_of(groups, conditions),
        own_settings=study.own_settings,
        tuning=study.tuning,
        best_over=study.best_over,
        rivals=study.rivals,
        contests=study.contests,
        contest_counts=count_contests(study.contests),
        sampling=read_sampling(results.inference, study.task, picked),
        sampled_losses=read_sampled_losses(results.inference, study.task, study.reported),
        unsampled=read_unsampled(study),
        references=study.against_references,
        learnt=study.learnt,
        learnt_over_starts=over_starts(learnt) if len(groups) == 1 else None,
        decimals=study.decimals,
    )
