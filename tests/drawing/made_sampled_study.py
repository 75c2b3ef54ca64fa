"""Monte-Carlo samples and reliability of a made study, as its folder would hold them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from made import whole_table
from made_studies import MadeStudy

from dropout_lab.results import POINTS, Layout

KS = (1, 2, 5, 10, 20, 50, 100)
MEETS = 20  # the number of samples from which on Monte Carlo is no worse
ECE = {"weight scaling": 0.05, "monte carlo": 0.02}
N_VAL = 359
OFF_ON_TEST = 1000.0
"""How far off the test split is, so that a figure that showed it could not be overlooked."""


def with_samples(study: MadeStudy, *, ks: Sequence[int] = KS, meets: float = MEETS - 1) -> MadeStudy:
    """Sample every complete trial with dropout.

    Args:
        ks: the numbers of samples.
        meets: the number of samples at which Monte Carlo's loss equals weight scaling's.
    """
    complete = study.trials[study.trials["status"] == "complete"]
    names = list(study.trials.columns)
    layout = Layout(study.task, tuple(names[names.index("seed") + 1 : names.index("status")]), has_samples=True)
    rows = {"inference": [row for trial in complete.to_dict("records") for row in _inference(trial, ks, meets)]}
    if study.task == "classification":
        rows["reliability"] = [row for trial in complete.to_dict("records") for row in _reliability(trial)]
    tables = {name: whole_table(found, layout.table(name)) for name, found in rows.items()}
    return replace(study, tables={**study.tables, **tables})


def _identity(trial: dict[str, object]) -> dict[str, object]:
    names = list(trial)
    return {name: trial[name] for name in names[: names.index("status")]}


def _methods(trial: dict[str, object], ks: Sequence[int]) -> list[tuple[str, int]]:
    is_noisy = str(trial["rate"]) not in ("0.0", "0") or bool(trial["input_rate"])
    return [("weight scaling", 0), *(("monte carlo", k) for k in ks if is_noisy)]


def _inference(trial: dict[str, object], ks: Sequence[int], meets: float) -> list[dict[str, object]]:
    rows = []
    for split in ("val", "test"):
        for point in POINTS:
            level = {
                name: float(str(trial[f"{point}_val_{name}"]))
                for name in ("loss", "accuracy", "rmse")
                if f"{point}_val_{name}" in trial
            }
            for method, k in _methods(trial, ks):
                worse = 0.05 * (1 / k - 1 / meets) if k else 0.0
                measured: dict[str, object] = {}
                for name, on_val in level.items():
                    value = on_val + OFF_ON_TEST * (split == "test")
                    measured[name] = value - worse if name == "accuracy" else value + worse
                    measured[f"{name}_sd"] = 0.01 / k**0.5 if 0 < k <= ks[-1] / 2 else np.nan
                spread = {"entropy": 0.3, "mutual_information": 0.1 if k else np.nan}
                measured |= {**spread, "ece": ECE[method] + 0.001 * int(str(trial["seed"])), "brier": 0.1}
                head = {"split": split, "point": point, "epoch": trial[f"{point}_epoch"], "method": method}
                rows.append({**_identity(trial), **head, "n_samples": k, **measured})
    return rows


def _reliability(trial: dict[str, object]) -> list[dict[str, object]]:
    """Fill the upper bins; weight scaling is too sure of itself by its ECE, Monte Carlo by less."""
    counts = {15: 300, 14: 30, 12: 19, 8: 10}
    assert sum(counts.values()) == N_VAL
    return [
        {
            **_identity(trial),
            **{"split": split, "point": point, "method": method, "bin": number, "n_rows": n},
            **{
                "confidence": (number - 0.4) / 15,
                "accuracy": 0 if split == "test" else (number - 0.4) / 15 - ECE[method],
            },
        }
        for split in ("val", "test")
        for point in POINTS
        for method, _ in _methods(trial, [100])
        for number, n in counts.items()
    ]
