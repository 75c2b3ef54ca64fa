"""From a study's frames to all facts of its verdict.

Owns the order of reading. It computes no sentence, and no number that a lower module owns.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dropout_lab.findings.choice import read_choice
from dropout_lab.findings.comparison import Sources, compare
from dropout_lab.findings.form import Form, form_of, read_forms
from dropout_lab.findings.learnt import over_starts, read_learnt_rates
from dropout_lab.findings.margin import Margin
from dropout_lab.findings.overfitting import read_overfitting
from dropout_lab.findings.sampling import read_sampled_losses, read_sampling
from dropout_lab.findings.study_kinds import ConditionFacts, GroupFacts, StudyFacts
from dropout_lab.findings.tables import Curves, SummaryTable, TrialTable
from dropout_lab.findings.tally import tally_of
from dropout_lab.findings.trials import read_trials
from dropout_lab.findings.tuning import own_labels, read_tuning
from dropout_lab.findings.unsampled import read_unsampled
from dropout_lab.results import (
    STATUSES,
    CohortEntry,
    ConditionEntry,
    Manifest,
    Results,
    format_setting,
    tuned_conditions,
)


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
    forms = {entry["label"]: form_of(results.study, entry) for entry in manifest["conditions"]}
    every_group = _read_groups(manifest["conditions"], summary, trials, forms)
    chosen = {group.choice.label for group in every_group if group.choice}
    sources = Sources(manifest["task"], summary, trials, _cohorts(manifest), chosen, margin)
    conditions = _read_conditions(results, sources, forms)
    places = tuned_conditions(results.study, manifest["conditions"])
    paths = tuple(results.study.get("tune") or {})
    groups = _spoken_of(every_group, own_labels(places), paths)
    picked = [(group.choice.label, group.baseline) for group in groups if group.choice]
    baselines = {group.baseline for group in groups}
    spoken = [entry["label"] for entry in manifest["conditions"] if entry["baseline"] in baselines]
    learnt = read_learnt_rates(results.curves, trials.complete, list(conditions))
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
        own_settings={path: conditions[groups[0].baseline].settings[path] for path in paths},
        tuning=read_tuning(results, places),
        sampling=read_sampling(results.inference, manifest["task"], picked),
        sampled_losses=read_sampled_losses(results.inference, manifest["task"], spoken),
        unsampled=read_unsampled(results, forms),
        learnt=learnt,
        learnt_over_starts=over_starts([one for one in learnt if one.label in spoken]) if len(groups) == 1 else None,
    )


def _spoken_of(groups: Sequence[GroupFacts], own: Collection[str], tuned: Collection[str]) -> tuple[GroupFacts, ...]:
    """Return the groups whose tuned settings are the config's own, named by their other settings."""
    return tuple(
        replace(group, settings={path: text for path, text in group.settings.items() if path not in tuned})
        for group in groups
        if not own or group.baseline in own
    )


def _cohorts(manifest: Manifest) -> dict[str, list[CohortEntry]]:
    """Return for every condition the cohorts of the plan that hold its trials."""
    cohorts: defaultdict[str, list[CohortEntry]] = defaultdict(list)
    for cohort in manifest["plan"]:
        for label in cohort["conditions"]:
            cohorts[label].append(cohort)
    return dict(cohorts)


def _read_groups(
    entries: Sequence[ConditionEntry], summary: SummaryTable, trials: TrialTable, forms: Mapping[str, Form]
) -> tuple[GroupFacts, ...]:
    members: defaultdict[str, list[ConditionEntry]] = defaultdict(list)
    for entry in entries:
        members[entry["baseline"]].append(entry)
    return tuple(
        GroupFacts(
            baseline,
            _texts(group[0], within_dropout=False),
            read_choice(summary, trials, group),
            read_forms(forms, summary, trials, group),
        )
        for baseline, group in members.items()
    )


def _texts(entry: ConditionEntry, *, within_dropout: bool) -> dict[str, str]:
    swept = entry["swept"].items()
    return {path: format_setting(value) for path, value in swept if path.startswith("dropout.") == within_dropout}


def _output_rate(study: Mapping[str, Any], entry: ConditionEntry) -> str:
    """Return the rate on the outputs: its axis taken literally, else the study's one, which rides with the others."""
    if entry["is_baseline"]:
        return "0"
    own = (study.get("dropout") or {}).get("output_rate", 0)
    return format_setting(entry["swept"].get("dropout.output_rate", own))


def _read_conditions(results: Results, sources: Sources, forms: Mapping[str, Form]) -> dict[str, ConditionFacts]:
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
            form=forms[label],
            rate=format_setting(entry["rate"]),
            input_rate=format_setting(entry["input_rate"]),
            output_rate=_output_rate(results.study, entry),
            dropout=_texts(entry, within_dropout=True),
            settings=_texts(entry, within_dropout=False),
            counts={status: counts[label, status] for status in STATUSES if (label, status) in counts},
            val_loss=sources.summary.estimate(label, "val_loss", "last"),
            test_loss=sources.summary.estimate(label, "test_loss", "best") if shows_test else None,
            overfitting=read_overfitting(gap, *curves.val_loss(label)) if gap else None,
            comparison=None if entry["is_baseline"] else compare(sources, label, baseline, is_sure),
        )
    return {entry["label"]: facts[entry["label"]] for entry in results.manifest["conditions"]}
