"""The verdict's headline and its answers, put in order: of a study with one baseline, and of one with several.

Owns the questions, which sentences answer them, and in which order. With several baselines hundreds of conditions are
told in a few countable sentences: every group speaks by the condition that val chose there, as the tally counted them.
A study that tunes is answered twice, tuned first: then as if it had not tuned, and every such question says so.
"""

from collections.abc import Mapping, Sequence

from dropout_lab.findings import Choice, Comparison, ConditionFacts, GroupFacts, StudyFacts, Tally
from dropout_lab.phrases.names import (
    THE_BASELINE,
    condition_name,
    full_name,
    rates_name,
    setting_name,
    settings_name,
    treatment_name,
)
from dropout_lab.phrases.numbers import estimated_count
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words import effects, forms, references, regularisers, sampling, tuning
from dropout_lab.verdict.words.numbers import estimate, size, two_digits, within, written
from dropout_lab.wording import listed, plural

OVERFITS, HELPS, SURE = "Does it overfit?", "Does dropout help?", "How sure is that?"
RATE, COST = "At which rate?", "What does it cost?"
NOTHING = "What can be said?"

_MOST_NAMED = 4  # conditions that may be best; beyond, they are counted
_MOST_RATES = 3
_VERBS = {"better": "lowers", "worse": "raises"}  # of the directions that are distinguishable


def headline(facts: StudyFacts) -> str:
    """Return the verdict in one sentence."""
    is_unfinished = {"failed", "interrupted"} & set(facts.trials.counts) and facts.trials.n_complete
    chosen = facts.tuning or facts.rivals
    text = tuning.headline(facts, chosen) if chosen else ""
    if not text:
        has_one = len(facts.groups) == 1
        text = _headline_of_one(facts, facts.groups[0]) if has_one else _headline_of_groups(facts)
    losing = references.headline(facts)
    if losing:
        text = f"{sentence(losing).removesuffix('.')}; {within(text)}"
    return f"So far, {within(text)}" if is_unfinished else text


def study_answers(facts: StudyFacts) -> dict[str, str]:
    """Return the verdict as answers by question, in reading order."""
    has_one = len(facts.groups) == 1
    told = _answers_of_one(facts, facts.groups[0]) if has_one else _answers_of_groups(facts)
    if NOTHING in told:
        return told
    tuned = tuning.answer(facts, facts.tuning) if facts.tuning else ""
    best = tuning.answer(facts, facts.rivals) if facts.rivals else ""
    simpler = {references.QUESTION: references.answer(facts)}
    leads = simpler if not references.are_beaten(facts) else {}
    first = {
        **leads,
        OVERFITS: told.get(OVERFITS, ""),
        **simpler,
        tuning.TUNED: tuned,
        tuning.best_question(facts.best_over): best,
    }
    helps = tuning.untuned_question(facts.own_settings) if tuned else HELPS
    helps = tuning.group_question(facts.best_over) if best else helps
    others = {
        SURE: told.get(SURE, ""),
        RATE: told.get(RATE, ""),
        forms.question(facts): forms.answer(facts),
        forms.LEARNT: forms.learnt_answer(facts),
        sampling.question(facts): sampling.answer(facts),
        COST: told.get(COST, ""),
    }
    if tuned:
        others = {f"Untuned: {within(question)}": text for question, text in others.items()}
    ordered = {**first, helps: told.get(HELPS, ""), **regularisers.answers(facts), **others}
    return {question: text for question, text in ordered.items() if text}


def _joined(sentences: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Join the sentences of every question; one without any is not asked."""
    joined = {question: " ".join(filter(None, parts)) for question, parts in sentences.items()}
    return {question: text for question, text in joined.items() if text}


def _headline_of_one(study: StudyFacts, group: GroupFacts) -> str:
    """Return one sentence: what dropout does to val loss."""
    chosen, baseline = study.chosen(group), study.conditions[group.baseline]
    if study.trials.n_complete == 0:
        return _nothing_complete(study)
    if chosen is None:
        return _without_dropout(study, baseline)
    name = treatment_name(chosen)
    if chosen.comparison is None:
        return f"{name[0].upper()}{name[1:]} cannot be compared: no seed is complete both with it and without dropout."
    text = _in_short(name, chosen.comparison.corrected, study)
    if baseline.overfitting is not None and baseline.overfitting.reading in ("not shown", "does not overfit"):
        return f"The baseline shows no sure overfitting, and {within(text)}"
    return text


def _in_short(name: str, comparison: Comparison, study: StudyFacts) -> str:
    """Say what dropout does; shorter than the paragraph where it is not distinguishable."""
    last, best = comparison.last, comparison.best
    is_told_at_best = best is not None and best.is_distinguishable
    if last.certainty == "unclear" and last.sign != "same" and not is_told_at_best:
        now = effects.amount(last, study, is_named=True)
        compared = f"after correction for the {last.n_comparisons:,} comparisons of the study"
        after = f", which does not stand {compared}" if last.is_corrected else ""
        return f"Whether dropout helps cannot be told: with {name} val loss at the last epoch is {now}{after}."
    text = effects.help_sentence(name, comparison, study)
    if last.direction == "better" and best is not None and best.certainty == "unclear":
        by, n = size(last, study, is_named=True), plural(best.estimate.n, "seed")
        early = f"but stopping the baseline early does as well, as far as {n} can tell"
        text = sentence(f"{name} lowers val loss by {by} at the last epoch, {early}")
    if last.is_distinguishable and comparison.new_rows is not None and not comparison.holds_on_new_rows:
        text = f"{text.removesuffix('.')}; on new rows like these it cannot be told."
    return text


def _nothing_complete(study: StudyFacts) -> str:
    """Say that there is nothing to judge."""
    ended = ", ".join(f"{count:,} {status}" for status, count in study.trials.counts.items())
    return (
        f"Nothing can be said: none of {plural(study.trials.planned, 'trial')} is complete ({ended or 'none planned'})."
    )


def _without_dropout(study: StudyFacts, baseline: ConditionFacts) -> str:
    if baseline.overfitting is None:
        return f"Nothing can be said of dropout: {_why_without(study)}."
    reading = baseline.overfitting.reading
    overfits = {
        "overfits": "The baseline overfits",
        "overfits on these rows": "The baseline overfits on these rows",
        "does not overfit": "The baseline does not overfit",
        "not shown": "Overfitting of the baseline cannot be shown",
        "unknown": "With one seed nothing sure can be said of the baseline",
    }
    return f"{overfits[reading]}; what dropout does cannot be said, since {_why_without(study)}."


def _why_without(study: StudyFacts) -> str:
    has_dropout = len(study.conditions) > 1
    return "no condition with dropout is complete" if has_dropout else "the study has no condition with dropout"


def _answers_of_one(study: StudyFacts, group: GroupFacts) -> dict[str, str]:
    """Return the answers about a study with one baseline, by question."""
    if study.trials.n_complete == 0:
        return {NOTHING: _nothing_complete(study)}
    baseline, chosen = study.conditions[group.baseline], study.chosen(group)
    overfits = "The baseline has no complete trial."
    if baseline.overfitting is not None:
        at = f" at {settings_name(study.own_settings)}" if study.own_settings else ""
        overfits = effects.overfitting_sentence(f"the baseline{at}", baseline.overfitting, study)
    sentences: dict[str, list[str]] = {OVERFITS: [overfits]}
    if chosen is None or group.choice is None:
        sentences[HELPS] = [f"What dropout does cannot be said: {_why_without(study)}."]
    elif chosen.comparison is None:
        sentences[HELPS] = [_headline_of_one(study, group), _own(study, chosen)]
    else:
        sentences |= _compared(study, chosen, group.choice, chosen.comparison)
    return _joined(sentences)


def _own(study: StudyFacts, facts: ConditionFacts) -> str:
    if facts.val_loss is None:
        return ""
    val = estimate(facts.val_loss, "val_loss", study, is_named=True)
    return f"Val chose {condition_name(facts)}, at the best epochs; its val loss at the last epoch is {val}."


def _compared(
    study: StudyFacts, chosen: ConditionFacts, choice: Choice, comparison: Comparison
) -> dict[str, list[str]]:
    name = rates_name(chosen)
    equivalence, corrected = comparison.equivalence, comparison.corrected
    rate, test = _which_rate(study, chosen, choice), effects.test_sentence(corrected, study)
    return {
        HELPS: [
            effects.help_sentence(treatment_name(chosen), corrected, study),
            effects.gap_sentence(corrected, study),
        ],
        SURE: [
            effects.certainty_sentence(comparison, study),
            "" if rate else test,
            effects.equivalence_sentence(name, equivalence, study) if equivalence else "",
            effects.surer_sentence(comparison),
        ],
        RATE: [rate, test] if rate else [],
        COST: [effects.cost_sentence(name, chosen, comparison.cost) if comparison.cost else ""],
    }


def _which_rate(study: StudyFacts, chosen: ConditionFacts, choice: Choice) -> str:
    """Say which rate val chose, which may be as good, and how much the choice flatters; empty without a choice."""
    if choice.n_candidates < 2:
        return ""
    kind = "rates" if study.tally.are_rates_alone else "conditions with dropout"
    text = f"Val chose {condition_name(chosen)} of {choice.n_candidates:,} {kind}, by mean val loss at the best epochs"
    others = _may_be_best(study, choice)
    has_baseline = chosen.baseline in choice.may_be_best
    if chosen.val_loss is None or chosen.val_loss.n < 2:
        text += "; with one seed that may be chance"
    elif has_baseline and not others:
        text += "; stopped at its best epoch, the baseline is better than all of them"
    elif choice.may_be_best == (choice.label,):
        text += ", and every other condition is distinguishably worse there"
    elif len(choice.may_be_best) == choice.n_candidates + 1:
        text += "; there any of them, or the baseline, may be the best"
    elif others:
        text += f"; there {others} may be the best"
    if choice.optimism:
        text += f"; being chosen flatters its val loss there by about {two_digits(choice.optimism)[0]}"
    if choice.lowest_at_last == choice.label:
        return f"{text}."
    return f"{text}. At the last epoch, {condition_name(study.conditions[choice.lowest_at_last])} has the lowest mean."


def _may_be_best(study: StudyFacts, choice: Choice) -> str:
    """Name what may be best, if dropout is among it: ``any rate from 0.3 to 0.6``, ``rate 0.1 or the baseline``."""
    names = [condition_name(study.conditions[label]) for label in choice.may_be_best]
    treated = [name for name in names if name != THE_BASELINE]
    if not treated:
        return ""
    last = [THE_BASELINE] if len(treated) < len(names) else []
    if choice.rate_range:
        return listed([f"any rate from {choice.rate_range[0]} to {choice.rate_range[1]}", *last], "or")
    if len(treated) > _MOST_NAMED:
        return listed([f"any of {len(treated):,} conditions with dropout", *last], "or")
    return listed([*treated, *last], "or")


def _headline_of_groups(study: StudyFacts) -> str:
    """Return one sentence: in how many groups dropout helps."""
    tally, n_groups = study.tally, len(study.groups)
    if study.trials.n_complete == 0:
        return _nothing_complete(study)
    if not tally.last:
        return f"What dropout does cannot be said: in none of {n_groups:,} groups is there a pair of complete trials."
    return f"{_at_last(study)}."


def _answers_of_groups(study: StudyFacts) -> dict[str, str]:
    """Return the answers about a study with several groups, by question."""
    tally, n_groups = study.tally, len(study.groups)
    if study.trials.n_complete == 0:
        return {NOTHING: _nothing_complete(study)}
    overfits = {OVERFITS: [_overfitting_sentence(tally, n_groups)]}
    if not tally.last:
        return _joined(overfits | {HELPS: [_headline_of_groups(study)]})
    helps = [f"{_at_last(study)}{_alone(tally)}.", _stopped_sentence(tally)]
    sure = [_new_rows_sentence(study), _margin_sentence(study), _surer_sentence(tally)]
    return _joined(
        overfits
        | {
            HELPS: [*helps, _largest_sentence(study), _trend_sentence(study)],
            SURE: sure,
            RATE: [_rates_sentence(tally)],
        }
    )


def _at_last(study: StudyFacts) -> str:
    """Count what dropout does at the last epoch, after correction for all comparisons of the study."""
    tally, n_groups = study.tally, len(study.groups)
    if set(tally.last) == {"unknown"}:
        signs = [f"{sign} in {count:,}" for sign, count in tally.signs.items()]
        return (
            f"With one seed each, val loss at the last epoch with dropout is {listed(signs)} of {n_groups:,} groups; "
            "one seed: no statement about chance is possible"
        )
    counts = effects.counted(tally.told, f" of {n_groups:,} groups")
    n_comparisons = max(one.last.n_comparisons for one in _compared_groups(study))
    after = f", after correction for the {n_comparisons:,} comparisons of the study" if n_comparisons > 1 else ""
    missing = f"; {tally.n_not_compared:,} cannot be compared" if tally.n_not_compared else ""
    return f"At the last epoch, dropout at the rate that val chose at the best epochs {counts}{after}{missing}"


def _compared_groups(study: StudyFacts) -> list[Comparison]:
    """Return the comparisons that the groups speak by."""
    return [facts.comparison for facts in map(study.chosen, study.groups) if facts and facts.comparison]


def _overfitting_sentence(tally: Tally, n_groups: int) -> str:
    axes = (
        setting_name(tally.axes[0])
        if len(tally.axes) == 1
        else f"combination of {listed(map(setting_name, tally.axes))}"
    )
    words = {
        "overfits": "overfits in {}",
        "overfits on these rows": "overfits on these rows in {}",
        "does not overfit": "does not overfit in {}",
        "not shown": "shows no sure overfitting in {}",
        "unknown": "has one seed in {}, too few to say",
    }
    counts = tally.overfitting
    said = {reading: "all" if count == n_groups else f"{count:,}" for reading, count in counts.items()}
    parts = [words[reading].format(said[reading]) for reading in words if reading in counts]
    if missing := n_groups - sum(counts.values()):
        parts.append(f"has no complete trial in {'any' if missing == n_groups else f'{missing:,}'}")
    baseline = listed(parts)
    falling = f" There its val loss still fell in {tally.n_still_falling:,}." if tally.n_still_falling else ""
    return f"Of {n_groups:,} groups, one for each {axes}, the baseline at the last epoch {baseline}.{falling}"


def _certain(tally: Tally) -> list[str]:
    return [direction for direction in _VERBS if direction in tally.last]


def _counted_certain(tally: Tally, counts: Mapping[str, int]) -> str:
    """Say how many of the differences that are distinguishable, taken alone, are among those counted."""
    numbers = {direction: counts.get(direction) or "none" for direction in _certain(tally)}
    parts = [f"{_VERBS[direction]} it in {number}" for direction, number in numbers.items()]
    return listed(parts).replace(" it ", " val loss ", 1)


def _alone(tally: Tally) -> str:
    """Say how many differences there are with every group taken alone, where correction loses some."""
    if all(tally.corrected.get(direction) == tally.last[direction] for direction in _certain(tally)):
        return ""
    return f"; every group taken alone, it {_counted_certain(tally, tally.last)}"


def _stopped_sentence(tally: Tally) -> str:
    """Say how often dropout helps over stopping early, on val and on test."""
    if not set(tally.best) - {"unknown"}:
        return ""
    text = f"{effects.BOTH_STOPPED.capitalize()}, every group taken alone, it {effects.counted(tally.best)}"
    if set(tally.test) - {"unknown"}:
        text += f"; on test, it {effects.counted(tally.test).replace('val loss', 'the loss')}"
    return f"{text}."


def _new_rows_sentence(study: StudyFacts) -> str:
    if not study.has_new_rows or not _certain(study.tally):
        return ""
    told = _counted_certain(study.tally, study.tally.new_rows)
    return f"At the last epoch, every group taken alone, it {told} on new rows like these as well."


def _largest_sentence(study: StudyFacts) -> str:
    facts = study.conditions[study.tally.largest] if study.tally.largest else None
    if facts is None or facts.comparison is None:
        return ""
    by = size(facts.comparison.last, study, is_named=True)
    return f"At the last epoch it helps most with {full_name(facts)}: val loss is lower by {by}."


def _trend_sentence(study: StudyFacts) -> str:
    trend = study.tally.trend
    if len(trend) < 2:
        return ""
    first, last = trend[0], trend[-1]
    sizes = [written(point.difference, "val_loss", study) for point in (first, last)]
    ends = [
        f"{_moved(point.difference, by)} at train size {point.train_size}"
        for point, by in zip((first, last), sizes, strict=True)
    ]
    over = "" if first.n_groups == last.n_groups == 1 else ", on average over the other settings"
    return f"With dropout, mean val loss at the last epoch is {listed(ends)}{over}; no test says that sizes differ."


def _moved(difference: float, by: str) -> str:
    """Say where a difference of a written size lies."""
    if not by.strip("0."):
        return "the same"
    return f"{'lower' if difference < 0 else 'higher'} by {by}"


def _rates_sentence(tally: Tally) -> str:
    if len(tally.rates) < 2 or not tally.are_rates_alone:
        return ""
    frequent = list(tally.rates.items())[:_MOST_RATES]
    more = ", more rarely others" if len(tally.rates) > _MOST_RATES else ""
    parts = [f"rate {rate} in {plural(count, 'group')}" for rate, count in frequent]
    return f"By mean val loss at the best epochs, val chose {listed(parts)}{more}."


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
        f"For half of the groups where nothing is distinguishable at the last epoch even alone, about {seeds} seeds "
        "would do, if differences there truly are as large as they look."
    )
