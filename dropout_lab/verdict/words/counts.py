"""Counts of groups in words: in how many of them dropout lowers val loss, raises it, or cannot be told to.

Owns these wordings.
"""

from collections.abc import Mapping

from dropout_lab.wording import listed


def counted(directions: Mapping[str, int], of_all: str = "") -> str:
    """Say in how many groups val loss is lower, higher, or not distinguishable.

    Args:
        directions: groups by the direction of their difference.
        of_all: what the first count is out of, such as `` of 12 groups``.

    >>> counted({"better": 2, "unclear": 1}, " of 3 groups")
    'lowers val loss in 2 of 3 groups and is not distinguishable from the baseline in 1'
    """
    words = {
        "better": "lowers val loss in {}",
        "worse": "raises it in {}" if "better" in directions else "raises val loss in {}",
        "unclear": "is not distinguishable from the baseline in {}",
        "same": "gives the same val loss in {}",
        "unknown": "rests on one seed in {}",
    }
    parts = [words[direction].format(f"{directions[direction]:,}") for direction in words if direction in directions]
    return listed([parts[0] + of_all, *parts[1:]])
