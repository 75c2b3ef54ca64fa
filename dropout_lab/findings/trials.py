"""What became of the planned trials, where they were trained and with which versions.

Trials and the manifest in, counts and names out.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from dropout_lab.results import STATUSES, Manifest

N_NAMED = 3  # trials named one by one; a large study may lack thousands


@dataclass(frozen=True)
class Unfinished:
    """A trial that did not complete; `why` is the error it failed with, empty where there was none."""

    condition: str
    seed: int
    status: str
    why: str


@dataclass(frozen=True)
class Trials:
    """What became of the planned trials.

    Attributes:
        planned: their number.
        counts: by status, those that occur.
        named: per status other than complete, the first few as (condition, seed).
        devices: that complete trials were trained on.
        versions: package -> versions, where the runs of the study had several.
    """

    planned: int
    counts: Mapping[str, int]
    named: Mapping[str, tuple[tuple[str, int], ...]]
    devices: tuple[str, ...]
    versions: Mapping[str, tuple[str, ...]]

    @property
    def n_complete(self) -> int:
        """Trials that enter the means."""
        return self.counts.get("complete", 0)


def read_trials(trials: pd.DataFrame, manifest: Manifest) -> Trials:
    """Return the counts of a study's planned trials and what they were trained on."""
    counts = Counter(trials["status"])
    named = {
        str(status): tuple(islice(zip(part["condition"], map(int, part["seed"]), strict=True), N_NAMED))
        for status, part in trials.groupby("status", sort=False)
        if status != "complete"
    }
    complete = trials[trials["status"] == "complete"]
    return Trials(
        planned=len(trials),
        counts={status: counts[status] for status in STATUSES if status in counts},
        named={status: named[status] for status in STATUSES if status in named},
        devices=tuple(sorted(map(str, complete["device"].dropna().unique()))),
        versions=_versions(manifest),
    )


def read_unfinished(trials: pd.DataFrame, manifest: Manifest) -> tuple[Unfinished, ...]:
    """Return the trials that did not complete, in table order."""
    missing = trials.loc[trials["status"] != "complete", ["trial", "condition", "seed", "status"]]
    return tuple(
        Unfinished(condition, int(seed), status, manifest["failures"].get(str(trial), ""))
        for trial, condition, seed, status in missing.itertuples(index=False)
    )


def _versions(manifest: Manifest) -> Mapping[str, tuple[str, ...]]:
    """Return the packages whose version differs between the runs of a study, earliest run first."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for run in (*manifest["earlier_runs"], manifest):
        for package, version in {"dropout-lab": run["dropout_lab"], **run["packages"]}.items():
            found[package][version] = None
    return {package: tuple(versions) for package, versions in found.items() if len(versions) > 1}
