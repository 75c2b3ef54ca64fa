"""What a checked study is about to train, in one line, for whoever starts it: a command line or a notebook."""

from typing import TYPE_CHECKING

from dropout_lab.study.executors import EXECUTORS
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.study.run import Run


def announcement(run: "Run") -> str:
    """Say what a checked study is about to train, and where: ``digits: 2 conditions x 5 seeds, 10 trials to ...``."""
    n_conditions = len({trial.condition.label for trial in run.trials})
    n_seeds = len({trial.seed for trial in run.trials})
    grid = f"{run.study.name}: {plural(n_conditions, 'condition')} x {plural(n_seeds, 'seed')}"
    if run.n_missing == 0:
        return f"{grid}, all finished before: nothing to train"
    n_cohorts = sum(not cohort.is_finished for cohort in run.cohorts)
    may_train_several = run.executor is None or EXECUTORS[run.executor].trains_several
    n_workers = min(run.machine.workers, n_cohorts) if may_train_several else 1
    beside = f", {n_workers} at once" if n_workers > 1 else ""
    trials, cohorts = plural(run.n_missing, "trial"), plural(n_cohorts, "cohort")
    return f"{grid}, {trials} to train in {cohorts}{beside} on {run.device}"
