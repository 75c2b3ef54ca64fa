"""Made studies and their pictures, each made once."""

from collections.abc import Callable
from functools import cache

import pytest
from made_scenarios import EVERY
from made_studies import MadeStudy
from matplotlib.figure import Figure
from reading import draw_one

from dropout_lab.drawing import Picture


@pytest.fixture(scope="session")
def made() -> Callable[[str], MadeStudy]:
    """Make the study of a scenario; the frames are shared, so a test that changes them copies first."""
    return cache(lambda scenario: EVERY[scenario]())


@pytest.fixture(scope="session")
def painted(made: Callable[[str], MadeStudy]) -> Callable[[str, str], Picture]:
    """Draw one picture of a scenario by its name; it is shared, so no test changes it."""
    return cache(lambda scenario, name: draw_one(made(scenario), name))


@pytest.fixture(scope="session")
def drawn(painted: Callable[[str, str], Picture]) -> Callable[[str, str], Figure]:
    """Draw one figure of a scenario; it is shared, so no test changes it."""
    return lambda scenario, name: painted(scenario, name).figure
