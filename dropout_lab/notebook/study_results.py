"""A study that was trained, as an object: its tables, its verdict, its figures, its report.

Owns what a notebook finds under which name. What takes time (verdict, figures, report) is made when it is asked for.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dropout_lab.notebook.plots import Metric, Plots, Point, Style
from dropout_lab.notebook.reports import save, written
from dropout_lab.progress import status_counts
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.drawing import Picture
    from dropout_lab.report.formats import ReportFormat
    from dropout_lab.results import Manifest, Results
    from dropout_lab.verdict import Verdict


class StudyResults:
    """All that a study's folder says; what `load` and `run` return.

    Frames have the columns of the CSV files of the same names, in table order. Each access gives a frame of its own, so
    that a column which you add to one is not taken for a result.

    Args:
        results: the folder as it was read.
    """

    def __init__(self, results: "Results") -> None:
        self._results = results

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self._results.path

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self._results.study["name"])

    @property
    def config(self) -> dict[str, Any]:
        """The resolved config, every default filled in: a mapping that `run` takes."""
        return self._results.study

    @property
    def manifest(self) -> "Manifest":
        """What was planned, what failed, on which data, with which versions: `manifest.json`."""
        return self._results.manifest

    @property
    def curves(self) -> "pd.DataFrame":
        """A row per trial and measured epoch."""
        return self._results.curves.copy(deep=False)

    @property
    def trials(self) -> "pd.DataFrame":
        """A row per planned trial: settings, seed, status, metrics at the points last, best and stop."""
        return self._results.trials.copy(deep=False)

    @property
    def test(self) -> "pd.DataFrame":
        """A row per trial and point: the test split, measured once, at the end. Never choose a rate by it."""
        return self._results.test.copy(deep=False)

    @property
    def summary(self) -> "pd.DataFrame":
        """A row per condition, metric, point and estimand: mean, interval, paired difference to the baseline."""
        return self._results.summary.copy(deep=False)

    @property
    def inference(self) -> "pd.DataFrame":
        """A row per trial, split, point, method and number of samples; none in a study without Monte-Carlo samples."""
        return self._results.inference.copy(deep=False)

    @property
    def reliability(self) -> "pd.DataFrame":
        """A row per trial, split, point, method and bin of confidence; none without samples, and in regression."""
        return self._results.reliability.copy(deep=False)

    @property
    def tuned(self) -> "pd.DataFrame":
        """A row per condition, choice (untuned or tuned), metric and point; none in a study that tunes nothing."""
        return self._results.tuned.copy(deep=False)

    @property
    def references(self) -> "pd.DataFrame":
        """What predictors that are no nets do on the nets' rows; without rows until a run has measured it."""
        return self._results.references.copy(deep=False)

    @property
    def table(self) -> "pd.DataFrame":
        """The table that the command line prints: a row per condition, at the last epoch."""
        from dropout_lab.study import results_table

        return results_table(self._results)

    @cached_property
    def verdict(self) -> "Verdict":
        """What the numbers say, in words. Its text is the paragraph on the study; `judged` takes a margin."""
        from dropout_lab.verdict import verdict

        return verdict(self._results)

    def judged(
        self, margin: float | None = None, metric: str = "val_loss", *, best_over: Sequence[str] | None = None
    ) -> "Verdict":
        """Return the verdict by a margin: which conditions are no worse than the baseline, or as good as equal to it.

        Args:
            margin: the smallest difference that matters to you, above 0, in the metric's unit.
            metric: ``val_loss``, or the task's score, ``val_accuracy`` or ``val_rmse``.
            best_over: swept settings that each side of a comparison chooses for itself, such as
                ``["training.learning_rate"]``: best against best comes first. None: learning rate, its schedule and
                batch size, where they are swept; ``[]``: group by group alone.

        Raises:
            UserError: the margin is not above 0, or the study does not measure the metric, or does not sweep a setting.
        """
        from dropout_lab.verdict import Margin, verdict

        return verdict(self._results, margin=None if margin is None else Margin(margin, metric), best_over=best_over)

    @cached_property
    def plot(self) -> Plots:
        """The study's figures, one method a kind: ``study.plot.gap()``."""
        return Plots(self._results)

    def pictures(
        self, *, metric: Metric | None = None, point: Point = "last", style: Style = "light"
    ) -> "list[Picture]":
        """Return every figure of the study with its title, its caption in plain words, and the numbers drawn.

        Args:
            metric: as for the methods of `plot`; None for figures of the loss and of the task's score.
            point: as for the methods of `plot`.
            style: as for the methods of `plot`.
        """
        return self.plot.all(metric=metric, point=point, style=style)

    def report(self, format: "ReportFormat" = "html") -> str:  # noqa: A002  (the command line's word for it)
        """Return the study's report as text.

        Args:
            format: ``html``, a page on its own; ``markdown``, for a pull request; ``latex``, for a paper.

        Raises:
            UserError: for any other format.
        """
        return written(self._results, format, self.verdict)

    def save_report(self, path: str | PathLike[str] | None = None, format: "ReportFormat | None" = None) -> Path:  # noqa: A002
        """Write the study's report into a file, and return its path.

        Args:
            path: a file, a folder, or None for the study's folder.
            format: as for `report`. None: by the ending of `path` (.html, .md, .tex), else ``html``.

        Raises:
            UserError: for any other format.
            RunError: there is no room, or no right to write there.
        """
        return save(self._results, None if path is None else Path(path), format, self.verdict)

    def __repr__(self) -> str:
        """Say which study this is, and what it holds."""
        counts = Counter(self._results.trials["status"])
        n_conditions = len(self._results.manifest["conditions"])
        optional = [name for name in ("inference", "reliability", "tuned") if len(getattr(self._results, name))]
        frames = ", ".join(["curves", "trials", "test", "summary", *optional, "table"])
        return (
            f"<study {self.name}: {plural(n_conditions, 'condition')}, {plural(counts.total(), 'trial')} "
            f"({status_counts(counts)}), in {self.path}\n"
            f" frames: {frames}; words: verdict, report(); figures: plot.gap(), pictures()>"
        )

    def _repr_html_(self) -> str:
        from dropout_lab.notebook.reports import study_html

        return study_html(self.verdict)
