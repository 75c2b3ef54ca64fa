"""Numbers of things in words, as progress, tables and messages say them.

Plain numbers in, text out.
"""

from collections.abc import Mapping

from dropout_lab.wording import plural


def cohort_line(cohort: int, n_cohorts: int, n_trials: int, wall_time_s: float, counts: Mapping[str, int]) -> str:
    """Say how a cohort ended.

    >>> cohort_line(1, 2, 10, 4.21, {"complete": 9, "diverged": 1})
    'cohort 1/2: 10 trials in 4.2 s (9 complete, 1 diverged)'
    """
    return f"cohort {cohort}/{n_cohorts}: {plural(n_trials, 'trial')} in {wall_time_s:.1f} s ({status_counts(counts)})"


def status_counts(counts: Mapping[str, int]) -> str:
    """Name the statuses that occur: ``9 complete, 1 diverged``."""
    return ", ".join(f"{count:,} {status}" for status, count in counts.items() if count) or "none"
