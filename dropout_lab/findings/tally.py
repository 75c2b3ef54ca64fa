"""What the groups of a study come to together: counts, the largest help, and how it changes with the train size."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from dropout_lab.findings.kinds import Comparison
from dropout_lab.findings.study_kinds import ConditionFacts, GroupFacts, Tally, TrendPoint

TRAIN_SIZE = "data.train_size"


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
    helped = [(facts.label, other.last.estimate.value) for facts, other in compared if other.last.direction == "better"]
    return Tally(
        axes=tuple(groups[0].settings) if groups else (),
        are_rates_alone=len({(facts.input_rate, tuple(facts.dropout.items())) for facts in treated}) == 1,
        overfitting=dict(Counter(facts.reading for facts in baselines if facts)),
        n_still_falling=sum(facts.turned_up == "no" for facts in baselines if facts),
        last=dict(Counter(other.last.direction for _, other in compared)),
        best=dict(Counter(other.best.direction for _, other in compared if other.best)),
        test=dict(Counter(other.test.direction for _, other in compared if other.test)),
        new_rows=dict(Counter(other.last.direction for _, other in compared if other.holds_on_new_rows)),
        signs=dict(Counter(other.last.sign for _, other in compared)),
        n_not_compared=len(groups) - len(compared),
        equivalence=dict(Counter(other.equivalence.reading for _, other in compared if other.equivalence)),
        corrected=dict(Counter(other.last.direction for _, other in compared if other.last.certainty == "clear")),
        seeds_needed=_median([other.seeds_needed for _, other in compared if other.last.direction == "unclear"]),
        largest=min(helped, key=lambda help_of: help_of[1])[0] if helped else None,
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
