"""From a study's frames to all facts of its verdict.

Owns the order of reading. It computes no sentence, and no number that a lower module owns.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from dropout_lab.results import STATUSES, CohortEntry, ConditionEntry, Manifest, Results, format_setting
from dropout_lab.verdict.facts.choice import read_choice
from dropout_lab.verdict.facts.comparison import Sources, compare
from dropout_lab.verdict.facts.overfitting import read_overfitting
from dropout_lab.verdict.facts.study_kinds import ConditionFacts, GroupFacts, StudyFacts
from dropout_lab.verdict.facts.tables import Curves, SummaryTable, TrialTable
from dropout_lab.verdict.facts.tally import tally_of
from dropout_lab.verdict.facts.trials import read_trials
from dropout_lab.verdict.margin import Margin


def read_facts(results: Results, margin: Margin | None = None) -> StudyFacts:
    """Return the facts of a study.

    Args:
        results: the study; conditions without a complete trial are allowed, and so is a study without any.
        margin: of the equivalence test.

    Raises:
        UserError: the margin's metric is not the study's.
    """
    manifest = results.manifest
    if margin is not None:
        margin.check(manifest["task"])
    summary, trials = SummaryTable(results.summary), TrialTable(results.trials)
    groups = _read_groups(manifest["conditions"], summary, trials)
    chosen = {group.choice.label for group in groups if group.choice}
    sources = Sources(manifest["task"], summary, trials, _cohorts(manifest), chosen, margin)
    conditions = _read_conditions(results, sources)
    data, axes = results.study["data"], results.study.get("sweep") or {}
    return StudyFacts(
        name=str(results.study["name"]),
        task=manifest["task"],
        n_seeds=int(results.trials["seed"].nunique()),
        has_label_noise=any(level > 0 for level in axes.get("data.label_noise", [data.get("label_noise", 0)])),
        is_split_per_seed=results.has_own_splits,
        has_new_rows=bool((results.summary["estimand"] == "population").any()),
        has_test=len(results.test) > 0,
        trials=read_trials(results.trials, manifest),
        conditions=conditions,
        groups=groups,
        tally=tally_of(groups, conditions),
    )


def _cohorts(manifest: Manifest) -> dict[str, list[CohortEntry]]:
    """Return for every condition the cohorts of the plan that hold its trials."""
    cohorts: defaultdict[str, list[CohortEntry]] = defaultdict(list)
    for cohort in manifest["plan"]:
        for label in cohort["conditions"]:
            cohorts[label].append(cohort)
    return dict(cohorts)


def _read_groups(
    entries: Sequence[ConditionEntry], summary: SummaryTable, trials: TrialTable
) -> tuple[GroupFacts, ...]:
    members: defaultdict[str, list[ConditionEntry]] = defaultdict(list)
    for entry in entries:
        members[entry["baseline"]].append(entry)
    return tuple(
        GroupFacts(baseline, _texts(group[0], within_dropout=False), read_choice(summary, trials, group))
        for baseline, group in members.items()
    )


def _texts(entry: ConditionEntry, *, within_dropout: bool) -> dict[str, str]:
    swept = entry["swept"].items()
    return {path: format_setting(value) for path, value in swept if path.startswith("dropout.") == within_dropout}


def _read_conditions(results: Results, sources: Sources) -> dict[str, ConditionFacts]:
    curves = Curves(results.curves, sources.trials.complete)
    counts = Counter(zip(results.trials["condition"], results.trials["status"], strict=True))
    facts: dict[str, ConditionFacts] = {}
    for entry in sorted(results.manifest["conditions"], key=lambda entry: not entry["is_baseline"]):
        label, baseline = entry["label"], entry["baseline"]
        gap = sources.summary.estimate(label, "loss_gap", "last")
        before = facts[baseline].overfitting if not entry["is_baseline"] else None
        is_sure = before is not None and before.gap_side == "above"
        shows_test = entry["is_baseline"] or label in sources.shown_on_test
        facts[label] = ConditionFacts(
            label=label,
            baseline=baseline,
            is_baseline=entry["is_baseline"],
            rate=format_setting(entry["rate"]),
            input_rate=format_setting(entry["input_rate"]),
            dropout=_texts(entry, within_dropout=True),
            settings=_texts(entry, within_dropout=False),
            counts={status: counts[label, status] for status in STATUSES if (label, status) in counts},
            val_loss=sources.summary.estimate(label, "val_loss", "last"),
            test_loss=sources.summary.estimate(label, "test_loss", "best") if shows_test else None,
            overfitting=read_overfitting(gap, *curves.val_loss(label)) if gap else None,
            comparison=None if entry["is_baseline"] else compare(sources, label, baseline, is_sure),
        )
    return {entry["label"]: facts[entry["label"]] for entry in results.manifest["conditions"]}
