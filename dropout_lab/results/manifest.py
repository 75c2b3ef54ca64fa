"""The manifest: what a results folder says of itself, and the mark by which it is known.

Owns the keys of `manifest.json`, its format number and where the environment's versions come from. It is one file on
purpose: study, plan and failures change together or not at all.
"""

import json
import platform
import subprocess
from collections.abc import Collection
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from dropout_lab import __version__
from dropout_lab.errors import FolderError
from dropout_lab.metrics import TASKS, TaskName
from dropout_lab.results.axes import REGISTRIES, unknown_name

FORMAT = 1
"""Version of the whole results folder: raised when a file, a column or a key changes its meaning."""

MANIFEST_FILE = "manifest.json"

_KINDS = {
    "study": dict,
    "plan": list,
    "conditions": list,
    "failures": dict,
    "data_fingerprints": dict,
    "earlier_runs": list,
    "task": str,
    "status": str,
    "device": str,
}

_PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "pandas")  # those whose version can move a number


class ConditionEntry(TypedDict):
    """One condition, in table order. `swept` lacks the paths that do not apply to it (dropout's, at the baseline)."""

    label: str
    rate: float | list[float]
    input_rate: float
    swept: dict[str, Any]
    is_baseline: bool
    baseline: str


class CohortEntry(TypedDict):
    """One cohort of the plan; `trials` runs over conditions, then seeds. Without `threads`, as once: one thread."""

    id: str
    conditions: list[str]
    seeds: list[int]
    trials: list[str]
    threads: NotRequired[int]


class RunEntry(TypedDict):
    """What one call of `run` had: the machine, the versions, the command."""

    dropout_lab: str
    packages: dict[str, str]
    python: str
    platform: str
    git_commit: str | None
    device: str
    threads: int
    command: list[str]


class Manifest(RunEntry):
    """All keys of `manifest.json`; those of `RunEntry` are the latest run's."""

    format: int
    created: str
    updated: str
    status: str
    task: TaskName
    study: dict[str, Any]
    data_fingerprints: dict[str, str]
    conditions: list[ConditionEntry]
    plan: list[CohortEntry]
    failures: dict[str, str]
    earlier_runs: list[RunEntry]


def describe_run(*, device: str, threads: int, command: list[str]) -> RunEntry:
    """Return what this process is and was asked to do; never fails, and imports none of the packages it names."""
    return RunEntry(
        dropout_lab=__version__,
        packages={name: version for name in _PACKAGES if (version := _version(name)) is not None},
        python=platform.python_version(),
        platform=platform.platform(),
        git_commit=git_commit(Path()),
        device=device,
        threads=threads,
        command=command,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """Return the commit of the repository around `folder`, with ``-dirty`` after changes; None where there is none."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=2, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def read_manifest(folder: Path) -> Manifest:
    """Read a results folder's manifest.

    Raises:
        FolderError: it is missing, damaged, another program's, of a newer format, or names what this version has not.
    """
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FolderError(
            f"{path}: a results folder must hold its manifest. Got: {error.strerror}. "
            "Name the folder of one study, such as results/digits."
        ) from None
    except (ValueError, RecursionError) as error:
        raise FolderError(
            f"{path}: the manifest must be JSON. Got damage: {error}. "
            "Restore the file, or delete the folder and run the study again."
        ) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise FolderError(
            f"{path}: the manifest must have a format number. Got a file of another program. "
            "Name another folder with --out."
        )
    if manifest["format"] > FORMAT:
        writer = manifest.get("dropout_lab", "?")
        raise FolderError(
            f"{path}: the format must be at most {FORMAT}. Got {manifest['format']}, written by dropout-lab {writer}. "
            "Upgrade dropout-lab to read it."
        )
    missing = sorted((Manifest.__required_keys__ | RunEntry.__required_keys__) - set(manifest))
    if missing:
        raise FolderError(
            f"{path}: the manifest must be complete. Got one without {', '.join(missing)}. "
            "Restore the file, or delete the folder and run the study again."
        )
    wrong = sorted(key for key, kind in _KINDS.items() if not isinstance(manifest[key], kind))
    study = manifest["study"]
    if not wrong and not (isinstance(study.get("data"), dict) and isinstance(study.get("sweep"), dict)):
        wrong = ["study"]
    if wrong:
        raise FolderError(
            f"{path}: every key must hold what this format says. Got another kind of value in {', '.join(wrong)}. "
            "Restore the file, or delete the folder and run the study again."
        )
    try:
        planned_trials(cast(Manifest, manifest))
        _check_threads(manifest["plan"])
        _refuse_unknown_names(path, cast(Manifest, manifest))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FolderError(
            f"{path}: the plan must fit the conditions. Got a damaged one: {error}. "
            "Restore the file, or delete the folder and run the study again."
        ) from None
    return cast(Manifest, manifest)


def _refuse_unknown_names(path: Path, manifest: Manifest) -> None:
    known: Collection[str] = TASKS
    if manifest["task"] in TASKS:
        unknown = unknown_name(manifest["study"])
        if unknown is None:
            return
        place, got = unknown
        known = REGISTRIES[place]
    else:
        place, got = "the task", manifest["task"]
    raise FolderError(
        f"{path}: {place} must be one that this version knows: {', '.join(known)}. "
        f"Got {got}, written by dropout-lab {manifest['dropout_lab']}. Read it with that version, or a newer one."
    )


def _check_threads(plan: list[CohortEntry]) -> None:
    wrong = [threads for cohort in plan if type(threads := cohort.get("threads", 1)) is not int or threads < 1]
    if wrong:
        raise ValueError(f"threads must be a whole number of at least 1, not {wrong[0]!r}")


def planned_trials(manifest: Manifest) -> dict[str, tuple[ConditionEntry, int]]:
    """Return condition and seed of every planned trial, in table order: by condition, then seed."""
    entries = {entry["label"]: entry for entry in manifest["conditions"]}
    order = {label: number for number, label in enumerate(entries)}
    places = {
        trial: place
        for cohort in manifest["plan"]
        for trial, place in zip(cohort["trials"], product(cohort["conditions"], cohort["seeds"]), strict=True)
    }
    ordered = sorted(places.items(), key=lambda item: (order[item[1][0]], item[1][1]))
    return {trial: (entries[label], seed) for trial, (label, seed) in ordered}
