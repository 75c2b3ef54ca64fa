"""Progress as lines: one for each finished cohort, for a stream that cannot redraw what it shows.

Owns when a line is written.
"""

from typing import TextIO

from dropout_lab.progress.wording import cohort_line


def write_line(stream: TextIO | None, text: str) -> None:
    """Write a line to a stream; a reader who has gone away (a closed pipe) must not end a training.

    Args:
        stream: None is one that was closed before the program began.
        text: one line or more.
    """
    if stream is None:
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError:
        return


class CohortLines:
    """Write one line for each finished cohort.

    Args:
        stream: as for `write_line`.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:
        """Say nothing: what will be trained was announced already."""

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Say nothing: an epoch may last milliseconds."""

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Write how the cohort ended."""
        write_line(self._stream, cohort_line(cohort, n_cohorts, n_trials, wall_time_s, counts))

    def note(self, text: str) -> None:
        """Write the note."""
        write_line(self._stream, f"note: {text}")
