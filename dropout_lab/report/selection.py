"""Which conditions a table of limited length shows, and the words that say so.

Owns the choice. Val alone chooses: what is shown never depends on the test split, and a group where dropout hurts is as
likely to be shown as one where it helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dropout_lab.phrases.names import assigned
from dropout_lab.report.contents import ConditionRow, Contents
from dropout_lab.report.tables import POINT


@dataclass(frozen=True)
class Selection:
    """The rows to show, in table order, and a sentence on what was left out; empty where all are shown."""

    rows: tuple[ConditionRow, ...]
    note: str


def select(contents: Contents, most: int) -> Selection:
    """Choose at most `most` conditions.

    Those that the answers speak of, all of them where they are few enough. Else of every group (the conditions that
    share a baseline) the baseline, the condition that val chose, and others at even steps as far as there is room.
    Where even two of each group are too many, the groups in which val loss falls most and those in which it falls
    least or rises, half and half.

    Args:
        contents: what the report says.
        most: rows, at least 2.
    """
    rows = contents.reported
    of_tuning = _of_tuning(contents)
    if len(rows) <= most:
        return Selection(rows, of_tuning)
    groups: dict[str, list[ConditionRow]] = {}
    for row in rows:
        groups.setdefault(row.baseline, []).append(row)
    shown = list(groups.values())
    said = " of each group that has a baseline of its own" if len(groups) > 1 else ""
    if 2 * len(shown) > most:
        n_each = max(most // 4, 1)
        shown = _extremes(contents, shown, n_each)
        said = (
            f" of {len(shown)} of the {len(groups)} groups that have a baseline of their own (the {n_each} in which "
            f"the chosen condition lowers val loss most, and the {n_each} in which it lowers it least or raises it)"
        )
    labels = {row.label for group in shown for row in _within(group, most // len(shown))}
    chosen = tuple(row for row in rows if row.label in labels)
    others = ", and others at even steps" if any(not (row.is_baseline or row.is_chosen) for row in chosen) else ""
    note = (
        f"Shown are {len(chosen):,} of {len(rows):,} conditions: the baseline and the condition that val chose{others}"
        f"{said}. All are in summary.csv."
    )
    return Selection(chosen, f"{of_tuning} {note}".strip())


def _of_tuning(contents: Contents) -> str:
    """Say which conditions are not even considered where settings are tuned; empty where nothing is."""
    if len(contents.reported) == len(contents.conditions):
        return ""
    values = ", ".join(assigned(contents.study.own_settings))
    return f"Untuned conditions only, at the config's own {values}: summary.csv has all {len(contents.conditions):,}."


def _extremes(contents: Contents, groups: Sequence[list[ConditionRow]], n_each: int) -> list[list[ConditionRow]]:
    ranked = sorted(groups, key=lambda group: _change(contents, group))
    return [*ranked[:n_each], *ranked[-n_each:]] if len(ranked) > 2 * n_each else list(ranked)


def _change(contents: Contents, group: Sequence[ConditionRow]) -> float:
    """Return by how much the group's chosen condition changes val loss; groups without one are the least telling."""
    for row in group:
        effect = contents.study.effect(row.label, "val_loss", POINT) if row.is_chosen else None
        if effect is not None:
            return effect.estimate.value
    return 0.0


def _within(group: Sequence[ConditionRow], most: int) -> list[ConditionRow]:
    named = [row for row in group if row.is_baseline or row.is_chosen]
    others = [row for row in group if not (row.is_baseline or row.is_chosen)]
    n_others = min(max(most - len(named), 0), len(others))
    steps = [(2 * step + 1) * len(others) // (2 * n_others) for step in range(n_others)]
    return [*named, *(others[step] for step in steps)]
