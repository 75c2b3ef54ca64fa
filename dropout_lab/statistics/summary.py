"""The rows of `summary.csv`: every condition, metric, point and estimand, alone, against its baseline and the best.

Owns which trials count (complete ones), which conditions may show a test result, and which p values of a study are one
family.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dropout_lab.metrics import TaskName, column_of, curve_metrics
from dropout_lab.results import POINTS, Layout, RowRecords, test_split_metrics
from dropout_lab.statistics.comparison import Group, best_by_group, cube_of, split_rows
from dropout_lab.statistics.crossed import NO_PAIR, NO_SPREAD, NO_TRIAL, ONE_SEED
from dropout_lab.statistics.pairing import holm
from dropout_lab.statistics.population import Split, population_rows
from dropout_lab.statistics.sign_flip import smallest_p

ESTIMANDS = ("split", "population")


def summarise(
    trials: pd.DataFrame,
    test: pd.DataFrame | None,
    *,
    task: TaskName,
    baselines: Mapping[str, str],
    rows: RowRecords | None = None,
    swept: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the summary of a study.

    Args:
        trials: the rows of `trials.csv`; those that are not complete count in `n_excluded` only.
        test: the rows of `test.csv`; None or empty without a test split. Only baselines and the conditions that val
            chose (`chosen_condition`) get test rows.
        task: ``classification`` or ``regression``.
        baselines: every condition in table order -> its baseline (a baseline's is itself).
        rows: the kept rows, from which the estimand ``population`` comes; None leaves it out.
        swept: paths of the sweep axes with a column, in the study's order.

    Returns:
        A frame with the columns of `summary.csv`, sorted by condition, metric, point and estimand. A baseline is not
        compared with itself, nor is the best condition. `p_holm` corrects over all conditions of the study within
        metric, point and estimand.

    Raises:
        FolderError: a file of `rows` is damaged.
    """
    labels, metrics = list(baselines), curve_metrics(task)
    of_baseline = np.array([labels.index(baseline) for baseline in baselines.values()])
    complete = trials[trials["status"] == "complete"]
    cube = cube_of(complete, metrics, labels)
    best, may_be_best = best_by_group(cube[:, :, metrics.index("val_loss")], of_baseline)
    groups: dict[Split, Group] = {"val": Group(labels, of_baseline, best)}
    estimated = [split_rows(cube, metrics, groups["val"]).assign(estimand="split")]
    if test is not None and len(test):
        held_out = test_split_metrics(task)
        groups["test"] = groups["val"].among(_shown_on_test(trials, baselines))
        complete, metrics = _with_test(complete, test, held_out), (*metrics, *held_out)
        cube = cube_of(complete, held_out, groups["test"].labels)
        estimated.append(split_rows(cube, held_out, groups["test"]).assign(estimand="split"))
    if rows is not None:
        over_rows = population_rows(complete, rows, task=task, groups=groups)
        estimated += [over_rows.assign(estimand="population")] if len(over_rows) else []
    summary = _sorted(pd.concat(estimated, ignore_index=True), labels, metrics)
    _widen_to_split(summary)
    _name_comparisons(summary, groups["val"], may_be_best)
    _correct(summary)
    _say_what_is_missing(summary)
    settings = trials.drop_duplicates("condition").set_index("condition").loc[summary["condition"]]
    for column in ("rate", "input_rate", *swept):
        summary[column] = settings[column].to_numpy()
    summary["n_excluded"] = trials["condition"].value_counts()[summary["condition"]].to_numpy() - summary["n"]
    return summary[[column.name for column in Layout(task, tuple(swept)).table("summary")]]


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


def _shown_on_test(trials: pd.DataFrame, baselines: Mapping[str, str]) -> list[str]:
    chosen = {chosen_condition(trials, baselines, baseline) for baseline in set(baselines.values())}
    return [label for label, baseline in baselines.items() if label in chosen or label == baseline]


def _with_test(trials: pd.DataFrame, test: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Return the trials with columns ``<point>_<metric>`` of the test split, as they have those of train and val."""
    for point in POINTS:
        values = test[test["point"] == point].set_index("trial")[list(metrics)]
        trials = trials.join(values.add_prefix(f"{point}_"), on="trial")
    return trials


def _positions(values: "pd.Series[str]", order: Sequence[str]) -> npt.NDArray[np.int64]:
    positions = {value: number for number, value in enumerate(order)}
    return np.array([positions[value] for value in values], dtype=np.int64)


def _sorted(rows: pd.DataFrame, labels: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    orders = {"estimand": ESTIMANDS, "point": POINTS, "metric": metrics, "condition": labels}
    keys = [_positions(rows[name], order) for name, order in orders.items()]
    return rows.iloc[np.lexsort(keys)].reset_index(drop=True)


def _name_comparisons(summary: pd.DataFrame, group: Group, may_be_best: npt.NDArray[np.bool_]) -> None:
    """Fill baseline and best, and empty what does not apply: comparisons with itself, methods of nothing."""
    condition, point = _positions(summary["condition"], group.labels), _positions(summary["point"], POINTS)
    names = np.array([*group.labels, None], dtype=object)  # the last one for a group without a complete trial
    is_compared = group.baseline[condition] != condition
    is_candidate = (summary["metric"] == "val_loss") & (summary["estimand"] == "split") & (summary["n"] > 0)
    filled = {
        "best": (names[group.best[condition, point]], group.best[condition, point] >= 0),
        "baseline": (names[group.baseline[condition]], is_compared),
        "n_pairs": (summary["n_pairs"], is_compared),
        "may_be_best": (np.where(may_be_best[condition, point], "yes", "no"), is_candidate),
        "interval_method": (summary["interval_method"], summary["ci95_low"].notna()),
        "test_method": (summary["test_method"], summary["p"].notna()),
    }
    for column, (values, applies) in filled.items():
        summary[column] = pd.Series(values, summary.index).where(applies)


def _widen_to_split(summary: pd.DataFrame) -> None:
    """Let no population row be surer than the split row beside it, which has less to allow for.

    With three seeds the two degrees of freedom of the seeds weigh more in an interval for these rows than what the rows
    add to one for new rows. What a metric cannot be, such as an accuracy above 1, stays out of it.
    """
    of_rows = summary[summary["estimand"] == "population"]
    if of_rows.empty:
        return
    keys = ["condition", "metric", "point"]
    of_seeds = summary[summary["estimand"] == "split"].set_index(keys).loc[pd.MultiIndex.from_frame(of_rows[keys])]
    for column, wider in (("low", np.minimum), ("high", np.maximum)):
        for name in ("ci95", "difference_ci95", "difference_to_best_ci95"):
            own = of_rows[f"{name}_{column}"].to_numpy()
            summary.loc[of_rows.index, f"{name}_{column}"] = wider(own, _or(of_seeds[f"{name}_{column}"], own))
    columns = [column_of(metric) for metric in of_rows["metric"]]
    can_be = [(-np.inf, np.inf) if one.is_gap else (one.metric.lowest, one.metric.highest) for one in columns]
    lowest, highest = np.array(can_be)[:, :, None].swapaxes(0, 1)
    bounds = ["ci95_low", "ci95_high"]
    summary.loc[of_rows.index, bounds] = summary.loc[of_rows.index, bounds].clip(lowest, highest)
    own = of_rows["p"].to_numpy()
    summary.loc[of_rows.index, "p"] = np.maximum(own, _or(of_seeds["p"], own))


def _or(values: "pd.Series[float]", other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the values, and the others where they are missing."""
    return np.where(values.notna(), values, other)


def _say_what_is_missing(summary: pd.DataFrame) -> None:
    """Fill why a mean has no interval and a difference no test, where nothing said so yet; empty where they are."""
    is_compared = summary["baseline"].notna()
    for column, n, none, is_there, applies in (
        ("no_interval", summary["n"], NO_TRIAL, summary["ci95_low"].notna(), True),
        ("no_test", summary["n_pairs"].fillna(0), NO_PAIR, summary["p"].notna(), is_compared),
    ):
        said = summary[column] if column in summary else pd.Series("", summary.index)
        reason = n.map({0: none, 1: ONE_SEED}).fillna(NO_SPREAD)
        summary[column] = said.where(said.notna() & (said != ""), reason).where(~is_there & applies)


def _correct(summary: pd.DataFrame) -> None:
    """Fill what says how far a p value can be believed: Holm's correction, and the smallest one within reach."""
    families = summary.groupby(["metric", "point", "estimand"])["p"]
    summary["p_holm"] = families.transform(lambda family: holm(family.to_numpy()))
    n_pairs = summary["n_pairs"].astype("float64")
    over_seeds = (summary["estimand"] == "split") & (n_pairs > 0)
    summary["smallest_p"] = pd.Series(smallest_p(n_pairs), summary.index).where(over_seeds)
