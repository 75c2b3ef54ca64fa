"""The results folder of one study: the one place that writes it.

Owns who may write, and the order in which files appear. The manifest and the parts are the source of truth; the tables
are derived from them and may be rebuilt any time.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy.typing as npt
import pandas as pd

from dropout_lab.errors import FolderError
from dropout_lab.metrics import TaskName
from dropout_lab.results import atomic, derived, parts
from dropout_lab.results.columns import Layout
from dropout_lab.results.lock import LOCK_FILES, is_held, one_writer
from dropout_lab.results.manifest import (
    FORMAT,
    MANIFEST_FILE,
    CohortEntry,
    ConditionEntry,
    Manifest,
    RunEntry,
    planned_trials,
    read_manifest,
)
from dropout_lab.results.parts import Merged
from dropout_lab.results.tables import read_table


class ResultsFolder:
    """One study's folder. Reading needs nothing; every writing method needs `writing()` around it.

    Args:
        path: the study's folder, which need not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._manifest: Manifest | None = None
        self._is_writer = False

    @property
    def manifest(self) -> Manifest:
        """The manifest as last read or written. Raises FolderError as `read_manifest` does."""
        if self._manifest is None:
            self._manifest = read_manifest(self.path)
        return self._manifest

    @property
    def state(self) -> str:
        """What the study is at: ``running``, ``complete``, ``incomplete`` or ``interrupted``.

        A run that was killed could not write that it ended. So the lock is the truth: where the manifest says
        ``running`` and nobody who is alive writes here, the study was interrupted.
        """
        if self.manifest["status"] == "running" and not is_held(self.path):
            self._manifest = None  # a run may have ended between the two readings
            return "interrupted" if self.manifest["status"] == "running" else self.manifest["status"]
        return self.manifest["status"]

    @property
    def layout(self) -> Layout:
        """The columns of this study's tables."""
        return Layout.of_study(self.manifest["study"], self.manifest["task"])

    def exists(self) -> bool:
        """Tell whether a study lives here already.

        Raises:
            FolderError: something else does: a file, or a folder with contents and no manifest.
        """
        try:
            if not self.path.exists():
                return False
        except OSError as error:
            raise FolderError(
                f"{self.path}: results need a folder. Got: {error.strerror}. Name another place with --out."
            ) from None
        if not self.path.is_dir():
            raise FolderError(f"{self.path}: results need a folder. Got a file. Name another with --out.")
        if (self.path / MANIFEST_FILE).exists():
            return True
        unknown = sorted(entry.name for entry in self.path.iterdir() if not _is_ours_unfinished(entry.name))
        if unknown:
            raise FolderError(
                f"{self.path}: a results folder must be new, empty or of this study. Got a folder without "
                f"{MANIFEST_FILE} that holds {unknown[0]}. Give the study another name= or another --out."
            )
        return False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer: make the folder, lock it, and remove what a dead writer left unfinished.

        Raises:
            FolderError: another run writes here, the folder is not the lab's, or it cannot be written.
        """
        self.exists()  # what no study has written is left alone, down to its `.tmp-` files
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(
                f"{self.path}: results need a folder. Got: {error.strerror}. Name another place with --out."
            ) from None
        with one_writer(self.path):
            for folder in (self.path, self.path / "parts", self.path / "rows"):
                atomic.remove_leftovers(folder)
            self._manifest = None  # another run may have changed it while we waited outside
            self._is_writer = True
            try:
                yield
            finally:
                self._is_writer = False

    def begin(
        self,
        *,
        study: Mapping[str, Any],
        study_yaml: str,
        task: TaskName,
        run: RunEntry,
        data_fingerprints: Mapping[str, str],
        conditions: list[ConditionEntry],
        plan: list[CohortEntry],
    ) -> None:
        """Record what is about to be trained: `study.yaml`, then the manifest, which alone counts.

        Args:
            study: the resolved study, with all that the folder already holds (`union_of_studies`).
            study_yaml: the same as YAML text.
            task: ``classification`` or ``regression``.
            run: this process (`describe_run`); an earlier one that differs moves to `earlier_runs`.
            data_fingerprints: source -> fingerprint of its contents.
            conditions: all conditions, in table order.
            plan: all cohorts, those of earlier runs included.
        """
        self._must_be_writer()
        before = self.manifest if self.exists() else None
        runs = [*before["earlier_runs"], _run_of(before)] if before else []
        manifest = Manifest(
            format=FORMAT,
            created=before["created"] if before else _now(),
            updated=_now(),
            status="running",
            task=task,
            study=json.loads(json.dumps(study)),
            data_fingerprints=dict(data_fingerprints),
            conditions=conditions,
            plan=plan,
            failures=before["failures"] if before else {},
            earlier_runs=[earlier for earlier in runs if earlier != run],
            **run,
        )
        atomic.write_file(self.path / "study.yaml", study_yaml.encode())
        self._write_manifest(manifest)

    def update(
        self,
        *,
        status: str | None = None,
        plan: list[CohortEntry] | None = None,
        failures: Mapping[str, str] | None = None,
    ) -> None:
        """Change the manifest: the study's status, the plan (after a cohort was halved), failures by trial (added)."""
        self._must_be_writer()
        manifest = self.manifest.copy()
        manifest["status"] = manifest["status"] if status is None else status
        manifest["plan"] = manifest["plan"] if plan is None else plan
        manifest["failures"] = {**manifest["failures"], **(failures or {})}
        self._write_manifest(manifest)

    def write_part(
        self,
        cohort_id: str,
        *,
        curves: pd.DataFrame,
        trials: pd.DataFrame,
        test: pd.DataFrame,
        inference: pd.DataFrame | None = None,
        reliability: pd.DataFrame | None = None,
        rows: Mapping[str, npt.NDArray[Any]] | None = None,
    ) -> None:
        """Write one finished cohort, all or nothing, and forget earlier failures of its trials.

        Args:
            cohort_id: its id in the plan.
            curves: column `trial` and those of `Layout.curves`; a row per trial and epoch, in any order.
            trials: column `trial` and those of `Layout.trials`; a row per trial.
            test: column `trial` and those of `Layout.test`; a row per trial and point, none without a test split.
            inference: column `trial` and those of `Layout.inference`, in any order; None for a cohort without samples.
            reliability: the same for `Layout.reliability`; None in regression too.
            rows: arrays for ``rows/<cohort_id>.npz``, or None; who plans keeps all of them below `ROWS_CAP_MIB`.

        Other columns are ignored: what names a trial (condition, seed, ...) is always written from the manifest. Among
        the metrics a float `nan` is a value and is written as one; a cell is empty for None or `pandas.NA` in a column
        of objects, for all metrics of a point whose epoch is missing, and for a `nan` among learnt rates (which a
        frame may lack), standard deviations and mutual information.

        Raises:
            RunError: the disk is full.
            ValueError: the cohort is not planned or finished already, its trials are others, a column is missing, or
                the study has no such table.
        """
        self._must_be_writer()
        frames = {"curves": curves, "trials": trials, "test": test, "inference": inference, "reliability": reliability}
        parts.write(self.path, self.manifest, cohort_id, frames, rows)
        finished = set(trials["trial"])
        kept = {trial: text for trial, text in self.manifest["failures"].items() if trial not in finished}
        if len(kept) < len(self.manifest["failures"]):
            self._write_manifest({**self.manifest, "failures": kept})

    def finished_cohorts(self) -> set[str]:
        """Return the ids of all cohorts whose part is written."""
        return parts.finished(self.path)

    def statuses(self) -> dict[str, str]:
        """Return the status of every planned trial, in table order; ``interrupted`` = planned and not finished.

        Raises:
            FolderError: the manifest or a part is damaged.
        """
        return parts.statuses(self.path, self.manifest)

    def merge(self) -> Merged:
        """Write the measured tables (`Layout.measured`) from the parts, sorted by condition, seed and epoch.

        Planned trials without a part get a row of `trials.csv` with their settings and status, and no metrics.

        Returns:
            The trials and test tables as `read_results` would read them: what a summary is made of.

        Raises:
            FolderError: a part is damaged.
            RunError: the disk is full.
        """
        self._must_be_writer()
        return parts.merge(self.path, self.manifest)

    def merged(self) -> Merged:
        """Return the trials and test tables as they lie in the folder, without merging anew.

        Raises:
            FolderError: one is missing or damaged.
        """
        return Merged(*(read_table(self.path / f"{name}.csv", self.layout.table(name)) for name in Merged._fields))

    def has_current_summary(self) -> bool:
        """Tell whether all that `write_summary` and `write_tuned` write has the columns of this version, and rows."""
        return derived.are_current(self.path, self.manifest)

    def write_summary(self, summary: pd.DataFrame) -> None:
        """Write `summary.csv`.

        Args:
            summary: column `condition` and those of `Layout.summary`, in the order to write.

        Raises:
            RunError: the disk is full.
            ValueError: a column is missing, or a condition is not in the manifest.
        """
        self._must_be_writer()
        derived.write_summary(self.path, self.manifest, summary)

    def write_tuned(self, tuned: pd.DataFrame) -> None:
        """Write `tuned.csv`.

        Args:
            tuned: column `condition`, without tuned settings, and those of `Layout.tuned`, in the order to write.

        Raises:
            RunError: the disk is full.
            ValueError: a column is missing, or a condition is not in the manifest.
        """
        self._must_be_writer()
        derived.write_tuned(self.path, self.manifest, tuned)

    def references(self) -> pd.DataFrame | None:
        """Return the rows of `references.csv`; None where there is none.

        Raises:
            FolderError: it is damaged.
        """
        return derived.read_references(self.path, self.manifest)

    def write_references(self, references: pd.DataFrame) -> None:
        """Write `references.csv`.

        Args:
            references: column `condition` and those of `Layout.references`, in the order to write.

        Raises:
            RunError: the disk is full.
            ValueError: a column is missing, or a condition is not in the manifest.
        """
        self._must_be_writer()
        derived.write_references(self.path, self.manifest, references)

    def _must_be_writer(self) -> None:
        if not self._is_writer:
            raise ValueError("a results folder is written inside `with folder.writing():` only")

    def _write_manifest(self, manifest: Manifest) -> None:
        planned_trials(manifest)  # a plan that does not fit its conditions must not reach the disk
        manifest["updated"] = _now()
        text = json.dumps(manifest, indent=1)
        atomic.write_file(self.path / MANIFEST_FILE, text.encode() + b"\n")
        self._manifest = cast(Manifest, json.loads(text))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _run_of(manifest: Manifest) -> RunEntry:
    return cast(RunEntry, {key: value for key, value in manifest.items() if key in RunEntry.__required_keys__})


def _is_ours_unfinished(name: str) -> bool:
    own = {"study.yaml", *LOCK_FILES}
    return name in own or name in {atomic.TEMPORARY + file for file in ("study.yaml", MANIFEST_FILE)}
