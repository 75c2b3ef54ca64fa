"""What tuning brought: the best candidate so far against their number, and each condition against its baseline.

Rows of tuned.csv and trials.csv in, plain numbers out; knows no axes and no page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dropout_lab.drawing.comparisons import Comparison, Estimate
from dropout_lab.drawing.curve import Curve, over_seeds
from dropout_lab.drawing.grid import Condition, Grid, read_grid
from dropout_lab.drawing.tidy import settings_of
from dropout_lab.results import CHOICES, TunedCondition, tuned_conditions
from dropout_lab.results.reading import Results
from dropout_lab.statistics import best_so_far, candidate_values

UNTUNED, TUNED = CHOICES


@dataclass(frozen=True)
class TunedLine:
    """One condition, whatever its tuned settings.

    Args:
        condition: the condition.
        so_far: what is to be expected of the metric after so many candidates, and its t interval over seeds; points
            at which there may be nothing to report are left out.
        means: by choice, the mean of the metric; NaN where there is none.
        counts: by choice, the seeds behind it.
        against: by choice, the comparison with the baseline of the same choice; none for a baseline.
        budget: the candidates tried.
        chosen: what all seeds together choose, such as `training.learning_rate=0.01`; empty where they cannot.
        own: the same for the config's own values.
        chosen_share: share of the choices without one seed that fell on it.
    """

    condition: Condition
    so_far: Curve
    means: Mapping[str, float]
    counts: Mapping[str, int]
    against: Mapping[str, Comparison]
    budget: int
    chosen: str
    own: str
    chosen_share: float


def tuned_grid(tuned: pd.DataFrame) -> Grid:
    """Return the conditions of tuned.csv as a grid."""
    rows = tuned.drop_duplicates("condition")
    swept = list(tuned.columns)[list(tuned.columns).index("input_rate") + 1 : list(tuned.columns).index("choice")]
    head = {name: rows[name].to_numpy() for name in ("condition", "rate", "input_rate")}
    settings = {name: rows[name].to_numpy() for name in swept}
    ends = {"trial": head["condition"], "seed": 0, **settings, "status": "complete"}
    return read_grid(pd.DataFrame(head | ends))


def read_tuned_lines(results: Results, grid: Grid, *, metric: str, point: str) -> list[TunedLine]:
    """Return a line for every condition of tuned.csv, in drawing order.

    Args:
        results: the study.
        grid: that of `tuned_grid`.
        metric: `loss`, `accuracy` or `rmse`, on val.
        point: `last`, `best` or `stop`, at which it is reported; candidates are always chosen by val loss at `best`.
    """
    rows = results.tuned[(results.tuned["metric"] == f"val_{metric}") & (results.tuned["point"] == point)]
    at = {(str(row["condition"]), str(row["choice"])): row for row in rows.to_dict("records")}
    tuned = {one.label: one for one in tuned_conditions(results.study, results.manifest["conditions"])}
    column = f"{point}_val_{metric}"
    return [
        _line(one, _so_far(results.trials, tuned[one.name], column), {c: at.get((one.name, c), {}) for c in CHOICES})
        for one in grid.conditions
        if one.name in tuned
    ]


def _so_far(trials: pd.DataFrame, tuned: TunedCondition, column: str) -> Curve:
    to_choose = candidate_values(trials, tuned)
    table = trials[trials["status"] == "complete"].pivot(index="seed", columns="condition", values=column)
    reported = table.reindex(index=to_choose.index, columns=list(tuned.candidates))
    expected = best_so_far(to_choose.to_numpy(), reported.to_numpy(dtype=np.float64))
    there = np.isfinite(expected).all(axis=0) if len(expected) else np.zeros(expected.shape[1], dtype=bool)
    return over_seeds(np.arange(1, expected.shape[1] + 1, dtype=np.float64)[there], expected[:, there])


def _line(condition: Condition, so_far: Curve, rows: Mapping[str, Mapping[Any, Any]]) -> TunedLine:
    last = rows[TUNED]
    compared = {} if condition.is_baseline else {choice: _comparison(condition, row) for choice, row in rows.items()}
    return TunedLine(
        condition,
        so_far,
        means={choice: float(row.get("mean", np.nan)) for choice, row in rows.items()},
        counts={choice: int(row.get("n", 0)) for choice, row in rows.items()},
        against=compared,
        budget=int(last.get("budget", 0)),
        chosen=_text(last.get("chosen")),
        own=_text(rows[UNTUNED].get("chosen")),
        chosen_share=float(last.get("chosen_share", np.nan)),
    )


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _comparison(condition: Condition, row: Mapping[Any, Any]) -> Comparison:
    names = ("difference", "difference_ci95_low", "difference_ci95_high", "p_holm")
    estimate = Estimate(*(float(row.get(name, np.nan)) for name in names))
    has_pairs = bool(np.isfinite(estimate.difference))
    n_pairs = int(row["n_pairs"]) if has_pairs else 0
    return Comparison(condition, n_pairs, estimate if has_pairs else None, None, is_best=False)


def tuned_rows(grid: Grid, one: TunedLine, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every number of candidates and one for each choice.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `choice` (`untuned`, `tuned`,
        and empty for the line), `candidates` (how many were tried), `n`, `mean`, `ci95_low`, `ci95_high`, `n_pairs`,
        `difference`, `difference_ci95_low`, `difference_ci95_high`, `p_holm`, `chosen` and `chosen_share`.
    """
    curve, n = one.so_far, len(one.so_far.x)
    lines = {"n": curve.n, "mean": curve.mean, "ci95_low": curve.low, "ci95_high": curve.high}
    of_line = pd.DataFrame({"choice": [""] * n, "candidates": curve.x.astype(np.int64), **lines})
    of_choices = pd.DataFrame([_choice_row(one, choice) for choice in CHOICES])
    measured = pd.concat([of_line, of_choices], ignore_index=True)
    head = pd.DataFrame(settings_of(grid, [one.condition] * len(measured)))
    measured.insert(0, "point", point)
    measured.insert(1, "metric", f"val_{metric}")
    return pd.concat([head, measured], axis="columns")


def _choice_row(one: TunedLine, choice: str) -> dict[str, object]:
    compared = one.against.get(choice)
    estimate = (compared.split if compared else None) or Estimate(np.nan, np.nan, np.nan, np.nan)
    is_tuned = choice == TUNED
    return {
        "choice": choice,
        "candidates": one.budget if is_tuned else 1,
        "n": one.counts[choice],
        "mean": one.means[choice],
        "n_pairs": compared.n_pairs if compared else np.nan,
        "difference": estimate.difference,
        "difference_ci95_low": estimate.low,
        "difference_ci95_high": estimate.high,
        "p_holm": estimate.p_holm,
        "chosen": one.chosen if is_tuned else one.own,
        "chosen_share": one.chosen_share if is_tuned else np.nan,
    }
