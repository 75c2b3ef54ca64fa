"""The headline and the answers of a study with one baseline; `groups` has those of studies with several.

Owns the questions, which sentences answer them, and in which order.
"""

from collections.abc import Mapping, Sequence

from dropout_lab.findings import Choice, Comparison, ConditionFacts, GroupFacts, StudyFacts
from dropout_lab.metrics import TASKS
from dropout_lab.phrases.names import THE_BASELINE, condition_name, rates_name, settings_name, treatment_name
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.alone import cost_sentence, overfitting_sentence
from dropout_lab.verdict.words.numbers import estimate, size, two_digits, within
from dropout_lab.wording import listed, plural

OVERFITS, HELPS, SURE = "Does it overfit?", "Does dropout help?", "How sure is that?"
RATE, COST = "At which rate?", "What does it cost?"
NOTHING = "What can be said?"

_MOST_NAMED = 4  # conditions that may be best; beyond, they are counted


def answers_of(sentences: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Join the sentences of every question; one without any is not asked."""
    joined = {question: " ".join(filter(None, parts)) for question, parts in sentences.items()}
    return {question: text for question, text in joined.items() if text}


def headline(study: StudyFacts, group: GroupFacts) -> str:
    """Return one sentence: what dropout does to val loss."""
    chosen, baseline = study.chosen(group), study.conditions[group.baseline]
    if study.trials.n_complete == 0:
        return nothing_complete(study)
    if chosen is None:
        return _without_dropout(study, baseline)
    name = treatment_name(chosen)
    if chosen.comparison is None:
        return f"{name[0].upper()}{name[1:]} cannot be compared: no seed is complete both with it and without dropout."
    text = _in_short(name, chosen.comparison, study)
    if baseline.overfitting is not None and baseline.overfitting.reading == "not shown":
        return f"The baseline shows no sure overfitting, and {within(text)}"
    return text


def _in_short(name: str, comparison: Comparison, study: StudyFacts) -> str:
    """Say what dropout does; shorter than the paragraph where it is not distinguishable."""
    last, best = comparison.last, comparison.best
    is_told_at_best = best is not None and best.is_distinguishable
    if last.certainty == "unclear" and last.sign != "same" and not is_told_at_best:
        now = effects.amount(last, study, is_named=True)
        return f"Whether dropout helps cannot be told: with {name} val loss at the last epoch is {now}."
    text = effects.help_sentence(name, comparison, study)
    if last.direction == "better" and best is not None and best.certainty == "unclear":
        by, n = size(last, study, is_named=True), plural(best.estimate.n, "seed")
        early = f"but stopping the baseline early does as well, as far as {n} can tell"
        text = sentence(f"{name} lowers val loss by {by} at the last epoch, {early}")
    if last.is_distinguishable and comparison.new_rows is not None and not comparison.holds_on_new_rows:
        text = f"{text.removesuffix('.')}; on new rows like these it cannot be told."
    if last.certainty != "uncorrected":
        return text
    compared = f"the {last.n_comparisons:,} comparisons of the study"
    at_last = f"the difference at the last epoch is {effects.NOT_TOLD}"
    return f"{text.removesuffix('.')}; after correction for {compared}, {at_last}."


def nothing_complete(study: StudyFacts) -> str:
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
        "turned up only": "The baseline overfits",
        "gap only": "The baseline does worse on val than on train, and its val loss has not surely turned up",
        "not shown": "Overfitting of the baseline cannot be shown",
        "unknown": "With one seed nothing sure can be said of the baseline",
    }
    return f"{overfits[reading]}; what dropout does cannot be said, since {_why_without(study)}."


def _why_without(study: StudyFacts) -> str:
    has_dropout = len(study.conditions) > 1
    return "no condition with dropout is complete" if has_dropout else "the study has no condition with dropout"


def study_answers(study: StudyFacts, group: GroupFacts) -> dict[str, str]:
    """Return the answers about a study with one baseline, by question."""
    if study.trials.n_complete == 0:
        return {NOTHING: nothing_complete(study)}
    baseline, chosen = study.conditions[group.baseline], study.chosen(group)
    overfits = "The baseline has no complete trial."
    if baseline.overfitting is not None:
        at = f" at {settings_name(study.own_settings)}" if study.own_settings else ""
        overfits = overfitting_sentence(f"the baseline{at}", baseline.overfitting, study)
    sentences: dict[str, list[str]] = {OVERFITS: [overfits]}
    if chosen is None or group.choice is None:
        sentences[HELPS] = [f"What dropout does cannot be said: {_why_without(study)}."]
    elif chosen.comparison is None:
        sentences[HELPS] = [headline(study, group), _own(study, chosen)]
    else:
        sentences |= _compared(study, chosen, group.choice, chosen.comparison)
    return answers_of(sentences)


def _own(study: StudyFacts, facts: ConditionFacts) -> str:
    if facts.val_loss is None:
        return ""
    val = estimate(facts.val_loss, "val_loss", study, is_named=True)
    return f"Val chose {condition_name(facts)}; its val loss at the last epoch is {val}."


def _compared(
    study: StudyFacts, chosen: ConditionFacts, choice: Choice, comparison: Comparison
) -> dict[str, list[str]]:
    name = rates_name(chosen)
    equivalence = comparison.equivalence
    rate, test = which_rate_sentence(study, chosen, choice), test_sentence(comparison, study)
    return {
        HELPS: [
            effects.help_sentence(treatment_name(chosen), comparison, study),
            effects.gap_sentence(comparison, study),
        ],
        SURE: [
            effects.certainty_sentence(comparison, study),
            "" if rate else test,
            effects.equivalence_sentence(name, equivalence, study) if equivalence else "",
            effects.surer_sentence(comparison),
        ],
        RATE: [rate, test] if rate else [],
        COST: [cost_sentence(name, chosen, comparison.cost) if comparison.cost else ""],
    }


def which_rate_sentence(study: StudyFacts, chosen: ConditionFacts, choice: Choice) -> str:
    """Say which rate val chose, which may be as good, and how much the choice flatters; empty without a choice."""
    if choice.n_candidates < 2:
        return ""
    kind = "rates" if study.tally.are_rates_alone else "conditions with dropout"
    text = f"Val chose {condition_name(chosen)} of {choice.n_candidates:,} {kind}, by its loss at the best epochs"
    if choice.lowest_at_last != choice.label:
        text += f" ({condition_name(study.conditions[choice.lowest_at_last])} is lowest at the last epoch)"
    others = _not_told_apart(study, choice)
    has_baseline = chosen.baseline in choice.may_be_best
    if has_baseline and not others:
        text += "; stopped at its best epoch, the baseline is better than all of them"
    elif choice.may_be_best == (choice.label,):
        text += ", and every other condition is distinguishably worse at its best epoch"
    elif len(choice.may_be_best) == choice.n_candidates + 1:
        text += "; neither they nor the baseline can be told apart at their best epochs"
    elif others:
        text += f"; {others}{' and the baseline' if has_baseline else ''} cannot be told from the best"
    if choice.optimism:
        text += f"; being chosen flatters its val loss by about {two_digits(choice.optimism)[0]}"
    return f"{text}."


def _not_told_apart(study: StudyFacts, choice: Choice) -> str:
    """Name the conditions with dropout that may be best: ``rates 0.3 to 0.6``, ``rate 0.1``; empty without any."""
    if choice.rate_range:
        return f"rates {choice.rate_range[0]} to {choice.rate_range[1]}"
    names = [condition_name(study.conditions[label]) for label in choice.may_be_best]
    names = [name for name in names if name != THE_BASELINE]
    if len(names) > _MOST_NAMED:
        return f"{len(names)} of the {choice.n_candidates} conditions with dropout"
    if len(names) > 1 and all(name.startswith("rate ") and "(" not in name for name in names):
        return f"rates {listed(name.removeprefix('rate ') for name in names)}"
    return listed(names) if names else ""


def test_sentence(comparison: Comparison, study: StudyFacts) -> str:
    """Report the chosen rate against the baseline on test, where nothing was chosen; empty without test."""
    test, score = comparison.test, comparison.test_score
    if test is None:
        return ""
    where = f"On test, {effects.BOTH_STOPPED}"
    if score is None:
        return f"{where}, dropout's loss is {effects.difference(test, study)}."
    noun = TASKS[study.task].score.text
    if test.certainty == score.certainty == "unclear":
        amounts = f"loss {effects.amount(test, study)}; {noun} {effects.amount(score, study)}"
        return f"{where}, neither loss nor {noun} is distinguishable from the baseline's ({amounts})."
    loss = f"dropout's loss is {effects.difference(test, study)}"
    return f"{where}, {loss}, and its {noun} is {effects.difference(score, study)}."
