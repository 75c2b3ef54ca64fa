"""From facts to sentences. Nothing here reads a table or computes a number."""

from dropout_lab.verdict.words.answers import headline, study_answers
from dropout_lab.verdict.words.effects import condition_paragraph
from dropout_lab.verdict.words.notes import notes

__all__ = ["condition_paragraph", "headline", "notes", "study_answers"]
