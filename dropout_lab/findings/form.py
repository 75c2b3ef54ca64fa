"""Which form of noise a condition has: kind, scaling and schedule, whatever its rates; and which form does best.

Entries and indexed tables in, facts out. A setting that a condition does not sweep is the study's own; studies of
versions that knew one form only do not name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dropout_lab.findings.effects import Effect, Estimate
from dropout_lab.findings.tables import SummaryTable, TrialTable
from dropout_lab.noise import KINDS, PLAIN
from dropout_lab.results import ConditionEntry

FORM_PATHS = ("dropout.kind", "dropout.scaling", "dropout.schedule")


@dataclass(frozen=True)
class Form:
    """A form of noise.

    Attributes:
        kind: a name in `noise.KINDS`.
        scaling: a name in `noise.SCALINGS`; inverted where the kind knows but one.
        schedule: a name in `noise.SCHEDULES`.
        compared: which of the three the study sweeps, so that a name must tell them.
    """

    kind: str = PLAIN
    scaling: str = "inverted"
    schedule: str = "constant"
    compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormFacts:
    """A form by its best condition.

    Attributes:
        label: the condition of lowest mean val loss at the best epochs among those of this form.
        n_conditions: of this form, with a complete trial.
        val_loss: its mean there; `effect` its difference to the baseline's, None without a pair.
        may_be_best: whether any condition of this form may be the best of the group.
    """

    form: Form
    label: str
    n_conditions: int
    val_loss: Estimate
    effect: Effect | None
    may_be_best: bool


def form_of(study: Mapping[str, Any], entry: ConditionEntry) -> Form:
    """Return a condition's form.

    Args:
        study: the resolved config, as plain mappings.
        entry: the condition.
    """
    own = study.get("dropout") or {}
    values = {}
    for path in FORM_PATHS:
        name = path.removeprefix("dropout.")
        value = entry["swept"].get(path, own.get(name))
        values[name] = getattr(Form, name) if value is None else str(value)
    if not KINDS[values["kind"]].is_scaled:
        values["scaling"] = Form.scaling
    axes = study.get("sweep") or {}
    compared = tuple(path.removeprefix("dropout.") for path in FORM_PATHS if len(axes.get(path, ())) > 1)
    return Form(**values, compared=compared)


def read_forms(
    forms: Mapping[str, Form], summary: SummaryTable, trials: TrialTable, group: Sequence[ConditionEntry]
) -> tuple[FormFacts, ...]:
    """Return the forms that a group compares, lowest val loss first; none where it has one form only.

    Args:
        forms: of every condition, by label.
        summary: the indexed summary.
        trials: the indexed trials.
        group: conditions that share a baseline, in table order.
    """
    members: dict[Form, dict[str, Estimate]] = {}
    for entry in group:
        label = entry["label"]
        row = summary.row(label, "val_loss", "best")
        if not entry["is_baseline"] and trials.knows(label) and row is not None and row.mean is not None:
            members.setdefault(forms[label], {})[label] = row.mean
    if len(members) < 2:
        return ()
    found = []
    for form, losses in members.items():
        label = min(losses, key=lambda name: losses[name].value)
        may_be_best = any(map(summary.may_be_best, losses))
        row = summary.row(label, "val_loss", "best")
        found.append(FormFacts(form, label, len(losses), losses[label], row.effect if row else None, may_be_best))
    return tuple(sorted(found, key=lambda one: one.val_loss.value))
