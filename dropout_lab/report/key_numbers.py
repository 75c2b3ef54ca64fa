"""The few numbers that a reader takes home, each with its interval and what it speaks of.

Contents in, texts out; must not know HTML.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dropout_lab.drawing.setting_words import leaf
from dropout_lab.findings import Effect, Estimate
from dropout_lab.metrics import TASKS, column_of, metric_title
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.report.numbers import decimals_for, interval, number
from dropout_lab.statistics import ESTIMANDS

_UNBROKEN = "\N{NO-BREAK SPACE}"


class KeyNumber(NamedTuple):
    """A number, what it is, and how sure it is: a line for the point, then one for each interval."""

    label: str
    value: str
    details: tuple[str, ...]


class _Named(NamedTuple):
    """An estimate and an effect with the name of their estimand."""

    estimand: str
    mean: Estimate
    effect: Effect | None


def key_numbers(contents: Contents) -> list[KeyNumber]:
    """Return the numbers of the condition in focus and its baseline, and the count of trials; most telling first."""
    numbers = []
    if contents.focus is not None:
        focus = contents.condition(contents.focus)
        baseline = contents.condition(focus.baseline)
        tuned, untuned = _tuned(contents), [*_gaps(baseline, focus), *_differences(focus, contents)]
        numbers = [*tuned, *(_said_untuned(one) for one in untuned)] if tuned else untuned
    statuses = contents.results.trials["status"].value_counts()
    complete, planned = int(statuses.get("complete", 0)), int(statuses.sum())
    n_seeds = contents.results.trials["seed"].nunique()
    others = [f"{count:,} {status}" for status, count in statuses.items() if status != "complete"]
    grid = f"{len(contents.conditions):,} conditions, {n_seeds:,} {'seed' if n_seeds == 1 else 'seeds'}"
    return [*numbers, KeyNumber("Complete trials", f"{complete:,} of {planned:,}", (grid, *others))]


def focus_text(contents: Contents) -> str:
    """Say of which condition the key numbers speak; empty where no trial is complete."""
    if contents.focus is None:
        return ""
    focus = contents.condition(contents.focus)
    names = dict(zip(contents.settings, (leaf(path).replace("_", " ") for path in contents.settings), strict=True))
    where = [f"{names[path]} {focus.settings[path]}" for path in contents.group_paths]
    n_groups = len({row.baseline for row in contents.reported})
    at = f" at {', '.join(where)}" if where and n_groups == 1 else ""
    group = [f"Of {n_groups:,} groups: the one with {', '.join(where)}."] * (n_groups > 1)
    if focus.is_baseline:
        return " ".join([*group, f"Of the baseline{at}: no condition with dropout has a complete trial."])
    own = [path for path in contents.settings if path not in contents.group_paths and focus.settings[path]]
    dropout = ", ".join(f"{names[path]} {focus.settings[path]}" for path in own)
    treated = sum(not row.is_baseline for row in contents.reported)
    is_tuned = len(contents.reported) < len(contents.conditions)
    untuned, named = ("untuned ", "Untuned: ") if is_tuned else ("", "")
    chosen = [f"Val chose it: of all {untuned}conditions with dropout its val loss at the best epochs is lowest."] * (
        treated > 1
    )
    start = f"{named}{dropout}" if named else f"{dropout[0].upper()}{dropout[1:]}"
    return " ".join([*group, f"{start} against its baseline{at}.", *chosen])


def _gaps(baseline: ConditionRow, focus: ConditionRow) -> list[KeyNumber]:
    """Return the loss gap at the end: of both conditions, with the interval of its change; else of the one there is."""
    before, after = _estimates(baseline, "loss_gap", "last"), _estimates(focus, "loss_gap", "last")
    if not before or not after:
        return []
    changes = _compared(after)
    if not changes:
        decimals = decimals_for([after[0].mean])
        details = _details("last epoch", after[0].mean.n, [(one.estimand, one.mean) for one in after], decimals)
        return [KeyNumber("Loss gap", number(after[0].mean.value, decimals), details)]
    decimals = decimals_for([before[0].mean, after[0].mean])
    value = " → ".join(number(one.mean.value, decimals) for one in (before[0], after[0]))
    bounds = [(f"change, {estimand}", effect.estimate) for estimand, effect in changes]
    details = _details("last epoch", changes[0][1].estimate.n, bounds, decimals_for([changes[0][1].estimate]))
    return [KeyNumber("Loss gap, without → with dropout", value, details)]


def _differences(focus: ConditionRow, contents: Contents) -> list[KeyNumber]:
    """Return the differences to the baseline: the metrics on val at the end, test loss at the best epoch."""
    on_val = [(f"val_{metric.column}", "last") for metric in TASKS[contents.task].metrics]
    wanted = [*on_val, ("test_loss", "best")]
    numbers = []
    for metric, point in wanted:
        compared = _compared(_estimates(focus, metric, point))
        if not compared:
            continue
        of = column_of(metric, contents.task).metric
        bounds = [(name, _scaled(one.estimate, of.spoken_scale)) for name, one in compared]
        first = bounds[0][1]
        decimals = decimals_for([first])
        unit = f"{of.spoken_unit}, " if of.spoken_scale != 1 else ""
        numbers.append(
            KeyNumber(
                f"{metric_title(metric)}, minus baseline",
                number(first.value, decimals, is_signed=True),
                _details(f"{unit}{point} epoch", compared[0][1].estimate.n, bounds, decimals),
            )
        )
    return numbers


def _said_untuned(one: KeyNumber) -> KeyNumber:
    return one._replace(label=f"Untuned: {one.label[0].lower()}{one.label[1:]}")


def _tuned(contents: Contents) -> list[KeyNumber]:
    """Return the difference in val loss with both sides tuned, for the one group of a study that tunes."""
    facts = contents.verdict.facts
    if facts.tuning is None or len(facts.groups) != 1 or facts.groups[0].baseline not in facts.tuning.chosen:
        return []
    condition = facts.tuning.conditions[facts.tuning.chosen[facts.groups[0].baseline]]
    if condition.tuned is None or condition.tuned.effect is None:
        return []
    difference = condition.tuned.effect.estimate
    decimals = decimals_for([difference])
    details = _details("best epoch", difference.n, [("split", difference)], decimals)
    label = f"Tuned: val loss of {condition.condition}, minus baseline"
    return [KeyNumber(label, number(difference.value, decimals, is_signed=True), details)]


def _scaled(one: Estimate, scale: float) -> Estimate:
    low, high = (None if end is None else scale * end for end in (one.low, one.high))
    return Estimate(one.n, scale * one.value, low, high)


def _estimates(row: ConditionRow, metric: str, point: str) -> list[_Named]:
    found = ((estimand, row.found(metric, point, estimand)) for estimand in ESTIMANDS)
    return [_Named(estimand, one.mean, one.effect) for estimand, one in found if one and one.mean]


def _compared(estimates: list[_Named]) -> list[tuple[str, Effect]]:
    return [(one.estimand, one.effect) for one in estimates if one.effect]


def _details(point: str, n: int, bounds: Sequence[tuple[str, Estimate]], decimals: int) -> tuple[str, ...]:
    named = [f"{name}: {interval(one, decimals).replace(' ', _UNBROKEN)}" for name, one in bounds if one.has_interval]
    return (f"{point}, n = {n}", *(named or ["no interval" if n > 1 else "one seed, so no interval"]))
