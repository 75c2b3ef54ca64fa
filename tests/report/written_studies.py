"""Whole studies in memory to write reports of: those of the verdict's tests, with every setting that a config has."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from dropout_lab.config.schema import Study
from dropout_lab.results import Results

sys.path.append(str(Path(__file__).parents[1] / "verdict"))
from made_extras import with_learnt_rates, with_samples, with_tuning  # found through the line above
from made_results import Net, Noise, make_results

__all__ = ["Net", "Noise", "make_results", "with_learnt_rates", "with_samples", "with_tuning"]

GOOD, BETTER, WORSE = Net(best=0.30, last=0.42), Net(best=0.28, last=0.31, train=0.08), Net(best=0.5, last=0.6)
DIVERGED = dict.fromkeys(range(8), "diverged")
NASTY = "50%_<b>|&$#{x}~^\\.csv"
AXES = {
    "data.train_size": [50, 100, 200, 400, 800],
    "model.width": [16, 32, 64, 128],
    "training.learning_rate": [0.0001, 0.001, 0.01],
}


def whole(results: Results, **sections: Mapping[str, Any]) -> Results:
    """Give a made study every setting, and its manifest times and fingerprints.

    Args:
        results: as the verdict's tests make them.
        sections: settings to change, by section.
    """
    entries = results.manifest["conditions"]
    rates = [tuple(e["rate"]) if isinstance(e["rate"], list) else e["rate"] for e in entries if not e["is_baseline"]]
    settings: dict[str, Any] = {"data": {**results.study["data"], **sections.pop("data", {})}, **sections}
    settings["dropout"] = {"rates": tuple(dict.fromkeys(rates)) or (0.0,)}
    made = Study.model_validate({"name": "made", **settings}).model_dump(mode="json")
    study = {**made, "sweep": results.study["sweep"], "seeds": results.study["seeds"]}
    manifest = {
        **results.manifest,
        "study": study,
        "created": "2026-11-21T21:27:16+00:00",
        "updated": "2026-11-21T21:27:19+00:00",
        "data_fingerprints": {"digits": "4130b0b6d0a3e89998355ae2746792f7"},
        "command": ["dropout-lab", "run", "made.yaml"],
    }
    return replace(results, study=study, manifest=manifest)  # type: ignore[arg-type]


def three_axes() -> Results:
    """300 conditions: groups that dropout helps and groups that it hurts, in turn."""
    group = {rate: replace(BETTER, last=0.30 + rate / 10) for rate in (0.1, 0.3, 0.5, 0.7)}
    helped, hurt = {0: GOOD, **group}, {0: replace(GOOD, last=0.31), **group}
    return whole(make_results(*([helped, hurt] * 30), seeds=3, swept=AXES, has_test=False))


SCENARIOS: dict[str, Callable[[], Results]] = {
    "helps": lambda: whole(make_results({0: GOOD, 0.5: BETTER}, rows_factor=2.0)),
    "five seeds": lambda: whole(make_results({0: GOOD, 0.5: BETTER}, seeds=5, rows_factor=2.0)),
    "one seed": lambda: whole(make_results({0: GOOD, 0.5: BETTER}, seeds=1)),
    "a diverged condition": lambda: whole(
        make_results({0: GOOD, 0.2: replace(BETTER, status={1: "diverged"}), 0.5: replace(BETTER, status=DIVERGED)})
    ),
    "all diverged": lambda: whole(
        make_results({0: replace(GOOD, status=DIVERGED), 0.5: replace(BETTER, status=DIVERGED)})
    ),
    "the baseline alone": lambda: whole(make_results({0: GOOD})),
    "regression": lambda: whole(
        make_results({0: GOOD, 0.2: BETTER, 0.5: WORSE}, task="regression"), data={"source": "diabetes"}
    ),
    "a split for each seed": lambda: whole(
        make_results({0: GOOD, 0.5: BETTER}, data={"split_seed": "per_seed"}, rows_factor=4.0)
    ),
    "rates by layer and of inputs": lambda: whole(make_results({0: GOOD, "0.2-0.5": BETTER, (0.5, 0.1): WORSE})),
    "sixty rates": lambda: whole(make_results({0: GOOD} | {rate / 100: BETTER for rate in range(1, 61)}, seeds=2)),
    "three hundred conditions": three_axes,
    "nasty names": lambda: whole(
        make_results({0: GOOD, 0.5: BETTER}, {0: GOOD, 0.5: WORSE}, swept={"data.source": [NASTY, "b.csv"]}),
        data={"target": "weight [kg] of `x` & $y_1^2 #3 | ~z\\"},
    ),
}

LARGE = {"sixty rates", "three hundred conditions"}
"""Scenarios whose pages take long to write."""


@cache
def results_of(scenario: str) -> Results:
    """Make a scenario, once."""
    return SCENARIOS[scenario]()
