"""How a running study shows on stderr: a moving bar, a line per finished cohort, or nothing.

Floor 5, cli. Owns the choice between the three; must not know what is trained. The bar has a module of its own, because
it alone needs rich.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.wording import cohort_line

if TYPE_CHECKING:
    from dropout_lab.study import Observer


@contextmanager
def shown(*, is_quiet: bool) -> "Iterator[Observer]":
    """Yield the observer that fits stderr, and take its bar away at the end, however the run ends."""
    if is_quiet:
        from dropout_lab.study.observer import SilentObserver

        yield SilentObserver()
    elif streams.can_move_a_bar():
        from dropout_lab.cli.progress_bar import ProgressBar

        with ProgressBar() as bar:
            yield bar
    else:
        yield CohortLines()


class CohortLines:
    """Write one line for each finished cohort."""

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:
        """Say nothing: what will be trained was announced already."""

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Say nothing: an epoch may last milliseconds."""

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Write how the cohort ended."""
        streams.say(cohort_line(cohort, n_cohorts, n_trials, wall_time_s, counts))

    def note(self, text: str) -> None:
        """Write the note."""
        streams.say(f"note: {text}")
