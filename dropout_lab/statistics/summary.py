"""The rows of `summary.csv`: every condition, metric and point, alone and against its baseline.

Floor 2. Rows in, rows out; must not know files, nor how a trial was trained. Owns which trials count (complete ones),
which conditions may show a test result, and how the methods are named.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import Task, curve_metrics
from dropout_lab.results import POINTS, Layout, test_split_metrics
from dropout_lab.statistics.intervals import Floats, mean_interval
from dropout_lab.statistics.pairing import holm, paired_difference

CONFIDENCE = 0.95  # the columns are called ci95


def summarise(
    trials: pd.DataFrame,
    test: pd.DataFrame | None,
    *,
    task: Task,
    baselines: Mapping[str, str],
    split_seed: int | str,
    swept: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the summary of a study.

    Args:
        trials: the rows of `trials.csv`; those that are not complete count in `n_excluded` only.
        test: the rows of `test.csv`; None or empty without a test split. Only baselines and the conditions that val
            chose (`chosen_condition`) get test rows.
        task: ``classification`` or ``regression``.
        baselines: every condition in table order -> its baseline (a baseline's is itself).
        split_seed: the study's `data.split_seed`. Under ``per_seed`` the estimand is ``population``, and the methods'
            names say that the intervals are too narrow, because the splits of different seeds share rows.
        swept: paths of the sweep axes with a column, in the study's order.

    Returns:
        A frame with the columns of `summary.csv`, sorted by condition, metric, point. Baselines have no comparison.
        `p_holm` corrects over all conditions of the study within metric and point.
    """
    labels = pd.Index(list(baselines), dtype=object)
    names = [f"{point}_{metric}" for metric in curve_metrics(task) for point in POINTS]
    rows = [_compare(_cube(trials, names, labels), curve_metrics(task), baselines)]
    if test is not None and len(test):
        chosen = {chosen_condition(trials, baselines, baseline) for baseline in set(baselines.values())}
        shown = [label for label, baseline in baselines.items() if label in chosen or label == baseline]
        metrics = test_split_metrics(task)
        names = [f"{point}_{metric}" for metric in metrics for point in POINTS]
        held_out = _cube(_test_by_trial(trials, test, metrics), names, pd.Index(shown, dtype=object))
        rows.append(_compare(held_out, metrics, {label: baselines[label] for label in shown}))
    summary = pd.concat(rows, ignore_index=True)
    summary = summary.iloc[np.argsort(labels.get_indexer(pd.Index(summary["condition"])), kind="stable")]
    settings = trials.drop_duplicates("condition").set_index("condition").loc[summary["condition"]]
    for column in ("rate", "input_rate", *swept):
        summary[column] = settings[column].to_numpy()
    summary["n_excluded"] = trials["condition"].value_counts()[summary["condition"]].to_numpy() - summary["n"]
    split_seeds = settings["data.split_seed"] if "data.split_seed" in swept else pd.Series(split_seed, settings.index)
    _name_methods(summary, (split_seeds.astype(str) == "per_seed").to_numpy())
    families = summary.groupby(["metric", "point", "estimand"])["p"]
    summary["p_holm"] = families.transform(lambda family: holm(family.to_numpy()))
    columns = Layout(task, tuple(swept)).table("summary")
    return summary[[column.name for column in columns]].reset_index(drop=True)


def chosen_condition(trials: pd.DataFrame, baselines: Mapping[str, str], baseline: str) -> str | None:
    """Return the condition with dropout that val chose among those of one baseline.

    Args:
        trials: the rows of `trials.csv`.
        baselines: every condition in table order -> its baseline.
        baseline: the baseline whose conditions compete. It does not compete itself: it is shown in any case.

    Returns:
        The label with the lowest mean val loss at `best` over its complete trials, the first one on ties; None if no
        condition of this baseline has a complete trial. The test split never enters.
    """
    labels = [label for label, base in baselines.items() if base == baseline and label != baseline]
    complete = trials[(trials["status"] == "complete") & trials["condition"].isin(labels)]
    means = complete.groupby("condition", observed=True)["best_val_loss"].mean().reindex(labels).dropna()
    return None if means.empty else str(means.idxmin())


def _cube(trials: pd.DataFrame, names: Sequence[str], labels: pd.Index) -> Floats:
    """Return ``[seeds, conditions, names]``: the values of complete trials, NaN where there is none."""
    complete = trials[(trials["status"] == "complete") & trials["condition"].isin(labels)]
    seeds = np.unique(complete["seed"])
    cube = np.full((len(seeds), len(labels), len(names)), np.nan)
    at_seed = np.searchsorted(seeds, complete["seed"])
    cube[at_seed, labels.get_indexer(pd.Index(complete["condition"]))] = complete[list(names)].to_numpy(
        dtype=np.float64
    )
    return cube


def _test_by_trial(trials: pd.DataFrame, test: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Return the trials with columns ``<point>_<metric>`` of the test split, as they have those of train and val."""
    wide = trials[["trial", "condition", "seed", "status"]]
    for point in POINTS:
        values = test[test["point"] == point].set_index("trial")[list(metrics)]
        wide = wide.join(values.add_prefix(f"{point}_"), on="trial")
    return wide


def _compare(cube: Floats, metrics: Sequence[str], baselines: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per condition, metric and point; the names of a cube run over metrics, then points."""
    labels = list(baselines)
    position = {label: number for number, label in enumerate(labels)}
    of_baseline = [position[baseline] for baseline in baselines.values()]
    alone = mean_interval(cube, CONFIDENCE)
    paired = paired_difference(cube, cube[:, of_baseline], CONFIDENCE)
    values = {
        "n": alone.n,
        "mean": alone.mean,
        "sd": alone.sd,
        "ci95_low": alone.low,
        "ci95_high": alone.high,
        "n_pairs": paired.n_pairs,
        "difference": paired.difference,
        "difference_ci95_low": paired.low,
        "difference_ci95_high": paired.high,
        "p": paired.p,
        "pairing_gain": paired.pairing_gain,
    }
    index = pd.MultiIndex.from_product([labels, metrics, POINTS], names=["condition", "metric", "point"])
    rows = pd.DataFrame({name: array.ravel() for name, array in values.items()}, index=index).reset_index()
    rows["baseline"] = rows["condition"].map(baselines)
    compared = list(values)[list(values).index("n_pairs") :]
    rows[[*compared, "baseline"]] = rows[[*compared, "baseline"]].where(rows["condition"] != rows["baseline"])
    return rows


def _name_methods(summary: pd.DataFrame, shares_rows: npt.NDArray[np.bool_]) -> None:
    """Fill estimand and methods; they are empty where there is no interval, or no test."""
    summary["estimand"] = np.where(shares_rows, "population", "split")
    interval = np.where(shares_rows, "t (too narrow: seeds share rows)", "t")
    paired = np.where(shares_rows, "paired t (p too small: seeds share rows)", "paired t")
    summary["interval_method"] = pd.Series(interval, summary.index).where(summary["ci95_low"].notna())
    summary["test_method"] = pd.Series(paired, summary.index).where(summary["p"].notna())
