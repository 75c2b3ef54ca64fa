"""How a count is written in a sentence: the same everywhere.

Floor 0; plain numbers in, plain text out.
"""


def plural(count: int, noun: str) -> str:
    """Write a count and its noun.

    >>> plural(1, "trial"), plural(12000, "trial")
    ('1 trial', '12,000 trials')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
