"""The paragraph of one condition, two to four sentences.

Owns which sentences a condition gets and in which order.
"""

from dropout_lab.findings import ConditionFacts, Overfitting, StudyFacts
from dropout_lab.phrases.names import treatment_name
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.alone import cost_sentence, overfitting_sentence
from dropout_lab.verdict.words.numbers import estimate
from dropout_lab.verdict.words.study import test_sentence
from dropout_lab.wording import listed, plural


def condition_paragraph(study: StudyFacts, facts: ConditionFacts) -> str:
    """Return the paragraph of a condition, the baseline included."""
    counts = {status: count for status, count in facts.counts.items() if status != "complete"}
    missing = [f"{count:,} {status}" for status, count in counts.items()]
    if facts.overfitting is None:
        why = ", ".join(missing) or "none was planned"
        return f"No trial of this condition is complete ({why}), so nothing is said of it."
    sentences = (
        _baseline(study, facts, facts.overfitting) if facts.is_baseline else _dropout(study, facts, facts.overfitting)
    )
    if missing:
        n_planned = sum(facts.counts.values())
        sentences.append(f"Left out: {listed(missing)} of {plural(n_planned, 'trial')}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _baseline(study: StudyFacts, facts: ConditionFacts, overfitting: Overfitting) -> list[str]:
    sentences = [overfitting_sentence("the baseline", overfitting, study)]
    if facts.test_loss is not None:
        test = estimate(facts.test_loss, "test_loss", study, is_named=False)
        sentences.append(f"On test, stopped at its best epoch, its loss is {test}.")
    return sentences


def _dropout(study: StudyFacts, facts: ConditionFacts, overfitting: Overfitting) -> list[str]:
    comparison = facts.comparison
    if comparison is None:
        sentence = overfitting_sentence("this condition", overfitting, study)
        return [sentence, "No seed is complete both here and at the baseline, so there is nothing to compare it with."]
    return [
        effects.help_sentence(treatment_name(facts), comparison, study),
        effects.reach_sentence(comparison),
        effects.gap_sentence(comparison, study),
        cost_sentence("it", facts, comparison.cost) if comparison.cost else "",
        test_sentence(comparison, study) if len(study.groups) > 1 else "",  # else the study's paragraph has it
        effects.surer_sentence(comparison),
        effects.equivalence_sentence("it", comparison.equivalence, study) if comparison.equivalence else "",
    ]
