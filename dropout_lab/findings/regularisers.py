"""Dropout or another regulariser: each alone at its best, and both together, against each other.

A grid over rates and the values of, say, weight decay holds three sides: dropout without the other, the other without
dropout, and both. Each side gets the candidate that the *other* seeds chose for it, as `tune` does it, so that having
many candidates flatters no side. Which settings are regularisers, and at which value they are off, is said by the
config's schema.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dropout_lab.findings.choice import METRIC, POINT
from dropout_lab.findings.effects import Direction, Effect, Estimate, effect_of, finite
from dropout_lab.results import ConditionEntry, format_setting
from dropout_lab.statistics import chosen_difference, holm, leave_one_out_choices
from dropout_lab.statistics.trials_by_seed import TrialsBySeed

if TYPE_CHECKING:
    from dropout_lab.findings.study import StudyView

SideName = Literal["dropout", "other", "both"]
PAIRS: Sequence[tuple[SideName, SideName]] = (("dropout", "other"), ("both", "dropout"), ("both", "other"))
FEWEST_SEEDS = 3
"""With fewer no other seeds are left to choose by: what is said then is descriptive."""


@dataclass(frozen=True)
class ContestSide:
    """One side: dropout alone, the other regulariser alone, or both.

    Attributes:
        label: the candidate that all seeds together choose: the lowest mean val loss at the best epochs.
        n_candidates: among which it was chosen.
        share: of the leave-one-out choices that fell on it; None below `FEWEST_SEEDS`.
        val_loss: mean of what each seed measured at the choice of the others; below `FEWEST_SEEDS` that at `label`.
    """

    label: str
    n_candidates: int
    share: float | None
    val_loss: float


@dataclass(frozen=True)
class Contest:
    """Dropout against another regulariser, on one group of conditions.

    Attributes:
        path: of the other regulariser.
        settings: the swept settings that the sides share here, path -> value as text; empty where there is one group.
        n_seeds: that finished every candidate.
        sides: ``dropout``, ``other`` and, where the grid has it, ``both``.
        differences: the first side's val loss minus the second's at the best epochs, by their names joined with a
            minus, such as ``both-other``; none below `FEWEST_SEEDS`. `p_holm` counts those of the whole study.
        is_jackknifed: whether some choice hangs on single seeds, so that intervals are the jackknife's.
        have_weaker_pairs: whether nets of other shapes were chosen, which share no initial weights.
    """

    path: str
    settings: Mapping[str, str]
    n_seeds: int
    sides: Mapping[SideName, ContestSide]
    differences: Mapping[str, Effect]
    is_jackknifed: bool
    have_weaker_pairs: bool


def read_contests(study: "StudyView") -> tuple[Contest, ...]:
    """Return the contests of a study, one for every other regulariser and group; none where no grid has both alone.

    Args:
        study: the study. What each side of its comparisons chooses for itself, or tunes, each side chooses here too.
    """
    swept = [path for path in study.results.study.get("sweep") or {} if not path.startswith("dropout.")]
    chosen = {*study.best_over, *(study.results.study.get("tune") or {})}
    off = _values_when_off([path for path in swept if path not in chosen])
    found = [one for path, value in off.items() for one in _of_path(study, path, value, chosen)]
    return _corrected(found)


def _values_when_off(paths: Sequence[str]) -> dict[str, Any]:
    """Return the regularisers among settings, with the value at which each does nothing: the setting's default."""
    if not paths:
        return {}
    from dropout_lab.config import settings

    known = {".".join(map(str, path)): setting for path, setting in settings().items()}
    return {path: known[path].default for path in paths if path in known and known[path].regularises}


def _of_path(study: "StudyView", path: str, off: Any, chosen: set[str]) -> Iterator[Contest]:
    groups: dict[tuple[tuple[str, str], ...], dict[SideName, list[str]]] = {}
    for entry in study.entries.values():
        side = _side_of(entry, path, off)
        shared = {
            name: format_setting(value)
            for name, value in entry["swept"].items()
            if not name.startswith("dropout.") and name != path and name not in chosen
        }
        sides = groups.setdefault(tuple(shared.items()), {})
        if side is not None:
            sides.setdefault(side, []).append(entry["label"])
    trials = TrialsBySeed(study.results.trials)
    for settings, sides in groups.items():
        if {"dropout", "other"} <= sides.keys():
            contest = _contest(study, trials, path, dict(settings) if len(groups) > 1 else {}, sides)
            if contest is not None:
                yield contest


def _side_of(entry: ConditionEntry, path: str, off: Any) -> SideName | None:
    is_off = entry["swept"].get(path) == off
    if entry["is_baseline"]:
        return None if is_off else "other"
    return "dropout" if is_off else "both"


def _contest(
    study: "StudyView", trials: TrialsBySeed, path: str, settings: Mapping[str, str], sides: dict[SideName, list[str]]
) -> Contest | None:
    finished = trials.candidates([label for labels in sides.values() for label in labels])
    values = {name: finished[labels].to_numpy(dtype=np.float64) for name, labels in sides.items()}
    found = {name: side for name, labels in sides.items() if (side := _side(labels, values[name])) is not None}
    if not {"dropout", "other"} <= found.keys():
        return None
    differences, jackknifed = {}, False
    for one, other in PAIRS:
        if len(finished) >= FEWEST_SEEDS and one in found and other in found:
            told = chosen_difference(values[one], values[other])
            if told.n_pairs > 1:
                estimate = Estimate(told.n_pairs, told.difference, finite(told.low), finite(told.high))
                differences[f"{one}-{other}"] = effect_of(METRIC, POINT, estimate, finite(told.p), None, 0)
                jackknifed = jackknifed or told.is_jackknifed
    shapes = {
        tuple((name, text) for name, text in study.conditions[side.label].settings.items() if name.startswith("model."))
        for side in found.values()
    }
    return Contest(path, settings, len(finished), found, differences, jackknifed, len(shapes) > 1)


def _side(labels: Sequence[str], values: np.ndarray) -> ContestSide | None:
    """Return a side; None where no candidate is complete at every seed."""
    means = values.mean(axis=0) if len(values) else np.full(len(labels), np.nan)
    if not np.isfinite(means).any():
        return None
    best = int(np.nanargmin(means))
    if len(values) < FEWEST_SEEDS:
        return ContestSide(labels[best], len(labels), None, float(means[best]))
    choices = leave_one_out_choices(values)
    reported = np.where(choices >= 0, values[np.arange(len(values)), choices], np.nan)
    return ContestSide(labels[best], len(labels), float(np.mean(choices == best)), float(np.nanmean(reported)))


def count_contests(contests: Sequence[Contest]) -> dict[str, dict[str, dict[Direction, int]]]:
    """Count, by regulariser and by the names of the two sides, the differences by direction, after correction."""
    counts: dict[str, dict[str, Counter[Direction]]] = {}
    for contest in contests:
        of_path = counts.setdefault(contest.path, {})
        for name, effect in contest.differences.items():
            of_path.setdefault(name, Counter())[effect.corrected.direction] += 1
    return {path: {name: dict(count) for name, count in of_path.items()} for path, of_path in counts.items()}


def _corrected(contests: Sequence[Contest]) -> tuple[Contest, ...]:
    """Correct for all differences of the study at once."""
    keys = [(number, name) for number, one in enumerate(contests) for name in one.differences]
    effects = [contests[number].differences[name] for number, name in keys]
    p_values = [np.nan if effect.p is None else effect.p for effect in effects]
    n_tests = int(np.isfinite(p_values).sum()) if p_values else 0
    corrected = {
        key: effect_of(METRIC, POINT, effect.estimate, effect.p, finite(p_holm), n_tests)
        for key, effect, p_holm in zip(keys, effects, holm(p_values), strict=True)
    }
    return tuple(
        replace(one, differences={name: corrected[number, name] for name in one.differences})
        for number, one in enumerate(contests)
    )
