"""Made studies and their figures, each made once."""

from collections.abc import Callable
from functools import cache

import pytest
from made_studies import SCENARIOS, MadeStudy
from matplotlib.figure import Figure
from reading import draw_one


@pytest.fixture(scope="session")
def made() -> Callable[[str], MadeStudy]:
    """Make the study of a scenario; the frames are shared, so a test that changes them copies first."""
    return cache(lambda scenario: SCENARIOS[scenario]())


@pytest.fixture(scope="session")
def drawn(made: Callable[[str], MadeStudy]) -> Callable[[str, str], Figure]:
    """Draw one figure of a scenario, named by its file stem; it is shared, so no test changes it."""
    return cache(lambda scenario, stem: draw_one(made(scenario), stem))
