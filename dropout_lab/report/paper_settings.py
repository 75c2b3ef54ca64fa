"""A study's settings as the words of a paper: one value, or all the values that its axes gave.

Values in, LaTeX out; must not know in which sentence they stand. It remembers which settings were
mentioned, so that no axis of a study is left out of its methods.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dropout_lab.document.latex import latex_text
from dropout_lab.results import format_setting
from dropout_lab.results.axes import axes_of
from dropout_lab.wording import listed

_MOST_LISTED = 12
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Settings:
    """The settings of a resolved study, axes included.

    Args:
        study: plain mappings and lists, as in the manifest.
    """

    def __init__(self, study: Mapping[str, Any]) -> None:
        self._study = study
        self._axes: Mapping[str, Sequence[Any]] = axes_of(study)
        self._told: set[str] = set()

    def values(self, path: str) -> list[Any]:
        """Return every value of a setting, numbers rising: the axis where it is swept, else the one value."""
        self._told.add(path)
        if path in self._axes:
            return sorted(self._axes[path], key=lambda value: value if isinstance(value, (int, float)) else math.inf)
        section, _, name = path.rpartition(".")
        return [self._study[section].get(name) if section else self._study.get(name)]

    def text(self, path: str, names: Mapping[str, str] | None = None) -> str:
        """Return the values of a setting in words, such as `0.001 or 0.01`.

        Args:
            path: such as ``training.learning_rate``.
            names: value -> LaTeX that names it, where it has a better name.
        """
        named = names or {}
        texts = [format_setting(value) for value in self.values(path)]
        return joined((named.get(text) or latex_text(text) for text in texts), "or")

    def is_swept(self, *paths: str) -> bool:
        """Tell whether any of the settings is an axis."""
        return any(path in self._axes for path in paths)

    def may_be(self, path: str, *values: object) -> bool:
        """Tell whether a setting has any of these values somewhere in the study."""
        return any(value in values for value in self.values(path))

    def untold(self) -> list[str]:
        """Return the axes that no sentence has mentioned yet."""
        return [path for path in self._axes if path not in self._told]


def joined(texts: Iterable[str], word: str = "and") -> str:
    """Join texts as a sentence does; of a long list the first and the last, and how many.

    >>> joined(["a", "b", "c"]), joined([str(i) for i in range(20)], "or")
    ('a, b and c', '20 values from 0 to 19')
    """
    values = list(texts)
    if len(values) > _MOST_LISTED:
        return f"{len(values):,} values from {values[0]} to {values[-1]}"
    return listed(values, word)


def count(number: int, noun: str) -> str:
    """Write a count as a paper does: small ones in words.

    >>> count(2, "hidden layer"), count(1, "seed"), count(40, "condition")
    ('two hidden layers', 'one seed', '40 conditions')
    """
    word = _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else f"{number:,}"
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"
