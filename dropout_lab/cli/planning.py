"""What `--dry-run` shows: the cohorts of a checked study, their size, and totals.

Owns the listing's columns.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dropout_lab.cli import streams
from dropout_lab.cli.records import as_json
from dropout_lab.document import Column
from dropout_lab.document.terminal import aligned
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.study import Run


def show(run: "Run", *, is_json: bool) -> None:
    """Print the plan to stdout: as text, or as a JSON array with an object for each cohort."""
    rows = plan_rows(run)
    streams.result(as_json(rows) if is_json else plan_text(run, rows))


def plan_rows(run: "Run") -> list[dict[str, object]]:
    """Return a row of plain values for each cohort of the request."""
    return [
        {
            "cohort": number,
            "trials": cohort.n_trials,
            "conditions": [condition.label for condition in cohort.conditions],
            "seeds": list(cohort.seeds),
            "parameters": cohort.n_parameters,
            "memory_mib": round(cohort.memory_mib, 1),
            "finished": cohort.is_finished,
        }
        for number, cohort in enumerate(run.cohorts, start=1)
    ]


def plan_text(run: "Run", rows: Sequence[dict[str, object]]) -> str:
    """Set the plan as text: totals, a table of the cohorts, and where each condition trains."""
    cohorts = run.cohorts
    table = aligned(
        [
            Column("cohort", [str(row["cohort"]) for row in rows]),
            Column("trials", [f"{cohort.n_trials:,}" for cohort in cohorts]),
            Column("conditions\nx seeds", [f"{len(cohort.conditions)} x {len(cohort.seeds)}" for cohort in cohorts]),
            Column("parameters\nof one net", [f"{cohort.n_parameters:,}" for cohort in cohorts]),
            Column("memory\n(MiB)", [f"{cohort.memory_mib:,.1f}" for cohort in cohorts]),
            Column("", ["finished" if cohort.is_finished else "to train" for cohort in cohorts], kind="text"),
        ],
        width=None,
    )
    places: dict[str, list[str]] = {}
    for number, cohort in enumerate(cohorts, start=1):
        for condition in cohort.conditions:
            places.setdefault(condition.label, []).append(f"seeds {_ranges(cohort.seeds)} in cohort {number}")
    conditions = [f"  {label}: {', '.join(where)}" for label, where in places.items()]
    return "\n".join([_totals(run), "", table, "", "conditions:", *conditions])


def _totals(run: "Run") -> str:
    missing = [cohort for cohort in run.cohorts if not cohort.is_finished]
    at_once = sum(sorted((cohort.memory_mib for cohort in missing), reverse=True)[: run.machine.workers])
    total = sum(cohort.n_parameters * cohort.n_trials for cohort in missing)
    return (
        f"total: {plural(len(run.trials), 'trial')}, {run.n_missing:,} to train in {plural(len(missing), 'cohort')}, "
        f"{total:,} parameters,\nat most {at_once:,.1f} MiB at a time, on {run.device}; into {run.folder}. "
        "Nothing was trained or written."
    )


def _ranges(seeds: Sequence[int]) -> str:
    """Write seeds shortly.

    >>> _ranges([0, 1, 2, 3, 7])
    '0-3,7'
    """
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
