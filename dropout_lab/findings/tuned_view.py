"""A tuned study as a reader wants to see it: every condition as the config sets it, and as tuning chose it.

It exists because figures of all candidates would drown the two that matter: in place of the tuned settings the study
gets one made-up setting, `choice`, whose values are `untuned` and `tuned`, and every figure then treats it like any
other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd

from dropout_lab.findings.study import StudyView
from dropout_lab.phrases.names import CHOICE
from dropout_lab.results import CHOICES, TunedCondition
from dropout_lab.results.reading import Results

CHOSEN = "chosen"  # the column of the tuned settings of a trial, in words
_MARK = "#"  # between a trial's id and its choice: a trial that was chosen and is the config's own appears twice


class TunedStudy(StudyView):
    """A study in which the conditions of each choice are a group.

    Args:
        results: the rows of the choices; it has no summary, which knows candidates only.
        whole: the study as its folder has it.
    """

    def __init__(self, results: Results, whole: StudyView) -> None:
        super().__init__(results)
        self.whole = whole

    @cached_property
    def marked(self) -> frozenset[str]:
        """What val chose untuned, and tuned."""
        whole = self.whole
        untuned = {place.label for place in whole.tuned_conditions if place.own_label in whole.marked}
        tuned = (
            [whole.tuning.conditions[label].condition for label in whole.tuning.chosen.values()] if whole.tuning else []
        )
        return frozenset([*(_named(one, CHOICES[0]) for one in untuned), *(_named(one, CHOICES[1]) for one in tuned)])

    @cached_property
    def headlined(self) -> tuple[str, ...]:
        """What val chose tuned and untuned, each before its baseline."""
        baselines = {place.label: place.entry["baseline"] for place in self.whole.tuned_conditions}
        pairs = [
            (_named(label, choice), _named(baselines[label], choice))
            for choice in reversed(CHOICES)
            for label in baselines
            if _named(label, choice) in self.marked
        ]
        return tuple(dict.fromkeys(name for pair in pairs for name in pair))


def tuned_view(study: StudyView) -> StudyView:
    """Return a study in which the conditions of each choice are a group; any other study as it is.

    The tuned condition is the candidate that all seeds together choose.
    """
    picked, results = _picked(study), study.results
    if not any(choice == CHOICES[1] for _, choice, _ in picked):
        return study
    candidates: dict[str, list[tuple[TunedCondition, str, int]]] = {}
    for condition, choice, place in picked:
        candidates.setdefault(condition.candidates[place], []).append((condition, choice, place))
    chosen: dict[str, Any] = {
        name: _chosen_rows(getattr(results, name), candidates, list(study.candidates))
        for name in ("curves", "trials", "inference", "reliability")
    }
    return TunedStudy(replace(results, **chosen, summary=results.summary.iloc[:0]), study)


def chosen_candidates(study: StudyView) -> set[str]:
    """Return, in a tuned study, the candidate of every condition that all seeds together choose; else nothing."""
    return {condition.candidates[place] for condition, choice, place in _picked(study) if choice == CHOICES[1]}


def own_trials(data: pd.DataFrame) -> pd.DataFrame:
    """Return a picture's data with the ids that the trials of a view have in the study."""
    if CHOICE not in data or "trial" not in data:
        return data
    pairs = zip(data["trial"], data[CHOICE], strict=True)
    return data.assign(trial=[str(trial).removesuffix(_MARK + choice) for trial, choice in pairs])


def _picked(study: StudyView) -> list[tuple[TunedCondition, str, int]]:
    """Return every condition with its choices and the places of their candidates; nothing where none was tuned."""
    if study.results.tuned.empty:
        return []
    return [
        (condition, choice, place)
        for condition in study.tuned_conditions
        for choice, place in _picks(study.results.tuned, condition)
    ]


def _picks(tuned: pd.DataFrame, condition: TunedCondition) -> Iterator[tuple[str, int]]:
    """Yield the choices of a condition with the place of the candidate: the config's own, and what all seeds chose."""
    if condition.own is not None:
        yield CHOICES[0], condition.own
    rows = tuned[(tuned["condition"] == condition.label) & (tuned["choice"] == CHOICES[1])]
    chosen = rows["chosen"].dropna()
    if len(chosen):
        yield CHOICES[1], condition.chosen_texts.index(str(chosen.iloc[0]))


def _named(label: str, choice: str) -> str:
    return f"{label} {CHOICE}={choice}"


def _chosen_rows(
    frame: pd.DataFrame, candidates: Mapping[str, list[tuple[TunedCondition, str, int]]], paths: list[str]
) -> pd.DataFrame:
    """Copy the rows of every candidate to the choices that picked it, the untuned ones first."""
    grouped = {str(label): rows for label, rows in frame.groupby("condition", sort=False, observed=True)}
    parts = [
        (
            CHOICES.index(choice),
            rows.assign(
                trial=rows["trial"].astype(str) + _MARK + choice,
                condition=_named(condition.label, choice),
                **{CHOICE: choice, CHOSEN: condition.chosen_texts[place]},
            ),
        )
        for label, rows in grouped.items()
        for condition, choice, place in candidates.get(label, ())
    ]
    if not parts:
        return frame.iloc[:0]
    ordered = pd.concat([rows for _, rows in sorted(parts, key=lambda part: part[0])], ignore_index=True)
    columns = [column for column in frame.columns if column not in paths]
    after = columns.index("status" if "status" in columns else "seed")
    return ordered[[*columns[:after], CHOICE, *columns[after:], CHOSEN]]
