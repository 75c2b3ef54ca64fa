"""The few numbers that a reader takes home, each with its interval and what it speaks of."""

from collections.abc import Sequence
from typing import NamedTuple

from dropout_lab.findings import Estimate, StudyView
from dropout_lab.metrics import TASKS, column_of, metric_title
from dropout_lab.phrases.names import setting_name
from dropout_lab.phrases.numbers import interval, number, scaled
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.statistics import ESTIMANDS
from dropout_lab.wording import plural

_UNBROKEN = "\N{NO-BREAK SPACE}"


class KeyNumber(NamedTuple):
    """A number, what it is, and how sure it is: a line for the point, then one for each interval."""

    label: str
    value: str
    details: tuple[str, ...]


def key_numbers(contents: Contents) -> list[KeyNumber]:
    """Return the numbers of the condition in focus and its baseline, and the count of trials; most telling first."""
    numbers = []
    if contents.focus is not None:
        focus = contents.condition(contents.focus)
        baseline = contents.condition(focus.baseline)
        tuned, untuned = (
            _tuned(contents),
            [*_gaps(contents.study, baseline, focus), *_differences(contents.study, focus)],
        )
        numbers = [*tuned, *(_said_untuned(one) for one in untuned)] if tuned else untuned
    trials = contents.study.planned
    others = [f"{count:,} {status}" for status, count in trials.counts.items() if status != "complete"]
    grid = f"{len(contents.conditions):,} conditions, {plural(contents.study.n_seeds, 'seed')}"
    return [*numbers, KeyNumber("Complete trials", f"{trials.n_complete:,} of {trials.planned:,}", (grid, *others))]


def focus_text(contents: Contents) -> str:
    """Say of which condition the key numbers speak; empty where no trial is complete."""
    if contents.focus is None:
        return ""
    focus = contents.condition(contents.focus)
    names = dict(zip(contents.settings, map(setting_name, contents.settings), strict=True))
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


def _gaps(study: StudyView, baseline: ConditionRow, focus: ConditionRow) -> list[KeyNumber]:
    """Return the loss gap at the end: of both conditions, with the interval of its change; else of the one there is."""
    decimals = study.digits("loss_gap")
    before, after = (study.estimate(row.label, "loss_gap", "last") for row in (baseline, focus))
    if before is None or after is None:
        return []
    changes = _effects(study, focus, "loss_gap", "last")
    if not changes:
        found = ((name, study.estimate(focus.label, "loss_gap", "last", name)) for name in ESTIMANDS)
        details = _details("last epoch", [(name, one) for name, one in found if one], decimals)
        return [KeyNumber("Loss gap", number(after.value, decimals), details)]
    value = " → ".join(number(one.value, decimals) for one in (before, after))
    details = _details("last epoch", [(f"change, {name}", one) for name, one in changes], decimals)
    return [KeyNumber("Loss gap, without → with dropout", value, details)]


def _differences(study: StudyView, focus: ConditionRow) -> list[KeyNumber]:
    """Return the differences to the baseline: the metrics on val at the end, test loss at the best epoch."""
    on_val = [(f"val_{metric.column}", "last") for metric in TASKS[study.task].metrics]
    wanted = [*on_val, ("test_loss", "best")]
    numbers = []
    for name, point in wanted:
        differences = _effects(study, focus, name, point)
        if not differences:
            continue
        metric = column_of(name, study.task).metric
        decimals = scaled(study.digits(name), metric.spoken_scale)
        spoken = [(estimand, _times(one, metric.spoken_scale)) for estimand, one in differences]
        unit = f"{metric.spoken_unit}, " if metric.spoken_scale != 1 else ""
        numbers.append(
            KeyNumber(
                f"{metric_title(name)}, minus baseline",
                number(spoken[0][1].value, decimals, is_signed=True),
                _details(f"{unit}{point} epoch", spoken, decimals),
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
    difference, decimals = condition.tuned.effect.estimate, contents.study.digits("val_loss")
    details = _details("best epoch", [("split", difference)], decimals)
    label = f"Tuned: val loss of {condition.condition}, minus baseline"
    return [KeyNumber(label, number(difference.value, decimals, is_signed=True), details)]


def _times(one: Estimate, factor: float) -> Estimate:
    low, high = (None if end is None else factor * end for end in (one.low, one.high))
    return Estimate(one.n, factor * one.value, low, high)


def _effects(study: StudyView, row: ConditionRow, metric: str, point: str) -> list[tuple[str, Estimate]]:
    found = ((estimand, study.effect(row.label, metric, point, estimand)) for estimand in ESTIMANDS)
    return [(estimand, effect.estimate) for estimand, effect in found if effect]


def _details(point: str, bounds: Sequence[tuple[str, Estimate]], decimals: int | None) -> tuple[str, ...]:
    n = bounds[0][1].n
    named = [f"{name}: {interval(one, decimals).replace(' ', _UNBROKEN)}" for name, one in bounds if one.has_interval]
    return (f"{point}, n = {n}", *(named or ["no interval" if n > 1 else "one seed, so no interval"]))
