"""Phrases that the error messages and notes of this room share: nearest names, numbered rows, long lists.

Knows nothing of data; exists so that every message counts rows and suggests names in the same way.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def nearest(name: str, names: Sequence[str]) -> str:
    """Return ``Did you mean x? `` for the name closest to `name`, ignoring case, or nothing if none is close.

    >>> nearest("Digit", ["iris", "digits"])
    'Did you mean digits? '
    """
    by_folded = {candidate.casefold(): candidate for candidate in names}
    matches = get_close_matches(name.casefold(), by_folded, n=1)
    return f"Did you mean {by_folded[matches[0]]}? " if matches else ""


def listed(items: Iterable[object], *, at_most: int = 20) -> str:
    """Join items by commas, the ones beyond `at_most` only counted.

    >>> listed(["a", "b", "c"], at_most=2)
    'a, b and 1 more'
    """
    words = [str(item) for item in items]
    more = len(words) - at_most
    return ", ".join(words[:at_most]) + (f" and {more} more" if more > 0 else "")


def row_numbers(indices: Iterable[int]) -> str:
    """Name rows as a user counts them: from 1, a table's header apart.

    >>> row_numbers([2, 6])
    'rows 3, 7 (counted from 1)'
    """
    numbers = [int(index) + 1 for index in indices]
    return f"{'row' if len(numbers) == 1 else 'rows'} {listed(numbers, at_most=5)} (counted from 1)"
