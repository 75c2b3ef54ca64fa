"""What a made study may have beside its curves: tuned settings, sampled nets, learnt rates; all with known answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from made import whole_table
from made_results import EPOCHS, scatter

from dropout_lab.results import POINTS, SPLITS, Layout, Results
from dropout_lab.statistics import summarise_tuning

MAX_SAMPLES = 50
COUNTS = (1, 2, 5, 10, 20, MAX_SAMPLES)


def with_tuning(results: Results, own: Mapping[str, Any]) -> Results:
    """Make axes outside dropout tuned ones.

    Args:
        results: a study that sweeps them.
        own: the config's own value of each.
    """
    sweep = dict(results.study["sweep"])
    tune = {path: sweep.pop(path) for path in own}
    study: dict[str, Any] = {"model": {"hidden": [64]}, **results.study, "sweep": sweep, "tune": tune}
    for path, value in own.items():
        section, name = path.split(".")
        study[section] = {**study.get(section, {}), name: value}
    manifest = {**results.manifest, "study": study}
    task, conditions = manifest["task"], manifest["conditions"]
    tuned = summarise_tuning(results.trials, task=task, study=study, conditions=conditions)
    return replace(results, study=study, manifest=manifest, tuned=tuned)  # type: ignore[arg-type]


def with_samples(
    results: Results,
    gain: float = 0.02,
    *,
    meets: int = 5,
    ece: Sequence[float] = (0.08, 0.05, 0.02),
    refused: Sequence[tuple[str, int]] = (),
    spread: float = 0.002,
) -> Results:
    """Sample every complete trial with dropout; the baseline is measured by weight scaling alone.

    Args:
        results: the study.
        gain: by how much the full average lowers val loss against weight scaling.
        meets: the number of samples at which the two are alike.
        ece: calibration errors of the baseline, of weight scaling and of the full average.
        refused: trials, as (condition, seed), whose samples did not vary.
        spread: sd over seeds of the gain.
    """
    evaluation = {**results.study.get("evaluation", {}), "mc_samples": MAX_SAMPLES}
    study = {**results.study, "evaluation": evaluation}
    is_noisy = {entry["label"]: not entry["is_baseline"] for entry in results.manifest["conditions"]}
    n_seeds, rows = results.trials["seed"].nunique(), []
    for trial in results.trials[results.trials["status"] == "complete"].to_dict("records"):
        label, seed = trial["condition"], trial["seed"]
        by_chance = spread * scatter(n_seeds, 77)[seed]
        counts = COUNTS if is_noisy[label] and (label, seed) not in refused else ()
        for split in SPLITS:
            for point in POINTS:
                loss = trial[f"{point}_val_loss"]
                better = {0: 0.0} | {k: (gain + by_chance) * (1 - meets / k) / (1 - meets / 50) for k in counts}
                for k, lower in better.items():
                    error = ece[2] if k else ece[1] if is_noisy[label] else ece[0]
                    head = {name: trial[name] for name in ("trial", "condition", "rate", "input_rate", "seed")}
                    head |= {"split": split, "point": point, "epoch": trial[f"{point}_epoch"], "n_samples": k}
                    head["method"] = "monte carlo" if k else "weight scaling"
                    rows.append(head | _measured(results, loss - lower, k, error))
    manifest = {**results.manifest, "study": study}
    inference = whole_table(rows, Layout.of_study(study, manifest["task"]).table("inference"))
    return replace(results, study=study, manifest=manifest, inference=inference)  # type: ignore[arg-type]


def _measured(results: Results, loss: float, k: int, error: float) -> dict[str, float]:
    if results.manifest["task"] == "regression":
        sds = {"loss_sd": np.nan, "rmse_sd": np.nan, "predictive_sd": 3.0 if k else np.nan}
        return {"loss": loss, "rmse": 70 * loss**0.5, **sds}
    spread = {"loss_sd": np.nan, "accuracy_sd": np.nan, "entropy": 0.5, "mutual_information": 0.1 if k else np.nan}
    return {"loss": loss, "accuracy": np.exp(-0.3 * loss), **spread, "ece": error, "brier": 3 * error}


def with_learnt_rates(results: Results, learnt: Mapping[str, Sequence[float]]) -> Results:
    """Give conditions the rates that they learnt by the last epoch, one a hidden layer; their sd over seeds is 0.01."""
    curves, n_seeds = results.curves.copy(), results.trials["seed"].nunique()
    for layer in range(max(map(len, learnt.values()))):
        rates = curves["condition"].map({label: values[layer] for label, values in learnt.items()})
        by_chance = 0.01 * scatter(n_seeds, layer)[curves["seed"]] if n_seeds > 1 else 0.0
        curves[f"learnt_rate_{layer + 1}"] = rates * curves["epoch"] / EPOCHS + by_chance
    return replace(results, curves=curves)
