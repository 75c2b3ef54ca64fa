"""Cases that repeat, at a cost, a fact that others of the same test state already: they are marked slow."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet


def thinned(cases: Iterable[Any], kept: Collection[Any]) -> list[ParameterSet]:
    """Return the cases of a test, all but some marked slow.

    Args:
        cases: values, or tuples of them where a case has several.
        kept: those of them that every run tries.
    """
    every = list(cases)
    unknown = [case for case in kept if case not in every]
    if unknown:
        raise ValueError(f"kept must be among the cases. Got {unknown}.")
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=[] if case in kept else pytest.mark.slow)
        for case in every
    ]
