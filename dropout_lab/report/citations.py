"""What a paper cites when it uses the lab's methods: the entries of `citations.bib` by their keys."""

import re
from collections.abc import Sequence
from importlib.resources import files

_CITED = re.compile(r"\\cite\{([\w,]+)\}")
_ENTRY = re.compile(r"^@\w+\{(\w+),.*?^\}$", re.MULTILINE | re.DOTALL)

_BIB = files("dropout_lab.report").joinpath("citations.bib")

ENTRIES = {entry[1]: entry[0] for entry in _ENTRY.finditer(_BIB.read_text("utf-8"))}
"""Every BibTeX entry by its key."""


def in_a_paper(words: str, citations: Sequence[str]) -> str:
    r"""Return words in LaTeX, and what they cite.

    Args:
        words: plain text.
        citations: keys of `ENTRIES`.

    >>> in_a_paper("the test of Fisher et al.", ["fisher1935"])
    'the test of Fisher et al.\\ \\cite{fisher1935}'
    """
    space = r"\ " if words.endswith(".") else " "  # "al." ends no sentence
    named = rf"{space}\cite{{{','.join(citations)}}}" if citations else ""
    return words.replace(". ", r".\ ") + named


def cited(text: str) -> list[str]:
    r"""Return the entries that a LaTeX text cites, in the order of their first mention.

    Args:
        text: with citations such as ``\cite{holm1979}``; a key without an entry is passed over.
    """
    keys = ",".join(_CITED.findall(text)).split(",")
    return [ENTRIES[key] for key in dict.fromkeys(keys) if key in ENTRIES]
