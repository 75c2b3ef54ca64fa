"""Headline and answers of a study with several baselines: hundreds of conditions in a few countable sentences.

Owns these wordings. Every group speaks by the condition that val chose there, as the tally counted them.
"""

from collections.abc import Mapping

from dropout_lab.findings import StudyFacts, Tally
from dropout_lab.phrases.names import full_name, setting_name
from dropout_lab.phrases.numbers import estimated_count
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.counts import counted
from dropout_lab.verdict.words.numbers import size, two_digits
from dropout_lab.verdict.words.study import HELPS, NOTHING, OVERFITS, RATE, SURE, answers_of, nothing_complete
from dropout_lab.wording import listed, plural

_MOST_RATES = 3
_VERBS = {"better": "lowers", "worse": "raises"}  # of the directions that are distinguishable


def headline(study: StudyFacts) -> str:
    """Return one sentence: in how many groups dropout helps."""
    tally, n_groups = study.tally, len(study.groups)
    if study.trials.n_complete == 0:
        return nothing_complete(study)
    if not tally.last:
        return f"What dropout does cannot be said: in none of {n_groups:,} groups is there a pair of complete trials."
    return f"{_at_last(tally, n_groups)}."


def study_answers(study: StudyFacts) -> dict[str, str]:
    """Return the answers about a study with several groups, by question."""
    tally, n_groups = study.tally, len(study.groups)
    if study.trials.n_complete == 0:
        return {NOTHING: nothing_complete(study)}
    overfits = {OVERFITS: [_overfitting_sentence(tally, n_groups)]}
    if not tally.last:
        return answers_of(overfits | {HELPS: [headline(study)]})
    helps = [f"{_at_last(tally, n_groups)}{_corrected(study)}.", _stopped_sentence(tally)]
    sure = [_new_rows_sentence(study), _margin_sentence(study), _surer_sentence(tally)]
    return answers_of(
        overfits
        | {
            HELPS: [*helps, _largest_sentence(study), _trend_sentence(tally)],
            SURE: sure,
            RATE: [_rates_sentence(tally)],
        }
    )


def _at_last(tally: Tally, n_groups: int) -> str:
    if set(tally.last) == {"unknown"}:
        signs = [f"{sign} in {count:,}" for sign, count in tally.signs.items()]
        return (
            f"With one seed each, val loss at the last epoch with dropout is {listed(signs)} of {n_groups:,} groups; "
            "one seed: no statement about chance is possible"
        )
    counts = counted(tally.last, f" of {n_groups:,} groups")
    missing = f"; {tally.n_not_compared:,} cannot be compared" if tally.n_not_compared else ""
    return f"At the last epoch, dropout at the rate that val chose {counts}{missing}"


def _overfitting_sentence(tally: Tally, n_groups: int) -> str:
    axes = (
        setting_name(tally.axes[0])
        if len(tally.axes) == 1
        else f"combination of {listed(map(setting_name, tally.axes))}"
    )
    words = {
        "overfits": "overfits in {}",
        "turned up only": "has a val loss that turned up in {}, but no sure gap",
        "gap only": "does worse on val than on train in {}, where its val loss has not surely turned up",
        "not shown": "shows no sure overfitting in {}",
        "unknown": "has one seed in {}, too few to say",
    }
    counts = tally.overfitting
    said = {reading: "all" if count == n_groups else f"{count:,}" for reading, count in counts.items()}
    parts = [words[reading].format(said[reading]) for reading in words if reading in counts]
    baseline = listed(parts) if parts else "has no complete trial"
    falling = (
        f" Its val loss was lowest at the last epoch in {tally.n_still_falling:,}." if tally.n_still_falling else ""
    )
    return f"Of {n_groups:,} groups, one for each {axes}, the baseline {baseline}.{falling}"


def _certain(tally: Tally) -> list[str]:
    return [direction for direction in _VERBS if direction in tally.last]


def _counted_certain(tally: Tally, counts: Mapping[str, int]) -> str:
    """Say how many of the differences that are distinguishable, taken alone, are among those counted."""
    numbers = {direction: counts.get(direction) or "none" for direction in _certain(tally)}
    parts = [f"{_VERBS[direction]} it in {number}" for direction, number in numbers.items()]
    return listed(parts).replace(" it ", " val loss ", 1)


def _corrected(study: StudyFacts) -> str:
    """Say how many of these differences survive correction."""
    compared = [facts.comparison for facts in map(study.chosen, study.groups) if facts and facts.comparison]
    n_comparisons = compared[0].last.n_comparisons
    if not _certain(study.tally) or n_comparisons < 2:
        return ""
    left = _counted_certain(study.tally, study.tally.corrected)
    return f"; after correction for the {n_comparisons:,} comparisons of the study it {left}"


def _stopped_sentence(tally: Tally) -> str:
    """Say how often dropout helps over stopping early, on val and on test."""
    if not set(tally.best) - {"unknown"}:
        return ""
    text = f"{effects.BOTH_STOPPED.capitalize()}, it {counted(tally.best)}"
    if set(tally.test) - {"unknown"}:
        text += f"; on test, it {counted(tally.test).replace('val loss', 'the loss')}"
    return f"{text}."


def _new_rows_sentence(study: StudyFacts) -> str:
    if not study.has_new_rows or not _certain(study.tally):
        return ""
    return f"On new rows like these as well, it {_counted_certain(study.tally, study.tally.new_rows)}."


def _largest_sentence(study: StudyFacts) -> str:
    facts = study.conditions[study.tally.largest] if study.tally.largest else None
    if facts is None or facts.comparison is None:
        return ""
    by = size(facts.comparison.last, study, is_named=True)
    return f"It helps most with {full_name(facts)}: val loss is lower by {by}."


def _trend_sentence(tally: Tally) -> str:
    if len(tally.trend) < 2:
        return ""
    first, last = tally.trend[0], tally.trend[-1]
    sizes = two_digits(first.difference, last.difference)
    ends = [
        f"{'lower' if point.difference < 0 else 'higher'} by {by} at train size {point.train_size}"
        for point, by in zip((first, last), sizes, strict=True)
    ]
    over = "" if first.n_groups == last.n_groups == 1 else ", on average over the other settings"
    return f"With dropout, val loss at the last epoch is {listed(ends)}{over}."


def _rates_sentence(tally: Tally) -> str:
    if len(tally.rates) < 2 or not tally.are_rates_alone:
        return ""
    frequent = list(tally.rates.items())[:_MOST_RATES]
    more = ", more rarely others" if len(tally.rates) > _MOST_RATES else ""
    parts = [f"rate {rate} in {plural(count, 'group')}" for rate, count in frequent]
    return f"Val chose {listed(parts)}{more}."


def _margin_sentence(study: StudyFacts) -> str:
    compared = [facts.comparison for facts in map(study.chosen, study.groups) if facts and facts.comparison]
    tested = [comparison.equivalence for comparison in compared if comparison.equivalence]
    if not tested:
        return ""
    words = {
        "equivalent within": "equivalent to the baseline in {}",
        "no worse than": "no worse than the baseline in {}",
        "not shown": "shown to be neither equivalent to the baseline nor no worse in {}",
    }
    counts = study.tally.equivalence
    parts = [words[reading].format(f"{counts[reading]:,}") for reading in words if reading in counts]
    return f"{effects.within_margin(tested[0], study)}, it is {listed(parts)}."


def _surer_sentence(tally: Tally) -> str:
    if set(tally.last) == {"unknown"}:
        return "More seeds, five or more, would show how sure this is."
    if tally.seeds_needed is None:
        return ""
    seeds = estimated_count(tally.seeds_needed)
    return (
        f"For half of the groups where nothing is distinguishable, about {seeds} seeds would do, "
        "if differences truly are as large as they look."
    )
