"""What a made study's manifest holds: its conditions, its plan, and the run that made it."""

from collections.abc import Mapping, Sequence
from typing import Any

from dropout_lab.metrics import TaskName
from dropout_lab.results import CohortEntry, ConditionEntry, Manifest, RunEntry

RUN = RunEntry(
    dropout_lab="0.1.0",
    packages={"numpy": "2.0.0", "torch": "2.6.0"},
    python="3.11.0",
    platform="test",
    git_commit=None,
    device="cpu",
    threads=1,
    command=["run", "made.yaml"],
)


def condition(
    label: str,
    rate: Any = 0.5,
    *,
    baseline: str,
    input_rate: float = 0.0,
    swept: Mapping[str, Any] | None = None,
) -> ConditionEntry:
    """Make a condition's entry; it is a baseline where its label is that of its baseline."""
    return ConditionEntry(
        label=label,
        rate=rate,
        input_rate=input_rate,
        swept=dict(swept or {}),
        is_baseline=label == baseline,
        baseline=baseline,
    )


def made_plan(labels: Sequence[str], seeds: int, cohorts: str = "together") -> list[CohortEntry]:
    """Plan the trials `<label>#<seed>` in one cohort, or ``apart``, in one for each condition."""
    parts = [labels] if cohorts == "together" else [[label] for label in labels]
    return [
        CohortEntry(
            id=f"cohort{number}",
            conditions=list(part),
            seeds=list(range(seeds)),
            trials=[f"{label}#{seed}" for label in part for seed in range(seeds)],
        )
        for number, part in enumerate(parts)
    ]


def made_manifest(
    study: Mapping[str, Any], task: TaskName, conditions: Sequence[ConditionEntry], plan: Sequence[CohortEntry] = ()
) -> Manifest:
    """Return the manifest of a complete study."""
    return Manifest(
        **RUN,
        format=1,
        created="",
        updated="",
        status="complete",
        task=task,
        study=dict(study),
        data_fingerprints={},
        conditions=list(conditions),
        plan=list(plan),
        failures={},
        earlier_runs=[],
    )
