"""With every condition tuned at the same budget: does dropout help, what was chosen, and how stable is the choice?

The tuned table in, facts out. Val loss with every net at its best epoch, which is what the tuning looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dropout_lab.findings.effects import Effect, Estimate, effect_of, finite
from dropout_lab.findings.tables import estimate_in, text_in
from dropout_lab.results import CHOICES, Results, TunedCondition, format_setting
from dropout_lab.statistics.tuning import JACKKNIFE

METRIC, POINT = "val_loss", "best"
UNTUNED, TUNED = CHOICES


@dataclass(frozen=True)
class TunedRow:
    """One row of tuned.csv: a metric of a condition whatever its tuned settings, at one choice of them.

    Attributes:
        condition: its label without the tuned settings.
        choice: ``untuned`` or ``tuned``.
        chosen: the choice as text, such as ``training.learning_rate=0.01``; empty where none could be made.
        settings: the same by path.
        share: of the leave-one-out choices that fell on it.
        mean: None without a complete trial.
        effect: the difference to the baseline, chosen likewise; None at the baseline, and without a pair.
        interval_method, test_method: of mean and effect; None where there is no interval, or no test.
        budget: candidates tried.
    """

    condition: str
    choice: str
    chosen: str
    settings: Mapping[str, str]
    share: float | None
    mean: Estimate | None
    effect: Effect | None
    interval_method: str | None
    test_method: str | None
    budget: int


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
        label: that of the condition with the config's own; where no such one was planned, of the first candidate.
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
        directions: ``untuned`` and ``tuned`` -> these conditions by the direction of their difference; `told` has the
            tuned ones as they stand after correction for `n_comparisons`.
    """

    axes: Mapping[str, tuple[str, ...]]
    budget: int
    conditions: Mapping[str, TunedFacts]
    chosen: Mapping[str, str]
    directions: Mapping[str, Mapping[str, int]]
    told: Mapping[str, int]
    n_comparisons: int

    @property
    def n_groups(self) -> int:
        """How many baselines there are, the tuned settings apart."""
        return sum(one.is_baseline for one in self.conditions.values())

    @property
    def by_loss(self) -> dict[str, Estimate]:
        """The tuned val losses by label, lowest first."""
        sides = {label: one.tuned.val_loss for label, one in self.conditions.items() if one.tuned}
        there = [(label, loss) for label, loss in sides.items() if loss is not None]
        return dict(sorted(there, key=lambda pair: pair[1].value))


def chosen_candidate(place: TunedCondition, side: Side | None) -> str | None:
    """Return the label of the candidate that was chosen for a condition; None where nothing was."""
    text = " ".join(f"{path}={value}" for path, value in side.settings.items()) if side else ""
    return place.candidates[place.chosen_texts.index(text)] if text in place.chosen_texts else None


def own_labels(places: Sequence[TunedCondition]) -> set[str]:
    """Return the labels of the conditions that have the config's own values; empty where nothing is tuned."""
    return {place.candidates[place.own] for place in places if place.own is not None}


def read_tuned(results: Results, metric: str, point: str) -> list[TunedRow]:
    """Return the rows of tuned.csv on a metric at a point, in their order; none for a study that tunes nothing."""
    table = results.tuned[(results.tuned["metric"] == metric) & (results.tuned["point"] == point)]
    n_tests = {choice: int(of_choice["p_holm"].notna().sum()) for choice, of_choice in table.groupby("choice")}
    paths = tuple(results.study.get("tune") or ())
    return [_row(cells, paths, n_tests[cells["choice"]]) for cells in table.to_dict("records")]


def read_tuning(results: Results, places: Sequence[TunedCondition]) -> Tuning | None:
    """Return the tuned comparison; None for a study that tunes nothing, or has no complete trial.

    Args:
        results: the study.
        places: its conditions whatever their tuned settings.
    """
    tested = read_tuned(results, METRIC, POINT)
    if not any(row.mean for row in tested):
        return None
    axes = {path: tuple(map(format_setting, values)) for path, values in results.study["tune"].items()}
    sides = {(row.condition, row.choice): _side(row, axes) for row in tested}
    labels = {place.label: place.own_label or place.candidates[0] for place in places}
    conditions = {}
    for place in places:
        label, baseline = labels[place.label], labels[place.entry["baseline"]]
        if label is not None and baseline is not None:
            untuned, tuned = (sides.get((place.label, choice)) for choice in CHOICES)
            conditions[label] = TunedFacts(place.label, label, baseline, untuned, tuned)
    chosen = _chosen(conditions)
    directions = {
        choice: _directions(conditions[label].side(choice) for label in chosen.values()) for choice in CHOICES
    }
    picked = [
        one.tuned.effect for one in map(conditions.__getitem__, chosen.values()) if one.tuned and one.tuned.effect
    ]
    told = dict(Counter[str](effect.corrected.direction for effect in picked))
    n_comparisons = max((effect.n_comparisons for effect in picked), default=0)
    return Tuning(axes, max(row.budget for row in tested), conditions, chosen, directions, told, n_comparisons)


def _directions(sides: Iterable[Side | None]) -> dict[str, int]:
    return dict(Counter(side.effect.direction for side in sides if side is not None and side.effect is not None))


def _side(row: TunedRow, axes: Mapping[str, tuple[str, ...]]) -> Side:
    return Side(
        settings=row.settings,
        share=row.share,
        at_edge=tuple(path for path, text in row.settings.items() if _is_at_edge(text, axes[path])),
        val_loss=row.mean,
        effect=row.effect,
        is_jackknifed=row.test_method == JACKKNIFE,
    )


def _row(cells: Mapping[Any, Any], paths: Sequence[str], n_tests: int) -> TunedRow:
    metric, point, chosen = cells["metric"], cells["point"], text_in(cells, "chosen") or ""
    difference = estimate_in(cells, "difference", "difference_ci95", "n_pairs")
    p, p_holm = finite(cells["p"]), finite(cells["p_holm"])
    return TunedRow(
        condition=cells["condition"],
        choice=cells["choice"],
        chosen=chosen,
        settings=_settings(chosen, paths),
        share=finite(cells["chosen_share"]),
        mean=estimate_in(cells, "mean", "ci95"),
        effect=effect_of(metric, point, difference, p, p_holm, n_tests) if difference else None,
        interval_method=text_in(cells, "interval_method"),
        test_method=text_in(cells, "test_method"),
        budget=int(cells["budget"]),
    )


def _settings(text: str, paths: Sequence[str]) -> dict[str, str]:
    """Read ``training.learning_rate=0.01 model.width=64`` back; nothing where no choice could be made."""
    found = {path: re.search(rf"(?:^|\s){re.escape(path)}=(.*?)(?=\s[a-z_]+\.[a-z_]+=|$)", text) for path in paths}
    return {path: match[1] for path, match in found.items() if match}


def _is_at_edge(text: str, tried: Sequence[str]) -> bool:
    """Tell whether a number is the smallest or the largest of three tried or more."""
    try:
        numbers = [float(one) for one in tried]
    except ValueError:
        return False
    return len(numbers) > 2 and float(text) in (min(numbers), max(numbers))


def _chosen(conditions: Mapping[str, TunedFacts]) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for label, one in conditions.items():
        if not one.is_baseline and one.tuned is not None and one.tuned.val_loss is not None:
            found = (one.tuned.val_loss.value, label)
            best[one.baseline] = min(best.get(one.baseline, found), found, key=lambda pair: pair[0])
    return {baseline: label for baseline, (_, label) in best.items()}
