"""What `summary` was asked for, and what a study has of it.

Owns the choice of rows, the refusal of a metric that a study does not measure, and the margin's test. Computes nothing
itself.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dropout_lab.errors import UserError, complaint, did_you_mean
from dropout_lab.metrics import column_of

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.results import Results
    from dropout_lab.statistics import Equivalence
    from dropout_lab.verdict import Verdict


@dataclass(frozen=True)
class Asked:
    """The options of one call: `estimand` None means both, `margin` None means no test of equivalence.

    `tuned_point` is that of the tuned comparison: the one at which val chose, unless the call names another.
    `best_over` is as `verdict` takes it.
    """

    metric: str
    point: str
    estimand: str | None = None
    margin: float | None = None
    tuned_point: str = "best"
    best_over: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.margin is not None and not (self.margin > 0 and math.isfinite(self.margin)):
            raise UserError(
                f"command line: --margin must be a number above 0. Got {self.margin:g}. It is the smallest difference "
                f"in {self.metric} that matters to you, such as 0.002."
            )


@dataclass(frozen=True)
class Found:
    """What a study has of what was asked for.

    Args:
        rows: those rows of the summary, in its order.
        shown: those of them that a table shows: where settings are tuned, of the conditions with the config's own.
        unit: of the metric.
        equivalences: condition -> the margin's test against its baseline, on the estimand ``split``.
        verdict: on the whole study.
    """

    rows: "pd.DataFrame"
    shown: "pd.DataFrame"
    unit: str
    equivalences: "dict[str, Equivalence]"
    verdict: "Verdict"


def find(results: "Results", asked: Asked) -> Found:
    """Return what a study has of what was asked for.

    Raises:
        UserError: it does not have the metric.
    """
    from dropout_lab.findings.margin import read_equivalences
    from dropout_lab.verdict import Margin, verdict

    summary = results.summary
    known = list(dict.fromkeys(summary["metric"]))
    if asked.metric not in known:
        mend = did_you_mean(asked.metric, known, f"It has {', '.join(known)}.")
        problem = complaint("--metric", "must be a metric of its summary", asked.metric, mend)
        raise UserError(f"{results.path}: {problem}")
    rows = summary[(summary["metric"] == asked.metric) & (summary["point"] == asked.point)]
    if asked.estimand is not None:
        rows = rows[rows["estimand"] == asked.estimand]
    is_judged = column_of(asked.metric).role == "val"  # of others no verdict says whether they stay within a margin
    margin = Margin(asked.margin, asked.metric) if asked.margin and is_judged else None
    judged = verdict(results, margin=margin, best_over=asked.best_over)
    return Found(
        rows=rows,
        shown=rows[rows["condition"].isin(judged.facts.reported)],
        unit=results.unit(asked.metric),
        equivalences=read_equivalences(judged.view, asked.metric, asked.point, asked.margin) if asked.margin else {},
        verdict=judged,
    )
