"""Phrases that the error messages and notes of this room share: numbered rows, long lists.

It exists so that every message counts rows in the same way.
"""

from collections.abc import Iterable


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
