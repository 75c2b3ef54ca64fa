"""Do 95 % intervals cover 95 times in 100? End to end: rows drawn, split, small nets trained, summarised, compared.

The truth comes from other seeds (estimand split) and from fresh rows (estimand population). `docs/statistics.md` has
the table of the same study on many more samples.
"""

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def coverage(repository_root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "coverage_study", repository_root / "benchmarks" / "interval_coverage.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    torch.set_num_threads(1)
    return module


def shares(
    intervals: Iterable[Any], *, point: str, estimand: str = "population"
) -> dict[tuple[str, int], tuple[float, int]]:
    """Return the share that covers, and how many there are, by metric and number of seeds."""
    covered = defaultdict(list)
    for one in intervals:
        if (one.point, one.estimand) == (point, estimand) and np.isfinite(one.low):
            covered[one.metric, one.n].append(one.covers)
    return {place: (float(np.mean(flags)), len(flags)) for place, flags in covered.items()}


def assert_near_95(found: dict[tuple[str, int], tuple[float, int]], *, n_independent: float) -> None:
    """Allow 93 to 97 %, and three standard errors of what so few samples can tell."""
    assert found
    error = 3 * np.sqrt(0.95 * 0.05 / n_independent)
    wrong = {place: share for place, (share, _) in found.items() if not 0.93 - error <= share <= 0.97 + error}
    assert not wrong, wrong


@pytest.mark.parametrize("number", [0, 2], ids=["one split", "a split per seed"])
def test_split_intervals_cover_what_more_seeds_give(coverage: ModuleType, number: int) -> None:
    design = replace(coverage.DESIGNS[number], n_fresh=1)
    intervals = coverage.split_intervals(design, n_studies=6, n_seeds=200)
    assert_near_95(shares(intervals, point="last", estimand="split"), n_independent=6 * 10)


def test_population_intervals_cover_what_fresh_rows_give(coverage: ModuleType) -> None:
    design = replace(coverage.DESIGNS[0], n_fresh=2000)
    intervals = coverage.population_intervals(design, n_studies=200, n_truth=30)
    assert_near_95(shares(intervals, point="last"), n_independent=200)
    taken_for_them = shares(intervals, point="last", estimand="split")
    assert taken_for_them["val_loss", 20][0] < 0.5


def test_population_intervals_cover_where_every_seed_has_a_split_of_its_own(coverage: ModuleType) -> None:
    design = replace(coverage.DESIGNS[2], n_fresh=2000)
    intervals = coverage.population_intervals(design, n_studies=200, n_truth=0)
    found = shares(intervals, point="last")
    gaps = {place: found.pop(place) for place in list(found) if "gap" in place[0]}
    assert_near_95(found, n_independent=200)
    assert min(share for share, _ in gaps.values()) > 0.93  # too wide on purpose: rows change sides between splits
