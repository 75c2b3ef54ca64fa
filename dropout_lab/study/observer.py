"""What a running study tells whoever watches it; the study itself knows no terminal."""

from typing import Protocol


class Observer(Protocol):
    """Hears of progress. Every method may be called many times and must return quickly."""

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:
        """Hear what is about to be trained."""

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Hear that all trials of cohort number `cohort` (from 1) have finished an epoch."""

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Hear that a cohort has ended, and how many of its trials have which status."""

    def note(self, text: str) -> None:
        """Hear something a user should know, in one sentence."""


class SilentObserver:
    """Hear everything and say nothing."""

    def begin(self, n_cohorts: int, n_trials: int, n_trial_epochs: int) -> None:
        """Do nothing."""

    def epoch_done(self, cohort: int, epoch: int, n_epochs: int, n_trials: int) -> None:
        """Do nothing."""

    def cohort_done(
        self, cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: dict[str, int]
    ) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""
