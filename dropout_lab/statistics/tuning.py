"""The rows of `tuned.csv`: every condition as the config sets it and as it is tuned, each beside its baseline.

Owns what a tuned condition is compared with: the baseline that chose among the same candidates in the same way. The
seeds of a tuned condition depend on each other, since each has a say in what the others report: what that does to the
spread of their mean is read off by leaving out one seed after the other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import TaskName, curve_metrics
from dropout_lab.results import CHOICES, POINTS, ConditionEntry, Layout, TunedCondition, tuned_conditions
from dropout_lab.statistics.choice import leave_one_out_choices, leave_two_out_choices
from dropout_lab.statistics.comparison import CONFIDENCE, Indices
from dropout_lab.statistics.estimates import estimate_mean
from dropout_lab.statistics.intervals import Floats, mean_interval
from dropout_lab.statistics.jackknife import jackknife_interval
from dropout_lab.statistics.pairing import holm, paired_difference
from dropout_lab.statistics.trials_by_seed import TrialsBySeed

JACKKNIFE = "jackknife"
"""Where leaving out one seed changes what others report, so that a t interval over the seeds would be too narrow:
measured, it may cover 71 times in 100."""


def summarise_tuning(
    trials: pd.DataFrame, *, task: TaskName, study: Mapping[str, Any], conditions: Sequence[ConditionEntry]
) -> pd.DataFrame:
    """Return the tuned comparison of a study, beside the untuned one.

    Args:
        trials: the rows of `trials.csv`.
        task: ``classification`` or ``regression``.
        study: the resolved study, which has a `tune`.
        conditions: those of the manifest, in table order.

    Returns:
        A frame with the columns of `tuned.csv`: a row per condition, choice, metric and point, in this order. A tuned
        value is what a seed measured at the candidate that the others chose. Seeds take part once every candidate has
        finished; one that diverged at the candidate chosen for it is excluded, and counted in `n_excluded`.
    """
    metrics, own, groups = curve_metrics(task), TrialsBySeed(trials), tuned_conditions(study, conditions)
    by_label, cube = {group.label: group for group in groups}, own.cube(metrics)
    sides = [_Side.of(own, group, by_label[group.entry["baseline"]]) for group in groups]
    rows = _estimates(cube, sides)
    names = ["condition", "choice", "metric", "point"]
    index = pd.MultiIndex.from_product([by_label, CHOICES, metrics, POINTS], names=names)
    tuned = pd.DataFrame({name: values.ravel() for name, values in rows.items()}, index=index).reset_index()
    facts = [fact for group, side in zip(groups, sides, strict=True) for fact in _facts(own, group, side.tuned)]
    for name, values in pd.DataFrame(facts).items():
        tuned[str(name)] = np.repeat(values.to_numpy(), len(metrics) * len(POINTS))
    return _completed(tuned, trials, groups, Layout.of_study(study, task))


@dataclass(frozen=True)
class _Picks:
    """Positions among a study's conditions; -1 for none.

    Attributes:
        reported: ``[seeds]``, the condition that the other seeds choose for each.
        without: ``[removed seed, seeds]``, the same with one seed less to choose and to report.
        takes_part: ``[seeds]``, whether a seed chooses.
    """

    reported: Indices
    without: Indices
    takes_part: npt.NDArray[np.bool_]

    @property
    def is_settled(self) -> bool:
        """Whether no single seed changes what any other one reports: then the reports do not depend on each other."""
        others = ~np.eye(len(self.reported), dtype=bool)
        return bool((self.without == self.reported)[others].all())


def _tuned_picks(own: TrialsBySeed, condition: TunedCondition, texts: Collection[str]) -> _Picks:
    """Choose among the candidates of a condition.

    Args:
        own: the study's trials.
        condition: whose candidates.
        texts: the tuned settings that compete, as `TunedCondition.chosen_texts` has them.
    """
    pairs = zip(condition.candidates, condition.chosen_texts, strict=True)
    labels = [label for label, text in pairs if text in texts]
    values = own.candidates(labels)
    at = own.status.index.get_indexer(values.index)
    positions = np.array([*map(own.position, labels), -1])
    reported, takes_part = np.full(len(own.status), -1), np.zeros(len(own.status), dtype=bool)
    reported[at] = positions[leave_one_out_choices(values.to_numpy())]
    takes_part[at] = True
    without = np.tile(reported, (len(reported), 1))
    if (reported >= 0).any():
        without[np.ix_(at, at)] = positions[leave_two_out_choices(values.to_numpy())]
    return _Picks(reported, without, takes_part)


def _fixed_picks(own: TrialsBySeed, label: str | None) -> Indices:
    """Return the same condition for every seed, ``[seeds]``; -1 for None."""
    return np.full(len(own.status), -1 if label is None else own.position(label))


def _values_at(cube: Floats, picks: Indices) -> Floats:
    """Return what is measured at the picked conditions.

    Args:
        cube: ``[seeds, conditions, ...]``.
        picks: ``[..., seeds]``.

    Returns:
        ``[seeds, ...]``, the axes of picks before those of the cube; NaN where nothing is picked.
    """
    at = np.moveaxis(picks, -1, 0)
    seeds = np.arange(len(cube)).reshape(-1, *[1] * (at.ndim - 1))
    extra = (1,) * (cube.ndim - 2)
    return np.where((at >= 0).reshape(*at.shape, *extra), cube[seeds, at], np.nan)


@dataclass(frozen=True)
class _Side:
    """What a condition's seeds report, and what its baseline's do; None for a baseline itself."""

    untuned: Indices
    tuned: _Picks
    baseline_untuned: Indices
    baseline_tuned: _Picks | None

    @classmethod
    def of(cls, own: TrialsBySeed, condition: TunedCondition, baseline: TunedCondition) -> "_Side":
        """Choose for both, among the candidates that the condition has: the budget is the same."""
        texts, is_baseline = condition.chosen_texts, condition.entry["is_baseline"]
        return cls(
            _fixed_picks(own, condition.own_label),
            _tuned_picks(own, condition, texts),
            _fixed_picks(own, None if is_baseline else baseline.own_label),
            None if is_baseline else _tuned_picks(own, baseline, texts),
        )


def _estimates(cube: Floats, sides: Sequence[_Side]) -> dict[str, Any]:
    """Return the estimates, ``[conditions, choices, metrics, points]`` each."""
    nothing = np.full(len(cube), -1)
    reported = np.stack([[side.untuned, side.tuned.reported] for side in sides])
    compared = [[s.baseline_untuned, nothing if s.baseline_tuned is None else s.baseline_tuned.reported] for s in sides]
    values, reference = _values_at(cube, reported), _values_at(cube, np.stack(compared))
    alone, pairs = estimate_mean(values, CONFIDENCE), paired_difference(values, reference, CONFIDENCE)
    rows = {
        "n": alone.n,
        "mean": alone.mean,
        "sd": alone.sd,
        "ci95_low": alone.low,
        "ci95_high": alone.high,
        "interval_method": alone.method,
        "n_pairs": pairs.n_pairs,
        "difference": pairs.difference,
        "difference_ci95_low": pairs.low,
        "difference_ci95_high": pairs.high,
        "p": pairs.p,
        "test_method": np.where(pairs.method == "t", "paired t", pairs.method),
    }
    for number, side in enumerate(sides):
        _widen({name: array[number, 1] for name, array in rows.items()}, cube, side)
    return rows


def _widen(tuned: Mapping[str, Any], cube: Floats, side: _Side) -> None:
    """Replace, in place, intervals and p of a tuned condition whose seeds depend on each other."""
    values, is_settled, takes_part = _values_at(cube, side.tuned.without), side.tuned.is_settled, side.tuned.takes_part
    if not is_settled:
        interval = _jackknifed(tuned["mean"], values[:, takes_part], tuned["n"])
        tuned["ci95_low"][...], tuned["ci95_high"][...], _ = interval
        tuned["interval_method"][...] = JACKKNIFE
    other = side.baseline_tuned
    if other is not None and not (is_settled and other.is_settled):
        differences = (values - _values_at(cube, other.without))[:, takes_part | other.takes_part]
        interval = _jackknifed(tuned["difference"], differences, tuned["n_pairs"])
        tuned["difference_ci95_low"][...], tuned["difference_ci95_high"][...], tuned["p"][...] = interval
        tuned["test_method"][...] = JACKKNIFE


def _jackknifed(estimate: Floats, values: Floats, n: Indices) -> tuple[Floats, Floats, Floats]:
    return jackknife_interval(estimate, mean_interval(values).mean, n, CONFIDENCE)


def _facts(own: TrialsBySeed, group: TunedCondition, picks: _Picks) -> list[dict[str, Any]]:
    """Return what is the same for all metrics and points, by choice."""
    choices = picks.reported[picks.reported >= 0]
    is_planned = own.status.reindex(columns=list(group.candidates)).notna().to_numpy()
    untuned = [] if group.own is None else [group.own]
    sides = (
        (group.own, is_planned[:, untuned]),
        (_choice_of_all(own.candidates(group.candidates)) if len(choices) else None, is_planned),
    )
    facts = []
    for chosen, planned in sides:
        fell_on = np.nan if chosen is None else own.position(group.candidates[chosen])
        facts.append(
            {
                "n_planned": planned.any(axis=1).sum(),
                "budget": planned.shape[1],
                "chosen": None if chosen is None else group.chosen_texts[chosen],
                "chosen_share": np.mean(choices == fell_on) if chosen is not None and len(choices) else np.nan,
            }
        )
    return facts


def _choice_of_all(values: pd.DataFrame) -> int | None:
    """Return the candidate that all seeds together choose, if one is complete at all of them."""
    means = values.to_numpy().mean(axis=0)
    return int(np.nanargmin(means)) if np.isfinite(means).any() else None


def _completed(
    tuned: pd.DataFrame, trials: pd.DataFrame, groups: Sequence[TunedCondition], layout: Layout
) -> pd.DataFrame:
    """Add the settings, the correction and the names, and empty what does not apply."""
    tuned["n_excluded"] = tuned["n_planned"] - tuned["n"]
    tuned["p_holm"] = tuned.groupby(["metric", "point", "choice"])["p"].transform(lambda p: holm(p.to_numpy()))
    by_label = {group.label: group for group in groups}
    of_row = [by_label[label] for label in tuned["condition"]]
    is_compared = pd.Series([not group.entry["is_baseline"] for group in of_row], tuned.index)
    tuned["baseline"] = [group.entry["baseline"] for group in of_row]
    for column, applies in (
        ("baseline", is_compared),
        ("n_pairs", is_compared),
        ("interval_method", tuned["ci95_low"].notna()),
        ("test_method", tuned["p"].notna()),
    ):
        tuned[column] = tuned[column].where(applies)
    by_condition = trials.drop_duplicates("condition").set_index("condition")
    settings = by_condition.loc[[group.candidates[0] for group in of_row]]
    for setting in layout.tuned_settings[1:]:
        tuned[setting.name] = settings[setting.name].to_numpy()
    return tuned[[column.name for column in layout.table("tuned")]]
