"""With every condition tuned at the same budget: does dropout help, what was chosen, and how stable is the choice?

The tuned table in, facts out. Val loss with every net at its best epoch, which is what the tuning looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dropout_lab.findings.effects import Effect, Estimate, effect_of, finite
from dropout_lab.results import CHOICES, Results, TunedCondition, format_setting
from dropout_lab.statistics.tuning import JACKKNIFE

METRIC, POINT = "val_loss", "best"
UNTUNED, TUNED = CHOICES


@dataclass(frozen=True)
class Side:
    """A condition at one choice of the tuned settings.

    Attributes:
        settings: the choice, path -> value as text: the config's own, or what all seeds together choose.
        share: of the leave-one-out choices that fell on it; None where nothing was chosen.
        at_edge: tuned settings whose chosen number is the smallest or the largest tried.
        val_loss: mean val loss at the best epochs; of a tuned condition each seed at the choice of the others.
        effect: its difference to the baseline's, chosen likewise; None at the baseline, or without a pair.
        is_jackknifed: whether the interval of `effect` is the jackknife's, since some choice hangs on single seeds.
    """

    settings: Mapping[str, str]
    share: float | None
    at_edge: tuple[str, ...]
    val_loss: Estimate | None
    effect: Effect | None
    is_jackknifed: bool = False


@dataclass(frozen=True)
class TunedFacts:
    """A condition whatever its tuned settings.

    Attributes:
        condition: its label without them.
        label: that of the condition with the config's own.
        baseline: the same of its baseline, its own for a baseline.
        untuned, tuned: None where the table has no such rows.
    """

    condition: str
    label: str
    baseline: str
    untuned: Side | None
    tuned: Side | None

    @property
    def is_baseline(self) -> bool:
        """Whether it is a baseline."""
        return self.label == self.baseline

    @property
    def shift(self) -> Literal["above", "below", "none"]:
        """Where the tuned difference lies from the interval of the untuned one; ``none``: within, or not known."""
        untuned, tuned = (side.effect.estimate if side and side.effect else None for side in (self.untuned, self.tuned))
        if untuned is None or tuned is None or untuned.low is None or untuned.high is None:
            return "none"
        if tuned.value > untuned.high:
            return "above"
        return "below" if tuned.value < untuned.low else "none"

    def side(self, choice: str) -> Side | None:
        """Return one of the sides by the name of its choice."""
        return self.tuned if choice == TUNED else self.untuned


@dataclass(frozen=True)
class Tuning:
    """The tuned comparison of a study.

    Attributes:
        axes: the tuned settings and the values that every condition could choose from.
        budget: candidates tried in every condition.
        conditions: in table order.
        chosen: for every baseline the label of the condition with dropout whose tuned val loss is lowest.
        directions: ``untuned`` and ``tuned`` -> these conditions by the direction of their difference.
    """

    axes: Mapping[str, tuple[str, ...]]
    budget: int
    conditions: Mapping[str, TunedFacts]
    chosen: Mapping[str, str]
    directions: Mapping[str, Mapping[str, int]]

    @property
    def by_loss(self) -> dict[str, Estimate]:
        """The tuned val losses by label, lowest first."""
        sides = {label: one.tuned.val_loss for label, one in self.conditions.items() if one.tuned}
        there = [(label, loss) for label, loss in sides.items() if loss is not None]
        return dict(sorted(there, key=lambda pair: pair[1].value))


def own_labels(places: Sequence[TunedCondition]) -> set[str]:
    """Return the labels of the conditions that have the config's own values; empty where nothing is tuned."""
    return {place.candidates[place.own] for place in places if place.own is not None}


def read_tuning(results: Results, places: Sequence[TunedCondition]) -> Tuning | None:
    """Return the tuned comparison; None for a study that tunes nothing, or has no complete trial.

    Args:
        results: the study.
        places: its conditions whatever their tuned settings.
    """
    table = results.tuned
    tested = table[(table["metric"] == METRIC) & (table["point"] == POINT)]
    if not (tested["n"] > 0).any():
        return None
    axes = {path: tuple(map(format_setting, values)) for path, values in results.study["tune"].items()}
    rows = {(row["condition"], row["choice"]): row for row in tested.to_dict("records")}
    n_tests = {choice: int(of_choice["p_holm"].notna().sum()) for choice, of_choice in tested.groupby("choice")}
    labels = {place.label: place.candidates[place.own] for place in places if place.own is not None}
    conditions = {}
    for place in places:
        sides = {
            choice: _side(rows[place.label, choice], axes, n_tests[choice])
            for choice in CHOICES
            if (place.label, choice) in rows
        }
        if place.label in labels:
            label, baseline = labels[place.label], labels[place.entry["baseline"]]
            conditions[label] = TunedFacts(place.label, label, baseline, sides.get(UNTUNED), sides.get(TUNED))
    chosen = _chosen(conditions)
    directions = {
        choice: _directions(conditions[label].side(choice) for label in chosen.values()) for choice in CHOICES
    }
    return Tuning(axes, int(tested["budget"].max()), conditions, chosen, directions)


def _directions(sides: Iterable[Side | None]) -> dict[str, int]:
    return dict(Counter(side.effect.direction for side in sides if side is not None and side.effect is not None))


def _side(row: Mapping[Any, Any], axes: Mapping[str, tuple[str, ...]], n_tests: int) -> Side:
    settings = _settings(row["chosen"], axes)
    estimate = None
    if np.isfinite(row["mean"]):
        estimate = Estimate(int(row["n"]), float(row["mean"]), finite(row["ci95_low"]), finite(row["ci95_high"]))
    return Side(
        settings=settings,
        share=finite(row["chosen_share"]),
        at_edge=tuple(path for path, text in settings.items() if _is_at_edge(text, axes[path])),
        val_loss=estimate,
        effect=_effect(row, n_tests),
        is_jackknifed=row["test_method"] == JACKKNIFE,
    )


def _settings(chosen: object, axes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Read ``training.learning_rate=0.01 model.width=64`` back; nothing where no choice could be made."""
    text = chosen if isinstance(chosen, str) else ""
    found = {path: re.search(rf"(?:^|\s){re.escape(path)}=(.*?)(?=\s[a-z_]+\.[a-z_]+=|$)", text) for path in axes}
    return {path: match[1] for path, match in found.items() if match}


def _is_at_edge(text: str, tried: Sequence[str]) -> bool:
    """Tell whether a number is the smallest or the largest of three tried or more."""
    try:
        numbers = [float(one) for one in tried]
    except ValueError:
        return False
    return len(numbers) > 2 and float(text) in (min(numbers), max(numbers))


def _effect(row: Mapping[Any, Any], n_tests: int) -> Effect | None:
    if not np.isfinite(row["difference"]):
        return None
    low, high = finite(row["difference_ci95_low"]), finite(row["difference_ci95_high"])
    estimate = Estimate(int(row["n_pairs"]), float(row["difference"]), low, high)
    p, p_holm = finite(row["p"]), finite(row["p_holm"])
    return effect_of(METRIC, POINT, estimate, p, p_holm, n_tests)


def _chosen(conditions: Mapping[str, TunedFacts]) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for label, one in conditions.items():
        if not one.is_baseline and one.tuned is not None and one.tuned.val_loss is not None:
            found = (one.tuned.val_loss.value, label)
            best[one.baseline] = min(best.get(one.baseline, found), found, key=lambda pair: pair[0])
    return {baseline: label for baseline, (_, label) in best.items()}
