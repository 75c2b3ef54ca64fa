"""A study as its folder describes it, read once: what it is, and its numbers to look up.

Owns every fact about a study that something is said of: which conditions there are and what each is compared with,
whether train labels are wrong on purpose, whether every seed splits the rows anew, whether rates are learnt, settings
tuned, nets sampled. Each is decided here and nowhere above. What takes time is read when it is asked for, and kept.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from dropout_lab.findings.averages import Averages
from dropout_lab.findings.choice import METRIC, POINT, Choice, read_choice
from dropout_lab.findings.decimals import digits_of, read_decimals
from dropout_lab.findings.effects import Effect, Estimate, largest_help
from dropout_lab.findings.form import Form, form_of
from dropout_lab.findings.learnt import LearntRates, read_learnt_rates
from dropout_lab.findings.references import AgainstReferences, Reference, ReferenceTable, read_against_references
from dropout_lab.findings.regularisers import Contest, read_contests
from dropout_lab.findings.rivals import as_tuned, best_against_best, settings_to_choose
from dropout_lab.findings.series import Series
from dropout_lab.findings.tables import Curves, Row, SummaryTable, TrialTable
from dropout_lab.findings.trials import Trials, Unfinished, read_trials, read_unfinished
from dropout_lab.findings.tuning import Tuning, chosen_candidate, read_tuning
from dropout_lab.metrics import TaskName, curve_metrics
from dropout_lab.noise import KINDS, PLAIN
from dropout_lab.results import (
    STATUSES,
    CohortEntry,
    ConditionEntry,
    Results,
    TunedCondition,
    format_setting,
    test_split_metrics,
    tuned_conditions,
)
from dropout_lab.results.axes import axes_of, takes_samples, values_of
from dropout_lab.statistics import ESTIMANDS
from dropout_lab.statistics.crossed import NO_SPREAD
from dropout_lab.statistics.tuning import JACKKNIFE

LABEL_NOISE, SPLIT_SEED, PER_SEED, KIND = "data.label_noise", "data.split_seed", "per_seed", "dropout.kind"


@dataclass(frozen=True)
class Condition:
    """One condition as it was planned.

    Attributes:
        label: as in the tables.
        baseline: the label of what it is compared with; its own for a baseline.
        form: of its noise.
        rate, input_rate, output_rate: as text; `dropout` holds the other swept settings of dropout, `settings` those
            outside it, which name the group of conditions that share a baseline.
        counts: trials by status.
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


class StudyView:
    """One study: its conditions, what holds for it, and its numbers by condition, metric, point and estimand.

    Args:
        results: the study; conditions without a complete trial are allowed, and so is a study without any.
        best_over: swept settings that each side of a comparison chooses for itself; None for those that nobody studies
            for their own sake, empty for none. See `rivals`.

    Raises:
        UserError: a setting of `best_over` is not swept.
    """

    def __init__(self, results: Results, *, best_over: Sequence[str] | None = None) -> None:
        self.results = results
        self.best_over = settings_to_choose(results, best_over)
        self.task: TaskName = results.manifest["task"]
        self.name = str(results.study.get("name", results.path.name))
        self.entries: Mapping[str, ConditionEntry] = {one["label"]: one for one in results.manifest["conditions"]}
        self.baselines: Mapping[str, str] = {label: one["baseline"] for label, one in self.entries.items()}

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """Every condition by its label, in table order."""
        counted = Counter(zip(self.results.trials["condition"], self.results.trials["status"], strict=True))
        return {
            label: Condition(
                label=label,
                baseline=entry["baseline"],
                is_baseline=entry["is_baseline"],
                form=form_of(self.results.study, entry),
                rate=format_setting(entry["rate"]),
                input_rate=format_setting(entry["input_rate"]),
                output_rate=_output_rate(self.results.study, entry),
                dropout=_texts(entry, within_dropout=True),
                settings=_texts(entry, within_dropout=False),
                counts={status: counted[label, status] for status in STATUSES if (label, status) in counted},
            )
            for label, entry in self.entries.items()
        }

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Baseline -> the labels of the conditions that share it, its own among them; all in table order."""
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for label, baseline in self.baselines.items():
            groups[baseline].append(label)
        return {baseline: tuple(labels) for baseline, labels in groups.items()}

    @property
    def has_label_noise(self) -> bool:
        """Whether train labels are wrong on purpose in some condition; a level of 0 is no label noise."""
        return has_label_noise(self.results.study)

    def condition_has_label_noise(self, label: str) -> bool:
        """Tell whether train labels are wrong on purpose in a condition."""
        own = self.results.study["data"].get("label_noise", 0)
        return _is_noise(self.entries[label]["swept"].get(LABEL_NOISE, own))

    @property
    def has_own_splits(self) -> bool:
        """Whether every seed splits the rows anew, in some condition at least."""
        return has_own_splits(self.results.study)

    @property
    def learnt_kinds(self) -> tuple[str, ...]:
        """The kinds of noise in the study whose rates are learnt."""
        return tuple(kind for kind in values_of(self.results.study, KIND, PLAIN) if KINDS[kind].learns_rates)

    def shared(self, path: str) -> Any:
        """Return the value of a setting that all conditions share; None where it varies, or is not known."""
        study = self.results.study
        section, name = path.split(".", 1)
        shape = {"model.hidden", "model.width", "model.depth"}
        varies = axes_of(study).keys() & (shape if path in shape else {path})
        return None if varies else (study.get(section) or {}).get(name)

    @property
    def learns_rates(self) -> bool:
        """Whether some conditions learn their rates."""
        return learns_rates(self.results.study)

    @property
    def is_tuned(self) -> bool:
        """Whether settings are tuned inside every condition."""
        return bool(self.results.study.get("tune"))

    @property
    def takes_samples(self) -> bool:
        """Whether nets are sampled with the noise on, in some condition at least."""
        return takes_samples(self.results.study)

    @cached_property
    def sampled(self) -> Mapping[str, int]:
        """The conditions with sampled nets, and how many nets the full average of each takes."""
        inference = self.results.inference
        most = inference[inference["n_samples"] > 0].groupby("condition", sort=False)["n_samples"].max()
        return {str(label): int(n_samples) for label, n_samples in most.items()}

    @cached_property
    def candidates(self) -> Mapping[str, tuple[str, ...]]:
        """The tuned settings and the values that every condition could choose from; empty where nothing is tuned."""
        return {
            path: tuple(map(format_setting, values)) for path, values in (self.results.study.get("tune") or {}).items()
        }

    @property
    def is_jackknifed(self) -> bool:
        """Whether some tuned number comes by the jackknife, since its seeds depend on each other."""
        return bool((self.results.tuned[["interval_method", "test_method"]] == JACKKNIFE).any(axis=None))

    @cached_property
    def has_new_rows(self) -> bool:
        """Whether some intervals speak of new rows too (estimand ``population``)."""
        return bool(self._of_new_rows["ci95_low"].notna().any())

    @cached_property
    def why_no_new_rows(self) -> str | None:
        """Why val loss at the last epoch has no interval for new rows, as the summary has it; None where it has one.

        Empty where its rows are not there to have one.
        """
        of_rows = self._of_new_rows
        losses = of_rows[(of_rows["metric"] == "val_loss") & (of_rows["point"] == "last")]
        if losses["ci95_low"].notna().any():
            return None
        return str(losses["no_interval"].mode().iloc[0]) if len(losses) else ""

    @property
    def _of_new_rows(self) -> pd.DataFrame:
        return self.results.summary[self.results.summary["estimand"] == "population"]

    @cached_property
    def cohorts(self) -> Mapping[str, Sequence[CohortEntry]]:
        """Condition -> the cohorts of the plan that hold its trials."""
        cohorts: defaultdict[str, list[CohortEntry]] = defaultdict(list)
        for cohort in self.results.manifest["plan"]:
            for label in cohort["conditions"]:
                cohorts[label].append(cohort)
        return cohorts

    @cached_property
    def summary(self) -> SummaryTable:
        """The rows of summary.csv."""
        return SummaryTable(self.results.summary)

    @cached_property
    def trials(self) -> TrialTable:
        """The complete trials."""
        return TrialTable(self.results.trials)

    @cached_property
    def curves(self) -> Curves:
        """Val loss of the complete trials, epoch by epoch."""
        return Curves(self.results.curves, self.trials.complete)

    @cached_property
    def planned(self) -> Trials:
        """What became of the planned trials."""
        return read_trials(self.results.trials, self.results.manifest)

    @cached_property
    def unfinished(self) -> tuple[Unfinished, ...]:
        """The planned trials that did not complete."""
        return read_unfinished(self.results.trials, self.results.manifest)

    @cached_property
    def n_seeds(self) -> int:
        """The seeds of all planned trials."""
        return int(self.results.trials["seed"].nunique())

    @cached_property
    def devices(self) -> tuple[str, ...]:
        """Those that trials were trained on, in the trials' order."""
        return tuple(map(str, self.results.trials["device"].dropna().unique()))

    @cached_property
    def seconds(self) -> float:
        """How long all trials took to train."""
        return float(self.results.trials["wall_time_s"].sum())

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that have means, in the task's order."""
        there = set(self._measured["metric"])
        known = (*curve_metrics(self.task), *test_split_metrics(self.task))
        return tuple(metric for metric in known if metric in there)

    @cached_property
    def estimands(self) -> tuple[str, ...]:
        """Those that have means."""
        there = set(self._measured["estimand"])
        return tuple(name for name in ESTIMANDS if name in there)

    @property
    def _measured(self) -> pd.DataFrame:
        return self.results.summary[self.results.summary["n"] > 0]

    def has_intervals(self, *estimands: str) -> bool:
        """Tell whether any mean of these estimands has an interval."""
        summary = self.results.summary
        ends = summary.loc[summary["estimand"].isin(estimands), ["ci95_low", "ci95_high"]]
        return bool(ends.notna().all(axis="columns").any())

    @cached_property
    def has_tests(self) -> bool:
        """Whether any difference was tested."""
        return bool(self.results.summary["p"].notna().any())

    @cached_property
    def has_differences(self) -> bool:
        """Whether any condition could be compared with its baseline."""
        return bool(self.results.summary["difference"].notna().any())

    def methods(self, column: str) -> Mapping[str, tuple[str, ...]]:
        """Return by which methods the numbers of each estimand come.

        Args:
            column: ``interval_method`` or ``test_method``.
        """
        used = self.results.summary[["estimand", column]].dropna().drop_duplicates()
        by_estimand = used.groupby("estimand", sort=False)[column]
        return {str(name): tuple(map(str, methods)) for name, methods in by_estimand}

    @cached_property
    def series(self) -> Series:
        """What was measured of every condition, to draw."""
        return Series(self.results.trials, self.results.curves)

    @cached_property
    def averages(self) -> Averages:
        """What nets do with the noise left on, to draw."""
        return Averages(self.results.inference, self.results.reliability, self.series.conditions)

    def row(self, label: str, metric: str, point: str, estimand: str = "split") -> Row | None:
        """Return all that the summary says of a condition's metric; None without a row."""
        return self.summary.row(label, metric, point, estimand)

    def estimate(self, label: str, metric: str, point: str, estimand: str = "split") -> Estimate | None:
        """Return a condition's mean; None without a row or a complete trial."""
        row = self.row(label, metric, point, estimand)
        return row.mean if row else None

    def effect(self, label: str, metric: str, point: str, estimand: str = "split") -> Effect | None:
        """Return a condition's difference to its baseline; None without a row or a pair."""
        row = self.row(label, metric, point, estimand)
        return row.effect if row else None

    def effect_on_new_rows(self, label: str, metric: str, point: str) -> Effect | None:
        """Return the same on new rows like these; None where nothing can be said of them."""
        row = self.row(label, metric, point, "population")
        return row.effect if row and row.no_test in (None, NO_SPREAD) else None

    @cached_property
    def decimals(self) -> Mapping[str, int | None]:
        """With how many decimals numbers are written, wherever they stand; see `read_decimals`."""
        return read_decimals(self.results.summary, self.results.inference, self.learnt, self.task)

    def digits(self, metric: str) -> int | None:
        """Return with how many decimals numbers of a metric are written; None for powers of ten.

        Args:
            metric: a column, such as ``val_loss``, or `LEARNT_RATE`.
        """
        return digits_of(self.decimals, metric, self.task)

    @cached_property
    def choices(self) -> Mapping[str, Choice]:
        """Baseline -> what val chose among the conditions that share it; none where no such trial is complete."""
        found = {
            baseline: read_choice(self.summary, self.trials, [self.entries[label] for label in labels])
            for baseline, labels in self.groups.items()
        }
        return {baseline: choice for baseline, choice in found.items() if choice is not None}

    @cached_property
    def focus(self) -> str | None:
        """The condition of lowest mean val loss among those that val chose in the reported groups.

        The baseline of lowest mean where no condition with dropout has a complete trial; None where none has.
        """
        baselines = [label for label in self.reported if self.entries[label]["is_baseline"]]
        chosen = [self.choices[baseline].label for baseline in baselines if baseline in self.choices]
        losses = {label: self.estimate(label, METRIC, POINT) for label in chosen or baselines}
        there = {label: loss.value for label, loss in losses.items() if loss is not None}
        return min(there, key=there.__getitem__, default=None)

    @cached_property
    def marked(self) -> frozenset[str]:
        """What figures mark: what val chose from several; where no condition has dropout, the focus."""
        has_dropout = any(not entry["is_baseline"] for entry in self.entries.values())
        alone = [self.focus] if self.focus and not has_dropout and len(self.entries) > 1 else []
        return frozenset([*filter(self.is_picked, self.entries), *alone])

    @cached_property
    def headlined(self) -> tuple[str, ...]:
        """The conditions that a verdict speaks of by name, the most telling first, each before its baseline.

        Both sides of the best against the best, the largest help of dropout, and the focus.
        """
        chosen = [self.choices[baseline].label for baseline in self.reported if baseline in self.choices]
        effects = {label: self.effect(label, "val_loss", "last") for label in chosen}
        largest = largest_help({label: effect for label, effect in effects.items() if effect})
        named = [*self._best_rivals, *(label for label in (largest, self.focus) if label)]
        return tuple(dict.fromkeys(label for name in named for label in (name, self.baselines[name])))

    @property
    def _best_rivals(self) -> list[str]:
        """The candidates that best against best speaks of: those of the best condition, and of its baseline."""
        if self.rivals is None:
            return []
        losses = self.rivals.by_loss
        best = min(self.rivals.chosen.values(), key=lambda label: losses[label].value, default=None)
        places = tuned_conditions(as_tuned(self.results.study, self.best_over), self.results.manifest["conditions"])
        sides = (
            [self.rivals.conditions[label] for label in (best, self.rivals.conditions[best].baseline)] if best else []
        )
        found = [
            chosen_candidate(place, one.tuned) for one in sides for place in places if place.label == one.condition
        ]
        return [label for label in found if label]

    def is_chosen(self, label: str) -> bool:
        """Tell whether val chose a condition among those that share its baseline."""
        choice = self.choices.get(self.baselines[label])
        return choice is not None and choice.label == label

    def is_picked(self, label: str) -> bool:
        """Tell whether val chose a condition from several: what is marked as chosen, everywhere."""
        return self.is_chosen(label) and self.choices[self.baselines[label]].is_of_several

    def may_be_best(self, label: str) -> bool | None:
        """Tell whether a condition may be the best of its group where val chooses; None where seeds are too few."""
        row = self.row(label, METRIC, POINT)
        return self.summary.may_be_best(label) if row is not None and row.n > 1 else None

    def shows_test(self, label: str) -> bool:
        """Tell whether a condition may show what the test split says of it: a baseline, or what val chose."""
        return self.entries[label]["is_baseline"] or self.is_chosen(label)

    @cached_property
    def tuned_conditions(self) -> Sequence[TunedCondition]:
        """The conditions whatever their tuned settings; none in a study that tunes nothing."""
        return tuned_conditions(self.results.study, self.results.manifest["conditions"])

    @cached_property
    def reported(self) -> tuple[str, ...]:
        """The labels that answers and tables speak of, in table order.

        All of them; where settings are tuned, those of the groups that have the config's own values.
        """
        own = {one.own_label for one in self.tuned_conditions} - {None}
        return tuple(label for label, baseline in self.baselines.items() if not own or baseline in own)

    @cached_property
    def own_settings(self) -> Mapping[str, str]:
        """The tuned settings with the config's own values, as texts; empty where nothing is tuned, or reported."""
        paths = self.results.study.get("tune") or {}
        return {path: self.conditions[self.reported[0]].settings[path] for path in paths} if self.reported else {}

    @cached_property
    def tuning(self) -> Tuning | None:
        """The tuned comparison; None where nothing is tuned, or no trial is complete."""
        return read_tuning(self.results, self.tuned_conditions)

    @cached_property
    def rivals(self) -> Tuning | None:
        """The comparison of the best with the best over `best_over`; None where there is none."""
        return best_against_best(self.results, self.best_over)

    @cached_property
    def reference_table(self) -> ReferenceTable:
        """The rows of references.csv."""
        return ReferenceTable(self.results.references, self.task)

    def references(self, label: str) -> tuple[Reference, ...]:
        """Return what predictors that are no nets do on a condition's rows; none where no run has measured them."""
        return self.reference_table.of(label)

    @cached_property
    def against_references(self) -> tuple[AgainstReferences, ...]:
        """The nets against the references of their rows, a record for all that share them."""
        return read_against_references(self)

    @property
    def shared_references(self) -> tuple[Reference, ...]:
        """The references of all conditions that answers speak of, where these saw the same rows; else none."""
        return self.references(self.against_references[0].labels[0]) if len(self.against_references) == 1 else ()

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """Dropout against other regularisers of the grid; see `read_contests`."""
        return read_contests(self)

    @cached_property
    def learnt(self) -> tuple[LearntRates, ...]:
        """The rates that were learnt, a record for each condition that has any."""
        return read_learnt_rates(self.results.curves, self.trials.complete, list(self.entries))


def has_label_noise(study: Mapping[str, Any]) -> bool:
    """Tell whether train labels are wrong on purpose in some condition of a resolved study; a level of 0 is none."""
    return any(map(_is_noise, values_of(study, LABEL_NOISE, 0)))


def has_own_splits(study: Mapping[str, Any]) -> bool:
    """Tell whether every seed splits the rows anew, in some condition of a resolved study at least."""
    return PER_SEED in values_of(study, SPLIT_SEED, None)


def learns_rates(study: Mapping[str, Any]) -> bool:
    """Tell whether some conditions of a resolved study learn their rates."""
    return any(KINDS[kind].learns_rates for kind in values_of(study, KIND, PLAIN))


def _is_noise(level: float) -> bool:
    return level > 0


def _texts(entry: ConditionEntry, *, within_dropout: bool) -> dict[str, str]:
    swept = entry["swept"].items()
    return {path: format_setting(value) for path, value in swept if path.startswith("dropout.") == within_dropout}


def _output_rate(study: Mapping[str, Any], entry: ConditionEntry) -> str:
    """Return the rate on the outputs: its axis taken literally, else the study's one, for nonzero rates only."""
    if entry["is_baseline"]:
        return "0"
    own = (study.get("dropout") or {}).get("output_rate", 0)
    return format_setting(entry["swept"].get("dropout.output_rate", own))
