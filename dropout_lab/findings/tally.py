"""What the groups of a study come to together: counts, the largest help, and how it changes with the train size."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dropout_lab.findings.comparison import Comparison
from dropout_lab.findings.conditions import ConditionFacts, GroupFacts
from dropout_lab.findings.effects import largest_help

TRAIN_SIZE = "data.train_size"


@dataclass(frozen=True)
class TrendPoint:
    """One train size: mean effect of what val chose, over the groups of this size that have one."""

    train_size: str
    n_groups: int
    difference: float


@dataclass(frozen=True)
class Tally:
    """What the groups of a study come to together; every group speaks by the condition that val chose there.

    Attributes:
        axes: the swept settings outside dropout, whose combinations are the groups.
        are_rates_alone: whether conditions with dropout differ in nothing of dropout but the rate.
        overfitting: baselines by reading.
        n_still_falling: baselines whose val loss surely still fell.
        last, best, test: groups by the direction of val loss at the last epoch, at the best epochs, and of test loss;
            groups without a comparison are in none.
        new_rows: those of `last` with a certain direction that hold on new rows as well.
        signs: groups by the mere sign of the difference at the last epoch.
        n_not_compared: groups without a comparison.
        equivalence: groups by the reading of the margin.
        corrected: groups by direction at the last epoch that stay distinguishable after correction; `told` counts all
            of `last` as they stand after it, so that those lost are unclear.
        seeds_needed: enough for half of the groups whose difference is unclear; None without one, or beyond 10,000.
        largest: label of the condition whose help at the last epoch, certain after correction, is largest.
        rates: how often each rate was chosen, the most frequent one first.
        trend: by train size, where the study sweeps it.
    """

    axes: tuple[str, ...]
    are_rates_alone: bool
    overfitting: Mapping[str, int]
    n_still_falling: int
    last: Mapping[str, int]
    best: Mapping[str, int]
    test: Mapping[str, int]
    new_rows: Mapping[str, int]
    signs: Mapping[str, int]
    n_not_compared: int
    equivalence: Mapping[str, int]
    corrected: Mapping[str, int]
    told: Mapping[str, int]
    seeds_needed: int | None
    largest: str | None
    rates: Mapping[str, int]
    trend: tuple[TrendPoint, ...]


def tally_of(groups: Sequence[GroupFacts], conditions: Mapping[str, ConditionFacts]) -> Tally:
    """Return the tally of a study's groups.

    Args:
        groups: in table order.
        conditions: by label.
    """
    baselines = [conditions[group.baseline].overfitting for group in groups]
    treated = [facts for facts in conditions.values() if not facts.is_baseline]
    chosen = [conditions[group.choice.label] for group in groups if group.choice]
    compared = [(facts, facts.comparison) for facts in chosen if facts.comparison]
    return Tally(
        axes=tuple(groups[0].settings) if groups else (),
        are_rates_alone=len({(facts.input_rate, tuple(facts.dropout.items())) for facts in treated}) == 1,
        overfitting=dict(Counter(facts.reading for facts in baselines if facts)),
        n_still_falling=sum(facts.still_falls for facts in baselines if facts),
        last=dict(Counter(other.last.direction for _, other in compared)),
        best=dict(Counter(other.best.direction for _, other in compared if other.best)),
        test=dict(Counter(other.test.direction for _, other in compared if other.test)),
        new_rows=dict(Counter(other.last.direction for _, other in compared if other.holds_on_new_rows)),
        signs=dict(Counter(other.last.sign for _, other in compared)),
        n_not_compared=len(groups) - len(compared),
        equivalence=dict(Counter(other.equivalence.reading for _, other in compared if other.equivalence)),
        corrected=dict(Counter(other.last.direction for _, other in compared if other.last.certainty == "clear")),
        told=dict(Counter(other.last.corrected.direction for _, other in compared)),
        seeds_needed=_median([other.seeds_needed for _, other in compared if other.last.direction == "unclear"]),
        largest=largest_help({facts.label: other.last for facts, other in compared}),
        rates=dict(Counter(facts.rate for facts in chosen).most_common()),
        trend=_trend(compared),
    )


def _median(needed: Sequence[int | None]) -> int | None:
    """Return a number of seeds that is enough for half of the groups; None is more than any number."""
    if not needed:
        return None
    ordered = sorted(needed, key=lambda seeds: (seeds is None, seeds))
    return ordered[(len(ordered) - 1) // 2]


def _trend(compared: Sequence[tuple[ConditionFacts, Comparison]]) -> tuple[TrendPoint, ...]:
    by_size: defaultdict[str, list[float]] = defaultdict(list)
    for facts, comparison in compared:
        if TRAIN_SIZE in facts.settings:
            by_size[facts.settings[TRAIN_SIZE]].append(comparison.last.estimate.value)
    return tuple(TrendPoint(size, len(values), sum(values) / len(values)) for size, values in by_size.items())
