"""What was found of one condition, and of the conditions that share a baseline.

Owns these records and how they are read from a study; `facts` puts them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dropout_lab.findings.choice import Choice
from dropout_lab.findings.comparison import Comparison, compare
from dropout_lab.findings.effects import Estimate
from dropout_lab.findings.form import FormFacts, read_forms
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.overfitting import Overfitting, read_overfitting
from dropout_lab.findings.study import Condition, StudyView
from dropout_lab.metrics import TASKS


@dataclass(frozen=True)
class ConditionFacts(Condition):
    """A condition with what was found of it.

    Attributes:
        val_loss: mean at the last epoch; `test_loss` at the best one, for what may show it. None: no complete trial.
        overfitting: None without a complete trial.
        comparison: None at a baseline, and where no seed is complete in both.
    """

    val_loss: Estimate | None
    test_loss: Estimate | None
    overfitting: Overfitting | None
    comparison: Comparison | None


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


def read_conditions(study: StudyView, margin: Margin | None) -> dict[str, ConditionFacts]:
    """Return what was found of every condition, by label, in table order.

    Args:
        study: the study.
        margin: of the equivalence test.
    """
    overfitting = {label: _overfitting(study, label) for label in study.entries}
    facts = {}
    for label, condition in study.conditions.items():
        baseline = overfitting[condition.baseline]
        is_sure = baseline is not None and baseline.gap.excludes_zero and baseline.gap.value > 0
        facts[label] = ConditionFacts(
            **vars(condition),
            val_loss=study.estimate(label, "val_loss", "last"),
            test_loss=study.estimate(label, "test_loss", "best") if study.shows_test(label) else None,
            overfitting=overfitting[label],
            comparison=None if condition.is_baseline else compare(study, label, is_sure, margin),
        )
    return facts


def _overfitting(study: StudyView, label: str) -> Overfitting | None:
    gap, train = (study.estimate(label, metric, "last") for metric in ("loss_gap", "train_loss"))
    task = TASKS[study.task]
    if gap is None or train is None:
        return None
    score_gap = study.estimate(label, f"{task.score.column}_gap", "last")
    on_new_rows = study.estimate(label, "loss_gap", "last", "population")
    return read_overfitting(
        gap, on_new_rows, score_gap, train.value, task.loss.small_gap, *study.curves.val_loss(label)
    )


def read_groups(study: StudyView) -> tuple[GroupFacts, ...]:
    """Return the reported groups in table order, named by their settings but for tuned ones."""
    tuned = study.results.study.get("tune") or {}
    forms = {label: condition.form for label, condition in study.conditions.items()}
    reported = set(study.reported)
    return tuple(
        GroupFacts(
            baseline,
            {path: text for path, text in study.conditions[labels[0]].settings.items() if path not in tuned},
            study.choices.get(baseline),
            read_forms(forms, study.summary, study.trials, [study.entries[label] for label in labels]),
        )
        for baseline, labels in study.groups.items()
        if labels[0] in reported
    )
