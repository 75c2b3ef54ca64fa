"""Conditions whatever their tuned settings: which of a study's conditions are candidates for one and the same place.

Reads the manifest's conditions and the study's `tune`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dropout_lab.results.cells import format_setting
from dropout_lab.results.manifest import ConditionEntry


@dataclass(frozen=True)
class TunedCondition:
    """One condition without its tuned settings, and the conditions that have them.

    Attributes:
        entry: as the manifest would hold it, without the tuned settings in label, swept and baseline.
        candidates: labels of the study's conditions that differ in tuned settings alone, in table order.
        chosen_texts: the tuned settings of each, such as ``training.learning_rate=0.01``.
        own: position of the candidate with the config's own values; None if it is not planned.
    """

    entry: ConditionEntry
    candidates: tuple[str, ...]
    chosen_texts: tuple[str, ...]
    own: int | None

    @property
    def label(self) -> str:
        """The condition's label without its tuned settings."""
        return self.entry["label"]

    @property
    def own_label(self) -> str | None:
        """The label of the candidate with the config's own values."""
        return None if self.own is None else self.candidates[self.own]


def tuned_conditions(study: Mapping[str, Any], conditions: Sequence[ConditionEntry]) -> list[TunedCondition]:
    """Group the conditions of a study by all settings but the tuned ones.

    Args:
        study: the resolved study, as the manifest holds it.
        conditions: the manifest's conditions, in table order.

    Returns:
        In order of first appearance; none for a study without `tune`.
    """
    paths = tuple(study.get("tune") or {})
    if not paths:
        return []
    own = _own_values(study, paths)
    groups: dict[str, list[ConditionEntry]] = {}
    for entry in conditions:
        groups.setdefault(_without_tuned(entry["label"], entry, paths), []).append(entry)
    return [_tuned_condition(label, entries, own) for label, entries in groups.items()]


def _tuned_condition(label: str, entries: Sequence[ConditionEntry], own: dict[str, Any]) -> TunedCondition:
    first = entries[0]
    untuned = first.copy()
    untuned["label"] = label
    untuned["swept"] = {path: value for path, value in first["swept"].items() if path not in own}
    untuned["baseline"] = _without_tuned(first["baseline"], first, tuple(own))
    values = [{path: entry["swept"][path] for path in own} for entry in entries]
    return TunedCondition(
        entry=untuned,
        candidates=tuple(entry["label"] for entry in entries),
        chosen_texts=tuple(" ".join(_text(path, value) for path, value in tuned.items()) for tuned in values),
        own=values.index(own) if own in values else None,
    )


def _own_values(study: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return what the config itself says of the tuned settings; a resolved study says width and depth as `hidden`."""
    hidden = study.get("model", {}).get("hidden", ())
    as_hidden = {"model.width": hidden[0] if hidden else None, "model.depth": len(hidden)}
    return {path: as_hidden[path] if path in as_hidden else _setting(study, path) for path in paths}


def _setting(study: Mapping[str, Any], path: str) -> Any:
    section, name = path.split(".", 1)
    return study.get(section, {}).get(name)


def _text(path: str, value: Any) -> str:
    return f"{path}={format_setting(value)}"


def _without_tuned(label: str, entry: ConditionEntry, paths: Sequence[str]) -> str:
    """Return a label of this entry or its baseline, which has the same settings outside dropout, without the tuned."""
    for path in paths:
        label = f"{label} ".replace(f" {_text(path, entry['swept'][path])} ", " ").removesuffix(" ")
    return label
