"""The verdict's headline and its answers, put in order.

Owns which question stands where. A study that tunes is answered twice, tuned first: then as if it had not tuned, and
every such question says so.
"""

from dropout_lab.findings import StudyFacts
from dropout_lab.verdict.words import forms, groups, sampling, study, tuning
from dropout_lab.verdict.words.numbers import within


def headline(facts: StudyFacts) -> str:
    """Return the verdict in one sentence."""
    is_unfinished = {"failed", "interrupted"} & set(facts.trials.counts) and facts.trials.n_complete
    text = tuning.headline(facts, facts.tuning) if facts.tuning else ""
    if not text:
        has_one = len(facts.groups) == 1
        text = study.headline(facts, facts.groups[0]) if has_one else groups.headline(facts)
    return f"So far, {within(text)}" if is_unfinished else text


def study_answers(facts: StudyFacts) -> dict[str, str]:
    """Return the verdict as answers by question, in reading order."""
    has_one = len(facts.groups) == 1
    told = study.study_answers(facts, facts.groups[0]) if has_one else groups.study_answers(facts)
    if study.NOTHING in told:
        return told
    tuned = tuning.answer(facts, facts.tuning) if facts.tuning else ""
    first = {study.OVERFITS: told.get(study.OVERFITS, ""), tuning.TUNED: tuned}
    helps = tuning.untuned_question(facts.own_settings) if tuned else study.HELPS
    others = {
        study.SURE: told.get(study.SURE, ""),
        study.RATE: told.get(study.RATE, ""),
        forms.question(facts): forms.answer(facts),
        forms.LEARNT: forms.learnt_answer(facts),
        sampling.question(facts): sampling.answer(facts),
        study.COST: told.get(study.COST, ""),
    }
    if tuned:
        others = {f"Untuned: {within(question)}": text for question, text in others.items()}
    ordered = {**first, helps: told.get(study.HELPS, ""), **others}
    return {question: text for question, text in ordered.items() if text}
