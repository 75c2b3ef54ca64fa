"""What of a study is there: which trials are complete, diverged, failed or still to train."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dropout_lab.results import ResultsFolder, planned_trials


@dataclass(frozen=True)
class StudyStatus:
    """The state of one study's folder.

    Attributes:
        name: of the study.
        state: running, complete, incomplete or interrupted; a study whose run was killed is interrupted.
        counts: planned trials by status; interrupted = planned and not finished.
        trials: columns condition, seed, status, failure (None where there is none), in table order.
    """

    name: str
    state: str
    counts: dict[str, int]
    trials: pd.DataFrame

    @property
    def plan_size(self) -> int:
        """All planned trials."""
        return len(self.trials)


def folder_status(path: str | Path) -> StudyStatus:
    """Read a study's folder; changes nothing, and may be asked while a run writes there.

    Raises:
        FolderError: there is no study, or it is damaged.
    """
    folder = ResultsFolder(path)
    manifest = folder.manifest
    statuses = folder.statuses()
    failures = manifest["failures"]
    planned = planned_trials(manifest)
    rows = [(planned[t][0]["label"], planned[t][1], status, failures.get(t)) for t, status in statuses.items()]
    trials = pd.DataFrame(rows, columns=["condition", "seed", "status", "failure"])
    return StudyStatus(manifest["study"]["name"], folder.state, dict(Counter(statuses.values())), trials)
