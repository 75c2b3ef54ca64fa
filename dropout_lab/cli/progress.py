"""How a running study shows on stderr: a moving bar, a line per finished cohort, or nothing.

Floor 5, cli. Owns the choice between the three and the wording of the lines; must not know what is trained. The bar has
a module of its own, because it alone needs rich.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dropout_lab.cli import streams

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


def cohort_line(cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: Mapping[str, int]) -> str:
    """Say how a cohort ended.

    >>> cohort_line(1, 2, 10, 4.21, {"complete": 9, "diverged": 1})
    'cohort 1/2: 10 trials in 4.2 s (9 complete, 1 diverged)'
    """
    return f"cohort {cohort}/{n_cohorts}: {plural(n_trials, 'trial')} in {wall_time_s:.1f} s ({status_counts(counts)})"


def status_counts(counts: Mapping[str, int]) -> str:
    """Name the statuses that occur: ``9 complete, 1 diverged``."""
    return ", ".join(f"{count:,} {status}" for status, count in counts.items() if count) or "none"


def plural(count: int, noun: str) -> str:
    """Write a count and its noun.

    >>> plural(1, "trial"), plural(12000, "trial")
    ('1 trial', '12,000 trials')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
