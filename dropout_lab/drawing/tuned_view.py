"""A tuned study as a reader wants to see it: every condition as the config sets it, and as tuning chose it.

Results in, results out; knows no axes. It exists because figures of all candidates would drown the
two that matter: in place of the tuned settings the study gets one made-up setting, `choice`, whose values are `untuned`
and `tuned`, and every figure then treats it like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from dropout_lab.phrases.names import CHOICE
from dropout_lab.results import CHOICES, TunedCondition, tuned_conditions
from dropout_lab.results.reading import Results

CHOSEN = "chosen"  # the column of the tuned settings of a trial, in words
_MARK = "#"  # between a trial's id and its choice: a trial that was chosen and is the config's own appears twice


@dataclass(frozen=True)
class TunedResults(Results):
    """A study in which the conditions of each choice are a group; `whole` is the study as its folder has it."""

    whole: Results | None = None


def tuned_view(results: Results) -> Results:
    """Return a study in which the conditions of each choice are a group; any other study as it is.

    The tuned condition is the candidate that all seeds together choose. It has no row in the summary, which knows
    candidates only.
    """
    picked = _picked(results)
    if not any(choice == CHOICES[1] for _, choice, _ in picked):
        return results
    candidates: dict[str, list[tuple[TunedCondition, str, int]]] = {}
    for condition, choice, place in picked:
        candidates.setdefault(condition.candidates[place], []).append((condition, choice, place))
    paths = list(results.study["tune"])
    chosen = {
        name: _chosen_rows(getattr(results, name), candidates, paths)
        for name in ("curves", "trials", "inference", "reliability")
    }
    return TunedResults(**{**vars(results), **chosen, "summary": results.summary.iloc[:0]}, whole=results)


def chosen_candidates(results: Results) -> set[str]:
    """Return, in a tuned study, the candidate of every condition that all seeds together choose; else nothing."""
    return {condition.candidates[place] for condition, choice, place in _picked(results) if choice == CHOICES[1]}


def own_trials(data: pd.DataFrame) -> pd.DataFrame:
    """Return a picture's data with the ids that the trials of a view have in the study."""
    if CHOICE not in data or "trial" not in data:
        return data
    pairs = zip(data["trial"], data[CHOICE], strict=True)
    return data.assign(trial=[str(trial).removesuffix(_MARK + choice) for trial, choice in pairs])


def _picked(results: Results) -> list[tuple[TunedCondition, str, int]]:
    """Return every condition with its choices and the places of their candidates; nothing where none was tuned."""
    if results.tuned.empty:
        return []
    return [
        (condition, choice, place)
        for condition in tuned_conditions(results.study, results.manifest["conditions"])
        for choice, place in _picks(results.tuned, condition)
    ]


def _picks(tuned: pd.DataFrame, condition: TunedCondition) -> Iterator[tuple[str, int]]:
    """Yield the choices of a condition with the place of the candidate: the config's own, and what all seeds chose."""
    if condition.own is not None:
        yield CHOICES[0], condition.own
    rows = tuned[(tuned["condition"] == condition.label) & (tuned["choice"] == CHOICES[1])]
    chosen = rows["chosen"].dropna()
    if len(chosen):
        yield CHOICES[1], condition.chosen_texts.index(str(chosen.iloc[0]))


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
                condition=f"{condition.label} {CHOICE}={choice}",
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
