"""How counts and lists are written in a sentence: the same everywhere.

Plain numbers and text in, plain text out.
"""

from collections.abc import Iterable


def plural(count: int, noun: str) -> str:
    """Write a count and its noun.

    >>> plural(1, "trial"), plural(12000, "trial")
    ('1 trial', '12,000 trials')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(items: Iterable[object], word: str = "and") -> str:
    """Join items as a sentence does; nothing where there are none.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed([])
    ('a, b and c', 'a or b', '')
    """
    *first, last = [str(item) for item in items] or [""]
    return f"{', '.join(first)} {word} {last}" if first else last
