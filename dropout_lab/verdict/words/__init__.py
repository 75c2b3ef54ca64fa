"""From facts to sentences. Nothing here reads a table or computes a number."""

from dropout_lab.verdict.facts import StudyFacts
from dropout_lab.verdict.words import groups, study
from dropout_lab.verdict.words.condition import condition_paragraph
from dropout_lab.verdict.words.notes import notes

__all__ = ["condition_paragraph", "headline", "notes", "study_answers"]


def headline(facts: StudyFacts) -> str:
    """Return the verdict in one sentence."""
    is_unfinished = {"failed", "interrupted"} & set(facts.trials.counts) and facts.trials.n_complete
    text = study.headline(facts, facts.groups[0]) if len(facts.groups) == 1 else groups.headline(facts)
    return f"So far, {text[0].lower()}{text[1:]}" if is_unfinished else text


def study_answers(facts: StudyFacts) -> dict[str, str]:
    """Return the verdict as answers by question, in reading order."""
    if len(facts.groups) == 1:
        return study.study_answers(facts, facts.groups[0])
    return groups.study_answers(facts)
