"""Captions: a few plain sentences below a figure for someone who has met neither dropout nor intervals.

Words and plain numbers in, text out; knows no axes. What every caption says of means and intervals
stands here once.
"""

from collections.abc import Iterable, Sequence

from dropout_lab import wording
from dropout_lab.drawing.wording import Wording, seeds_words
from dropout_lab.phrases import glossary

AT_POINT = {name: point.of_trials for name, point in glossary.POINTS.items()}


def join(*sentences: str) -> str:
    """Join sentences; empty ones leave no trace."""
    return " ".join(sentence for sentence in sentences if sentence)


def interval_caption(words: Wording, counts: Iterable[int], *, mean: str, interval: str) -> str:
    """Say what a mean and its interval are, and over how many seeds.

    Args:
        words: tell what chance varies in this study.
        counts: the seeds behind each mean that is drawn.
        mean: what shows a mean, plural: `Lines`.
        interval: what shows its interval, plural: `bands`.
    """
    ns = sorted(set(counts))
    if ns in ([], [1]):
        return (
            f"{mean} are single trainings, one seed each (n = 1): how far another seed would be from them is unknown."
        )
    lone = f"; where n = 1 there are no {interval}" if ns[0] == 1 else ""
    return (
        f"{mean} are means over {seeds_words(ns)}, trainings that differ only by chance ({words.chance}); {interval}"
        " are 95 % intervals of those means: how far off the mean of very many seeds may plausibly be, not where single"
        f" seeds lie{lone}."
    )


def label_noise_caption(words: Wording) -> str:
    """Say, under label noise, why val can look better than train."""
    return glossary.LABEL_NOISE.sentence if words.has_label_noise else ""


def listed(labels: Sequence[str], most: int = 4) -> str:
    """Join labels in a sentence, the first `most` of them by name.

    >>> listed(["rate 0.1", "rate 0.2", "rate 0.3"], most=2)
    'rate 0.1, rate 0.2 and 1 more'
    """
    named = [*labels[:most], *([f"{len(labels) - most} more"] if len(labels) > most else [])]
    return wording.listed(named)
