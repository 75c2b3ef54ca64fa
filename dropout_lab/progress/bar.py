"""The moving bar: trials, epoch, speed in trial-epochs a second, time left.

Owns the bar's look. Imports rich, so it is itself imported only where a bar moves. rich honours NO_COLOR.
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from dropout_lab.progress.lines import cohort_line


class ProgressBar:
    """An observer that redraws one line; a context, so that the line ends with the run.

    Args:
        console: of a terminal or a notebook.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("trials {task.fields[trials]}  epoch {task.fields[epoch]}", markup=False),
            BarColumn(bar_width=None),
            _Speed(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._progress.add_task("", total=None, trials="", epoch="")
        self._n_trials = 0
        self._done: dict[int, int] = {}  # trial-epochs by cohort: a half starts over under its cohort's number
        self._n_epochs: dict[int, int] = {}
        self._ended: dict[int, int] = {}  # trials by cohort

    def __enter__(self) -> Self:
        """Return the bar, which shows itself when training begins."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._progress.stop()

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:  # noqa: ARG002  (the protocol's)
        """Show the bar, empty."""
        self._n_trials = n_trials
        self._progress.update(self._task, total=n_trial_epochs, trials=f"{n_trials:,}", epoch="0")
        self._progress.start()

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Move the bar by one epoch of all trials of a cohort."""
        self._done[cohort], self._n_epochs[cohort] = epoch * n_trials, n_epochs
        n_before = sum(count for other, count in self._ended.items() if other != cohort)
        self._progress.update(
            self._task,
            completed=sum(self._done.values()),
            trials=f"{n_before + 1:,}-{n_before + n_trials:,}/{self._n_trials:,}",
            epoch=f"{epoch:,}/{n_epochs:,}",
        )

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Write a line above the bar where there is more than one cohort."""
        self._ended[cohort] = n_trials
        self._done[cohort] = self._n_epochs.get(cohort, 0) * n_trials  # all of it, also where it ended early
        if n_cohorts > 1:
            self._write(cohort_line(cohort, n_cohorts, n_trials, wall_time_s, counts))

    def note(self, text: str) -> None:
        """Write the note above the bar."""
        self._write(f"note: {text}")

    def _write(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


class _Speed(ProgressColumn):
    """The speed so far; nothing until it is known."""

    def render(self, task: Task) -> Text:
        """Return the column's text for the state the bar is in."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} trial-epochs/s")
